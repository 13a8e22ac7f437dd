"""The model of small tables that are in memory as a whole, with groups that fold and a sum at the end.

For tens of rows, such as the contracts of one customer; long lists use the paged model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.base_model import ROOT, CellTableModel, Index
from brokerdesk.ui.tables.columns import EMPTY, Cell, Column, Kind, RowKind

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Generic[R]):
    """Rows under a heading; `cells` by column key are shown in the heading row, such as its subtotal."""

    key: str
    cells: Mapping[str, Cell]
    rows: Sequence[R]


@dataclass(slots=True)
class _Line:
    kind: RowKind
    cells: tuple[Cell, ...]
    row_id: int = -1
    row: Any = None
    group: str = ""
    children: list[_Line] = field(default_factory=list)


class StaticTableModel(CellTableModel, Generic[R]):
    """Rows, groups of rows and one sum row; ids are positions in the given order."""

    def __init__(self, kit: Kit, columns: Sequence[Column[R]], parent: QObject | None = None) -> None:
        """Empty until `set_rows()` or `set_groups()`."""
        super().__init__(kit, columns, parent)
        self._lines: list[_Line] = []
        self._folded: set[str] = set()
        self._given: tuple[Sequence[Group[R]], Mapping[str, Cell] | None] = ((), None)

    def set_rows(self, rows: Sequence[R], *, total: Mapping[str, Cell] | None = None) -> None:
        """Show rows without groups; `total` holds the cells of the sum row by column key."""
        self.set_groups([Group(key="", cells={}, rows=rows)], total=total)

    def set_groups(self, groups: Sequence[Group[R]], *, total: Mapping[str, Cell] | None = None) -> None:
        """Show groups; what was folded stays folded."""
        self._given = (groups, total)
        self.beginResetModel()
        self._lines = self._build()
        self.endResetModel()

    def toggle(self, group: str) -> None:
        """Fold or unfold a group."""
        heading = next(
            (i for i, line in enumerate(self._lines) if line.kind is RowKind.GROUP and line.group == group), -1
        )
        if heading < 0:
            return
        children = self._lines[heading].children
        first, last = heading + 1, heading + len(children)
        if group in self._folded:
            self._folded.discard(group)
            if children:
                self.beginInsertRows(ROOT, first, last)
                self._lines[first:first] = children
                self.endInsertRows()
        else:
            self._folded.add(group)
            if children:
                self.beginRemoveRows(ROOT, first, last)
                del self._lines[first : last + 1]
                self.endRemoveRows()
        self.dataChanged.emit(self.index(heading, 0, ROOT), self.index(heading, len(self.columns) - 1, ROOT))

    def group_at(self, row: int) -> str:
        """Key of the group whose heading stands at a position, or an empty text."""
        line = self._lines[row]
        return line.group if line.kind is RowKind.GROUP else ""

    def is_folded(self, group: str) -> bool:
        """Whether a group is folded."""
        return group in self._folded

    def row_at(self, row: int) -> R | None:
        """The row object of a position; None for headings and the sum."""
        found: R | None = self._lines[row].row
        return found

    def row_with(self, row_id: int) -> R | None:
        """The row object of an id; None when it is gone."""
        row = self.row_of(row_id)
        return self.row_at(row) if row >= 0 else None

    def rowCount(self, parent: Index = ROOT) -> int:
        """Visible lines."""
        return 0 if parent.isValid() else len(self._lines)

    def line_at(self, row: int) -> Sequence[Cell]:
        """All cells of a position."""
        return self._lines[row].cells

    def id_at(self, row: int) -> int:
        """Its position in the order given, -1 for headings and the sum."""
        return self._lines[row].row_id

    def row_of(self, row_id: int) -> int:
        """Where an id stands now, or -1."""
        return next((i for i, line in enumerate(self._lines) if line.row_id == row_id and row_id >= 0), -1)

    def all_ids(self) -> Sequence[int]:
        """Ids of the visible rows."""
        return [line.row_id for line in self._lines if line.row_id >= 0]

    def kind_of(self, row: int) -> RowKind:
        """Normal, group or sum."""
        return self._lines[row].kind

    def span_at(self, row: int) -> tuple[int, int]:
        """First column and number of columns of the text of a heading or sum: up to the next column with content."""
        line = self._lines[row]
        start = 1 if self.columns[0].kind is Kind.CHECK else 0
        if line.kind is RowKind.NORMAL:
            return start, 1
        filled = [i for i, cell in enumerate(line.cells) if cell is not EMPTY and i > start]
        return start, (filled[0] if filled else len(self.columns)) - start

    def _build(self) -> list[_Line]:
        groups, total = self._given
        lines: list[_Line] = []
        number = 0
        for group in groups:
            children = []
            for row in group.rows:
                cells = tuple(column.make(row, self.kit.texts) for column in self.columns)
                children.append(_Line(RowKind.NORMAL, cells, number, row))
                number += 1
            if group.key:
                lines.append(_Line(RowKind.GROUP, self._by_key(group.cells), group=group.key, children=children))
            if group.key not in self._folded or not group.key:
                lines += children
        if total is not None:
            lines.append(_Line(RowKind.SUM, self._by_key(total)))
        return lines

    def _by_key(self, cells: Mapping[str, Cell]) -> tuple[Cell, ...]:
        return tuple(cells.get(column.key, EMPTY) for column in self.columns)

    def _language_changed(self) -> None:
        self.set_groups(self._given[0], total=self._given[1])
        super()._language_changed()
