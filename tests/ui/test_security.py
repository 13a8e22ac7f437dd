"""The way in and out of a book: assistant, unlocking, recovery, locking, idle, second instance, the end of the program."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from brokerdesk.core.clock import SystemClock
from brokerdesk.services import profiles
from brokerdesk.ui.forms.choices import CheckField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.settings.page import NumberField, PlainSection
from brokerdesk.ui.security.first_run import FirstRunPage
from brokerdesk.ui.security.unlock import PassphraseField, UnlockPage
from tests.support.books import PASSPHRASE, QUICK, add_person, folders_in
from tests.support.fake_keyring import absent_vault, memory_vault
from tests.support.journey import (
    Rig,
    every_page,
    everybody,
    first_run,
    furnish,
    make_book,
    press,
    shared,
    words_in,
    workstation,
)
from tests.support.qt import tab_walk

pytestmark = [pytest.mark.gui, pytest.mark.slow]
OTHER = "ganz andere Worte"


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    profile = make_book(folders_in(tmp_path), fill=lambda desk: furnish(desk, customers=8))
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as made:
        yield made


def names(rig: Rig) -> list[str]:
    """The last names of all customers."""
    with rig.desk.book.read() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT last_name FROM party WHERE last_name > ''")]


def left_texts(rig: Rig) -> str:
    """Every text of every widget that still exists, after what asked to go has gone."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()
    return "\n".join(words_in(widget) for widget in QApplication.topLevelWidgets())


def open_files(folder: Path) -> list[str]:
    """Files below a folder that this process holds open."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found


def test_locking_leaves_no_name_no_handle_and_no_key(rig: Rig) -> None:
    known = names(rig)
    folder = rig.desk.book.folder
    book = rig.desk.book
    for _name, _page in every_page(rig):
        pass
    rig.place.actions.trigger("shell.palette")
    shared(rig).invite([r.id for r in rig.desk.customers.rows(everybody(rig))[:3]])
    rig.settle()
    before = left_texts(rig)
    assert sum(name in before for name in known) > 2
    rig.place.actions.trigger("window.lock")
    page = rig.shown(UnlockPage)
    after = left_texts(rig)
    assert not [name for name in known if name in after]
    assert rig.station.open is None
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [rig.window]
    if sys.platform == "linux":
        assert open_files(folder) == []
    with pytest.raises(Exception, match="bug"):
        book.with_key(bytes)
    assert "gesperrt" in words_in(page).lower()
    rig.unlock()
    assert sorted(names(rig)) == sorted(known)
    assert rig.window.frame.stack.current_id() == "customers"


def test_a_write_that_waits_is_finished_before_the_lock(rig: Rig) -> None:
    gate, desk = threading.Event(), rig.desk

    def slow() -> object:
        gate.wait(5)
        return desk.customers.create_short(name="Erste Eile", email="erste@kunde.example")

    rig.place.write(slow, receiver=rig.window)
    rig.place.write(
        lambda: desk.customers.create_short(name="Zweite Eile", email="zweite@kunde.example"), receiver=rig.window
    )
    gate.set()
    rig.station.lock()
    rig.unlock()
    assert names(rig).count("Eile") == 2


def test_an_idle_window_locks_and_says_why(rig: Rig) -> None:
    watch = rig.station.open.idle
    assert watch is not None
    watch.look()
    assert rig.station.open is not None
    QTest.keyClick(rig.window, Qt.Key.Key_Shift)
    watch._last = QDateTime.currentMSecsSinceEpoch() - 10 * 60_000 + 30_000
    watch.look()
    assert rig.station.open is not None
    watch._last -= 30_000
    watch.look()
    assert rig.station.open is None
    assert "10 Minuten" in rig.shown(UnlockPage).reason.text()
    rig.unlock()
    assert rig.station.open is not None


def test_idle_minutes_count_from_the_moment_they_are_set(rig: Rig) -> None:
    rig.open("settings", {"section": "security"})
    fields = rig.shown(PlainSection).fields
    minutes, switch = fields["idle_minutes"], fields["lock_when_idle"]
    assert isinstance(minutes, NumberField)
    minutes.line.setText("3")
    minutes.left.emit()
    assert rig.station.open.idle._limit_ms == 3 * 60_000
    minutes.line.setText("999")
    minutes.left.emit()
    assert minutes.problem()
    assert rig.desk.settings.get("idle_minutes") == 3
    assert isinstance(switch, CheckField)
    switch.box.setChecked(False)
    assert rig.station.open.idle is None
    switch.box.setChecked(True)
    assert rig.station.open.idle is not None


def test_a_wrong_passphrase_keeps_the_page_and_says_so(rig: Rig) -> None:
    rig.station.lock()
    rig.unlock("falsch")
    page = rig.shown(UnlockPage)
    assert rig.station.open is None
    assert "(wrong-key)" in words_in(page.problem)
    assert page.passphrase.line.text() == "falsch"
    assert page.button.isEnabled()
    rig.unlock()
    assert rig.station.open is not None


def test_the_recovery_code_sets_a_new_passphrase(tmp_path: Path, qapp: QApplication) -> None:
    with workstation(tmp_path) as rig:
        code = first_run(rig)
        rig.station.lock()
        page = rig.shown(UnlockPage)
        page.forgotten.clicked.emit()
        for typed, fails in ((code[:-1], True), (code.lower(), False)):
            page.code.line.setText(typed)
            page.fresh.line.setText(OTHER)
            page.submit()
            rig.until(lambda: rig.station.open is not None or page.problem.isVisible(), "the recovery")
            assert (rig.station.open is None) is fails
            if fails:
                assert "(recovery-code-" in words_in(page.problem)
        rig.settle()
        rig.station.lock()
        rig.unlock(OTHER)
        assert rig.station.open is not None


def test_the_assistant_refuses_with_sentences_and_keeps_what_was_typed(tmp_path: Path, qapp: QApplication) -> None:
    with workstation(tmp_path) as rig:
        page = rig.shown(FirstRunPage)
        press(page.next)
        assert page.pages.currentIndex() == 0
        page.name.line.setText("con")
        press(page.next)
        page.passphrase.line.setText(" mit Blanks ")
        page.again.line.setText("anders")
        press(page.next)
        assert "verschieden" in words_in(page.problem)
        page.again.line.setText(" mit Blanks ")
        QTest.keyClick(page.again.line, Qt.Key.Key_Return)
        rig.until(page.problem.isVisible, "the refusal")
        assert "(profile-name-invalid)" in words_in(page.problem)
        press(page.back)
        page.name.line.setText("Makler Weber")
        press(page.next)
        press(page.next)
        rig.until(lambda: page.pages.currentIndex() == 2, "the profile")
        assert page.passphrase.line.text() == ""
        sheet = tmp_path / "Blatt.pdf"
        page.sheet_wanted.emit(str(sheet))
        rig.until(sheet.exists, "the sheet")
        page.sheet_wanted.emit(str(tmp_path / "fehlt" / "Blatt.pdf"))
        rig.until(page.problem.isVisible, "the sheet cannot be saved")
        assert "(recovery-sheet-not-saved)" in words_in(page.problem)
        page.typed.line.setText(page.code.text()[:-2])
        press(page.next)
        rig.until(lambda: "(recovery-code-length)" in words_in(page.problem), "the wrong code")
        page.typed.line.setText(page.code.text())
        press(page.next)
        rig.until(lambda: rig.station.open is not None, "the book opens")
        rig.settle()
        rig.station.lock()
        rig.unlock(" mit Blanks ")
        assert rig.station.open is not None, "blanks around a passphrase belong to it"


def test_blanks_of_a_passphrase_survive_leaving_the_field(tmp_path: Path, qapp: QApplication) -> None:
    with workstation(tmp_path) as rig:
        page = rig.shown(FirstRunPage)
        page.name.line.setText("x")
        press(page.next)
        page.passphrase.line.setText(" mit Blanks ")
        page.passphrase.check()
        assert page.passphrase.line.text() == " mit Blanks "


def test_the_eye_of_a_passphrase_is_reached_by_the_keyboard_and_grows_with_the_text(kit: Kit, qtbot: QtBot) -> None:
    field = PassphraseField(kit, "security.passphrase")
    qtbot.addWidget(field)
    field.show()
    assert tab_walk(field) == [field.line, field.eye]
    small = field.eye.width()
    QTest.keyClick(field.eye, Qt.Key.Key_Space)
    assert field.line.echoMode() == QLineEdit.EchoMode.Normal
    assert field.eye.accessibleName() == kit.texts("security.hide")
    QTest.keyClick(field.eye, Qt.Key.Key_Space)
    assert field.line.echoMode() == QLineEdit.EchoMode.Password
    assert field.eye.accessibleName() == kit.texts("security.show")
    kit.theme.set_percent(150)
    assert field.eye.width() == round(small * 1.5)
    kit.theme.set_percent(100)


def test_a_remembered_device_opens_at_once_and_a_lost_key_store_says_why(tmp_path: Path, qapp: QApplication) -> None:
    folders, vault = folders_in(tmp_path), memory_vault()
    made = profiles.create_profile(
        folders, "Weber", passphrase=PASSPHRASE, clock=SystemClock(), vault=vault, remember=True, cost=QUICK
    )
    with workstation(tmp_path, start=False) as rig:
        rig.station.door._vault = vault
        rig.station.start()
        rig.until(lambda: rig.station.open is not None, "the key store opens the book")
        rig.settle()
    with workstation(tmp_path, profile=made.profile, start=False) as rig:
        rig.station.door._vault = absent_vault()
        rig.station.start()
        page = rig.shown(UnlockPage)
        rig.until(page.problem.isVisible, "the sentence")
        assert "(key-store" in words_in(page.problem)
        rig.unlock()
        assert rig.station.open is not None


def test_a_second_instance_is_refused_with_a_sentence(rig: Rig, tmp_path: Path) -> None:
    with workstation(tmp_path, profile=rig.station.door.profile) as second:
        second.unlock()
        assert second.station.open is None
        assert "(book-in-use)" in words_in(second.shown(UnlockPage).problem)
    add_person(rig.desk.book, "Danach")
    assert "Danach" in names(rig)


def test_several_profiles_without_a_last_one_are_offered(tmp_path: Path, qapp: QApplication) -> None:
    folders = folders_in(tmp_path)
    for name in ("Erster", "Zweiter"):
        make_book(folders, name)
    (folders.config / "profiles.json").unlink()
    with workstation(tmp_path) as rig:
        page = rig.shown(UnlockPage)
        assert [page.profile.combo.itemText(n) for n in range(page.profile.combo.count())] == ["Erster", "Zweiter"]
        page.profile.set_value(str(folders.data.absolute() / "profiles" / "Zweiter"))
        rig.unlock()
        assert rig.station.door.profile.name == "Zweiter"
        rig.station.lock()
        rig.shown(UnlockPage).new.clicked.emit()
        first = rig.shown(FirstRunPage)
        press(first.back)
        assert rig.shown(UnlockPage).isVisible()


def test_the_window_stands_where_it_stood(tmp_path: Path, qapp: QApplication) -> None:
    profile = make_book(folders_in(tmp_path))
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as rig:
        rig.window.setGeometry(40, 30, 1200, 700)
        QApplication.processEvents()
        before = rig.window.geometry()
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as rig:
        now = rig.window.geometry()
        assert (now.top(), now.height()) == (
            before.top(),
            before.height(),
        )  # the test screen is narrower than the window


def test_closing_ends_every_thread_and_frees_the_book(tmp_path: Path, qapp: QApplication) -> None:
    profile = make_book(folders_in(tmp_path), fill=lambda desk: furnish(desk, customers=4))
    before = {t.ident for t in threading.enumerate()}
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as rig:
        for _name, _page in every_page(rig):
            pass
        rig.window.close()
        assert rig.station.open is None
    assert not [t for t in threading.enumerate() if t.ident not in before and not t.daemon]
    if sys.platform == "linux":
        assert open_files(profile.folder) == []
    profiles.unlock(profile, clock=SystemClock(), vault=absent_vault(), passphrase=PASSPHRASE, cost=QUICK).close()
