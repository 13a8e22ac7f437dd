"""What paged and small table models have in common: columns, cells by role, ticks, titles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from brokerdesk.models.values.paging import SortKey
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.checked import CheckedIds
from brokerdesk.ui.tables.columns import CELL_ROLE, ROW_ID_ROLE, ROW_KIND_ROLE, Cell, Column, Kind, RowKind

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_ROLES = frozenset(
    (
        int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole), int(CELL_ROLE), int(ROW_ID_ROLE),
        int(ROW_KIND_ROLE), int(Qt.ItemDataRole.TextAlignmentRole),
    )
)  # fmt: skip


class CellTableModel(QAbstractTableModel):
    """A table of cells. Subclasses say how many rows there are and give cells and ids."""

    def __init__(self, kit: Kit, columns: Sequence[Column[Any]], parent: QObject | None = None) -> None:
        """`columns` in their usual order."""
        super().__init__(parent)
        self.kit, self.columns = kit, tuple(columns)
        self.checked = CheckedIds(self)
        self.checked.changed.connect(self._repaint_checks)
        kit.texts.changed.connect(self._language_changed)

    def sorted_by(self) -> SortKey | None:
        """The first sort key, if any; columns are named by their `sort`."""
        return None

    def set_sort(self, key: SortKey) -> None:
        """Sort by one column. Models that cannot sort ignore it."""

    def cell_at(self, row: int, column: int) -> Cell:
        """The cell of a position."""
        return self.line_at(row)[column]

    def line_at(self, row: int) -> Sequence[Cell]:
        """All cells of a position, in the order of the columns."""
        raise NotImplementedError

    def id_at(self, row: int) -> int:
        """The id of a row, or -1 for rows without one."""
        raise NotImplementedError

    def row_of(self, row_id: int) -> int:
        """The position of an id, or -1."""
        raise NotImplementedError

    def all_ids(self) -> Sequence[int]:
        """All ids in order."""
        raise NotImplementedError

    def cells_of(self, ids: Sequence[int]) -> list[tuple[Cell, ...]]:
        """The cells of some ids in their order; for the clipboard."""
        found = [self.row_of(row_id) for row_id in ids]
        return [tuple(self.cell_at(row, c) for c in range(len(self.columns))) for row in found if row >= 0]

    def kind_of(self, row: int) -> RowKind:
        """Whether a row is normal, a group or a sum."""
        return RowKind.NORMAL

    def columnCount(self, parent: Index = ROOT) -> int:
        """Declared columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, words for screen readers, the cell itself; everything else is None at once."""
        if role not in _ROLES or not index.isValid():
            return None
        row, column = index.row(), index.column()
        if role == ROW_ID_ROLE:
            return self.id_at(row)
        if role == ROW_KIND_ROLE:
            return self.kind_of(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.columns[column].flag() | Qt.AlignmentFlag.AlignVCenter
        cell = self.cell_at(row, column)
        if role == CELL_ROLE:
            return cell
        return cell.text if role == Qt.ItemDataRole.DisplayRole else self._spoken(row, column, cell)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles in the language in force."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return self.columns[section].title(self.kit.texts)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be current; nothing is edited in place."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return base | Qt.ItemFlag.ItemIsSelectable if self.kind_of(index.row()) is RowKind.NORMAL else base

    def _spoken(self, row: int, column: int, cell: Cell) -> str:
        declared = self.columns[column]
        if declared.kind is Kind.CHECK:
            key = "ui.table.ticked" if self.id_at(row) in self.checked else "ui.table.unticked"
            return self.kit.texts(key)
        words = cell.words()
        title = declared.title(self.kit.texts)
        return f"{title}: {words}" if title and words else words

    def _repaint_checks(self) -> None:
        if self.rowCount(ROOT):
            last = self.index(self.rowCount(ROOT) - 1, len(self.columns) - 1, ROOT)
            self.dataChanged.emit(self.index(0, 0, ROOT), last, [int(CELL_ROLE)])

    def _language_changed(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(self.columns) - 1))
        self._repaint_checks()
