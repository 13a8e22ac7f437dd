"""The guided way back to a backup: what is inside is shown, the state before is kept, nothing is lost when it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from brokerdesk.models.entities import Setting
from brokerdesk.services import profiles
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.pages.settings.security import BackupSection
from brokerdesk.ui.security.restore import RestoreDialog
from brokerdesk.ui.security.unlock import UnlockPage
from brokerdesk.ui.theme import Mode
from tests.support.books import PASSPHRASE, MadeProfile, add_person, contract, make_profile, pair
from tests.support.fake_keyring import memory_vault
from tests.support.journey import Rig, press, set_look, words_in, workstation
from tests.support.qt import tab_walk, unnamed, untranslated

pytestmark = [pytest.mark.gui, pytest.mark.slow]


@pytest.fixture
def made(tmp_path: Path) -> MadeProfile:
    """One person and one contract in the older backup, two people in the newer one, three in the book."""
    made = make_profile(tmp_path)
    fill(made)
    return made


def fill(made: MadeProfile) -> None:
    with made.unlock(passphrase=PASSPHRASE) as book:
        party = add_person(book, "Erste")
        with book.work() as work:
            work.add(contract(book, party, number="1"))
            work.commit()
        profiles.backup(made.profile, book, reason="import")
        made.clock.advance(timedelta(hours=3))
        add_person(book, "Zweite")
        profiles.backup(made.profile, book)
        made.clock.advance(timedelta(hours=1))
        add_person(book, "Dritte")


@pytest.fixture
def rig(made: MadeProfile, tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    with workstation(tmp_path, profile=made.profile, clock=made.clock) as found:
        yield found


def dialog_of(rig: Rig) -> RestoreDialog:
    rig.settle()
    found = [d for d in rig.window.findChildren(RestoreDialog) if d.isVisible()]
    assert len(found) == 1, found
    return found[0]


def opened(rig: Rig) -> RestoreDialog:
    """The dialog, opened by the quiet link of the unlock page."""
    QTest.mouseClick(rig.shown(UnlockPage).restore, Qt.MouseButton.LeftButton)
    return dialog_of(rig)


def carry_out(rig: Rig, dialog: RestoreDialog, *, passphrase: str = PASSPHRASE) -> None:
    dialog.passphrase.line.setText(passphrase)
    press(dialog.primary)
    rig.settle()


def last_names(made: MadeProfile) -> set[str]:
    with made.unlock(passphrase=PASSPHRASE) as book, book.read() as connection:
        return set(connection.exec_driver_sql("SELECT last_name FROM party").scalars())


def put_aside(made: MadeProfile) -> list[bytes]:
    return [file.read_bytes() for file in sorted((made.profile.folder / "aside").glob("*/book.db"))]


def cells(dialog: RestoreDialog) -> list[list[str]]:
    model = dialog.model
    return [[model.cell_at(r, c).text for c in range(model.columnCount())] for r in range(model.rowCount())]


def test_the_list_shows_what_is_inside_newest_first(made: MadeProfile, rig: Rig) -> None:
    dialog = opened(rig)
    tester = QAbstractItemModelTester(dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows = cells(dialog)
    assert [row[:4] for row in rows] == [
        ["02.03.2026 13:12", "auf Wunsch", "2", "1"],
        ["02.03.2026 10:12", "vor einem Import", "1", "1"],
    ]
    assert all(row[4].endswith(("kB", "MB")) for row in rows)
    assert "2 Personen und 1 Vertrag. Letzte Änderung: 02.03.2026 13:12." in words_in(dialog.facts)
    QTest.keyClick(dialog.table, Qt.Key.Key_Down)
    words = words_in(dialog.facts)
    assert "1 Person und 1 Vertrag. Letzte Änderung: 02.03.2026 10:12." in words
    assert f"BrokerDesk {profiles.list_backups(made.profile)[0].program}" in words
    assert str(made.profile.folder / "aside") in words
    assert "Portal" not in words, "the book was never paired"
    rig.settle()
    del tester


def test_a_book_that_was_paired_says_what_follows(made: MadeProfile, rig: Rig) -> None:
    with made.unlock() as book:
        pair(book)
        profiles.backup(made.profile, book)
    dialog = opened(rig)
    assert "neu mit dem Portal verbunden" in words_in(dialog.facts)


def test_an_open_book_that_is_paired_says_so_whatever_its_backups_tell(made: MadeProfile, rig: Rig) -> None:
    with made.unlock() as book:
        pair(book)
        with book.work() as work:
            work.add(Setting(name="sync_automatically", value={"value": False}))
            work.commit()
    rig.unlock()
    rig.open("settings", {"section": "backup"})
    press(rig.shown(BackupSection).restore)
    assert "neu mit dem Portal verbunden" in words_in(dialog_of(rig).facts)


@pytest.mark.parametrize("damage", ["random", "missing", "empty", "no slots"])
def test_a_book_that_no_passphrase_opens_comes_back_from_the_unlock_page(
    made: MadeProfile, tmp_path: Path, qapp: QApplication, damage: str
) -> None:
    file = made.profile.folder / "book.db"
    if damage == "missing":
        file.unlink()
    elif damage == "no slots":
        for name in ("keyslots.json", "keyslots.older.json"):
            (made.profile.folder / name).unlink(missing_ok=True)
    else:
        file.write_bytes(b"" if damage == "empty" else b"\x17" * 65536)
    broken = file.read_bytes() if file.exists() else None
    with workstation(tmp_path, profile=made.profile, clock=made.clock) as rig:
        page = rig.shown(UnlockPage)
        if damage != "no slots":  # missing slots are told at once
            rig.unlock()
        assert page.problem.isVisible()
        assert not page.restore.isVisible(), "one way on is enough"
        press(page.way_on)
        dialog = dialog_of(rig)
        carry_out(rig, dialog)
        page = rig.shown(UnlockPage)
        assert "02.03.2026 13:12 ist zurückgespielt" in page.reason.text()
        assert "Passwort" in words_in(page)
        rig.unlock()
        assert rig.station.open is not None
        assert rig.desk.customers.rows([1, 2])
    assert last_names(made) == {"Erste", "Zweite"}
    assert put_aside(made) == ([] if broken is None else [broken])


def test_a_wrong_passphrase_offers_no_backup(rig: Rig) -> None:
    rig.unlock("falsch")
    page = rig.shown(UnlockPage)
    assert page.problem.isVisible()
    assert not page.way_on.isVisible()
    assert page.restore.isVisible()


def test_from_the_settings_the_book_is_closed_restored_and_locked(made: MadeProfile, rig: Rig) -> None:
    rig.unlock()
    rig.open("settings", {"section": "backup"})
    section = rig.shown(BackupSection)
    section.table.go_to(1)
    press(section.restore)
    dialog = dialog_of(rig)
    assert dialog.table.current_id() == 1, "the backup chosen there"
    assert "wird dafür geschlossen" in words_in(dialog.facts)
    carry_out(rig, dialog)
    page = rig.shown(UnlockPage)
    assert rig.station.open is None
    assert "02.03.2026 10:12 ist zurückgespielt" in page.reason.text()
    assert "aside/20260302-1" in page.reason.text()
    assert not [d for d in rig.window.findChildren(RestoreDialog) if d.isVisible()]
    rig.unlock()
    rig.station.lock()
    assert last_names(made) == {"Erste"}
    newest = profiles.list_backups(made.profile)[0]
    assert newest.reason == "restore"
    assert newest.rows is not None
    assert newest.rows["party"] == 3, "the state before can be brought back the same way"


def test_leaving_the_dialog_of_the_settings_leaves_the_book_open(rig: Rig) -> None:
    rig.unlock()
    rig.open("settings", {"section": "backup"})
    press(rig.shown(BackupSection).restore)
    QTest.keyClick(dialog_of(rig), Qt.Key.Key_Escape)
    rig.settle()
    assert rig.station.open is not None
    assert rig.shown(BackupSection).isVisible()


@pytest.mark.parametrize("place", ["unlock", "settings"])
def test_a_wrong_passphrase_keeps_everything_and_says_so(made: MadeProfile, rig: Rig, place: str) -> None:
    if place == "settings":
        rig.unlock()
        rig.open("settings", {"section": "backup"})
        press(rig.shown(BackupSection).restore)
        dialog = dialog_of(rig)
    else:
        dialog = opened(rig)
    carry_out(rig, dialog, passphrase="falsch")
    dialog = dialog_of(rig)
    assert "(wrong-key)" in words_in(dialog.problem)
    assert dialog.passphrase.line.text() == "falsch"
    assert QApplication.focusWidget() is dialog.passphrase.line
    assert not put_aside(made)
    assert last_names(made) == {"Erste", "Zweite", "Dritte"}
    carry_out(rig, dialog)
    assert last_names(made) == {"Erste", "Zweite"}


def test_the_recovery_code_opens_too_and_nothing_goes_without_a_secret(made: MadeProfile, rig: Rig) -> None:
    dialog = opened(rig)
    QTest.keyClick(dialog.passphrase.line, Qt.Key.Key_Return)
    assert dialog.passphrase.message.isVisible()
    assert not dialog.problem.isVisible()
    dialog.switch.clicked.emit()
    dialog.code.line.setText(made.recovery[:-1])
    QTest.keyClick(dialog.code.line, Qt.Key.Key_Return)
    rig.settle()
    assert "(recovery-code-length)" in words_in(dialog.problem)
    dialog.code.line.setText(made.recovery)
    QTest.keyClick(dialog.code.line, Qt.Key.Key_Return)
    rig.settle()
    assert last_names(made) == {"Erste", "Zweite"}


def choose_elsewhere(rig: Rig, dialog: RestoreDialog, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_more: (str(file), "")))
    dialog.other.clicked.emit()
    rig.settle()


def test_another_file_heads_the_list_and_comes_back(
    made: MadeProfile, rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made.unlock() as book:
        add_person(book, "Stick")
        saved = profiles.backup(made.profile, book, tmp_path / "stick")
        made.clock.advance(timedelta(minutes=1))
    dialog = opened(rig)
    choose_elsewhere(rig, dialog, saved.file, monkeypatch)
    assert [row[2] for row in cells(dialog)] == ["4", "2", "1"]
    assert saved.file.name in words_in(dialog.facts)
    carry_out(rig, dialog)
    assert last_names(made) == {"Erste", "Zweite", "Dritte", "Stick"}


@pytest.mark.parametrize("kind", ["no backup", "foreign", "gone"])
def test_a_file_that_is_no_backup_of_this_profile_is_refused(
    made: MadeProfile, rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    file, code = tmp_path / "brief.bdbook", "backup-bad"
    if kind == "no backup":
        file.write_bytes(b"Sehr geehrte Damen und Herren" * 999)
    elif kind == "foreign":
        other = make_profile(tmp_path, name="Anderes")
        with other.unlock() as book:
            file, code = profiles.backup(other.profile, book, tmp_path / "stick").file, "book-foreign"
    before = (made.profile.folder / "book.db").read_bytes()
    dialog = opened(rig)
    choose_elsewhere(rig, dialog, file, monkeypatch)
    if kind == "gone":
        assert "(backup-missing)" in words_in(dialog.problem)
        assert len(cells(dialog)) == 2, "the list stays"
        return
    if kind == "no backup":
        assert "fehlt die Beschreibung" in words_in(dialog.facts)
    carry_out(rig, dialog)
    assert f"({code})" in words_in(dialog.problem)
    assert (made.profile.folder / "book.db").read_bytes() == before
    assert not put_aside(made)


def test_a_remembered_device_asks_nothing_until_its_key_store_fails(tmp_path: Path, qapp: QApplication) -> None:
    vault = memory_vault()
    made = make_profile(tmp_path, vault=vault, remember=True)
    fill(made)
    with workstation(tmp_path, profile=made.profile, clock=made.clock) as rig:
        dialog = rig.station.door.show_restore(made.profile)
        rig.settle()
        assert not dialog.passphrase.isVisible()
        press(dialog.primary)
        rig.settle()
        assert "(key-store-absent)" in words_in(dialog.problem)
        assert dialog.passphrase.isVisible()
        assert QApplication.focusWidget() is dialog.passphrase.line
        dialog.reject()
        rig.station.door._vault = vault
        dialog = rig.station.door.show_restore(made.profile)
        rig.settle()
        press(dialog.primary)
        rig.settle()
        assert "ist zurückgespielt" in rig.shown(UnlockPage).reason.text()
    assert last_names(made) == {"Erste", "Zweite"}


def test_a_second_instance_is_told(made: MadeProfile, rig: Rig) -> None:
    dialog = opened(rig)
    with made.unlock():
        carry_out(rig, dialog)
        assert "(book-in-use)" in words_in(dialog.problem)


def test_it_cannot_be_left_while_it_works(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = opened(rig)
    orders: list[object] = []
    dialog.wanted.disconnect()
    dialog.wanted.connect(orders.append)
    dialog.passphrase.line.setText(PASSPHRASE)
    press(dialog.primary)
    assert PASSPHRASE not in repr(orders)
    dialog.submit()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert len(orders) == 1
    assert not dialog.primary.isEnabled()
    dialog.failed("nichts")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_without_a_backup_it_says_so_and_waits_for_a_file(tmp_path: Path, qapp: QApplication) -> None:
    made = make_profile(tmp_path)
    with workstation(tmp_path, profile=made.profile, clock=made.clock) as rig:
        dialog = opened(rig)
        assert dialog.none.isVisible()
        assert not dialog.table.isVisible()
        assert not dialog.primary.isEnabled()


@pytest.mark.parametrize(
    ("language", "mode", "percent"), [("de", Mode.LIGHT, 100), ("xx", Mode.DARK, 150), ("xx", Mode.LIGHT, 100)]
)
def test_every_control_is_named_translated_reached_and_fits(rig: Rig, language: str, mode: Mode, percent: int) -> None:
    set_look(rig, language=language, mode=mode, percent=percent)
    rig.window.resize(1366, 768)
    page = rig.shown(UnlockPage)
    page.failed("⟦x⟧", way_on=True)
    assert not unnamed(rig.window)
    page.toggle_recovery()
    dialog = opened(rig)
    for by_code in (False, True):
        if by_code:
            dialog.switch.clicked.emit()
            dialog.failed("⟦x⟧")
            rig.settle()
        assert not unnamed(dialog)
        assert dialog.height() <= rig.window.height() + 48
        reached = tab_walk(dialog)
        field: Any = dialog.code if by_code else dialog.passphrase
        for control in (dialog.table, dialog.other, field.line, dialog.switch, dialog.primary, dialog.cancel):
            assert control in reached, control
        if language == "xx":
            data = {"Makler Weber", "BrokerDesk"}
            assert not [w for w in untranslated(dialog) if w.partition(": ")[2] not in data and ".bdbook" not in w]
    assert isinstance(dialog, Dialog)
