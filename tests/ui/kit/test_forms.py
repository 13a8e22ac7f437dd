"""Fields give checked values, are quiet while typing and clear on leaving; forms list every problem."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCalendarWidget
from pytestqt.qtbot import QtBot

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.contact import EMAIL_INVALID
from brokerdesk.ui.forms.choices import CheckField, Choice, RadioField, SearchField
from brokerdesk.ui.forms.date_field import DateField
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.forms.text_fields import EmailField, IbanField, MoneyField, NoteField, PhoneField
from brokerdesk.ui.kit import Kit
from tests.ui.kit.gallery import TODAY

pytestmark = pytest.mark.gui


def _form(kit: Kit, qtbot: QtBot) -> Form:
    form = Form(kit)
    form.add_row(name=LineField(kit, "gallery.name", required=True), email=EmailField(kit, "gallery.email"))
    form.add_row(iban=IbanField(kit, "gallery.iban"), amount=MoneyField(kit, "gallery.amount"))
    form.add_row(
        born=DateField(kit, "gallery.date", today=lambda: TODAY, birth=True), phone=PhoneField(kit, "gallery.phone")
    )
    form.add_row(note=NoteField(kit, "gallery.note"), agree=CheckField(kit, "gallery.check"))
    qtbot.addWidget(form)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    return form


def _type(field: LineField, text: str) -> None:
    field.line.clear()
    QTest.keyClicks(field.line, text)


def test_values_are_checked_and_spelled(kit: Kit, qtbot: QtBot) -> None:
    form = _form(kit, qtbot)
    for name, typed, value, shown in (
        ("name", " Moewe ", "Moewe", "Moewe"),
        ("email", "Anna@Example.ORG", "Anna@example.org", "Anna@example.org"),
        ("iban", "de89370400440532013000", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
        ("amount", "1234,5", 123450, "1.234,50"),
        ("born", "140381", date(1981, 3, 14), "14.03.1981"),
        ("phone", "0171 39200140", "+4917139200140", "+49 171 39200140"),
    ):
        field = form[name]
        assert isinstance(field, LineField)
        _type(field, typed)
        assert field.check(), name
        assert (field.value(), field.line.text()) == (value, shown)
    assert form.check()
    assert form.values()["amount"] == 123450


def test_quiet_while_typing_clear_on_leaving(kit: Kit, qtbot: QtBot) -> None:
    form = _form(kit, qtbot)
    field = form["email"]
    assert isinstance(field, EmailField)
    field.line.setFocus()
    QTest.keyClicks(field.line, "anna@")
    assert not field.message.isVisible()
    form["name"].setFocus()
    qtbot.waitUntil(field.message.isVisible)
    assert field.line.property("state") == "error"
    assert "unvollständig" in field.message.text()
    assert field.line.accessibleDescription() == field.message.text()
    QTest.keyClicks(field.line, "example.org")
    assert not field.message.isVisible()
    assert field.line.property("state") == ""


def test_an_empty_required_field_is_named_on_saving_only(kit: Kit, qtbot: QtBot) -> None:
    form = _form(kit, qtbot)
    form["name"].setFocus()
    form["email"].setFocus()
    assert not form["name"].message.isVisible()
    _type(form["amount"], "12.34")  # type: ignore[arg-type]
    assert not form.check()
    words = [link.text() for link in form.summary._links]
    assert len(words) == 2
    assert "Kunde" in words[0]
    assert "Betrag" in words[1]
    assert "2 Angaben" in form.summary._title.text()
    qtbot.waitUntil(lambda: form.focusWidget() is form["name"].editor)
    with pytest.raises(KnownError):
        form.values()


def test_refusal_of_a_service_is_shown_at_its_field(kit: Kit, qtbot: QtBot) -> None:
    form = _form(kit, qtbot)
    form.set_problem("email", KnownError(EMAIL_INVALID))
    assert form["email"].message.isVisible()
    assert len(form.summary._links) == 1


def test_dirty_means_different_from_what_was_shown(kit: Kit, qtbot: QtBot) -> None:
    form = _form(kit, qtbot)
    told: list[int] = []
    form.changed.connect(lambda: told.append(1))
    form.set_values({"name": "Möwe", "amount": 5, "born": TODAY, "unknown": 1})
    assert not form.is_dirty()
    assert not told
    QTest.keyClicks(form["name"].editor, "x")
    assert form.is_dirty()
    assert told
    form.mark_saved()
    assert not form.is_dirty()


def test_iban_is_grouped_around_the_caret_and_names_its_bank(kit: Kit, qtbot: QtBot) -> None:
    field = IbanField(kit, "gallery.iban")
    qtbot.addWidget(field)
    field.show()
    QTest.keyClicks(field.line, "DE89370400440532013")
    field.line.setCursorPosition(4)
    QTest.keyClicks(field.line, "7")
    assert field.line.text() == "DE89 7370 4004 4053 2013"
    assert field.line.cursorPosition() == 6
    QTest.keyClick(field.line, Qt.Key.Key_Backspace)
    field.line.end(False)
    QTest.keyClicks(field.line, "000")
    assert field.value() == "DE89370400440532013000"
    assert "Commerzbank" in field.message.text()
    field.line.setText("DE88 3704 0044 0532 0130 00")
    assert not field.check()
    assert "Prüfziffer" in field.message.text()


def test_date_field_understands_and_opens_its_calendar(kit: Kit, qtbot: QtBot) -> None:
    field = DateField(kit, "gallery.date", today=lambda: TODAY)
    qtbot.addWidget(field)
    field.show()
    for typed, value in (
        ("h", TODAY),
        ("m", date(2026, 11, 22)),
        ("+14", date(2026, 12, 5)),
        ("1.2.27", date(2027, 2, 1)),
    ):
        _type(field, typed)
        assert field.check()
        assert field.value() == value
    QTest.keyClick(field.line, Qt.Key.Key_F4)
    calendar = field._popup.findChild(QCalendarWidget)  # type: ignore[union-attr]
    assert calendar.selectedDate() == QDate(2027, 2, 1)
    calendar.activated.emit(QDate(2027, 2, 9))
    assert field.line.text() == "09.02.2027"
    kit.texts.set_language("nl")
    assert field.line.text() == "09-02-2027"
    kit.texts.set_language("de")
    _type(field, "31.2.27")
    assert not field.check()


def test_long_choice_is_searchable_and_keeps_to_its_answers(kit: Kit, qtbot: QtBot) -> None:
    field = Choice(kit, "gallery.choice", [(f"k{n}", f"Versicherer {n}") for n in range(11)])
    qtbot.addWidget(field)
    field.show()
    assert field.value() is None
    assert field.combo.isEditable()
    field.set_value("k7")
    line = field.combo.lineEdit()
    assert line is not None
    assert line.text() == "Versicherer 7"
    line.setText("nonsense")
    line.editingFinished.emit()
    assert (field.value(), line.text()) == ("k7", "Versicherer 7")
    line.setText("versicherer 3")
    line.editingFinished.emit()
    assert field.value() == "k3"
    field.set_options([("k3", "Drei")])
    assert (field.value(), field.combo.isEditable()) == ("k3", False)
    field.set_value("newer")
    assert (field.value(), field.combo.currentText()) == ("newer", ""), "a key this program does not know is not lost"
    field.set_options([("k3", "Drei"), ("newer", "Neuer")])
    assert field.combo.currentText() == "Neuer"


def test_the_editor_of_a_searchable_choice_leaves_its_arrow_free_at_every_text_size(kit: Kit, qtbot: QtBot) -> None:
    many = [(f"k{n}", f"Versicherer {n}") for n in range(11)]
    field = Choice(kit, "gallery.choice", many)
    qtbot.addWidget(field)
    field.show()
    for percent in (100, 150, 200, 100):
        kit.theme.set_percent(percent)
        field.resize(field.sizeHint())
        field.set_options(many[:3])
        field.set_options(many)  # a new editor
        line = field.combo.lineEdit()
        assert line is not None
        assert field.combo.width() - line.geometry().right() > kit.u(10 + 14), percent
        assert line.height() >= kit.u(24), percent


def test_radio_and_check(kit: Kit, qtbot: QtBot) -> None:
    radio = RadioField(kit, "gallery.form", [("du", "gallery.du"), ("sie", "gallery.sie")], required=True)
    check = CheckField(kit, "gallery.check")
    for widget in (radio, check):
        qtbot.addWidget(widget)
        widget.show()
    assert radio.value() is None
    assert not radio.check()
    radio.set_value("sie")
    assert radio.value() == "sie"
    assert radio.check()
    QTest.mouseClick(check.box, Qt.MouseButton.LeftButton)
    assert check.value() is True


def test_search_field_follows_clears_and_leaves(kit: Kit, qtbot: QtBot) -> None:
    field = SearchField(kit, "gallery.search")
    qtbot.addWidget(field)
    field.show()
    words, down = [], []
    field.searched.connect(words.append)
    field.go_down.connect(lambda: down.append(1))
    field.type_text("mü")
    QTest.keyClicks(field, "l")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert (words, down) == (["mü", "mül", ""], [1])


def test_amount_follows_the_language(kit: Kit, qtbot: QtBot) -> None:
    field = MoneyField(kit, "gallery.amount")
    qtbot.addWidget(field)
    field.set_value(123456)
    kit.texts.set_language("en")
    assert field.line.text() == "1,234.56"
    assert field.value() == 123456
    kit.texts.set_language("de")
    assert field.line.text() == "1.234,56"
