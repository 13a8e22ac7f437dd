"""The section of claims: all claims of the customer's contracts, newest first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from brokerdesk.models.rows.contracts import ClaimRow
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.contract_status import claim_cell
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.pages.customer.section import Blank, Section
from brokerdesk.ui.tables.columns import Cell, Column, Kind
from brokerdesk.ui.tables.headings import arrange_headings
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Size
from brokerdesk.ui.widgets.labels import PlainLabel


def _amount(row: ClaimRow, texts: Translator) -> Cell:
    if row.paid_cents is not None:
        return Cell(text=texts.cents(row.paid_cents, unit=True))
    if row.reserve_cents is not None:
        return Cell(text=texts("claim.reserved", amount=texts.cents(row.reserve_cents, unit=True)), muted=True)
    return Cell(text="–", muted=True)


CLAIM_COLUMNS: tuple[Column[ClaimRow], ...] = (
    Column(key="day", title_key="claim.column.day", width=112, cell=lambda r, t: Cell(text=t.date(r.occurred_on)), fixed=True),
    Column(key="contract", title_key="claim.column.contract", stretch=True,
           cell=lambda r, _: Cell(text=r.contract, rest=r.description or "")),
    Column(key="number", title_key="claim.column.number", width=120, cell=lambda r, _: Cell(text=r.number, muted=True)),
    Column(key="status", title_key="claim.column.status", width=132, kind=Kind.STATUS, cell=lambda r, t: claim_cell(r.status, t)),
    Column(key="amount", title_key="claim.column.amount", width=150, kind=Kind.AMOUNT, align="right", cell=_amount, inset=8),
)  # fmt: skip


class ClaimsSection(Section):
    """`claim_opened` carries an id, `claim_wanted` asks for a new one."""

    claim_opened = Signal(str)
    claim_wanted = Signal()

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(kit, parent)
        self.model: StaticTableModel[ClaimRow] = StaticTableModel(kit, CLAIM_COLUMNS)
        self.table = TableView(kit, self.model, name_key="claim.table")
        self.model.setParent(self.table)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.table.opened.connect(self._open)
        self._blank = Blank(kit, "customer.claims", icon="flame", on_action=self.claim_wanted.emit)
        head = QHBoxLayout()
        heading = PlainLabel(kit, type=Type.SECTION, strong=True)
        kit.bind(heading, heading.setText, "customer.section.claims")
        self.add_button = Button(kit, icon="plus", size=Size.SMALL)
        kit.bind(self.add_button, self.add_button.setText, "customer.claims.add")
        self.add_button.clicked.connect(self.claim_wanted)
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(self.add_button)
        self.column.addLayout(head)
        self.column.addWidget(self.table)
        self.column.addWidget(self._blank)
        self.column.addStretch(1)
        kit.sized(self, lambda _: self._fit_table())

    def show_record(self, record: CustomerRecord) -> None:
        """Show a customer."""
        super().show_record(record)
        self.model.set_rows(record.claims)
        arrange_headings(self.table)
        self.table.setVisible(bool(record.claims))
        self.add_button.setVisible(bool(record.claims))
        self._blank.setVisible(not record.claims)
        self._fit_table()

    def _fit_table(self) -> None:
        self.table.setFixedHeight(self.kit.u(30) + self.model.rowCount() * self.table.row_height() + 2)

    def _open(self, row_id: int) -> None:
        row = self.model.row_at(self.model.row_of(row_id))
        if row is not None:
            self.claim_opened.emit(row.id)
