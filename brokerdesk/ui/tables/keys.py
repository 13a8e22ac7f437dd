"""The keys of a table: one map, so that it can be read, tested and shown in help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from brokerdesk.ui.tables.columns import RowKind
from brokerdesk.ui.tables.static_model import StaticTableModel

if TYPE_CHECKING:
    from brokerdesk.ui.tables.view import TableView

_K = Qt.Key
_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def handle_key(view: TableView, event: QKeyEvent) -> bool:
    """Do what a key means in a table; False when it means nothing here."""
    key, control = event.key(), bool(event.modifiers() & _CONTROL)
    shift = bool(event.modifiers() & _SHIFT)
    row, rows = view.currentIndex().row(), view.cells.rowCount()
    if key in {_K.Key_Home, _K.Key_End} and rows:
        target = 0 if key == _K.Key_Home else rows - 1
        if shift:
            view.tick_range(max(row, 0), target)
        view.go_to(target)
    elif key in {_K.Key_Up, _K.Key_Down} and shift and row >= 0:
        target = max(0, min(rows - 1, row + (1 if key == _K.Key_Down else -1)))
        view.tick_range(row, target)
        view.go_to(target)
    elif key in {_K.Key_Return, _K.Key_Enter} and row >= 0 and not control:
        _enter(view, row)
    elif key == _K.Key_Space and row >= 0:
        _space(view, row, control=control)
    elif key == _K.Key_A and control:
        view.cells.checked.replace(view.cells.all_ids())
    elif key == _K.Key_C and control and shift:
        view.copy(headers=True)
    elif key == _K.Key_Escape and len(view.cells.checked):
        view.cells.checked.clear()
    else:
        return False
    return True


def _enter(view: TableView, row: int) -> None:
    if _fold(view, row):
        return
    if view.action_focused(row):
        cell = view.cells.cell_at(row, view.currentIndex().column())
        view.acted.emit(view.cells.id_at(row), cell.action_id)
    elif view.cells.kind_of(row) is RowKind.NORMAL:
        view.opened.emit(view.cells.id_at(row))


def _space(view: TableView, row: int, *, control: bool) -> None:
    if _fold(view, row):
        return
    if control:
        view.cells.checked.toggle(view.cells.id_at(row))
    else:
        view.previewed.emit(view.cells.id_at(row))


def _fold(view: TableView, row: int) -> bool:
    if view.cells.kind_of(row) is RowKind.GROUP and isinstance(view.cells, StaticTableModel):
        view.cells.toggle(view.cells.group_at(row))
        return True
    return False
