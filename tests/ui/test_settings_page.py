"""The settings: what is chosen counts at once and stays; office, advisers, keys and backups really change the book."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from brokerdesk.core.clock import SystemClock
from brokerdesk.services import profiles
from brokerdesk.services.settings import SETTINGS
from brokerdesk.ui.forms.choices import CheckField, Choice
from brokerdesk.ui.pages.settings.office import AdvisersSection, OfficeSection
from brokerdesk.ui.pages.settings.page import PlainSection
from brokerdesk.ui.pages.settings.portal import PortalSection
from brokerdesk.ui.pages.settings.security import BackupSection, KeysSection
from brokerdesk.ui.security.unlock import UnlockPage
from tests.support.books import PASSPHRASE, QUICK, folders_in
from tests.support.fake_keyring import absent_vault
from tests.support.journey import Rig, furnish, make_book, press, words_in, workstation

pytestmark = [pytest.mark.gui, pytest.mark.slow]


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    profile = make_book(folders_in(tmp_path), fill=lambda desk: desk.settings.set("sync_automatically", False))
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as made:
        yield made


def test_every_declared_setting_stands_in_its_section(rig: Rig) -> None:
    found = set()
    for section in ("appearance", "language", "security", "exchange"):
        rig.open("settings", {"section": section})
        found |= set(rig.shown(PlainSection).fields)
    assert found == {name for name, spec in SETTINGS.items() if spec.section != "hidden"}


def test_navigation_and_reading_pane_follow_at_once(rig: Rig) -> None:
    rig.window.resize(1366, 768)
    page = rig.open("customers")
    rig.settle()
    assert page.pane.isVisible()
    rig.open("settings", {"section": "appearance"})
    fields = rig.shown(PlainSection).fields
    for name in ("navigation_collapsed", "reading_pane"):
        box = fields[name]
        assert isinstance(box, CheckField)
        box.box.click()
    rig.settle()
    assert rig.window.frame.navigation.collapsed
    rig.open("customers")
    assert not page.pane.isVisible()


def test_language_and_colours_change_at_once_and_stay(rig: Rig) -> None:
    rig.open("settings", {"section": "language"})
    language = rig.shown(PlainSection).fields["language"]
    assert isinstance(language, Choice)
    language.combo.setCurrentIndex(language.combo.findData("en"))
    language.combo.activated.emit(language.combo.currentIndex())
    rig.settle()
    assert rig.kit.texts.language == "en"
    assert language.value() == "en"
    assert "Language" in words_in(rig.window)
    page = rig.open("settings", {"section": "appearance"})
    theme = rig.shown(PlainSection).fields["theme"]
    assert isinstance(theme, Choice)
    theme.combo.setCurrentIndex(theme.combo.findData("dark"))
    theme.combo.activated.emit(theme.combo.currentIndex())
    assert rig.kit.theme.mode.value == "dark"
    assert page.place() == {"section": "appearance"}
    rig.station.lock()
    rig.unlock()
    assert rig.desk.settings.get("language") == "en"
    assert (rig.kit.texts.language, rig.kit.theme.mode.value) == ("en", "dark")


def test_switching_automatic_exchange_off_stops_the_timer(rig: Rig) -> None:
    rig.open("settings", {"section": "exchange"})
    switch = rig.shown(PlainSection).fields["sync_automatically"]
    assert isinstance(switch, CheckField)
    timer = rig.place.extras["gateway"]._timer
    assert not timer.isActive()
    switch.box.setChecked(True)
    assert timer.isActive()
    switch.box.setChecked(False)
    assert not timer.isActive()


def test_the_office_and_an_adviser_are_kept(rig: Rig) -> None:
    rig.open("settings", {"section": "office"})
    office = rig.shown(OfficeSection)
    press(office.save)
    assert office.form.summary.isVisible(), "a name is needed"
    office.form["name"].line.setText("Maklerbüro Beispielhain")
    office.form["email"].line.setText("post@beispielhain.example")
    press(office.save)
    rig.settle()
    assert rig.desk.office.profile()["name"] == "Maklerbüro Beispielhain"
    rig.open("settings", {"section": "advisers"})
    advisers = rig.shown(AdvisersSection)
    advisers.form["code"].line.setText("100")
    advisers.form["name"].line.setText("Alina Weberling")
    advisers.form["phone"].line.setText("0221 5550101")
    press(advisers.save)
    rig.settle()
    assert [a.name for a in rig.desk.office.advisers()] == ["Alina Weberling"]
    assert advisers.model.rowCount() == 1


def test_choosing_an_adviser_keeps_address_and_phone(rig: Rig) -> None:
    rig.desk.office.save_adviser(code="100", name="Alina", email="a@beispielhain.example", phone="+4922155501")
    rig.open("settings", {"section": "advisers"})
    section = rig.shown(AdvisersSection)
    rig.until(lambda: section.model.rowCount() == 1, "the adviser")
    section.table.go_to(0)
    section.form["name"].line.setText("Alina Weberling")
    press(section.save)
    rig.settle()
    with rig.desk.book.read() as connection:
        row = connection.exec_driver_sql("SELECT name, email, phone FROM adviser").one()
    assert tuple(row) == ("Alina Weberling", "a@beispielhain.example", "+4922155501")


def test_pairing_says_what_is_wrong_and_keeps_what_was_typed(rig: Rig) -> None:
    rig.open("settings", {"section": "exchange"})
    section = rig.shown(PortalSection)
    press(section.pair)
    assert section.form.summary.isVisible()
    section.form["url"].line.setText("http://127.0.0.1:9")
    section.form["code"].line.setText("ABCD-EFGH")
    press(section.pair)
    rig.until(section.problem.isVisible, "the sentence")
    assert section.form["code"].line.text() == "ABCD-EFGH"
    assert "(" in words_in(section.problem)
    assert section.pair.isEnabled()


def test_the_passphrase_is_changed(rig: Rig) -> None:
    rig.open("settings", {"section": "security"})
    section = rig.shown(KeysSection)
    fields = {name: section.form[name] for name in ("old", "new", "again")}
    fields["old"].line.setText("falsch")
    for name in ("new", "again"):
        fields[name].line.setText("neue Worte am Fluss")
    press(section.change)
    rig.settle()
    assert "(wrong-key)" in words_in(rig.window)
    fields["old"].line.setText(PASSPHRASE)
    press(section.change)
    rig.settle()
    assert fields["new"].line.text() == ""
    rig.station.lock()
    rig.unlock()
    assert rig.shown(UnlockPage).problem.isVisible()
    rig.unlock("neue Worte am Fluss")
    assert rig.station.open is not None


def test_a_device_without_key_store_unticks_the_box_and_says_why(rig: Rig) -> None:
    rig.open("settings", {"section": "security"})
    section = rig.shown(KeysSection)
    section.device.box.setChecked(True)
    rig.settle()
    assert "(key-store-absent)" in words_in(rig.window)
    assert section.device.value() is False


def test_a_backup_is_made_listed_and_opens(rig: Rig, tmp_path: Path) -> None:
    furnish(rig.desk, customers=3)
    rig.open("settings", {"section": "backup"})
    section = rig.shown(BackupSection)
    press(section.now)
    rig.until(lambda: section.model.rowCount() == 1, "the backup")
    section._run(tmp_path / "anderswo")
    rig.settle()
    (file,) = (f for f in (tmp_path / "anderswo").rglob("*") if f.is_file() and f.stat().st_size > 10_000)
    profile = rig.station.door.profile
    rig.station.lock()
    done = profiles.restore(profile, file, clock=SystemClock(), vault=absent_vault(), passphrase=PASSPHRASE)
    assert done
    profiles.unlock(profile, clock=SystemClock(), vault=absent_vault(), passphrase=PASSPHRASE, cost=QUICK).close()
