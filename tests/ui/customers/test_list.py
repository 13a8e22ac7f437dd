"""The customer list: rows, order, search, chips, app column, refresh by committed changes, reading pane, keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brokerdesk.models.values.paging import Filter, ListQuery, SortKey
from brokerdesk.models.values.states import AppState
from brokerdesk.ui.actions.catalogue import MENUS, SHELL_ACTIONS
from brokerdesk.ui.actions.spec import faults
from brokerdesk.ui.app_status import LOOKS
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customers.actions import CUSTOMER_ACTIONS
from brokerdesk.ui.pages.customers.views import FILTERS, VIEWS
from tests.support.desks import demo_desk, office
from tests.support.qt import make_kit, unnamed, untranslated
from tests.ui.customers.conftest import Room, open_room

pytestmark = pytest.mark.gui


def test_the_catalogue_of_commands_is_fit() -> None:
    assert faults([*SHELL_ACTIONS, *CUSTOMER_ACTIONS], MENUS) == []


def test_the_model_passes_the_tester_while_the_list_changes(room: Room) -> None:
    tester = QAbstractItemModelTester(room.page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    room.page.filters.set_filter("zip", "5")
    room.settle()
    room.page.show_view("registered")
    room.settle()
    room.desk.customers.archive(room.rows()[0].id)
    room.settle()
    room.page.show_view("all")
    room.settle()
    assert room.page.model.rowCount() == len(room.desk.customers.keys(ListQuery()))
    del tester


@pytest.mark.feature("S1.07", "S1.08")
def test_the_list_shows_what_the_service_says(room: Room) -> None:
    keys = list(room.desk.customers.keys(ListQuery(sort=(SortKey("name"),))))
    assert list(room.page.model.all_ids()) == keys
    assert room.rows() == room.desk.customers.rows(keys)
    registered = room.first(AppState.REGISTERED)
    day = room.office.place.kit.texts.day(registered.app_since)  # type: ignore[arg-type]
    assert room.cell(registered.id, "app") == f"Registriert am {day}"
    assert room.cell(room.first(AppState.DATA_MISSING).id, "app") == "E-Mail fehlt"


@pytest.mark.feature("S1.29")
def test_contracts_in_the_app_are_told_with_their_total(room: Room) -> None:
    row = next(r for r in room.rows() if r.contracts_released and r.contracts_released < r.contracts_own)
    column = next(i for i, c in enumerate(room.page.model.columns) if c.key == "released")
    cell = room.page.model.cell_at(room.page.model.row_of(row.key), column)
    assert (cell.text, cell.rest) == (str(row.contracts_released), f"von {row.contracts_own}")
    assert cell.icon == "device-mobile"


@pytest.mark.feature("S1.09")
def test_every_sortable_column_sorts_as_the_service_does(room: Room) -> None:
    header = room.page.table.horizontalHeader()
    sortable = [(i, c.sort) for i, c in enumerate(room.page.model.columns) if c.sort]
    assert {sort for _, sort in sortable} == {"name", "place", "app", "released", "premium", "number"}
    for logical, column in sortable:
        header.sectionClicked.emit(logical)
        room.settle()
        now = room.page.model.sorted_by()
        assert now is not None and now.column == column
        assert list(room.page.model.all_ids()) == list(room.desk.customers.keys(ListQuery(sort=(now,))))


def test_typing_in_the_list_searches_and_escape_shows_all(room: Room) -> None:
    everyone = room.names()
    room.page.table.setFocus()
    room.page.table.keyboardSearch("brom")
    room.settle()
    assert room.page.filters.search.text() == "brom"
    assert room.names() and all("Brombeer" in name for name in room.names())
    room.bot.keyClick(room.page.filters.search, Qt.Key.Key_Escape)
    room.settle()
    assert room.names() == everyone


def test_the_search_finds_a_contract_number(room: Room) -> None:
    row = next(r for r in room.rows() if r.contracts_own)
    number = next(c.number for c in room.desk.contracts.of_customer(row.id) if c.number)
    room.page.filters.search.setText(number)
    room.settle()
    assert row.name in room.names()


def test_chips_filter_and_are_taken_off_one_by_one(room: Room) -> None:
    told: list[str] = []
    room.page.counted.connect(told.append)
    room.page.filters.set_filter("zip", "5")
    room.page.filters.set_filter("app_group", "registered")
    room.settle()
    assert room.rows() and all(r.zip.startswith("5") for r in room.rows())
    assert all(r.app_state is AppState.REGISTERED for r in room.rows())
    total = len(room.desk.customers.keys(ListQuery()))
    assert told[-1] == f"{len(room.rows())} von {total} Kunden"
    room.page.filters.remove("app_group")
    room.settle()
    assert room.page.model.query.filters == (Filter("zip", "starts", "5"),)
    room.page.filters.clear()
    room.settle()
    assert len(room.rows()) == total
    assert len(room.desk.customers.keys(ListQuery())) == total


def test_a_chip_is_removed_by_its_delete_key_and_the_focus_goes_on(room: Room) -> None:
    room.page.filters.set_filter("zip", "5")
    room.settle()
    names = room.names()
    chip = room.page.filters._chips["zip"]
    chip.setFocus()
    room.bot.keyClick(chip, Qt.Key.Key_Delete)
    room.settle()
    assert room.page.filters.filters() == ()
    assert room.page.filters.add.hasFocus()
    assert set(names) < set(room.names()), "Delete on a chip is not Delete on a customer"


def test_every_filter_can_be_asked_and_answered(room: Room) -> None:
    for key in FILTERS:
        _ask_and_answer(room, key)
        room.page.filters.clear()


def _ask_and_answer(room: Room, key: str) -> None:
    room.page.filters.ask(key, room.page.filters.add)
    popup = room.page.filters.popup
    spec = FILTERS[key]
    if spec.choices is not None:
        options = spec.choices(room.desk, room.office.place.kit.texts)
        popup.field.set_value(options[0][0])  # type: ignore[union-attr]
    else:
        popup.field.line.setText({"city": "Kö", "zip": "50", "premium": "1.000,00"}[key])  # type: ignore[union-attr]
    popup._take()  # type: ignore[union-attr]
    room.settle()
    wanted = room.page.filters.filters()
    assert len(wanted) == 1
    assert list(room.page.model.all_ids()) == list(
        room.desk.customers.keys(ListQuery(filters=wanted, sort=(SortKey("name"),)))
    )
    assert room.page.filters._chips[key].text().strip()


def test_an_amount_that_is_none_keeps_the_popup_open(room: Room) -> None:
    room.page.filters.ask("premium", room.page.filters.add)
    popup = room.page.filters.popup
    popup.field.line.setText("viel")  # type: ignore[union-attr]
    popup._take()  # type: ignore[union-attr]
    assert popup is not None and popup.isVisible()
    assert room.page.filters.filters() == ()


def test_shipped_views(room: Room) -> None:
    for view in VIEWS:
        room.page.show_view(view.key)
        room.settle()
        wanted = ListQuery(filters=view.filters, sort=(SortKey("name"),))
        assert list(room.page.model.all_ids()) == list(room.desk.customers.keys(wanted)), view.key


@pytest.mark.feature("S1.02", "S1.03", "S1.08", "S2.53")
def test_the_action_of_the_cell_queues_an_invitation_and_the_cell_follows(room: Room) -> None:
    row = room.first(AppState.NOT_INVITED)
    room.select(row)
    room.page.table.acted.emit(row.key, "invite")
    room.settle()
    assert room.cell(row.id, "app") == "Vorgemerkt 09:00"
    assert room.desk.invitations.block(row.id).waiting_operation == "invitation.submit"
    assert room.desk.customers.card(row.id).contracts_released == row.contracts_own
    assert room.office.notices.said == [f"Einladung vorgemerkt, freigegebene Verträge: {row.contracts_own}"]
    assert room.page.pane.facts is not None and room.page.pane.facts.block.state is AppState.WAITING
    assert room.office.notices.undo is not None
    room.office.notices.undo()
    room.settle()
    assert room.cell(row.id, "app") == "Nicht eingeladen"
    assert room.desk.customers.card(row.id).contracts_released == 0


@pytest.mark.feature("S1.15", "S1.13", "S1.14")
def test_inviting_again_keeps_the_first_date_and_can_be_withdrawn(room: Room) -> None:
    row = room.first(AppState.INVITED)
    first = room.desk.invitations.block(row.id).first_invited_at
    room.page.commands.act("resend", row.id)
    room.settle()
    room.page.commands.act("resend", row.id)
    room.settle()
    assert room.cell(row.id, "app").startswith("Vorgemerkt")
    assert room.desk.invitations.block(row.id).first_invited_at == first
    room.page.commands.act("withdraw", room.first(AppState.WAITING).id)
    room.settle()
    assert room.cell(row.id, "app").startswith("Eingeladen am")


@pytest.mark.feature("S1.04", "S1.05")
def test_missing_data_open_the_dialog_at_the_address(room: Room) -> None:
    row = room.first(AppState.DATA_MISSING)
    room.page.commands.act("complete", row.id)
    room.settle()
    dialog = room.page.commands.dialog
    assert dialog is not None and dialog.form is not None and dialog.form.facts.email_problem  # type: ignore[union-attr]
    assert not dialog.primary.isEnabled()  # type: ignore[union-attr]
    dialog.reject()


@pytest.mark.feature("S1.17")
def test_a_registered_customer_offers_no_invitation(room: Room) -> None:
    row = room.first(AppState.REGISTERED)
    column = next(i for i, c in enumerate(room.page.model.columns) if c.key == "app")
    assert room.page.model.cell_at(room.page.model.row_of(row.key), column).action == ""
    room.select(row)
    actions = room.office.place.actions
    assert not actions["customer.invite"].isEnabled()
    assert actions.reason("customer.invite") == "schon registriert"


@pytest.mark.feature("S2.25", "S1.06")
def test_the_row_menu_offers_everything_and_says_why_not(room: Room) -> None:
    row = room.first(AppState.DATA_MISSING)
    room.page.table.open_menu(room.page.model.row_of(row.key), QPoint(20, 20))
    menu = room.page.table.popup
    shown = {a.objectName(): a for a in menu.actions() if not a.isSeparator()}  # type: ignore[union-attr]
    assert {"customer.open", "customer.invite", "customer.overview", "customer.edit", "customer.archive"} <= set(shown)
    assert not shown["customer.invite"].isEnabled()
    assert "E-Mail fehlt" in shown["customer.invite"].toolTip()
    assert "E-Mail fehlt" in shown["customer.mail"].toolTip()
    menu.close()  # type: ignore[union-attr]


def test_the_menu_of_a_row_that_is_not_ticked_speaks_about_that_row(room: Room) -> None:
    rows = room.rows()
    room.page.model.checked.replace([rows[0].key, rows[1].key])
    room.settle()
    room.page.table.open_menu(5, QPoint(20, 20))
    menu = room.page.table.popup
    archive = next(a for a in menu.actions() if a.objectName() == "customer.archive")  # type: ignore[union-attr]
    archive.trigger()
    menu.close()  # type: ignore[union-attr]
    room.settle()
    assert room.office.notices.said == ["Kunde archiviert"]
    assert rows[5].id not in {r.id for r in room.rows()}
    assert {rows[0].id, rows[1].id} <= {r.id for r in room.rows()}
    assert room.page.ticked_ids() == [rows[0].id, rows[1].id]


def test_names_keep_room_when_the_list_is_narrow(room: Room) -> None:
    place = next(i for i, c in enumerate(room.page.model.columns) if c.key == "place")
    for width in (960, 640):  # the pane goes first, then the list may be narrower
        room.window.resize(width, 640)
        room.settle()
    assert room.page.table.isColumnHidden(place)
    room.page.memory.save_columns()
    room.settle()
    assert "place" not in room.desk.settings.get("customer_columns")["hidden"]
    room.window.resize(1190, 640)
    room.settle()
    assert not room.page.table.isColumnHidden(place)


def test_a_change_of_another_record_keeps_current_row_ticks_and_scroll(room: Room) -> None:
    table, model = room.page.table, room.page.model
    room.window.resize(1190, 420)
    room.settle()
    rows = room.rows()
    table.go_to(20)
    model.checked.replace([rows[3].key, rows[25].key])
    scroll = table.verticalScrollBar().value()
    assert scroll > 0
    room.desk.customers.edit(rows[20].id, values={"city": "Neustadt"})
    room.settle()
    assert "Neustadt" in room.cell(rows[20].id, "place")
    room.desk.customers.archive(rows[30].id)
    room.settle()
    assert rows[30].name not in room.names() or room.names().count(rows[30].name) < [r.name for r in rows].count(
        rows[30].name
    )
    assert table.current_id() == rows[20].key
    assert model.checked.ids() == {rows[3].key, rows[25].key}
    assert table.verticalScrollBar().value() == scroll


def test_a_large_change_asks_everything_again(room: Room) -> None:
    with room.desk.book.work() as unit:
        unit.connection.exec_driver_sql("UPDATE party SET city = 'Irgendwo' WHERE is_customer")
        unit.everything.add("party")
        unit.commit()
    room.settle()
    assert {r.city for r in room.rows()} == {"Irgendwo"}


def test_a_quiet_field_repaints_only_its_row(room: Room) -> None:
    asked: list[int] = []
    room.page.model.asked.connect(lambda: asked.append(1))
    room.desk.customers.edit(room.rows()[2].id, values={"notes": "ruft zurück"})
    room.settle()
    assert asked == []
    room.desk.customers.edit(room.rows()[2].id, values={"last_name": "Aaal"})
    room.settle()
    assert asked


def test_the_selection_bar_counts_invites_and_sums(room: Room) -> None:
    sums: list[tuple[str, str]] = []
    room.page.summed.connect(lambda a, b: sums.append((a, b)))
    rows = room.rows()[:4]
    room.page.model.checked.replace([r.key for r in rows])
    room.settle()
    bar = room.page.panel.bar
    assert bar.isVisible()
    total = sum(r.premium_year_cents for r in rows)
    assert sums[-1] == ("Summe Auswahl", room.office.place.kit.texts.cents(total, unit=True))
    texts = [b.text() for b in bar._buttons]
    assert "4 Kunden einladen …" in texts
    assert room.page.ticked_ids() == [r.id for r in rows]
    bar.cleared.emit()
    room.settle()
    assert not bar.isVisible() and sums[-1] == ("", "")


def test_archiving_several_is_one_step_with_one_undo(room: Room) -> None:
    before = room.names()
    rows = room.rows()[:3]
    room.page.model.checked.replace([r.key for r in rows])
    room.office.place.actions.trigger("customer.archive")
    room.settle()
    assert len(room.names()) == len(before) - 3
    assert room.office.notices.said == ["3 Kunden archiviert"]
    assert room.office.notices.undo is not None
    room.office.notices.undo()
    room.settle()
    assert room.names() == before


def test_the_reading_pane_shows_the_current_customer(room: Room) -> None:
    row = next(r for r in room.rows() if r.contracts_own > 2 and not r.is_organisation)
    room.select(row)
    pane = room.page.pane
    card = room.desk.customers.card(row.id)
    assert pane.isVisible() and pane.facts is not None and pane.facts.card.id == row.id
    assert pane._name.full_text() == card.name.full
    other = room.rows()[-1]
    for step in room.rows():
        room.page.table.set_current_id(step.key)
    room.settle()
    assert pane.facts.card.id == other.id


def test_the_pane_is_built_anew_only_for_other_facts(room: Room) -> None:
    row = next(r for r in room.rows() if not r.is_organisation)
    room.select(row)
    body = room.page.pane._body
    room.page.pane.refresh()
    room.settle()
    assert room.page.pane._body is body, "nothing changed"
    room.desk.customers.edit(row.id, values={"phone": "+49 221 4710147"})
    room.settle()
    assert room.page.pane._body is not body
    assert room.page.pane.facts is not None and room.page.pane.facts.card.phone == "+492214710147"


def test_the_rows_are_painted_before_the_pane_is_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    table, pane = room.page.table, room.page.pane
    paint, read = table._rows.paint_rows, pane.show_customer
    monkeypatch.setattr(table._rows, "paint_rows", lambda *a: (order.append("rows"), paint(*a))[1])
    monkeypatch.setattr(pane, "show_customer", lambda party_id: (order.append("pane"), read(party_id))[1])
    room.page.model.loaded.connect(lambda _: order.append("loaded"))
    room.page.filters.search.setText("a")
    room.settle()
    assert "rows" in order[order.index("loaded") : order.index("pane")], order
    assert pane.facts is not None and pane.facts.card.id == room.rows()[0].id


def test_quick_buttons_hand_over_to_the_system(room: Room) -> None:
    heard: list[str] = []

    class Handler(QObject):
        """Stands for the system's programs for these addresses."""

        @Slot("QUrl")
        def take(self, url: object) -> None:
            heard.append(url.toString())  # type: ignore[attr-defined]

    handler = Handler()
    row = next(r for r in room.rows() if r.has_email)
    room.desk.customers.edit(row.id, values={"mobile": "+4915123456789"})
    room.select(row)
    room.page.pane.refresh()
    room.settle()
    QDesktopServices.setUrlHandler("tel", handler, "take")
    QDesktopServices.setUrlHandler("mailto", handler, "take")
    try:
        room.page.pane._call.click()
        room.page.pane._mail.click()
    finally:
        QDesktopServices.unsetUrlHandler("tel")
        QDesktopServices.unsetUrlHandler("mailto")
    card = room.desk.customers.card(row.id)
    assert heard == [f"tel:{card.mobile}", f"mailto:{card.email}"]


def test_narrow_windows_leave_out_the_pane_and_say_why(room: Room) -> None:
    room.window.resize(920, 640)
    room.settle()
    assert not room.page.pane.isVisible()
    assert not room.page.head.pane.isEnabled()
    room.window.resize(1190, 640)
    room.settle()
    assert room.page.pane.isVisible()
    room.page.head.pane.click()
    room.settle()
    assert not room.page.pane.isVisible()
    assert room.desk.settings.get("reading_pane") is False


def test_columns_are_remembered(room: Room, qtbot: QtBot) -> None:
    table = room.page.table
    table.columns.set_hidden("place", hidden=True)
    table.columns.set_hidden("adviser", hidden=False)
    room.page.memory.save_columns()
    room.settle()
    again = open_room(qtbot, room.office)
    shown = again.page.table.columns.as_dict()["hidden"]
    assert "place" in shown and "adviser" not in shown


def test_enter_and_double_click_open_the_customer(room: Room) -> None:
    row = room.rows()[2]
    room.page.table.go_to(2, 1)
    room.bot.keyClick(room.page.table, Qt.Key.Key_Return)
    room.page.table.doubleClicked.emit(room.page.model.index(1, 1))
    assert room.office.visits.places == [("customer", {"id": row.id}), ("customer", {"id": room.rows()[1].id})]


@pytest.mark.feature("S1.03")
def test_a_whole_invitation_by_keyboard_only(room: Room) -> None:
    """Search, go down, along to the column KundenApp, Enter; the cell then says what waits."""
    row = room.first(AppState.NOT_INVITED)
    search, table = room.page.filters.search, room.page.table
    search.setFocus()
    room.bot.keyClicks(search, row.name.split(",")[0])
    room.settle()
    room.bot.keyClick(search, Qt.Key.Key_Down)
    assert table.hasFocus()
    while table.current_id() != row.key:
        room.bot.keyClick(table, Qt.Key.Key_Down)
    app = next(i for i, c in enumerate(room.page.model.columns) if c.key == "app")
    while table.currentIndex().column() != app:
        room.bot.keyClick(table, Qt.Key.Key_Right)
    room.bot.keyClick(table, Qt.Key.Key_Return)
    room.settle()
    assert room.desk.invitations.block(row.id).state is AppState.WAITING


def test_a_book_without_customers_offers_a_way_to_begin(qtbot: QtBot, kit: Kit, tmp_path: Path) -> None:
    with demo_desk(tmp_path / "book", customers=0) as desk, office(kit, desk) as around:
        room = open_room(qtbot, around)
        shown = [b.text() for b in _visible_buttons(room)]
        assert "Kunde anlegen …" in shown and "GDV-Datei importieren …" in shown
        next(b for b in _visible_buttons(room) if b.text() == "GDV-Datei importieren …").click()
        assert around.visits.places == [("import", {})]
        desk.customers.create_short(name="Anna Beispiel", email="anna@beispiel.example")
        room.settle()
        assert room.names() == ["Beispiel, Anna"]


def test_nothing_that_matches_offers_to_clear(room: Room) -> None:
    room.page.filters.search.setText("gibt es bestimmt nicht")
    room.settle()
    assert room.rows() == []
    next(b for b in _visible_buttons(room) if b.text() == "Filter entfernen").click()
    room.settle()
    assert room.rows() and room.page.filters.search.text() == ""


def test_an_unpaired_book_says_why_nobody_can_be_invited(qtbot: QtBot, kit: Kit, tmp_path: Path) -> None:
    with demo_desk(tmp_path / "book", customers=5, paired=False, states=False) as desk, office(kit, desk) as around:
        room = open_room(qtbot, around)
        row = next(r for r in room.rows() if r.app_state is AppState.NOT_INVITED)
        room.page.commands.act("invite", row.id)
        room.settle()
        dialog = room.page.commands.dialog
        assert dialog is not None and dialog.primary is None  # type: ignore[union-attr]
        assert desk.invitations.block(row.id).state is AppState.NOT_INVITED
        dialog.reject()


def test_every_state_has_a_look_and_every_word_exists(kit: Kit) -> None:
    assert set(LOOKS) == set(AppState)
    for state, look in LOOKS.items():
        assert kit.texts.has(f"customers.app.word.{state.value}")
        assert look.action is None or kit.texts.has(f"customers.app.action.{look.action.value}")


def test_every_control_has_a_name(room: Room) -> None:
    room.page.filters.set_filter("zip", "5")
    room.page.model.checked.replace([r.key for r in room.rows()[:3]])
    room.settle()
    assert unnamed(room.window) == []


@pytest.mark.parametrize("view", ["all", "none"])
def test_nothing_is_left_untranslated(qtbot: QtBot, tmp_path: Path, qapp: QApplication, view: str) -> None:
    with demo_desk(tmp_path / "book", customers=12) as desk, office(make_kit(language="xx"), desk) as around:
        room = open_room(qtbot, around)
        if view == "none":
            room.page.filters.search.setText("gibt es nicht")
        else:
            room.page.model.checked.replace([r.key for r in room.rows()[:3]])
        room.settle()
        assert [t for t in untranslated(room.window) if not _is_data(t, room)] == []


def _is_data(found: str, room: Room) -> bool:
    """Whether a shown text is what stands in the book: names, numbers, products, insurers, the search words."""
    text = found.split(": ", 1)[1]
    facts = room.page.pane.facts
    known = {"gibt es nicht", *(r.name for r in room.rows())}
    if facts is not None:
        card = facts.card
        known |= {card.name.full, card.email or "", card.mobile or "", card.phone or "", facts.block.product}
        known |= {p.name for p in card.household}
        known |= {c.insurer for c in facts.contracts}
    return any(word and word in text for word in known)


def _visible_buttons(room: Room) -> list[object]:
    from brokerdesk.ui.widgets.buttons import Button

    return [b for b in room.page.findChildren(Button) if b.isVisible()]
