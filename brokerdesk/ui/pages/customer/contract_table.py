"""The table of contracts: columns, groups with subtotals, the eye that shows or hides a contract in the app.

Emits what the user asks for; releasing and opening are done by the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from brokerdesk.models.rows.contracts import ContractRow
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.contract_groups import ContractGroup, Sums, counts, month_cents, sums
from brokerdesk.ui.pages.customer.contract_status import due_cell, eye_cell, status_cell
from brokerdesk.ui.tables.columns import EMPTY, Cell, Column, Kind, RowKind
from brokerdesk.ui.tables.headings import arrange_headings
from brokerdesk.ui.tables.static_model import Group, StaticTableModel
from brokerdesk.ui.tables.view import TableView

LineName = Callable[[str, Translator], str]
NUMBER_FROM, INSURER_FROM = 600, 500
"""Widths in units from which these columns are shown."""


def contract_columns(line_name: LineName, today: Callable[[], date]) -> list[Column[ContractRow]]:
    """Product, insurer, number, state, premium per month, next due date, eye."""

    def product(row: ContractRow, texts: Translator) -> Cell:
        words = row.product or line_name(row.line, texts)
        objects = ", ".join(row.objects)
        return Cell(text=words, rest=objects, muted=not counts(row) and row.archived)

    def premium(row: ContractRow, texts: Translator) -> Cell:
        month = month_cents(row)
        if month is None and row.premium_cents:
            return Cell(text=texts.cents(row.premium_cents, unit=True), muted=True, spoken=_instalment(row, texts))
        return Cell(text=texts.cents(month, unit=True), muted=not counts(row))

    def soft(words: str) -> Cell:
        return Cell(text=words, muted=True)

    return [
        Column(key="product", title_key="contract.column.product", cell=product, stretch=True, lead=24, inset=10, fixed=True,
               minimum=120),
        Column(key="insurer", title_key="contract.column.insurer", width=118, cell=lambda r, _: soft(r.insurer), inset=8),
        Column(key="number", title_key="contract.column.number", width=94, cell=lambda r, _: soft(r.number), inset=8),
        Column(key="status", title_key="contract.column.status", width=122, kind=Kind.STATUS, cell=status_cell, inset=6),
        Column(key="premium", title_key="contract.column.month", width=92, kind=Kind.AMOUNT, cell=premium, align="right",
               inset=0),
        Column(key="due", title_key="contract.column.due", width=78, cell=lambda r, t: due_cell(r, t, today()), align="right",
               inset=0),
        Column(key="eye", title_key="contract.column.app", width=44, kind=Kind.ICONS, cell=eye_cell, lead=10, inset=0,
               minimum=34),
    ]  # fmt: skip


def _instalment(row: ContractRow, texts: Translator) -> str:
    frequency = texts(f"contract.frequency.{row.frequency or 'none'}")
    return f"{texts.cents(row.premium_cents, unit=True)} {frequency}"


class ContractTable(TableView):
    """Contracts in groups; as high as its rows, so that the page scrolls and not the table."""

    contract_opened = Signal(str)
    eye_wanted = Signal(str)

    def __init__(
        self,
        kit: Kit,
        line_name: LineName,
        today: Callable[[], date],
        *,
        tall: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """`tall` shows all rows at once instead of scrolling."""
        self.contracts: StaticTableModel[ContractRow] = StaticTableModel(kit, contract_columns(line_name, today))
        super().__init__(kit, self.contracts, name_key="contract.table", row="dense", parent=parent)
        self.contracts.setParent(self)
        self._tall = tall
        self._totals: tuple[Sums, str] | None = None
        if tall:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.opened.connect(self._open)
        self.clicked.connect(self._clicked)
        for signal in (self.contracts.modelReset, self.contracts.rowsInserted, self.contracts.rowsRemoved):
            signal.connect(lambda *_: self.updateGeometry())

    def show_groups(self, groups: Sequence[ContractGroup], *, total_key: str, titled: bool = False) -> None:
        """Show groups and their sum; `titled` groups are called by the block of their key."""
        texts, before = self.kit.texts, self.current_contract()
        made = [
            Group(
                key=g.key,
                cells=self._heading(g, texts(f"customer.block.{g.title}") if titled else g.title),
                rows=g.rows,
            )
            for g in groups
        ]
        self.contracts.set_groups(made, total=self._total(groups, total_key) if groups else None)
        arrange_headings(self)
        self._restore(before)
        self.updateGeometry()

    def current_contract(self) -> ContractRow | None:
        """The contract of the current row."""
        row = self.currentIndex().row()
        return self.contracts.row_at(row) if 0 <= row < self.contracts.rowCount() else None

    def contract_of(self, row_id: int) -> ContractRow | None:
        """The contract of an id of the table."""
        row = self.contracts.row_of(row_id)
        return self.contracts.row_at(row) if row >= 0 else None

    def set_menu(self, maker: Callable[[ContractRow], QMenu]) -> None:
        """The context menu of a contract."""

        def make(row_id: int) -> QMenu | None:
            found = self.contract_of(row_id)
            return maker(found) if found is not None else None

        self.set_context_menu(make)

    def sizeHint(self) -> QSize:
        """All rows and the header."""
        if not self._tall:
            return super().sizeHint()
        heights = {RowKind.GROUP: self.kit.u(28), RowKind.SUM: self.kit.u(38)}
        rows = range(self.contracts.rowCount())
        height = sum(heights.get(self.contracts.kind_of(r), self.row_height()) for r in rows)
        return QSize(self.kit.u(520), height + self.kit.u(30) + 2)

    def minimumSizeHint(self) -> QSize:
        """The width of its columns with room for short products."""
        return QSize(self.kit.u(420), self.sizeHint().height() if self._tall else self.kit.u(120))

    def _heading(self, group: ContractGroup, title: str) -> dict[str, Cell]:
        counted = any(counts(row) for row in group.rows)
        total = self.kit.texts.cents(sums(group.rows).month_cents if counted else None, unit=True)
        return {"product": Cell(text=title, rest=str(len(group.rows)), icon=group.icon), "premium": Cell(text=total)}

    def _total(self, groups: Sequence[ContractGroup], key: str) -> dict[str, Cell]:
        texts = self.kit.texts
        rows = [row for group in groups for row in group.rows]
        total = sums(rows)
        foreign = any(not counts(row) for row in rows)
        year = texts("contract.sum.year", amount=texts.cents(total.year_cents, unit=True))
        return {
            "product": Cell(text=texts(key), rest=texts("contract.sum.without") if foreign else ""),
            "status": Cell(rest=year) if rows else EMPTY,
            "premium": Cell(text=texts.cents(total.month_cents, unit=True)),
        }

    def _restore(self, before: ContractRow | None) -> None:
        if before is None:
            return
        for row in range(self.contracts.rowCount()):
            found = self.contracts.row_at(row)
            if found is not None and found.id == before.id:
                self.go_to(row)
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Number and insurer give way on narrow pages."""
        super().resizeEvent(event)
        units = self.viewport().width() / self.kit.units.exact(1)
        for key, least in (("number", NUMBER_FROM), ("insurer", INSURER_FROM)):
            logical = next(i for i, c in enumerate(self.contracts.columns) if c.key == key)
            if self.isColumnHidden(logical) is (units >= least):
                self.setColumnHidden(logical, units < least)

    def _open(self, row_id: int) -> None:
        found = self.contract_of(row_id)
        if found is not None:
            self.contract_opened.emit(found.id)

    def _clicked(self, index: QModelIndex) -> None:
        found = self.contracts.row_at(index.row())
        if found is not None and self.contracts.columns[index.column()].key == "eye":
            self.eye_wanted.emit(found.id)
