"""The section of all contracts: running, ended and archived ones, with a filter; claims have their own section."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from brokerdesk.models.rows.contracts import ContractRow
from brokerdesk.models.values.states import ContractStatus
from brokerdesk.services.lines import Lines
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.contract_groups import by_line
from brokerdesk.ui.pages.customer.contract_table import ContractTable
from brokerdesk.ui.pages.customer.record import CustomerRecord, is_live
from brokerdesk.ui.pages.customer.section import Blank, Section
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Size
from brokerdesk.ui.widgets.chips import Segmented
from brokerdesk.ui.widgets.labels import PlainLabel

WIDE = 600
FILTERS = ("live", "ended", "archived", "all")


def filtered(rows: tuple[ContractRow, ...], wanted: str) -> list[ContractRow]:
    """The contracts of one of `FILTERS`."""
    if wanted == "archived":
        return [row for row in rows if row.archived]
    if wanted == "ended":
        return [row for row in rows if row.status == ContractStatus.ENDED and not row.archived]
    return [row for row in rows if (is_live(row) if wanted == "live" else not row.archived)]


class ContractsSection(Section):
    """All contracts of the customer. `contract_wanted` asks for a new one."""

    contract_wanted = Signal()

    def __init__(self, kit: Kit, lines: Lines, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(kit, parent)
        self._lines = lines
        self.table = ContractTable(kit, lambda code, texts: lines.name(code, texts.formats), self._today)
        texts = kit.texts
        self.filter = Segmented(
            kit,
            [(key, texts(f"customer.contracts.filter.{key}")) for key in FILTERS],
            name=texts("customer.contracts.filter.name"),
        )
        self.filter.chosen.connect(lambda _: self._fill())
        self._blank = Blank(kit, "customer.contracts", icon="file-text", on_action=self.contract_wanted.emit)
        self._none = PlainLabel(kit, tone="muted")
        kit.bind(self._none, self._none.setText, "customer.contracts.no-match")
        self.column.addWidget(self._bar())
        for widget in (self.table, self._none, self._blank):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        kit.on_language(self, self._rename)

    def show_record(self, record: CustomerRecord) -> None:
        """Show a customer."""
        super().show_record(record)
        self._rename()
        self._fill()

    def _bar(self) -> QWidget:
        bar, kit = QWidget(), self.kit
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        self._heading = PlainLabel(kit, type=Type.SECTION, strong=True)
        kit.bind(self._heading, self._heading.setText, "customer.contracts.title")
        add = Button(kit, icon="plus", size=Size.SMALL)
        kit.bind(add, add.setText, "customer.contracts.add")
        add.clicked.connect(self.contract_wanted)
        row.addWidget(self._heading)
        row.addStretch(1)
        row.addWidget(self.filter)
        row.addWidget(add)
        kit.sized(bar, lambda u: row.setSpacing(u(6)))
        return bar

    def _fill(self) -> None:
        record = self.record
        if record is None:
            return
        rows = filtered(record.contracts, self.filter.current())
        self.table.show_groups(by_line(rows, self._lines), total_key="contract.sum.title", titled=True)
        self.table.setVisible(bool(rows))
        self._none.setVisible(not rows and bool(record.contracts))
        self._blank.setVisible(not record.contracts)

    def fit_room(self, units: int) -> None:
        """The heading gives way; the list of sections says the same."""
        self._heading.setVisible(units >= WIDE)

    def _rename(self) -> None:
        self.filter.setAccessibleName(self.kit.texts("customer.contracts.filter.name"))
        for key in FILTERS:
            words = self.kit.texts(f"customer.contracts.filter.{key}")
            count = len(filtered(self.record.contracts, key)) if self.record is not None else 0
            self.filter.set_text(key, f"{words} {count}" if count else words)

    def _today(self) -> date:
        assert self.record is not None
        return self.record.today
