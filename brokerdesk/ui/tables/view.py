"""The table view: current row with ring, ticked rows by id, keys, menus, status cells that act.

Works with any `CellTableModel`. What opening, previewing or an action means is told to whoever listens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from brokerdesk.models.values.paging import SortKey
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.base_model import CellTableModel, Index
from brokerdesk.ui.tables.clipboard import copy_rows
from brokerdesk.ui.tables.column_state import ColumnState
from brokerdesk.ui.tables.columns import Kind, RowKind
from brokerdesk.ui.tables.delegate import RowDelegate
from brokerdesk.ui.tables.header import HeaderView
from brokerdesk.ui.tables.header_menu import open_header_menu
from brokerdesk.ui.tables.headings import arrange_headings
from brokerdesk.ui.tables.keys import handle_key
from brokerdesk.ui.tables.mouse import handle_press
from brokerdesk.ui.tables.place import Place
from brokerdesk.ui.units import Units
from brokerdesk.ui.widgets import painting


class TableView(QTableView):
    """`opened` on Enter or double click, `current_changed` and `previewed` with the id of a row, `acted` with id and
    action of a status cell, `typed` with letters that belong into the search field."""

    opened = Signal(int)
    current_changed = Signal(int)
    previewed = Signal(int)
    acted = Signal(int, str)
    typed = Signal(str)
    columns_changed = Signal()

    def __init__(
        self, kit: Kit, model: CellTableModel, *, name_key: str, row: str = "normal", tint_current: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`row` is a height of `Units.row`; `tint_current` marks the current row like a selected one (no ring)."""
        super().__init__(parent)
        self.kit, self.cells, self._row_kind, self.tint_current = kit, model, row, tint_current
        self.hovered_row, self._bottom_room = -1, 0
        self._menu_maker: Callable[[int], QMenu | None] | None = None
        self.popup: QWidget | None = None
        self._header = HeaderView(kit, model, self)
        self.setHorizontalHeader(self._header)
        self.setModel(model)
        self._rows = RowDelegate(kit, self)
        self.setItemDelegate(self._rows)
        self._configure()
        self.columns = ColumnState(kit, self._header, model.columns, self)
        self.columns.changed.connect(self.columns_changed)
        self._header.sectionClicked.connect(self._sort_by)
        self._header.check_all.connect(self.toggle_all)
        self._header.menu_wanted.connect(lambda where, logical: open_header_menu(self, where, logical))
        self._place = Place(self)
        model.checked.changed.connect(self.viewport().update)
        kit.bind(self, self.setAccessibleName, name_key)
        kit.sized(self, self._fit)
        self.doubleClicked.connect(self._double_clicked)

    def _configure(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def row_height(self) -> int:
        """Height of a normal row in pixels."""
        return self.kit.units.row(self._row_kind)

    def current_id(self) -> int:
        """Id of the current row, or -1."""
        row = self.currentIndex().row()
        return self.cells.id_at(row) if row >= 0 else -1

    def set_current_id(self, row_id: int) -> bool:
        """Make a row current and show it; False when it is not in the list."""
        row = self.cells.row_of(row_id)
        if row < 0:
            return False
        self.go_to(row)
        return True

    def go_to(self, row: int, column: int = -1) -> None:
        """Make a position current and scroll to it."""
        column = column if column >= 0 else max(0, self.currentIndex().column())
        index = self.cells.index(row, column)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def toggle_all(self) -> None:
        """Tick all rows of the view, or none when all are ticked."""
        everything = self.cells.all_ids()
        self.cells.checked.replace(() if len(self.cells.checked) >= len(everything) else everything)

    def set_context_menu(self, maker: Callable[[int], QMenu | None]) -> None:
        """`maker` gets the id of a row and gives its menu; used by right click, menu key and the ⋯ of the row."""
        self._menu_maker = maker

    def save_state(self) -> dict[str, Any]:
        """Columns and sort order by key, for a saved view."""
        sort = self.cells.sorted_by()
        order = {"column": sort.column, "descending": sort.descending} if sort else None
        return {**self.columns.as_dict(), "sort": order}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Apply what `save_state()` gave; unknown columns are left out."""
        self.columns.restore(state)
        sort = state.get("sort")
        if sort and any(c.sort == sort.get("column") for c in self.cells.columns):
            self.cells.set_sort(SortKey(str(sort["column"]), bool(sort.get("descending"))))

    def set_bottom_room(self, pixels: int) -> None:
        """Keep room below the last row, so that it can be scrolled clear of a floating bar."""
        if pixels != self._bottom_room:
            self._bottom_room = pixels
            self.updateGeometries()

    def updateGeometries(self) -> None:
        """Qt's sizes, and the scroll range of the room below."""
        bar = self.verticalScrollBar()
        value = bar.value()
        super().updateGeometries()
        if self._bottom_room and self.cells.rowCount():
            bar.setMaximum(bar.maximum() + self._bottom_room)
            bar.setValue(min(value, bar.maximum()))

    def paint_now(self) -> None:
        """Paint what the window has to paint at once and not with the next frame: rows come before what is told beside them."""
        QCoreApplication.sendEvent(self.window(), QEvent(QEvent.Type.UpdateRequest))

    def copy(self, *, headers: bool = False) -> None:
        """Put the ticked rows, or the current one, on the clipboard as text with tabs and as a table."""
        copy_rows(self, headers=headers)

    def shows_action(self, row: int) -> bool:
        """Whether the status of a row shows its action now."""
        return row == self.hovered_row or row == self.currentIndex().row()

    def action_focused(self, row: int) -> bool:
        """Whether Enter would trigger the action of a row rather than open it."""
        current = self.currentIndex()
        return (
            self.hasFocus() and current.row() == row and self.cells.columns[current.column()].kind is Kind.STATUS
            and bool(self.cells.cell_at(row, current.column()).action)
        )  # fmt: skip

    # ---- Qt events ----

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the design first, then Qt's."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif not handle_key(self, event):
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters belong into the search field of the list."""
        if search.strip():
            self.typed.emit(search)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard needs a current row."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.cells.rowCount():
            self.go_to(0)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell about another row and repaint both."""
        super().currentChanged(current, previous)
        self._repaint_row(previous.row())
        self._repaint_row(current.row())
        if current.row() != previous.row() and current.isValid():
            self.current_changed.emit(self.cells.id_at(current.row()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tick boxes, chevrons, status actions and row menus act; the rest makes the row current."""
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid() and handle_press(self, index, event):
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Repaint the row under the pointer."""
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(round(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        """No row is under the pointer."""
        super().leaveEvent(event)
        self._hover(-1)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the row, at the pointer or, by key, at the row."""
        row = self.currentIndex().row()
        where = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            row = self.rowAt(event.pos().y())
            if row >= 0:
                self.go_to(row)
        elif row >= 0:
            where = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        self.open_menu(row, where)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows, then the ring of the current one."""
        painter = QPainter(self.viewport())
        self._rows.paint_rows(painter, event.region())
        row = self.currentIndex().row()
        if row < 0 or self.tint_current:
            return
        top, height = self.rowViewportPosition(row), self.rowHeight(row)
        ring = QRectF(2, top + 1, self.viewport().width() - 4, height - 3)
        painting.focus_ring(painter, self.kit, ring, self.kit.units.exact(5))

    # ---- inside ----

    def tick_range(self, first: int, last: int) -> None:
        """Tick all rows between two positions."""
        low, high = sorted((first, last))
        self.cells.checked.update(
            (self.cells.id_at(r) for r in range(low, high + 1) if self.cells.id_at(r) >= 0), on=True
        )

    def open_menu(self, row: int, where: QPoint) -> None:
        """Show the menu of a row at a point of the screen."""
        if self._menu_maker is None or row < 0:
            return
        menu = self._menu_maker(self.cells.id_at(row))
        if menu is not None:
            self.popup = menu
            menu.popup(where)

    def _sort_by(self, logical: int) -> None:
        column = self.cells.columns[logical]
        if not column.sort:
            return
        now = self.cells.sorted_by()
        descending = bool(now and now.column == column.sort and not now.descending)
        self.cells.set_sort(SortKey(column.sort, descending))
        self.columns_changed.emit()

    def _double_clicked(self, index: QModelIndex) -> None:
        if (
            self.cells.kind_of(index.row()) is RowKind.NORMAL
            and self.cells.columns[index.column()].kind is not Kind.CHECK
        ):
            self.opened.emit(self.cells.id_at(index.row()))

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            old, self.hovered_row = self.hovered_row, row
            self._repaint_row(old)
            self._repaint_row(row)

    def _repaint_row(self, row: int) -> None:
        if row >= 0:
            top, height = self.rowViewportPosition(row), self.rowHeight(row)
            self.viewport().update(QRect(0, top, self.viewport().width(), height))

    def _fit(self, units: Units) -> None:
        self._rows.renew()
        self.verticalHeader().setDefaultSectionSize(self.row_height())
        self.verticalHeader().setMinimumSectionSize(units(20))
        self._header.setFixedHeight(units(30))
        arrange_headings(self)
