"""The page of one customer: opening, sums, editing, drafts, undo, the eye, refresh, accessibility, languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from brokerdesk.models.values.states import AppState, Origin
from brokerdesk.ui.actions.catalogue import MENUS, SHELL_ACTIONS
from brokerdesk.ui.actions.spec import faults
from brokerdesk.ui.pages.customer.actions import CUSTOMER_ACTIONS
from brokerdesk.ui.pages.customer.contract_groups import by_insurer, by_line, month_cents, sums
from brokerdesk.ui.pages.customer.section_list import SECTIONS
from brokerdesk.ui.pages.customers.actions import CUSTOMER_ACTIONS as SHARED_ACTIONS
from brokerdesk.ui.tables.columns import RowKind
from tests.support.customer_pages import CustomerRoom, everyone, open_customer_room, rich
from tests.support.desks import demo_desk, office
from tests.support.qt import make_kit, tab_walk, unnamed, untranslated

pytestmark = pytest.mark.gui


def test_the_commands_of_the_page_are_fit_and_all_handled(room: CustomerRoom) -> None:
    assert faults([*SHELL_ACTIONS, *SHARED_ACTIONS, *CUSTOMER_ACTIONS], MENUS) == []
    registry = room.office.place.actions
    assert not [a for a in registry.unhandled() if a.startswith("detail.")]


def test_opening_shows_the_customer_and_his_sections(room: CustomerRoom) -> None:
    card = room.card()
    assert room.page.head._name.full_text() == card.name.full
    assert room.page.place() == {"id": card.id, "section": "overview"}
    for key in SECTIONS:
        room.page.show_section(key)
        room.settle()
        assert room.page.deck.current() == (key if key in room.page._sections else "overview")
    assert not room.office.notices.problems


def test_the_position_in_the_list_and_the_way_to_the_neighbours(room: CustomerRoom) -> None:
    rows = everyone(room.desk)
    room.office.place.extras["customer_keys"] = [r.key for r in rows]
    room.show(rows[5].id)
    assert room.page.head._place.text() == f"6 von {len(rows)}"
    room.page.wishes.step(1)
    room.settle()
    assert room.office.visits.places[-1] == ("customer", {"id": rows[6].id, "section": "overview"})


def test_groups_carry_subtotals_and_the_sum_leaves_third_party_contracts_out(room: CustomerRoom) -> None:
    record = room.page.record
    assert record is not None
    table, texts = room.page.deck.overview.table, room.office.place.kit.texts
    own = [c for c in record.live if c.origin != Origin.THIRD_PARTY]
    expected = sum(month_cents(c) or 0 for c in own)
    assert sums(record.live).month_cents == expected
    assert record.foreign > 0
    model = table.contracts
    premium = next(i for i, c in enumerate(model.columns) if c.key == "premium")
    kinds = [model.kind_of(r) for r in range(model.rowCount())]
    assert kinds[0] is RowKind.GROUP and kinds[-1] is RowKind.SUM
    assert model.cell_at(model.rowCount() - 1, premium).text == texts.cents(expected, unit=True)
    assert "ohne Fremdvertrag" in model.cell_at(model.rowCount() - 1, 0).rest
    groups = by_line(record.live, room.desk.lines)
    assert sum(sums(g.rows).month_cents for g in groups) == expected
    assert sum(sums(g.rows).month_cents for g in by_insurer(record.live)) == expected
    assert [c for g in groups for c in g.rows] != [] and sum(len(g.rows) for g in groups) == len(record.live)


def test_grouping_by_person_shows_the_household(room: CustomerRoom) -> None:
    overview = room.page.deck.overview
    tester = QAbstractItemModelTester(overview.table.contracts, QAbstractItemModelTester.FailureReportingMode.Fatal)
    record = room.page.record
    assert record is not None
    with_contracts = {p.party_id for p in record.people if p.contracts or p.party_id == record.card.id}
    for key in ("person", "insurer", "line"):
        overview.grouping._segments[key].click()
        groups = overview.groups()
        assert groups
        if key == "person":
            assert {g.key for g in groups} <= with_contracts | {record.card.id}
        overview.table.contracts.toggle(groups[0].key)
        overview.table.contracts.toggle(groups[0].key)
    del tester


@pytest.mark.feature("S2.54", "S1.29")
def test_the_eye_toggles_the_release_and_waits_for_the_portal(room: CustomerRoom) -> None:
    record = room.page.record
    assert record is not None
    contract = next(c for c in record.live if c.origin != Origin.THIRD_PARTY and not c.release_pending)
    room.page.deck.overview.table.eye_wanted.emit(contract.id)
    room.settle()
    after = next(c for c in room.desk.contracts.of_customer(record.card.id) if c.id == contract.id)
    assert after.released is not contract.released
    table = room.page.deck.overview.table
    row = next(
        r for r in range(table.contracts.rowCount()) if getattr(table.contracts.row_at(r), "id", "") == contract.id
    )
    eye = next(i for i, c in enumerate(table.contracts.columns) if c.key == "eye")
    assert table.contracts.cell_at(row, eye).icons[0].icon == "clock"
    assert "Portal" in table.contracts.cell_at(row, eye).words()
    undo = room.office.notices.undo
    assert undo is not None
    undo()
    room.settle()
    back = next(c for c in room.desk.contracts.of_customer(record.card.id) if c.id == contract.id)
    assert back.released is contract.released


def test_edit_and_save_changes_only_what_was_typed_and_can_be_undone(room: CustomerRoom) -> None:
    before = room.card()
    form = room.begin()
    form["profession"].line.setText("Imkerin")
    form["profession"]._on_edited()
    assert form.changed_values() == {"profession": "Imkerin"}
    room.bot.keyClick(form["profession"].line, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert room.card().profession == "Imkerin"
    assert room.page.deck.master.form is None
    assert room.office.notices.said[-1] == "Stammdaten gespeichert"
    undo = room.office.notices.undo
    assert undo is not None
    undo()
    room.settle()
    assert room.card() == before


def test_every_field_of_person_and_company_round_trips(room: CustomerRoom) -> None:
    company = next(r for r in everyone(room.desk) if r.is_organisation)
    for party_id in (room.page.place()["id"], company.id):
        room.show(party_id)
        form = room.begin()
        assert form.changed_values() == {}, "an untouched form changes nothing"
        assert form.check()
        room.page.deck.master.cancel()
        room.settle()


def test_a_wrong_iban_says_what_is_wrong_and_saves_nothing(room: CustomerRoom) -> None:
    before = room.card()
    form = room.begin()
    form["iban"].line.setText("DE89 3704 0044 05")
    room.page.deck.master.save()
    room.settle()
    assert room.card() == before
    assert form.summary.isVisible()
    assert "22" in form["iban"].message.text()
    form["iban"].line.setText("DE88 3704 0044 0532 0130 00")
    room.page.deck.master.save()
    assert "Prüfziffer" in form["iban"].message.text()


def test_a_draft_survives_and_comes_back_with_a_banner(qtbot: QtBot, room: CustomerRoom) -> None:
    party_id = room.page.place()["id"]
    form = room.begin()
    form["iban"].line.setText("DE89 3704 00")
    form["first_name"].line.setText("Halbfertig")
    advisers = [a.id for a in room.desk.office.advisers()]
    chosen = next(a for a in advisers if a != form["adviser_id"].value())
    form["adviser_id"].set_value(chosen)
    form.changed.emit()
    room.page.deck.master.keep_draft()
    room.settle()
    assert room.desk.drafts.count() == 1
    other = open_customer_room(qtbot, room.office)
    other.show(party_id)
    other.page.show_section("master")
    other.settle()
    restored = other.page.deck.master.form
    assert restored is not None
    assert restored["first_name"].text() == "Halbfertig"
    assert restored["iban"].text() == "DE89 3704 00"
    assert restored["adviser_id"].value() == chosen, "also when its answers come later than the draft"
    assert other.page.deck.master._draft_bar is not None
    other.page.deck.master.cancel()
    other.settle()
    assert room.desk.drafts.count() == 0
    assert other.page.deck.master.form is None


def test_going_to_another_customer_keeps_the_draft(room: CustomerRoom) -> None:
    first = room.page.place()["id"]
    form = room.begin()
    form["profession"].line.setText("Angefangen")
    form.changed.emit()
    other = next(r for r in everyone(room.desk) if r.id != first)
    room.show(other.id)
    assert room.page.deck.master.form is None
    assert room.desk.drafts.find(f"party:{first}") is not None


@pytest.mark.feature("S1.44")
def test_changing_the_address_of_an_open_invitation_warns(room: CustomerRoom) -> None:
    rows = everyone(room.desk)
    for state, word in ((AppState.INVITED, "Einladung"), (AppState.REGISTERED, "meldet sich")):
        room.show(next(r for r in rows if r.app_state is state).id)
        form = room.begin()
        master = room.page.deck.master
        assert master._email_bar is None
        form["email"].line.setText("neu@kunden.example")
        form.changed.emit()
        assert master._email_bar is not None and word in master._email_bar._label.text()
        form["email"].line.setText(room.card().email or "")
        form.changed.emit()
        assert master._email_bar is None
        master.cancel()
        room.settle()


def test_the_postcode_offers_towns_and_fills_an_empty_one(room: CustomerRoom) -> None:
    form = room.begin()
    known = next(r for r in everyone(room.desk) if r.zip and r.city)
    form["city"].line.clear()
    form["zip"].line.setText(known.zip)
    form["zip"].edited.emit()
    room.settle()
    assert form["city"].text() in room.desk.office.cities(known.zip)


@pytest.mark.feature("S1.10", "S1.11", "S1.13", "S1.16", "S1.17")
def test_the_strip_says_each_state_and_offers_what_is_possible(room: CustomerRoom) -> None:
    strip = room.page.deck.overview.app
    seen = set()
    for row in everyone(room.desk):
        if row.app_state in seen:
            continue
        seen.add(row.app_state)
        room.show(row.id)
        texts = room.office.place.kit.texts
        block = room.desk.invitations.block(row.id)
        assert strip._state.accessibleName() == texts(f"customers.app.word.{row.app_state.value}")
        assert "Stand 09:00" in strip._words.full_text()
        if row.app_state is AppState.REGISTERED:
            assert strip._button.text() == "Freigaben …"
            assert not strip._actions["invite"].isEnabled()
        if row.app_state is AppState.INVITED:
            assert block.first_invited_at is not None
            assert texts.day(block.first_invited_at) in strip._words.full_text()
            assert strip._button.text() == "Erneut freischalten"
        if row.app_state is AppState.NOT_INVITED:
            assert strip._button.text() == "Zugang freischalten" and strip._button.isEnabled()
    assert {AppState.REGISTERED, AppState.INVITED, AppState.NOT_INVITED, AppState.DATA_MISSING} <= seen


@pytest.mark.feature("S1.12", "S1.15")
def test_inviting_from_the_strip_marks_and_withdraws(room: CustomerRoom) -> None:
    row = next(r for r in everyone(room.desk) if r.app_state is AppState.NOT_INVITED and not r.is_organisation)
    room.show(row.id)
    room.page.deck.overview.app._button.click()
    room.settle()
    if room.desk.invitations.block(row.id).state is AppState.NOT_INVITED:  # a look was needed: the dialog is open
        assert room.page.wishes.shared.dialog is not None
        return
    assert room.page.deck.overview.app._state.accessibleName() == "Vorgemerkt"
    room.page.wishes.app("withdraw")
    room.settle()
    assert room.desk.invitations.block(row.id).state is AppState.NOT_INVITED


def test_another_customer_is_told_by_the_same_widgets(room: CustomerRoom) -> None:
    rows = [r for r in everyone(room.desk) if r.app_state is AppState.NOT_INVITED and not r.is_organisation]
    ready: list[str] = []
    room.page.ready.connect(lambda: ready.append(room.page.record.card.id if room.page.record else ""))
    room.show(rows[0].id)
    kept = (room.page.list, room.page.side._ring, room.page.deck.overview.household._plus)
    for row in rows[1:4]:
        room.show(row.id)
        card, counts = room.card(), room.page.list
        assert counts is not None
        assert (counts, room.page.side._ring, room.page.deck.overview.household._plus) == kept
        assert room.page.side._ring.accessibleName().endswith(f": {card.completeness} %")
        assert room.page.side._complete.isVisibleTo(room.page) is bool(card.missing)
        live = len(room.page.record.live) if room.page.record else -1
        assert counts._buttons["contracts"].accessibleName().split()[-1] == str(live or "Verträge")
    room.show(rows[3].id)
    room.page.go_to({"id": "gone"})
    room.settle()
    assert ready == [row.id for row in (*rows[:4], rows[3], rows[3])], "also when there is nothing to read, or nobody"


@pytest.mark.feature("S1.22")
def test_the_area_of_the_app_appears_only_with_something_to_show(room: CustomerRoom) -> None:
    rows = everyone(room.desk)
    room.show(next(r for r in rows if r.app_state is AppState.NOT_INVITED).id)
    assert room.page.list is not None and "app" not in room.page.list._buttons
    room.show(next(r for r in rows if r.app_state is AppState.REGISTERED).id)
    assert "app" in room.page.list._buttons


@pytest.mark.feature("S1.26")
def test_activities_are_told_in_words(room: CustomerRoom) -> None:
    from brokerdesk.models.entities import Tracking
    from brokerdesk.models.values.changes import ChangeOrigin
    from tests.support.desks import MOMENT

    row = next(r for r in everyone(room.desk) if r.app_state is AppState.REGISTERED and r.contracts_own)
    contract = room.desk.contracts.of_customer(row.id)[0]
    room.show(row.id, section="app")
    with room.desk.book.work(origin=ChangeOrigin.FEED) as unit:
        for number, (event, parameters) in enumerate(
            (("contract_opened", {"contract_id": contract.id}), ("signed_in", {}), ("new_thing", {}))
        ):
            unit.add(
                Tracking(id=f"t-{number}", party_id=row.id, event=event, at=MOMENT, parameters=parameters, server_rev=1)
            )
        unit.commit()
    room.settle()
    record = room.page.record
    assert record is not None and len(record.trackings) == 3, "the page follows the feed by the ChangeSet alone"
    from brokerdesk.ui.pages.customer.app_section import tracking_words

    words = [tracking_words(t, room.office.place.kit.texts, record.titles) for t in record.trackings]
    assert f"Vertrag „{contract.product}“ geöffnet" in words
    assert "Hat sich angemeldet" in words and "Andere Aktivität (new_thing)" in words


@pytest.mark.feature("S1.35")
def test_the_file_says_what_is_missing_and_leads_there(room: CustomerRoom) -> None:
    row = next(r for r in everyone(room.desk) if not r.has_email and not r.is_organisation)
    room.show(row.id)
    assert "email" in room.card().missing
    room.page.side.complete_wanted.emit("email")
    room.settle()
    assert room.page.deck.current() == "master"
    assert room.page.deck.master.form is not None


def test_the_note_is_saved_when_typing_pauses(room: CustomerRoom) -> None:
    room.page.side.note.setPlainText("Neue Wohnung: 94 m², Keller.")
    room.page.side.note.flush()
    room.settle()
    assert room.card().notes == "Neue Wohnung: 94 m², Keller."


def test_the_history_names_fields_and_undoes(room: CustomerRoom) -> None:
    before = room.card().birth_date
    room.desk.customers.edit(room.card().id, values={"city": "Neustadt"})
    room.page.show_section("history")
    room.settle()
    rows = room.desk.history.of_customer(room.card().id)
    from brokerdesk.ui.pages.customer.history_words import edit_words, record_words, value_words

    texts = room.office.place.kit.texts
    field, _old, new = edit_words(rows[0], rows[0].edits[0], texts, {})
    assert (field, new) == ("Ort", "Neustadt")
    assert value_words("party", "insurer_numbers", ["5555:4711"], texts) == "VU 5555: 4711"
    assert record_words(rows[0], {}, texts) == "Stammdaten geändert"
    room.page.deck.history.undo_wanted.emit(rows[0].work)
    room.settle()
    assert room.card().city != "Neustadt" and room.card().birth_date == before


def test_the_page_follows_committed_changes_only_of_its_customer(room: CustomerRoom) -> None:
    asked: list[int] = []
    read = room.page._read
    room.page._read = lambda: (asked.append(1), read())[1]  # type: ignore[method-assign]
    other = next(
        r for r in everyone(room.desk) if r.id not in {p.party_id for p in room.card().household} | {room.card().id}
    )
    room.desk.customers.edit(other.id, values={"profession": "Bäcker"})
    room.settle()
    assert asked == []
    room.desk.customers.edit(room.card().id, values={"first_name": "Umbenannt"})
    room.settle()
    assert asked == [1]
    assert "Umbenannt" in room.page.head._name.full_text()


def test_every_control_has_a_name_and_tab_reaches_it(room: CustomerRoom) -> None:
    for key in SECTIONS:
        room.page.show_section(key)
        room.settle()
        assert unnamed(room.window) == [], key
    room.begin()
    assert unnamed(room.window) == []
    assert len(tab_walk(room.window)) > 20


def test_the_pseudo_language_finds_nothing_untranslated(room: CustomerRoom) -> None:
    room.office.place.kit.texts.set_language("xx")
    room.settle()
    card = room.card()
    names = {card.name.full, card.name.listed, card.adviser_name} | {p.first_name for p in card.household}
    data = names | {p.name for p in card.household} | {card.household_name, "Kunden-App"}
    try:
        found = [f for f in untranslated(room.page.head) if not any(n and n in f for n in data)]
        for key in ("overview", "contracts"):
            room.page.show_section(key)
            room.settle()
            found += [f for f in untranslated(room.page.deck.currentWidget()) if not any(n and n in f for n in data)]
        assert found == []
    finally:
        room.office.place.kit.texts.set_language("de")


@pytest.mark.parametrize(("percent", "width"), [(100, 924), (150, 1102)])
def test_nothing_is_cut_off_on_narrow_windows(qtbot: QtBot, tmp_path: Path, percent: int, width: int) -> None:
    kit = make_kit(percent=percent)
    with demo_desk(tmp_path / "book", customers=20) as desk, office(kit, desk) as around:
        room = open_customer_room(qtbot, around, width=width)
        room.show(rich(desk).id)
        assert room.window.minimumSizeHint().width() <= width
        for key in SECTIONS:
            room.page.show_section(key)
            room.settle()
            section = room.page.deck.currentWidget()
            inner = section.widget()
            assert inner.minimumSizeHint().width() <= section.viewport().width(), key
        room.window.close()
