"""The menu of a table's header: order and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

from brokerdesk.models.values.paging import SortKey
from brokerdesk.ui.tables.chooser import ColumnChooser
from brokerdesk.ui.widgets.controls import Menu

if TYPE_CHECKING:
    from brokerdesk.ui.tables.view import TableView

_ORDERS = (("ui.table.sort-up", "arrow-up", False), ("ui.table.sort-down", "arrow-down", True))


def open_header_menu(view: TableView, where: QPoint, logical: int) -> None:
    """Show the menu of the column `logical` at a point of the screen."""
    kit, columns = view.kit, view.cells.columns
    menu = Menu(kit, parent=view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if 0 <= logical < len(columns) and columns[logical].sort:
        for key, icon, descending in _ORDERS:
            action = menu.addAction(kit.icons.icon(icon), kit.texts(key))
            order = SortKey(columns[logical].sort, descending)
            action.triggered.connect(lambda _=False, order=order: view.cells.set_sort(order))
        menu.addSeparator()
    choose = menu.addAction(kit.icons.icon("columns-3"), kit.texts("ui.table.choose"))
    choose.triggered.connect(lambda: open_chooser(view))
    view.popup = menu
    menu.popup(where)


def open_chooser(view: TableView) -> None:
    """Show the popup of columns below the header's right end."""
    header = view.horizontalHeader()
    chooser = ColumnChooser(view.kit, view.columns, view.cells.columns, view)
    view.popup = chooser
    chooser.open_at(header.mapToGlobal(QPoint(header.width(), header.height())))
