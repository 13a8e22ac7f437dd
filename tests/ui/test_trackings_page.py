"""The stream of activities: newest first, in words, each line leads to its customer (S1.27, S1.28)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from brokerdesk.models.entities import Tracking
from brokerdesk.models.values.changes import ChangeOrigin
from tests.support.books import PASSPHRASE, folders_in
from tests.support.desks import MOMENT
from tests.support.journey import Rig, furnish, make_book, set_look, workstation

pytestmark = [pytest.mark.gui, pytest.mark.slow]


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    profile = make_book(folders_in(tmp_path), fill=lambda desk: furnish(desk, customers=6))
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as made:
        yield made


@pytest.mark.feature("S1.27", "S1.28")
def test_activities_are_listed_newest_first_and_lead_to_their_customer(rig: Rig) -> None:
    page = rig.open("trackings")
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows = [page.model.row_at(n) for n in range(page.model.rowCount())]
    assert [r.at for r in rows] == sorted((r.at for r in rows), reverse=True)
    assert all(len(page.model.cell_at(n, 1).letters) == 2 for n in range(len(rows)))
    assert page.model.cell_at(len(rows) - 1, 0).text == "21.11.2026 09:00"
    page.table.opened.emit(page.model.id_at(0))
    rig.settle()
    assert rig.window.frame.stack.current_id() == "customer"
    assert rig.window.frame.stack.currentWidget().record.card.id == rows[0].party_id
    assert tester.model() is page.model


def test_an_activity_that_arrives_is_shown_and_a_new_kind_is_shown_raw(rig: Rig) -> None:
    page = rig.open("trackings")
    before = page.model.rowCount()
    party_id = page.model.row_at(0).party_id
    with rig.desk.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.add(Tracking(id="t-new", party_id=party_id, event="danced", at=MOMENT.replace(year=2027), parameters=None))
        unit.commit()
    rig.until(lambda: page.model.rowCount() == before + 1, "the activity")
    assert page.model.cell_at(0, 2).text == "danced"
    set_look(rig, language="en")
    assert page.model.cell_at(0, 0).text != ""


def test_without_activities_the_page_says_so(tmp_path: Path, qapp: QApplication) -> None:
    with workstation(tmp_path, profile=make_book(folders_in(tmp_path)), passphrase=PASSPHRASE) as rig:
        page = rig.open("trackings")
        assert not page.table.isVisible()
