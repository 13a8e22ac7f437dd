"""Dialogs of the customer's page: contract, claim, person of the household, contract overview."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtPrintSupport import QPrinter

from brokerdesk.models.values.names import PartyName
from brokerdesk.ui.dialogs.claim import ClaimDialog
from brokerdesk.ui.dialogs.contract import ContractDialog
from brokerdesk.ui.dialogs.contract_fields import ObjectsField
from brokerdesk.ui.dialogs.overview_preview import OverviewPreview
from brokerdesk.ui.dialogs.person import LeaveDialog, PersonDialog
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.widgets.buttons import Button
from tests.support.customer_pages import CustomerRoom
from tests.support.qt import unnamed

pytestmark = pytest.mark.gui


def test_a_new_contract_with_a_new_insurer_is_made_and_shown(room: CustomerRoom) -> None:
    before = {c.id for c in room.desk.contracts.of_customer(room.card().id)}
    room.page.commands.new_contract()
    room.settle()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, ContractDialog)
    assert unnamed(dialog) == []
    dialog.save()
    assert dialog.form.summary.isVisible(), "insurer and line are needed"
    form = dialog.form
    form["insurer"].set_value("Seewind Assekuranz")
    form["line"].set_value("household")
    form["product"].set_value("Hausrat Plus")
    form["premium_gross_cents"].line.setText("45,50")
    form["frequency"].set_value("quarterly")
    form["start"].line.setText("1.1.27")
    form["main_due"].line.setText("1.1.")
    form["risks"].set_value([{"kind": "contents", "label": "Drosselweg 4"}])
    form.changed.emit()
    assert "182,00" in form["premium_gross_cents"].message.text()
    dialog.save()
    room.settle()
    made = next(c for c in room.desk.contracts.of_customer(room.card().id) if c.id not in before)
    assert (made.insurer, made.product, made.premium_year_cents) == ("Seewind Assekuranz", "Hausrat Plus", 18_200)
    assert (made.start, made.main_due, made.objects) == (date(2027, 1, 1), "01-01", ("Drosselweg 4",))
    assert room.page.commands.dialog is None
    record = room.page.record
    assert record is not None and made.id in {c.id for c in record.contracts}
    assert room.desk.contracts.card(made.id).line_basis == "manual"


def test_an_existing_contract_opens_with_its_facts_and_changes_what_was_typed(room: CustomerRoom) -> None:
    row = room.desk.contracts.of_customer(room.card().id)[0]
    room.page.deck.overview.table.contract_opened.emit(row.id)
    room.settle()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, ContractDialog)
    assert dialog.form.changed_values() == {}
    assert dialog.form["insurer"].text() == row.insurer
    dialog.form["number"].set_value("NEU-1")
    dialog.form["end"].set_value(date(1999, 1, 1))
    dialog.save()
    room.settle()
    assert dialog.isVisible() and "Ablauf" in dialog.form["end"].message.text(), (
        "a reversed period is refused at its field"
    )
    dialog.form["end"].set_value(None)
    dialog.save()
    room.settle()
    card = room.desk.contracts.card(row.id)
    assert card.number == "NEU-1" and card.product == row.product
    history = room.desk.history.of_customer(room.card().id)
    assert {e.field for e in history[0].edits} == {"number"}


def test_a_high_dialog_keeps_its_buttons_in_the_window_at_150_percent(room: CustomerRoom) -> None:
    room.office.place.kit.theme.set_percent(150)
    row = room.desk.contracts.of_customer(room.card().id)[0]
    room.page.deck.overview.table.contract_opened.emit(row.id)
    room.settle()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, ContractDialog)
    window = QRect(room.window.mapToGlobal(QPoint(0, 0)), room.window.size())
    for button in dialog.findChildren(Button):
        if button.text() and button.isVisible():
            assert window.contains(QRect(button.mapToGlobal(QPoint(0, 0)), button.size())), button.text()
    dialog.reject()
    room.office.place.kit.theme.set_percent(100)


def test_insured_objects_keep_what_deliveries_told_of_them(kit: Kit) -> None:
    field = ObjectsField(kit, "customer.field.risks")
    car, twin = (
        {"kind": "vehicle", "label": "K-AB  12", "vin": "V1"},
        {"kind": "vehicle", "label": "K-AB  12", "vin": "V2"},
    )
    nameless, hall = {"kind": "premises", "zip": "20099"}, {"kind": "premises", "label": "Halle", "sum_cents": 5}
    given = [nameless, car, twin, hall]
    field.set_value(given)
    assert field.value() == given, "nothing was typed, nothing changes"
    field.area.setPlainText("K-AB 12\nK-AB 12\nHalle 2")
    assert field.value() == [car, twin, hall | {"label": "Halle 2"}, nameless], "a corrected line keeps its facts"
    field.area.setPlainText("Halle\nNeu")
    assert field.value() == [hall, {"kind": "other", "label": "Neu"}, nameless]
    field.area.setPlainText("")
    assert field.value() == [nameless] and not field.is_empty()


def test_a_claim_is_reported_and_changed(room: CustomerRoom) -> None:
    contract = room.desk.contracts.of_customer(room.card().id)[0]
    room.page.commands.new_claim(contract.id)
    dialog = room.page.commands.dialog
    assert isinstance(dialog, ClaimDialog)
    assert unnamed(dialog) == []
    dialog.form["occurred_on"].line.setText("3.11.26")
    dialog.form["description"].set_value("Fahrrad gestohlen")
    dialog.save()
    room.settle()
    claim = next(
        c for c in room.desk.contracts.claims_of_customer(room.card().id) if c.description == "Fahrrad gestohlen"
    )
    assert claim.occurred_on == date(2026, 11, 3) and claim.contract_id == contract.id
    room.page.show_section("claims")
    room.page.commands.open_claim(claim.id)
    dialog = room.page.commands.dialog
    assert isinstance(dialog, ClaimDialog)
    dialog.form["status"].set_value("closed")
    dialog.form["paid_cents"].line.setText("1.250,00")
    dialog.save()
    room.settle()
    changed = next(c for c in room.desk.contracts.claims_of_customer(room.card().id) if c.id == claim.id)
    assert (changed.status, changed.paid_cents) == ("closed", 125_000)


def test_a_person_joins_becomes_a_customer_and_leaves(room: CustomerRoom) -> None:
    before = {p.party_id for p in room.card().household}
    room.page.commands.add_person()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, PersonDialog)
    dialog.form["first_name"].set_value("Jonte")
    dialog.form["relation"].set_value("child")
    dialog.form["birth_date"].line.setText("1.5.17")
    dialog.save()
    room.settle()
    person = next(p for p in room.card().household if p.party_id not in before and p.first_name == "Jonte")
    assert (person.relation, person.birth_date, person.is_customer) == ("child", date(2017, 5, 1), False)
    room.page.deck.household.role_wanted.emit(person.party_id)
    room.settle()
    assert next(p for p in room.card().household if p.party_id == person.party_id).is_customer
    room.page.deck.household.leaving.emit(person.party_id)
    leave = room.page.commands.dialog
    assert isinstance(leave, LeaveDialog)
    leave.save()
    room.settle()
    assert next(p for p in room.card().household if p.party_id == person.party_id).until == date(2026, 11, 21)
    record = room.page.record
    assert record is not None and person.party_id not in {p.party_id for p in record.people}


def known_dialog(room: CustomerRoom, words: str) -> PersonDialog:
    """The dialog after a search among those who are in the book."""
    room.page.commands.add_person()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, PersonDialog)
    room.bot.mouseClick(dialog.way._segments["known"], Qt.MouseButton.LeftButton)
    assert dialog.finder.search.hasFocus() or dialog.focusWidget() is dialog.finder.search
    room.bot.keyClicks(dialog.finder.search, words)
    room.bot.waitUntil(lambda: dialog.finder.model.rowCount() > 0, timeout=5000)
    return dialog


def test_somebody_of_the_book_joins_by_the_keyboard_and_undo_takes_it_back(room: CustomerRoom) -> None:
    before = room.card().household
    made = [
        room.desk.customers.create(
            values={"first_name": "Xaver", "last_name": "Quittenbaum", "birth_date": born, "city": city}
        ).value
        for born, city in ((date(1950, 1, 2), "Bonn"), (date(1981, 3, 14), "Köln"))
    ]
    dialog = known_dialog(room, "quitten")
    assert not dialog.leaves.isVisible() and not dialog.form["first_name"].isVisible()
    assert unnamed(dialog) == []
    shown = [[dialog.finder.model.cell_at(row, column).text for column in range(3)] for row in range(2)]
    assert shown == [["Quittenbaum, Xaver", "02.01.1950", "Bonn"], ["Quittenbaum, Xaver", "14.03.1981", "Köln"]]
    room.bot.keyClick(dialog.finder.search, Qt.Key.Key_Return)
    assert dialog.isVisible() and "wählen" in dialog.finder.words.text(), "nobody is chosen yet"
    room.bot.keyClick(dialog.finder.search, Qt.Key.Key_Down)
    room.bot.keyClick(dialog.finder.table, Qt.Key.Key_Down)
    room.bot.keyClick(dialog.finder.table, Qt.Key.Key_Return)
    assert dialog.focusWidget() is dialog.form["relation"].editor
    dialog.form["relation"].set_value("sibling")
    room.bot.keyClick(dialog, Qt.Key.Key_Return)
    room.settle()
    joined = next(p for p in room.card().household if p.party_id == made[1])
    assert joined.relation == "sibling" and made[0] not in {p.party_id for p in room.card().household}
    assert room.office.notices.said[-1] == "Quittenbaum, Xaver gehört jetzt zum Haushalt"
    record = room.page.record
    assert record is not None and made[1] in {p.party_id for p in record.people}
    undo = room.office.notices.undo
    assert undo is not None
    undo()
    room.settle()
    assert room.card().household == before


def test_the_dialog_says_which_household_somebody_leaves_and_offers_nobody_twice(room: CustomerRoom) -> None:
    desk = room.desk
    mother = desk.customers.create(values={"first_name": "Ida", "last_name": "Quittenbaum"}).value
    child = desk.households.add_person(
        mother, name=PartyName(first_name="Ole", last_name="Quittenbaum"), relation="child"
    ).value
    dialog = known_dialog(room, "quitten")
    dialog.finder.choose(child)
    assert dialog.leaves.isVisible()
    assert "Quittenbaum, Ole verlässt damit heute den Haushalt Quittenbaum" in dialog.leaves._label.text()
    dialog.form["relation"].set_value("child")
    dialog.save()
    room.settle()
    assert {p.party_id: p.until for p in desk.customers.card(mother).household} == {
        mother: None,
        child: date(2026, 11, 21),
    }
    dialog = known_dialog(room, "quitten")
    assert [dialog.finder.model.row_at(row).party_id for row in range(dialog.finder.model.rowCount())] == [mother]
    dialog.way.set_current("new")
    dialog.way.chosen.emit("new")
    assert dialog.form["first_name"].isVisible() and not dialog.leaves.isVisible()
    dialog.save()
    assert dialog.form.summary.isVisible(), "a new person needs a name"
    dialog.reject()


def test_the_preview_shows_the_real_pages_saves_and_prints_them(room: CustomerRoom, tmp_path: Path) -> None:
    room.page.commands.overview()
    room.settle()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, OverviewPreview)
    assert dialog.pages() >= 1 and dialog.print_button.isEnabled()
    assert unnamed(dialog) == []
    words = dialog.document.getAllText(0).text()
    assert room.card().name.last_name in words and "Gesamtbeitrag" in words
    dialog.without_premiums.click()
    room.settle()
    assert "Gesamtbeitrag" not in dialog.document.getAllText(0).text()
    target = tmp_path / "übersicht.pdf"
    dialog.write_to(target)
    room.settle()
    assert target.read_bytes().startswith(b"%PDF")
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    dialog.print_on(printer)
    assert (tmp_path / "paper.pdf").stat().st_size > 10_000
    dialog.write_to(tmp_path / "missing" / "x.pdf")
    room.settle()
    assert room.office.notices.problems[-1].code == "overview-not-saved"
    dialog.reject()
