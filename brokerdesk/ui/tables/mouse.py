"""What a press of the left button means in a table: tick boxes, chevrons, status actions, row menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from brokerdesk.ui.tables.columns import CELL_ROLE, Cell, Kind, RowKind
from brokerdesk.ui.tables.delegate import RowDelegate
from brokerdesk.ui.tables.static_model import StaticTableModel

if TYPE_CHECKING:
    from brokerdesk.ui.tables.view import TableView

_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def handle_press(view: TableView, index: QModelIndex, event: QMouseEvent) -> bool:
    """Act on a press; False when it only makes the row current."""
    row, kind, model = index.row(), view.cells.columns[index.column()].kind, view.cells
    if model.kind_of(row) is RowKind.GROUP and isinstance(model, StaticTableModel):
        model.toggle(model.group_at(row))
        return True
    if model.kind_of(row) is not RowKind.NORMAL:
        return True
    if event.modifiers() & _SHIFT and view.currentIndex().isValid():
        view.tick_range(view.currentIndex().row(), row)
        return True
    if kind is Kind.CHECK or event.modifiers() & _CONTROL:
        model.checked.toggle(model.id_at(row))
        return True
    if kind is Kind.MENU:
        view.go_to(row)
        view.open_menu(row, event.globalPosition().toPoint())
        return True
    return _press_action(view, index, event)


def _press_action(view: TableView, index: QModelIndex, event: QMouseEvent) -> bool:
    cell: Cell = index.data(CELL_ROLE)
    if (
        view.cells.columns[index.column()].kind is not Kind.STATUS
        or not cell.action
        or not view.shows_action(index.row())
    ):
        return False
    delegate = view.itemDelegate()
    inside = isinstance(delegate, RowDelegate) and delegate.action_rect(QRectF(view.visualRect(index)), cell)
    if not inside or not inside.contains(event.position()):
        return False
    view.go_to(index.row())
    view.acted.emit(view.cells.id_at(index.row()), cell.action_id)
    return True
