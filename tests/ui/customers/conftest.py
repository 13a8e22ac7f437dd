"""A window with the customer list on a real book of invented customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.models.values.states import AppState
from brokerdesk.services.desk import Desk
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customers.actions import CUSTOMER_ACTIONS
from brokerdesk.ui.pages.customers.page import CustomersPage
from tests.support.desks import Office, demo_desk, office

CUSTOMERS = 40


@dataclass
class Room:
    """The list in a window of 1366 × 768, with everything around it in reach."""

    window: QWidget
    page: CustomersPage
    office: Office
    bot: QtBot

    @property
    def desk(self) -> Desk:
        return self.office.desk

    def rows(self) -> list[CustomerRow]:
        """The rows shown, in order."""
        found = [self.page.model.row_at(r) for r in range(self.page.model.rowCount())]
        return [row for row in found if row is not None]

    def names(self) -> list[str]:
        return [row.name for row in self.rows()]

    def first(self, state: AppState) -> CustomerRow:
        """The first shown customer in a state."""
        return next(row for row in self.rows() if row.app_state is state)

    def settle(self) -> None:
        """Wait until nothing runs and everything has arrived."""
        self.bot.waitUntil(lambda: not self.office.place.background.busy, timeout=5000)
        QApplication.processEvents()
        self.bot.waitUntil(lambda: not self.office.place.background.busy, timeout=5000)
        QApplication.processEvents()

    def select(self, row: CustomerRow) -> None:
        assert self.page.table.set_current_id(row.key)
        self.settle()

    def cell(self, party_id: str, column: str) -> str:
        """What a cell says now."""
        model = self.page.model
        number = next(i for i, c in enumerate(model.columns) if c.key == column)
        place = next(i for i, row in enumerate(self.rows()) if row.id == party_id)
        return model.cell_at(place, number).text


def open_room(bot: QtBot, around: Office, *, width: int = 1190) -> Room:
    """The page in a window as wide as the sheet beside the navigation."""
    window = QWidget()
    bot.addWidget(window)
    around.place.actions = ActionRegistry(around.place.kit, CUSTOMER_ACTIONS, window)
    page = CustomersPage(around.place)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(page)
    window.resize(width, 700)
    window.show()
    room = Room(window, page, around, bot)
    room.settle()
    page.entered()
    room.settle()
    return room


@pytest.fixture
def around(kit: Kit, tmp_path: Path) -> Iterator[Office]:
    """A workplace with demo customers in every state of app access."""
    with demo_desk(tmp_path / "book", customers=CUSTOMERS) as desk, office(kit, desk) as made:
        yield made


@pytest.fixture
def room(qtbot: QtBot, around: Office) -> Room:
    return open_room(qtbot, around)
