"""The import page: checked first, written on demand, cancelled truthfully, in words of the language in force."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from brokerdesk.core.paths import resource
from brokerdesk.models.values.paging import ListQuery
from brokerdesk.services.gdv_import import GdvImport
from tests.support.books import PASSPHRASE, folders_in
from tests.support.gdv_files import bundle, party
from tests.support.imports import two_insurers
from tests.support.journey import Rig, make_book, press, set_look, words_in, workstation

pytestmark = [pytest.mark.gui, pytest.mark.slow]
SAMPLE = resource("gdv/igor_110120.txt")


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    with workstation(tmp_path, profile=make_book(folders_in(tmp_path)), passphrase=PASSPHRASE) as made:
        yield made


def customers(rig: Rig) -> int:
    return len(rig.desk.customers.keys(ListQuery()))


def test_the_same_file_twice_offers_nothing_to_write(rig: Rig) -> None:
    page = rig.open("import")
    assert page.empty.isVisible()
    page.open_file(SAMPLE)
    rig.settle()
    assert customers(rig) == 0
    assert page.table.isVisible()
    press(page.start)
    rig.settle()
    assert customers(rig) == 4
    assert not page.start.isVisible()
    page.open_file(SAMPLE)
    rig.settle()
    assert not page.start.isVisible()
    assert customers(rig) == 4


def test_a_report_follows_the_language(rig: Rig) -> None:
    page = rig.open("import")
    page.open_file(SAMPLE)
    rig.settle()
    german = [row["text"] for row in page.model.rows()] if hasattr(page.model, "rows") else texts(page)
    set_look(rig, language="en")
    english = texts(page)
    assert len(english) == len(german)
    assert not set(english) & set(german)
    assert "Customers" in words_in(page) or "customers" in words_in(page)


def texts(page: Any) -> list[str]:
    return [page.model.row_at(n)["text"] for n in range(page.model.rowCount())]


def test_a_missing_file_is_a_sentence_and_the_page_goes_on(rig: Rig, tmp_path: Path) -> None:
    page = rig.open("import")
    page.open_file(tmp_path / "fehlt.txt")
    rig.settle()
    assert "(import-unreadable)" in words_in(page.outcome)
    assert page.choose.isEnabled()
    page.open_file(SAMPLE)
    rig.settle()
    assert page.start.isVisible()


def test_possible_duplicates_are_shown_and_lead_to_the_customer(rig: Rig, tmp_path: Path) -> None:
    unknown = party(1, birth=None)
    one, other = (
        bundle("050", 1, parties=(unknown,)),
        bundle("050", 2, parties=(replace(unknown, insurer_number="K7"),)),
    )
    path = tmp_path / "zwei.gdv"
    path.write_bytes(two_insurers([one], [other]))
    page = rig.open("import")
    page.open_file(path)
    rig.settle()
    assert not page.alike.isVisible()
    press(page.start)
    rig.settle()
    assert page.alike.isVisible()
    assert "Gleicher Name, gleiche Postleitzahl" in [page.alike.model.cell_at(0, n).text for n in range(3)]
    page.alike.table.opened.emit(0)
    rig.settle()
    assert rig.window.frame.stack.current_id() == "customer"


@pytest.mark.parametrize("in_time", [True, False])
def test_cancelling_tells_the_truth(rig: Rig, monkeypatch: pytest.MonkeyPatch, *, in_time: bool) -> None:
    """A click in time leaves the book as it was; one that comes too late is told that the file is in."""
    page = rig.open("import")
    page.open_file(SAMPLE)
    rig.settle()
    here, go = threading.Event(), threading.Event()
    real = GdvImport.run

    def slow(self: GdvImport, path: Path, **more: Any) -> Any:
        if not in_time:
            report = real(self, path, **more)
        here.set()
        go.wait(10)
        return real(self, path, **more) if in_time else report

    monkeypatch.setattr(GdvImport, "run", slow)
    press(page.start)
    rig.until(here.is_set, "the import runs")
    press(page.cancel)
    go.set()
    rig.settle()
    assert customers(rig) == (0 if in_time else 4)
    said = words_in(page.outcome)
    assert (rig.place.text("importing.cancelled") in said) is in_time
    assert page.choose.isEnabled()
