"""Customers that imports took for possible duplicates; each line leads to the first of the two. Nothing is merged by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from brokerdesk.models.rows.customers import DuplicateRow
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.tables.columns import Cell, Column, Kind
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.widgets.cards import Heading
from brokerdesk.ui.widgets.painting import initials
from brokerdesk.ui.workplace import Workplace


def _reason(row: DuplicateRow, texts: Translator) -> Cell:
    return Cell(text=texts(f"importing.alike.{row.reason}"), muted=True)


COLUMNS: tuple[Column[DuplicateRow], ...] = (
    Column(key="one", title_key="importing.alike.one", kind=Kind.AVATAR, width=300,
           cell=lambda row, _: Cell(text=row.name_a, seed=row.party_a, letters=initials(row.name_a))),
    Column(key="other", title_key="importing.alike.other", kind=Kind.AVATAR, width=300,
           cell=lambda row, _: Cell(text=row.name_b, seed=row.party_b, letters=initials(row.name_b))),
    Column(key="reason", title_key="importing.alike.reason", cell=_reason, stretch=True),
)  # fmt: skip


class AlikeList(QWidget):
    """Heading and table of the open proposals; hidden while there are none."""

    def __init__(self, place: Workplace) -> None:
        """Hidden until `read()` has found something."""
        super().__init__()
        self._place, kit = place, place.kit
        title = Heading(kit, "")
        kit.bind(title, title.label.setText, "importing.alike.title")
        self.model: StaticTableModel[DuplicateRow] = StaticTableModel(kit, COLUMNS, self)
        self.table = TableView(kit, self.model, name_key="importing.alike.title")
        self.table.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(title)
        column.addWidget(self.table, 1)
        self.hide()

    def read(self) -> None:
        """Ask for the pairs that nobody has decided."""
        self._place.read(self._place.desk.customers.duplicates, receiver=self, done=self._show)

    def _show(self, rows: list[DuplicateRow]) -> None:
        self.model.set_rows(rows)
        self.setVisible(bool(rows))

    def _open(self, row_id: int) -> None:
        row = self.model.row_with(row_id)
        if row is not None:
            self._place.navigate("customer", id=row.party_a)
