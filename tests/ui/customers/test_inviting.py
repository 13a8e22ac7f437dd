"""The invitation dialog, the short form for new customers and records in the palette."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from brokerdesk.core.errors import KnownError
from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.models.values.states import AppState
from brokerdesk.ui.dialogs.invite import InviteDialog
from brokerdesk.ui.dialogs.new_customer import NewCustomerDialog
from brokerdesk.ui.palette.provider import Hit
from brokerdesk.ui.palette.providers import SearchProvider
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar
from tests.support.qt import unnamed
from tests.ui.customers.conftest import Room

pytestmark = pytest.mark.gui


def _dialog(room: Room, *ids: str) -> InviteDialog:
    room.page.commands.invite(ids)
    room.settle()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, InviteDialog)
    return dialog


def _words(dialog: InviteDialog) -> str:
    """Every text of the dialog, hints included."""
    labels = [label.text() for label in dialog.findChildren(PlainLabel) if label.isVisible()]
    bars = [bar._label.text() for bar in dialog.findChildren(InfoBar) if bar.isVisible()]
    return "\n".join([*labels, *bars])


def _fresh(room: Room) -> CustomerRow:
    return next(r for r in room.rows() if r.app_state is AppState.NOT_INVITED and r.contracts_own)


@pytest.mark.feature("S2.26", "S2.28", "S2.53")
def test_one_customer_is_asked_for_salutation_and_told_what_happens(room: Room) -> None:
    row = _fresh(room)
    room.desk.customers.edit(row.id, values={"address_form": "du"})
    dialog = _dialog(room, row.id)
    assert dialog.form is not None and dialog.primary is not None
    assert dialog.form.form.value() == "du"
    words = _words(dialog)
    assert f"Verträge: {row.contracts_own}" in words
    assert "Einladung 21.11.2026" in words
    assert "Erinnerungen 23.11.2026 und 28.11.2026" in words
    assert "bis 21.12.2026" in words
    dialog.form.form.set_value("sie")
    dialog.primary.click()
    room.settle()
    block = room.desk.invitations.block(row.id)
    assert (block.state, block.address_form, block.channel) == (AppState.WAITING, "sie", "mail")
    assert room.desk.customers.card(row.id).address_form == "du", "the choice is for this invitation only"
    assert not dialog.isVisible()


@pytest.mark.feature("S2.31")
def test_link_only_sends_no_mail(room: Room) -> None:
    row = _fresh(room)
    dialog = _dialog(room, row.id)
    assert dialog.form is not None and dialog.primary is not None
    dialog.form.channel._radios["link"].click()
    room.settle()
    assert "Keine Mail, keine Erinnerungen" in _words(dialog)
    dialog.primary.click()
    room.settle()
    assert room.desk.invitations.block(row.id).channel == "link"


@pytest.mark.feature("S1.04", "S1.05", "T01")
def test_a_missing_address_is_completed_in_the_dialog_and_saved_in_the_record(room: Room) -> None:
    row = room.first(AppState.DATA_MISSING)
    dialog = _dialog(room, row.id)
    assert dialog.form is not None and dialog.primary is not None
    assert not dialog.primary.isEnabled()
    room.bot.keyClicks(dialog.form.email.line, "kein-postfach")
    assert not dialog.primary.isEnabled()
    dialog.form.email.line.clear()
    room.bot.keyClicks(dialog.form.email.line, "neu@kunden.example")
    assert dialog.primary.isEnabled()
    room.bot.keyClick(dialog.form.email.line, Qt.Key.Key_Return)
    room.settle()
    assert room.desk.customers.card(row.id).email == "neu@kunden.example"
    assert room.cell(row.id, "app") == "Vorgemerkt 09:00"


@pytest.mark.feature("S2.57", "S2.58", "T16")
def test_t_online_is_warned_of_with_the_exact_path(room: Room) -> None:
    row = _fresh(room)
    room.desk.customers.edit(row.id, values={"email": "jemand@t-online.de"})
    room.page.commands.act("invite", row.id)
    room.settle()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, InviteDialog) and dialog.form is not None
    path = "Einstellungen > Spamschutz > Filter-Einstellungen"
    assert path in _words(dialog) and "In den Ordner „Spam“ verschieben" in _words(dialog)
    dialog.form._copy(room.office.place.text("invite.hint.t-online-steps"))
    assert path in QApplication.clipboard().text()
    dialog.reject()


def test_a_shared_address_names_both(room: Room) -> None:
    first, second = [r for r in room.rows() if r.app_state is AppState.NOT_INVITED][:2]
    for row in (first, second):
        room.desk.customers.edit(row.id, values={"email": "familie@kunden.example"})
    dialog = _dialog(room, first.id)
    assert first.name in _words(dialog) and second.name in _words(dialog)
    dialog.reject()


@pytest.mark.feature("S1.12", "S1.15", "S2.47")
def test_an_invited_customer_gets_resend_with_the_tick_of_the_rule(room: Room) -> None:
    running, ended = room.first(AppState.INVITED), room.first(AppState.EXPIRED)
    dialog = _dialog(room, running.id)
    assert dialog.form is not None and dialog.stop_button is not None and dialog.stop_button.isEnabled()
    assert dialog.form.restart.value() is False
    assert "Eine weitere Kopie der Einladung" in _words(dialog)
    dialog.form.restart.box.click()
    room.settle()
    assert "Einladung 21.11.2026" in _words(dialog)
    dialog.reject()
    dialog = _dialog(room, ended.id)
    assert dialog.form is not None and dialog.form.restart.value() is True
    assert dialog.primary is not None
    dialog.primary.click()
    room.settle()
    assert room.desk.invitations.block(ended.id).waiting_operation == "invitation.resend"
    assert room.office.notices.said[-1] == "Erneuter Versand vorgemerkt, Erinnerungen beginnen neu"


@pytest.mark.feature("S2.46")
def test_stopping_is_queued_and_warned_of_when_offline(room: Room) -> None:
    row = room.first(AppState.INVITED)
    room.office.exchange.online = False
    dialog = _dialog(room, row.id)
    assert "kann noch hinausgehen" in _words(dialog)
    assert dialog.stop_button is not None
    dialog.stop_button.click()
    room.settle()
    assert room.desk.invitations.block(row.id).waiting_operation == "invitation.stop"


@pytest.mark.feature("S2.31")
def test_the_link_is_copied_online_only(room: Room) -> None:
    row = room.first(AppState.INVITED)
    dialog = _dialog(room, row.id)
    dialog._copy_link(dialog.form.facts)  # type: ignore[union-attr]
    assert QApplication.clipboard().text() == room.office.exchange.link
    room.office.exchange.refusal = KnownError("invite-refused", reason="app.reason.no-link")
    dialog._copy_link(dialog.form.facts)  # type: ignore[union-attr]
    assert dialog.problem is not None
    dialog.reject()
    room.office.exchange.online = False
    dialog = _dialog(room, row.id)
    assert "nur online" in _words(dialog)
    dialog.reject()


@pytest.mark.feature("S1.17")
def test_a_registered_customer_has_nothing_to_send(room: Room) -> None:
    dialog = _dialog(room, room.first(AppState.REGISTERED).id)
    assert dialog.primary is None and dialog.stop_button is None
    assert "schon registriert" in _words(dialog)
    dialog.reject()


def test_several_customers_are_checked_before_sending(room: Room) -> None:
    chosen = room.rows()[:12]
    dialog = _dialog(room, *[r.id for r in chosen])
    listing = dialog.listing
    assert listing is not None and dialog.primary is not None
    ready = [r.id for r in chosen if r.app_state is AppState.NOT_INVITED or r.app_state is AppState.REMOVED]
    assert sorted(listing.ready()) == sorted(ready)
    assert dialog.primary.text() == f"{len(ready)} Einladungen senden"
    gap = next(r for r in chosen if r.app_state is AppState.DATA_MISSING)
    listing.email.line.setText("nachgetragen@kunden.example")
    listing.take()
    assert dialog.primary.text() == f"{len(ready) + 1} Einladungen senden"
    dialog.primary.click()
    room.settle()
    waiting = [r.id for r in room.rows() if r.app_state is AppState.WAITING]
    assert set(ready) <= set(waiting) and len(waiting) == len(ready) + 1
    assert "nachgetragen@kunden.example" in {room.desk.customers.card(r.id).email for r in chosen}
    assert gap.id in waiting or len(waiting) > len(ready)
    room.office.notices.undo()  # type: ignore[misc]
    room.settle()
    assert not [r for r in room.rows() if r.app_state is AppState.WAITING]


def test_dialogs_name_every_control(room: Room) -> None:
    for ids in ([_fresh(room).id], [room.first(AppState.INVITED).id], [r.id for r in room.rows()[:5]]):
        dialog = _dialog(room, *ids)
        assert unnamed(dialog) == []
        dialog.reject()
    room.page.commands.create()
    room.settle()
    assert room.page.commands.dialog is not None
    assert unnamed(room.page.commands.dialog) == []
    room.page.commands.dialog.reject()


def _short_form(room: Room, *, company: bool = False) -> NewCustomerDialog:
    room.page.commands.create(company=company)
    room.settle()
    dialog = room.page.commands.dialog
    assert isinstance(dialog, NewCustomerDialog)
    return dialog


@pytest.mark.feature("S1.34", "S1.35")
def test_name_and_address_are_enough_and_the_invitation_follows(room: Room) -> None:
    dialog = _short_form(room)
    room.bot.keyClicks(dialog.name.line, "Nele von der Probe")
    room.bot.keyClicks(dialog.email.line, "nele@kunden.example")
    dialog.primary.click()
    room.settle()
    invite = room.page.commands.dialog
    assert isinstance(invite, InviteDialog) and invite.primary is not None
    assert "Probe, Nele von der" in room.names()
    invite.primary.click()
    room.settle()
    row = next(r for r in room.rows() if r.name == "Probe, Nele von der")
    assert row.app_state is AppState.WAITING
    assert room.desk.customers.card(row.id).completeness < 100


def test_a_name_alone_is_taken_but_not_invited(room: Room) -> None:
    dialog = _short_form(room)
    dialog.primary.click()
    assert dialog.isVisible(), "nothing typed, nothing made"
    room.bot.keyClicks(dialog.name.line, "Ole Einzeln")
    dialog.primary.click()
    assert dialog.isVisible(), "an invitation needs an address"
    dialog.plain.click()
    room.settle()
    assert "Einzeln, Ole" in room.names()
    room.office.notices.undo()  # type: ignore[misc]
    room.settle()
    assert "Einzeln, Ole" not in room.names()


def test_a_company_is_made_as_one(room: Room) -> None:
    dialog = _short_form(room, company=True)
    dialog.company.line.insert("Probebau & Söhne GmbH")
    dialog.plain.click()
    room.settle()
    row = next(r for r in room.rows() if r.name == "Probebau & Söhne GmbH")
    assert row.is_organisation


def test_similar_customers_show_while_typing_and_can_be_opened_instead(room: Room) -> None:
    row = next(r for r in room.rows() if not r.is_organisation and r.has_email)
    dialog = _short_form(room)
    room.bot.keyClicks(dialog.email.line, room.desk.customers.card(row.id).email)
    room.bot.waitUntil(lambda: bool(dialog.similar.links), timeout=3000)
    dialog.similar.links[0].clicked.emit()
    assert room.office.visits.places[-1] == ("customer", {"id": row.id})


def test_the_palette_finds_customers_and_contracts_and_drops_old_answers(room: Room) -> None:
    provider = SearchProvider(room.office.place)
    shown: list[Sequence[Hit]] = []
    row = next(r for r in room.rows() if r.contracts_own)
    number = next(c.number for c in room.desk.contracts.of_customer(row.id) if c.number)
    provider.find("b", lambda hits: shown.append([Hit(title="outdated", run=lambda: None, group="")]))
    provider.find(row.name.split(",")[0], shown.append)
    room.settle()
    assert len(shown) == 1 and row.name in [h.title for h in shown[0]]
    next(h for h in shown[0] if h.seed == row.id).run()
    assert room.office.visits.places[-1] == ("customer", {"id": row.id})
    provider.find(f"#{number}", shown.append)
    room.settle()
    assert shown[-1] and all(h.icon == "file-text" for h in shown[-1])
    shown[-1][0].run()
    assert room.office.visits.places[-1][1]["section"] == "contracts"
    provider.find(f"@{number}", shown.append)
    room.settle()
    assert all(h.seed for h in shown[-1])
    provider.find("", shown.append)
    assert shown[-1] == []
