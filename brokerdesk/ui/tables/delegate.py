"""Paints the rows of every table: ground, hairline, selection bar, then the cell by the kind of its column.

Asks the view which row is current or under the pointer; formats nothing and decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from brokerdesk.ui.icons import STATUS as STATUS_STROKE
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.columns import CELL_ROLE, Cell, Column, Kind, RowKind
from brokerdesk.ui.tables.header import lead_of
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets import painting

if TYPE_CHECKING:
    from brokerdesk.ui.tables.view import TableView

Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """The delegate of a `TableView`."""

    def __init__(self, kit: Kit, view: TableView) -> None:
        """Paints for `view`."""
        super().__init__(view)
        self._kit, self._view = kit, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Sections decide; this is only asked when a column fits its contents."""
        cell: Cell = index.data(CELL_ROLE)
        font = self._kit.units.font(strong=cell.strong)
        width = QFontMetricsF(font).horizontalAdvance(f"{cell.text} {cell.rest}") + self._kit.units.exact(24)
        width += self._kit.units.exact(22) if cell.status or cell.icon else 0
        width += self._kit.units.exact(30) if cell.seed else 0
        return QSize(round(width), self._view.row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        view, u = self._view, self._kit.units.exact
        row, column = index.row(), view.cells.columns[index.column()]
        kind = view.cells.kind_of(row)
        rect = QRectF(option.rect)
        painter.save()
        painter.setClipRect(rect)
        first = view.horizontalHeader().visualIndex(index.column()) == 0
        self._ground(painter, rect, row, first=first, kind=kind)
        lead = u(lead_of(column, first=first))
        box = rect.adjusted(lead, 0, -u(column.inset) if column.kind is not Kind.MENU else 0, -1)
        cell: Cell = index.data(CELL_ROLE)
        if kind is RowKind.NORMAL:
            self._cell(painter, box, row, column, cell)
        else:
            self._heading(painter, box, row, column, cell)
        painter.restore()

    def action_rect(self, rect: QRectF, cell: Cell) -> QRectF:
        """Where the button of a status cell lies inside the cell's rectangle."""
        u = self._kit.units.exact
        width = QFontMetricsF(self._kit.units.font()).horizontalAdvance(cell.action) + u(20)
        width += u(22) if cell.action_icon else 0
        return QRectF(
            rect.left() - 1, painting.middle(rect.top(), rect.height() - 1, u(24)), min(width, rect.width()), u(24)
        )

    def _ground(self, painter: QPainter, rect: QRectF, row: int, *, first: bool, kind: RowKind) -> None:
        kit, view = self._kit, self._view
        if kind is RowKind.GROUP:
            painter.fillRect(rect, kit.colour("alt"))
        elif kind is RowKind.SUM:
            painter.fillRect(rect, kit.colour("base"))
            return
        else:
            selected = self._tinted(row)
            active = view.isActiveWindow()
            token = (
                ("sel" if active else "sel-inactive") if selected else "hover" if row == view.hovered_row else "base"
            )
            painter.fillRect(rect, kit.colour(token))
            if selected and first:
                painter.fillRect(
                    QRectF(rect.left(), rect.top(), kit.units.exact(3), rect.height() - 1), kit.colour("accent")
                )
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), kit.colour("line-soft"))

    def _tinted(self, row: int) -> bool:
        view = self._view
        return view.cells.id_at(row) in view.cells.checked or (view.tint_current and row == view.currentIndex().row())

    def _cell(self, painter: QPainter, box: QRectF, row: int, column: Column[Any], cell: Cell) -> None:
        kit, u, view = self._kit, self._kit.units.exact, self._view
        if column.kind is Kind.CHECK:
            edge = "ctl" if row in {view.hovered_row, view.currentIndex().row()} else "line-strong"
            side = u(16)
            on = view.cells.id_at(row) in view.cells.checked
            state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            painting.tick_box(
                painter,
                kit,
                QRectF(box.left(), painting.middle(box.top(), box.height(), side), side, side),
                state,
                edge=edge,
            )
        elif column.kind is Kind.MENU:
            if row in {view.hovered_row, view.currentIndex().row()}:
                side = u(16)
                left, top = (
                    painting.middle(box.left(), box.width(), side),
                    painting.middle(box.top(), box.height(), side),
                )
                kit.icons.paint(painter, "dots", left, top, side, kit.colour("muted"), stroke=2.0)
        elif column.kind is Kind.STATUS and cell.action and view.shows_action(row):
            self._action(painter, box, row, cell)
        elif column.kind is Kind.ICONS:
            self._icons(painter, box, cell)
        else:
            self._text(painter, box, column, cell)

    def _action(self, painter: QPainter, box: QRectF, row: int, cell: Cell) -> None:
        kit, u = self._kit, self._kit.units.exact
        button = self.action_rect(box, cell)
        painting.frame(painter, button, u(6), fill=kit.colour("raised"), line=kit.colour("line-strong"))
        if self._view.action_focused(row):
            painting.focus_ring(painter, kit, button, u(6))
        accent, left = kit.colour("accent"), button.left() + u(10)
        if cell.action_icon:
            kit.icons.paint(
                painter, cell.action_icon, left, painting.middle(button.top(), button.height(), u(16)), u(16), accent
            )
            left += u(22)
        words = QRectF(left, button.top(), button.right() - left - u(4), button.height())
        painting.text(painter, words, cell.action, kit.units.font(), accent)

    def _icons(self, painter: QPainter, box: QRectF, cell: Cell) -> None:
        kit, side, left = self._kit, self._kit.units.exact(16), box.left()
        for item in cell.icons:
            colour = kit.theme.status(item.status).text if item.status else kit.colour("muted")
            kit.icons.paint(painter, item.icon, left, painting.middle(box.top(), box.height(), side), side, colour)
            left += side + kit.units.exact(6)

    def _text(self, painter: QPainter, box: QRectF, column: Column[Any], cell: Cell) -> None:
        kit, u = self._kit, self._kit.units.exact
        if column.kind is Kind.AVATAR and cell.seed:
            top = painting.middle(box.top(), box.height(), u(22))
            painting.avatar(painter, kit, box.left(), top, 22, seed=cell.seed, letters=cell.letters, square=cell.square)
            box = box.adjusted(u(22 + 8), 0, 0, 0)
        if cell.second:
            middle, half = box.center().y(), u(17)
            second = QRectF(box.left(), middle, box.width(), u(16))
            painting.text(
                painter, second, cell.second, kit.units.font(Type.HINT), kit.colour("muted"), align=column.flag()
            )
            box = QRectF(box.left(), middle - half, box.width(), half)
        struck = cell.status is Status.ENDED
        font = kit.units.font(strong=cell.strong, struck=struck)
        ink = kit.theme.status(cell.status).text if cell.status else kit.colour("muted" if cell.muted else "text")
        icon = cell.icon or (kit.theme.status(cell.status).icon if cell.status and column.kind is Kind.STATUS else "")
        rest = kit.units.font()
        own = QFontMetricsF(font).horizontalAdvance(cell.text) + 1
        gap = QFontMetricsF(rest).horizontalAdvance(" ") if cell.rest else 0.0
        tail = QFontMetricsF(rest).horizontalAdvance(cell.rest) + 1 if cell.rest else 0.0
        mark = u(16 + 6) if icon else 0.0
        left = box.left()
        if column.align != "left":
            free = max(0.0, box.width() - mark - own - gap - tail)
            left += free if column.align == "right" else free / 2
        if icon:
            colour = kit.theme.status(cell.icon_status).text if cell.icon_status else ink
            top = painting.middle(box.top(), box.height(), u(16))
            kit.icons.paint(painter, icon, left, top, u(16), colour, stroke=STATUS_STROKE if cell.status else 1.75)
            left += mark
        room = max(0.0, box.right() - left)
        painting.text(painter, QRectF(left, box.top(), min(own, room), box.height()), cell.text, font, ink)
        if cell.rest and room > own + gap:
            area = QRectF(left + own + gap - 1, box.top(), room - own - gap + 1, box.height())
            painting.text(painter, area, cell.rest, rest, kit.colour("muted"))

    def _heading(self, painter: QPainter, box: QRectF, row: int, column: Column[Any], cell: Cell) -> None:
        kit, u = self._kit, self._kit.units.exact
        if not (cell.text or cell.rest):
            return
        if self._view.cells.kind_of(row) is RowKind.GROUP and _is_first(self._view, column):
            top = painting.middle(box.top(), box.height(), u(14))
            chevron = "chevron-right" if _folded(self._view, row) else "chevron-down"
            kit.icons.paint(painter, chevron, box.left() - u(17), top, u(14), kit.colour("muted"))
        bold = Cell(text=cell.text, rest=cell.rest, icon=cell.icon, strong=True, status=cell.status, muted=cell.muted)
        if cell.icon and not cell.icon_status:
            top = painting.middle(box.top(), box.height(), u(16))
            kit.icons.paint(painter, cell.icon, box.left(), top, u(16), kit.colour("muted"))
            box = box.adjusted(u(16 + 7), 0, 0, 0)
            bold = Cell(text=cell.text, rest=cell.rest, strong=True, muted=cell.muted)
        self._text(painter, box, column, bold)


def _folded(view: TableView, row: int) -> bool:
    model = view.cells
    return isinstance(model, StaticTableModel) and model.is_folded(model.group_at(row))


def _is_first(view: TableView, column: Column[Any]) -> bool:
    return column is next(c for c in view.cells.columns if c.kind is not Kind.CHECK)
