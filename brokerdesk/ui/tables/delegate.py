"""Paints the rows of every table: ground, hairline, selection bar, then each cell by the kind of its column.

Whole rows in one go: the view hands over the painter instead of asking Qt to come back for every cell. Asks the view
which row is current or under the pointer; formats nothing and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QRegion
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from brokerdesk.ui.icons import STATUS as STATUS_STROKE
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.columns import CELL_ROLE, Cell, Column, Kind, RowKind
from brokerdesk.ui.tables.header import lead_of
from brokerdesk.ui.tables.ink import Ink
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets import painting

if TYPE_CHECKING:
    from brokerdesk.ui.tables.view import TableView

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a column stands now, in pixels; `lead` and `inset` are kept free at its sides."""

    column: Column[Any]
    logical: int
    left: int
    width: int
    lead: float
    inset: float
    first: bool

    def box(self, top: int, height: int, width: int) -> QRectF:
        """The room of its cell without the hairline."""
        return QRectF(self.left + self.lead, top, width - self.lead - self.inset, height - 1)


class RowDelegate(QStyledItemDelegate):
    """The delegate of a `TableView`."""

    def __init__(self, kit: Kit, view: TableView) -> None:
        """Paints for `view`."""
        super().__init__(view)
        self._kit, self._view = kit, view
        self._ink = Ink(kit)

    def renew(self) -> None:
        """Theme or text size changed."""
        self._ink = Ink(self._kit)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Sections decide; this is only asked when a column fits its contents."""
        cell: Cell = index.data(CELL_ROLE)
        font = self._kit.units.font(strong=cell.strong)
        width = QFontMetricsF(font).horizontalAdvance(f"{cell.text} {cell.rest}") + self._kit.units.exact(24)
        width += self._kit.units.exact(22) if cell.status or cell.icon else 0
        width += self._kit.units.exact(30) if cell.seed else 0
        return QSize(round(width), self._view.row_height())

    def paint_rows(self, painter: QPainter, region: QRegion) -> None:
        """All rows that lie in `region`."""
        view, sections, area = self._view, self._view.verticalHeader(), region.boundingRect()
        slots = self._slots()
        first = view.rowAt(area.top())
        if first < 0 or not slots:
            return
        left, width = slots[0].left, sum(slot.width for slot in slots)
        for row in range(first, view.cells.rowCount()):
            whole = QRect(left, sections.sectionViewportPosition(row), width, sections.sectionSize(row))
            if whole.top() > area.bottom():
                return
            if region.intersects(whole):
                self._row(painter, whole, row, slots)

    def _slots(self) -> list[_Slot]:
        """The columns shown, from left to right."""
        header, u, found = self._view.horizontalHeader(), self._kit.units.exact, []
        for visual in range(header.count()):
            logical = header.logicalIndex(visual)
            column, width = self._view.cells.columns[logical], header.sectionSize(logical)
            if not width:
                continue
            lead = u(lead_of(column, first=visual == 0))
            inset = u(column.inset) if column.kind is not Kind.MENU else 0
            place = header.sectionViewportPosition(logical)
            found.append(_Slot(column, logical, place, width, lead, inset, visual == 0))
        return found

    def _row(self, painter: QPainter, whole: QRect, row: int, slots: list[_Slot]) -> None:
        model, top, height = self._view.cells, whole.top(), whole.height()
        kind, cells = model.kind_of(row), model.line_at(row)
        self._ground(painter, whole, row, marked=slots[0].first, kind=kind)
        if kind is RowKind.NORMAL:
            for slot in slots:
                box = slot.box(top, height, slot.width)
                self._cell(painter, box, row, slot.column, cells[slot.logical])
            return
        start, count = model.span_at(row) if isinstance(model, StaticTableModel) else (0, 1)
        spanned = range(start + 1, start + count)
        wide = sum(slot.width for slot in slots if slot.logical == start or slot.logical in spanned)
        for slot in slots:
            if slot.logical not in spanned:
                box = slot.box(top, height, wide if slot.logical == start else slot.width)
                self._heading(painter, box, row, slot.column, cells[slot.logical])

    def action_rect(self, rect: QRectF, cell: Cell) -> QRectF:
        """Where the button of a status cell lies inside the cell's rectangle."""
        u = self._kit.units.exact
        width = QFontMetricsF(self._kit.units.font()).horizontalAdvance(cell.action) + u(20)
        width += u(22) if cell.action_icon else 0
        return QRectF(
            rect.left() - 1, painting.middle(rect.top(), rect.height() - 1, u(24)), min(width, rect.width()), u(24)
        )

    def _ground(self, painter: QPainter, whole: QRect, row: int, *, marked: bool, kind: RowKind) -> None:
        view, colour = self._view, self._ink.colour
        if kind is RowKind.SUM:
            painter.fillRect(whole, colour("base"))
            return
        selected = kind is RowKind.NORMAL and self._tinted(row)
        if kind is RowKind.GROUP:
            ground = "alt"
        elif selected:
            ground = "sel" if view.isActiveWindow() else "sel-inactive"
        else:
            ground = "hover" if row == view.hovered_row else "base"
        painter.fillRect(whole, colour(ground))
        if selected and marked:
            bar = QRectF(whole.left(), whole.top(), self._kit.units.exact(3), whole.height() - 1)
            painter.fillRect(bar, colour("accent"))
        painter.fillRect(whole.left(), whole.bottom(), whole.width(), 1, colour("line-soft"))

    def _tinted(self, row: int) -> bool:
        view = self._view
        ticked = len(view.cells.checked) > 0 and view.cells.id_at(row) in view.cells.checked
        return ticked or (view.tint_current and row == view.currentIndex().row())

    def _cell(self, painter: QPainter, box: QRectF, row: int, column: Column[Any], cell: Cell) -> None:
        kind, view = column.kind, self._view
        if kind is Kind.CHECK:
            self._tick(painter, box, row)
        elif kind is Kind.MENU:
            if view.shows_action(row):
                self._dots(painter, box)
        elif kind is Kind.STATUS and cell.action and view.shows_action(row):
            self._action(painter, box, row, cell)
        elif kind is Kind.ICONS:
            self._icons(painter, box, cell)
        else:
            self._text(painter, box, column, cell)

    def _tick(self, painter: QPainter, box: QRectF, row: int) -> None:
        view, side = self._view, self._kit.units.exact(16)
        on = len(view.cells.checked) > 0 and view.cells.id_at(row) in view.cells.checked
        square = QRectF(box.left(), painting.middle(box.top(), box.height(), side), side, side)
        edge = "ctl" if view.shows_action(row) else "line-strong"
        state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        painting.tick_box(painter, self._kit, square, state, edge=edge)

    def _dots(self, painter: QPainter, box: QRectF) -> None:
        side = self._kit.units.exact(16)
        left, top = painting.middle(box.left(), box.width(), side), painting.middle(box.top(), box.height(), side)
        self._kit.icons.paint(painter, "dots", left, top, side, self._ink.colour("muted"), stroke=2.0)

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
        painter.save()
        painter.setClipRect(box)  # a narrow column shows what fits
        for item in cell.icons:
            colour = self._ink.status(item.status).text if item.status else self._ink.colour("muted")
            kit.icons.paint(painter, item.icon, left, painting.middle(box.top(), box.height(), side), side, colour)
            left += side + kit.units.exact(6)
        painter.restore()

    def _text(self, painter: QPainter, box: QRectF, column: Column[Any], cell: Cell) -> None:
        ink, u = self._ink, self._kit.units.exact
        if column.kind is Kind.AVATAR and cell.seed:
            top = painting.middle(box.top(), box.height(), u(22))
            painting.avatar(
                painter, self._kit, box.left(), top, 22, seed=cell.seed, letters=cell.letters, square=cell.square
            )
            box = box.adjusted(u(22 + 8), 0, 0, 0)
        if cell.second:
            box = self._second(painter, box, column, cell)
        status = ink.status(cell.status) if cell.status else None
        colour = status.text if status else ink.colour("muted" if cell.muted else "text")
        icon = cell.icon or (status.icon if status and column.kind is Kind.STATUS else "")
        face = ink.face(strong=cell.strong, struck=cell.status is Status.ENDED)
        own = face.width(cell.text) + 1
        gap = ink.body.width(" ") if cell.rest else 0.0
        left = box.left()
        if column.align != "left":
            tail = ink.body.width(cell.rest) + 1 if cell.rest else 0.0
            free = max(0.0, box.width() - (u(16 + 6) if icon else 0.0) - own - gap - tail)
            left += free if column.align == "right" else free / 2
        if icon:
            mark = ink.status(cell.icon_status).text if cell.icon_status else colour
            top = painting.middle(box.top(), box.height(), u(16))
            stroke = STATUS_STROKE if cell.status else 1.75
            self._kit.icons.paint(painter, icon, left, top, u(16), mark, stroke=stroke)
            left += u(16 + 6)
        room = max(0.0, box.right() - left)
        face.line(painter, QRectF(left, box.top(), min(own, room), box.height()), cell.text, colour)
        if cell.rest and room > own + gap:
            area = QRectF(left + own + gap - 1, box.top(), room - own - gap + 1, box.height())
            ink.body.line(painter, area, cell.rest, ink.colour("muted"))

    def _second(self, painter: QPainter, box: QRectF, column: Column[Any], cell: Cell) -> QRectF:
        """The grey line below; what is left for the words above it."""
        u, font, middle = self._kit.units.exact, self._ink.hint.font, box.center().y()
        area = QRectF(box.left(), middle, box.width(), u(16))
        painting.text(painter, area, cell.second, font, self._ink.colour("muted"), align=column.flag())
        return QRectF(box.left(), middle - u(17), box.width(), u(17))

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
