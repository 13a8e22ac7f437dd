"""The stack of sections; a section is filled when it is shown, so that opening a customer stays quick."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from brokerdesk.ui.pages.customer.app_section import AppSection
from brokerdesk.ui.pages.customer.claims import ClaimsSection
from brokerdesk.ui.pages.customer.contracts import ContractsSection
from brokerdesk.ui.pages.customer.history import HistorySection
from brokerdesk.ui.pages.customer.household import HouseholdSection
from brokerdesk.ui.pages.customer.master_data import MasterDataSection
from brokerdesk.ui.pages.customer.overview import OverviewSection
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.pages.customer.section import Section
from brokerdesk.ui.workplace import Workplace


class SectionDeck(QStackedWidget):
    """All sections of the page by key."""

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        """Shows the overview."""
        super().__init__(parent)
        kit, lines = place.kit, place.desk.lines
        self.overview = OverviewSection(kit, lines)
        self.master = MasterDataSection(place)
        self.household = HouseholdSection(kit)
        self.contracts = ContractsSection(kit, lines)
        self.claims = ClaimsSection(kit)
        self.app = AppSection(kit)
        self.history = HistorySection(kit)
        self._sections: dict[str, Section] = {
            "overview": self.overview,
            "master": self.master,
            "household": self.household,
            "contracts": self.contracts,
            "claims": self.claims,
            "app": self.app,
            "history": self.history,
        }
        for section in self._sections.values():
            self.addWidget(section)
        self._record: CustomerRecord | None = None
        self._online = False
        self._stale: set[str] = set()

    def current(self) -> str:
        """Key of the section shown."""
        return next(key for key, section in self._sections.items() if section is self.currentWidget())

    def show_section(self, key: str) -> None:
        """Show a section; an unknown key means the overview."""
        self.setCurrentWidget(self._sections.get(key, self.overview))
        self._fill(self.current())

    def show_record(self, record: CustomerRecord, *, online: bool) -> None:
        """Show a customer or his new state."""
        other = self._record is not None and self._record.card.id != record.card.id
        self._record, self._online = record, online
        self._stale = set(self._sections)
        if other and self.current() != "master":
            self.master.leave()
        if other:
            for section in self._sections.values():
                section.verticalScrollBar().setValue(0)
        self._fill(self.current())

    def _fill(self, key: str) -> None:
        if self._record is None or key not in self._stale:
            return
        self._stale.discard(key)
        self._sections[key].show_record(self._record)
        if key == "overview":
            self.overview.app.show_block(self._record.block, online=self._online)
        elif key == "app":
            self.app.show_online(online=self._online)
