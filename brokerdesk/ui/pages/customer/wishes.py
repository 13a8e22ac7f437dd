"""Carries out what head and strips ask for: one table per source, from the wish to the command."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.actions.spec import ActionContext
from brokerdesk.ui.app_status import AppAction
from brokerdesk.ui.pages.customer.actions import EDITING, HAS_CONTRACTS, SCOPE
from brokerdesk.ui.pages.customers.commands import CustomerCommands, call, mail
from brokerdesk.ui.workplace import Workplace

if TYPE_CHECKING:
    from brokerdesk.ui.pages.customer.page import CustomerPage


class Wishes(QObject):
    """Joins the page with its own commands and with those it shares with the list."""

    def __init__(self, place: Workplace, page: CustomerPage) -> None:
        """`page` is also what dialogs stand on."""
        super().__init__(page)
        self._place, self._page = place, page
        self.shared = CustomerCommands.of(place, page)

    def head(self, wish: str) -> None:
        """A button or menu entry of the head."""
        page, record = self._page, self._page.record
        if record is None:
            return
        card, commands = record.card, page.commands
        work: dict[str, Callable[[], object]] = {
            "list": lambda: self._place.navigate("customers"),
            "previous": lambda: self.step(-1),
            "next": lambda: self.step(1),
            "call": lambda: call(card),
            "mail": lambda: mail(card),
            "edit": page.edit,
            "overview": commands.overview,
            "invite": lambda: self.shared.invite([card.id]),
            "contract": commands.new_contract,
            "claim": commands.new_claim,
            "person": commands.add_person,
            "role": lambda: commands.give_role(card.id),
            "archive": lambda: commands.archive_customer(archived=True),
            "restore": lambda: commands.archive_customer(archived=False),
        }
        work[wish]()

    def app(self, wish: str) -> None:
        """The button or a menu entry of the strip KundenApp."""
        record = self._page.record
        if record is None:
            return
        party_id, shared = record.card.id, self.shared
        further: dict[str, Callable[[], object]] = {
            "stop": lambda: shared.stop(party_id),
            "revoke": self._page.commands.revoke,
            "withdraw": lambda: shared.withdraw(party_id),
            "link": lambda: shared.copy_link(party_id),
            "resend": lambda: shared.invite([party_id]),
            "invite": lambda: shared.invite([party_id]),
            "releases": lambda: self._page.show_section("contracts"),
            "app": lambda: self._page.show_section("app"),
            AppAction.COMPLETE.value: lambda: self._page.edit(
                "last_name" if "name" in record.block.missing else "email"
            ),
            AppAction.CHECK_EMAIL.value: lambda: self._page.edit("email"),
        }
        if wish in further:
            further[wish]()
        else:
            shared.act(wish, party_id)

    def strip_button(self, action: str) -> None:
        """The button of the strip: by one click where nothing needs a look."""
        record = self._page.record
        if record is None or action in {AppAction.COMPLETE.value, AppAction.CHECK_EMAIL.value, "releases"}:
            self.app(action)
        else:
            self.shared.act(action, record.card.id)

    def step(self, by: int) -> None:
        """Open the next or previous customer of the list."""
        self._page.neighbours.go(by, self._page.deck.current())

    def tell_actions(self) -> None:
        """Let the commands of the window know what is shown."""
        page, registry = self._page, self._place.actions
        if not isinstance(registry, ActionRegistry) or page.record is None or not page.isVisible():
            return
        shared = self.shared.context(SCOPE, card=page.record.card, block=page.record.block)
        facts = {
            **shared.facts,
            EDITING: page.deck.master.is_editing,
            HAS_CONTRACTS: bool(page.record.contracts),
        }
        registry.refresh(ActionContext(page=SCOPE, selected=0, record=page.record.card.id, facts=facts))
