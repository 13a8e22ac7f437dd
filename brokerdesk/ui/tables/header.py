"""The header of a table, painted: grey titles, the sorted one dark with an arrow, a tick box for all rows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from brokerdesk.models.values.paging import SortKey
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.base_model import CellTableModel
from brokerdesk.ui.tables.columns import Column, Kind
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets import painting

FIRST_LEAD = 14


def lead_of(column: Column[object], *, first: bool) -> int:
    """Room at the left of a column, in units."""
    if column.lead >= 0:
        return column.lead
    return FIRST_LEAD if first else 0


class HeaderView(QHeaderView):
    """`check_all` is sent when the tick box is clicked, `menu_wanted` on right click."""

    check_all = Signal()
    menu_wanted = Signal(QPoint, int)

    def __init__(self, kit: Kit, model: CellTableModel, parent: QWidget | None = None) -> None:
        """Paints the columns of `model`."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._kit, self._model = kit, model
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setStretchLastSection(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        kit.bind(self, self.setAccessibleName, "ui.table.columns")
        model.checked.changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        """30 high."""
        return QSize(super().sizeHint().width(), self._kit.u(30))

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        """Title or tick box, and the hairline below."""
        if not rect.isValid() or logical >= len(self._model.columns):
            return
        kit, u, column = self._kit, self._kit.units.exact, self._model.columns[logical]
        painter.fillRect(rect, kit.colour("base"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), kit.colour("line"))
        lead = u(lead_of(column, first=self.visualIndex(logical) == 0))
        box = QRectF(rect).adjusted(lead, 0, -u(column.inset) if column.kind is not Kind.MENU else 0, -1)
        if column.kind is Kind.CHECK:
            side = u(16)
            state = self.check_state()
            tick = QRectF(box.left(), painting.middle(box.top(), box.height(), side), side, side)
            painting.tick_box(painter, kit, tick, state, edge="ctl")
            return
        if column.kind is Kind.MENU:
            return
        self._paint_title(painter, box, column)

    def check_state(self) -> Qt.CheckState:
        """None, some or all rows are ticked."""
        ticked, total = len(self._model.checked), self._model.rowCount()
        if not ticked:
            return Qt.CheckState.Unchecked
        return Qt.CheckState.Checked if ticked >= total else Qt.CheckState.PartiallyChecked

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The tick box."""
        column = self._column_at(event.position().toPoint())
        if column is not None and column.kind is Kind.CHECK and event.button() is Qt.MouseButton.LeftButton:
            self.check_all.emit()
            return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Right click asks for the menu of columns."""
        self.menu_wanted.emit(event.globalPos(), self.logicalIndexAt(event.pos()))

    def _column_at(self, where: QPoint) -> Column[object] | None:
        logical = self.logicalIndexAt(where)
        return self._model.columns[logical] if 0 <= logical < len(self._model.columns) else None

    def _paint_title(self, painter: QPainter, box: QRectF, column: Column[object]) -> None:
        kit, u = self._kit, self._kit.units.exact
        sort = self._model.sorted_by()
        active = sort is not None and bool(column.sort) and sort.column == column.sort
        font = kit.units.font(Type.HINT, strong=active)
        ink = kit.colour("text" if active else "muted")
        arrow = u(13 + 5) if active else 0
        area = box.adjusted(0, 0, -arrow, 0) if column.align == "left" else box.adjusted(arrow, 0, 0, 0)
        width = painting.text(painter, area, column.title(kit.texts), font, ink, align=column.flag())
        if active and isinstance(sort, SortKey):
            left = area.left() + width + u(5) if column.align == "left" else area.right() - width - arrow
            top = painting.middle(box.top(), box.height(), u(13))
            icon = "arrow-down" if sort.descending else "arrow-up"
            kit.icons.paint(painter, icon, left, top, u(13), ink, stroke=2.0)
