"""The page behind the status bar: what waits, why something stopped, pausing, withdrawing, deciding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from brokerdesk.services import exchange
from brokerdesk.ui.pages.sync.conflict import ConflictDialog
from brokerdesk.ui.pages.sync.values import value_words
from brokerdesk.wire.fields import Writer
from brokerdesk.wire.kinds import KINDS
from tests.support.books import PASSPHRASE, folders_in
from tests.support.journey import Rig, furnish, make_book, press, words_in, workstation

pytestmark = [pytest.mark.gui, pytest.mark.slow]


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    profile = make_book(folders_in(tmp_path), fill=lambda desk: furnish(desk, customers=6))
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as made:
        yield made


def test_a_local_edit_waits_and_can_be_withdrawn(rig: Rig) -> None:
    page = rig.open("sync")
    testers = [
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for model in (page.outbox, page.conflicts)
    ]
    before = page.outbox.rowCount()
    made = rig.desk.customers.create_short(name="Neue Kundin", email="neu@kunde.example").value
    rig.until(lambda: page.outbox.rowCount() > before, "the item")
    rows = [page.outbox.row_at(n) for n in range(page.outbox.rowCount())]
    row = next(r for r in rows if r.party_id == made)
    rig.settle()
    page.queue.go_to(rows.index(row))
    page.queue.opened.emit(page.queue.current_id())
    rig.settle()
    assert rig.window.frame.stack.current_id() == "customer"
    page = rig.open("sync")
    page.queue.go_to([page.outbox.row_at(n).key for n in range(page.outbox.rowCount())].index(row.key))
    press(page.withdraw)
    rig.until(lambda: row.key not in {r.key for r in exchange.outbox_rows(rig.desk.book, limit=500)}, "withdrawn")
    assert testers


def test_pausing_and_going_on(rig: Rig) -> None:
    page = rig.open("sync")
    press(page.pause)
    rig.until(lambda: exchange.status(rig.desk.book).paused, "the pause")
    rig.settle()
    assert page.pause.text() == rig.place.text("exchange.resume")
    press(page.pause)
    rig.until(lambda: not exchange.status(rig.desk.book).paused, "going on")


def test_the_status_bar_and_the_navigation_count_conflicts(rig: Rig) -> None:
    bar = rig.window.frame.status_bar
    rig.until(lambda: "1" in bar.sync.text(), "the conflict in the status bar")
    assert "1" in rig.window.frame.navigation._buttons["sync"].accessibleName()
    bar.sync.clicked.emit()
    rig.settle()
    assert rig.window.frame.stack.current_id() == "sync"


def test_theirs_is_taken_on_request_only(rig: Rig) -> None:
    page = rig.open("sync")
    page.choice.chosen.emit("conflicts")
    press(page.solve)
    dialog = rig.shown(ConflictDialog)
    assert not dialog.save.isEnabled()
    dialog.reject()
    assert exchange.status(rig.desk.book).conflicts == 1
    press(page.solve)
    rig.settle()
    dialog = next(d for d in rig.window.findChildren(ConflictDialog) if d.isVisible())
    party_id = dialog._rows[0].record_id
    (pair,) = dialog._choices.values()
    pair[1].setChecked(True)
    press(dialog.save)
    rig.until(lambda: exchange.status(rig.desk.book).conflicts == 0, "the decision")
    rig.settle()
    assert rig.desk.customers.card(party_id).email == "zwei@kunde.example"
    assert page.conflicts.rowCount() == 0
    assert "zwei@kunde.example" not in words_in(page)


def test_every_synced_field_has_a_name_in_words(rig: Rig) -> None:
    raw = {
        f"{kind.name}.{field.name}"
        for kind in KINDS.values()
        for field in kind.fields
        if kind.writer is not Writer.PORTAL and not rig.kit.texts.has(f"field.{field.name}")
    }
    assert not raw, sorted(raw)


def test_values_are_written_as_people_write_them(rig: Rig) -> None:
    texts = rig.kit.texts
    assert value_words("birth_date", "1980-02-01", texts) == "01.02.1980"
    assert value_words("premium_gross_cents", 123_456, texts) == "1.234,56\u00a0€"
    assert value_words("released", True, texts) == "ja"
    assert value_words("insurer_numbers", ["5555:4711", "12"], texts) == "VU 5555: 4711, 12"
    assert (
        value_words("address", {"street": "Lindenweg 3", "zip": "50667", "city": None}, texts) == "Lindenweg 3, 50667"
    )
    assert value_words("email", None, texts) == "–"
