"""The page of one customer in a window on a real book, for tests of the page and its dialogs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from brokerdesk.models.rows.customers import CustomerCard, CustomerRow
from brokerdesk.models.values.paging import ListQuery
from brokerdesk.services.desk import Desk
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.pages.customer.actions import CUSTOMER_ACTIONS
from brokerdesk.ui.pages.customer.page import CustomerPage
from brokerdesk.ui.pages.customers.actions import CUSTOMER_ACTIONS as SHARED_ACTIONS
from tests.support.desks import Office


@dataclass
class CustomerRoom:
    """The page as wide as the sheet beside the navigation."""

    window: QWidget
    page: CustomerPage
    office: Office
    bot: QtBot

    @property
    def desk(self) -> Desk:
        return self.office.desk

    def settle(self) -> None:
        """Wait until nothing runs and everything has arrived."""
        for _ in range(3):
            self.bot.waitUntil(lambda: not self.office.place.background.busy, timeout=8000)
            QApplication.processEvents()

    def show(self, party_id: str, **place: Any) -> None:
        """Open a customer."""
        self.page.go_to({"id": party_id, **place})
        self.settle()

    def card(self) -> CustomerCard:
        """The customer shown, as the book has him now."""
        assert self.page.record is not None
        return self.desk.customers.card(self.page.record.card.id)

    def begin(self) -> Any:
        """The form of master data."""
        self.page.edit()
        self.settle()
        form = self.page.deck.master.form
        assert form is not None
        return form


def everyone(desk: Desk) -> list[CustomerRow]:
    """All customers of the book."""
    return desk.customers.rows(list(desk.customers.keys(ListQuery())))


def rich(desk: Desk) -> CustomerRow:
    """A person with a household and several contracts, one of them looked after by others."""
    people = [r for r in everyone(desk) if not r.is_organisation and r.contracts_other and r.contracts_own > 1]
    return max(people, key=lambda r: (len(desk.customers.card(r.id).household) > 1, r.contracts_own))


def open_customer_room(bot: QtBot, around: Office, *, width: int = 1190) -> CustomerRoom:
    """The page without a customer yet, with its commands."""
    window = QWidget()
    bot.addWidget(window)
    around.place.actions = ActionRegistry(around.place.kit, (*SHARED_ACTIONS, *CUSTOMER_ACTIONS), window)
    page = CustomerPage(around.place)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(page)
    window.resize(width, 700)
    window.show()
    return CustomerRoom(window, page, around, bot)
