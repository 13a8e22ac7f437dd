"""Qt controls whose drawing a style sheet cannot give: check box, radio button, combo box, menu.

They behave like their Qt parents; only size and painting are ours.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFontMetrics, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QMenu, QRadioButton, QSizePolicy, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Units
from brokerdesk.ui.widgets import painting

_BOX, _GAP, _MARGIN = 16, 8, 3


def _label_size(kit: Kit, text: str) -> QSize:
    width = QFontMetrics(kit.units.font()).horizontalAdvance(text.replace("&", ""))
    return QSize(
        kit.u(_BOX) + (kit.u(_GAP) + width if text else 0) + 2 * _MARGIN + 1, max(kit.u(24), kit.u(18) + 2 * _MARGIN)
    )


def _paint_label(painter: QPainter, kit: Kit, widget: QCheckBox | QRadioButton) -> None:
    if widget.text():
        area = QRectF(widget.rect()).adjusted(_MARGIN + kit.u(_BOX + _GAP), 0, 0, 0)
        ink = kit.colour("text" if widget.isEnabled() else "ph")
        painting.text(painter, area, widget.text().replace("&", ""), kit.units.font(), ink)
    if widget.hasFocus():
        painting.focus_ring(painter, kit, QRectF(widget.rect()), kit.units.exact(6))


def _mark_rect(kit: Kit, widget: QWidget) -> QRectF:
    side = kit.units.exact(_BOX)
    return QRectF(_MARGIN, painting.middle(0, widget.height(), side), side, side)


class CheckBox(QCheckBox):
    """A tick box with its text."""

    def __init__(self, kit: Kit, text: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        """`name` is the accessible name of a box without text."""
        super().__init__(text, parent)
        self._kit = kit
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        if name:
            self.setAccessibleName(name)
        kit.sized(self, lambda _: self.update())

    def sizeHint(self) -> QSize:
        """Box, gap, text; at least 24 high."""
        return _label_size(self._kit, self.text())

    def minimumSizeHint(self) -> QSize:
        """As large as the box needs."""
        return QSize(self._kit.u(24), self.sizeHint().height())

    def hitButton(self, pos: QPoint) -> bool:
        """All of it can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, tick, text, ring."""
        painter = QPainter(self)
        painting.tick_box(
            painter, self._kit, _mark_rect(self._kit, self), self.checkState(), edge="ctl", enabled=self.isEnabled()
        )
        _paint_label(painter, self._kit, self)


class RadioButton(QRadioButton):
    """One of several answers."""

    def __init__(self, kit: Kit, text: str = "", *, parent: QWidget | None = None) -> None:
        """Put the answers of one question into one parent or group."""
        super().__init__(text, parent)
        self._kit = kit
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        kit.sized(self, lambda _: self.update())

    def sizeHint(self) -> QSize:
        """Dot, gap, text; at least 24 high."""
        return _label_size(self._kit, self.text())

    def minimumSizeHint(self) -> QSize:
        """Texts of answers are not cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """All of it can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Circle, dot, text, ring."""
        painter = QPainter(self)
        painting.radio_dot(
            painter, self._kit, _mark_rect(self._kit, self), checked=self.isChecked(), enabled=self.isEnabled()
        )
        _paint_label(painter, self._kit, self)


class ComboBox(QComboBox):
    """A combo box that looks like a field, 30 high (28 small, 36 large)."""

    def __init__(
        self, kit: Kit, *, small: bool = False, large: bool = False, quiet: bool = False, parent: QWidget | None = None
    ) -> None:
        """`quiet` leaves out the frame (in tables and tool rows)."""
        super().__init__(parent)
        self._kit, self._height, self._quiet = kit, 28 if small else 36 if large else 30, quiet
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.view().setProperty("popup", True)
        kit.sized(self, lambda _: self.update())

    def sizeHint(self) -> QSize:
        """The longest answer up to 240, arrow, padding."""
        metrics, u = QFontMetrics(self._kit.units.font()), self._kit.u
        widest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(min(self.count(), 200))), default=0)
        return QSize(min(max(widest, u(60)), u(240)) + u(12 + 30), u(self._height))

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(self._kit.u(80), self._kit.u(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, text, chevron."""
        kit, painter, box = self._kit, QPainter(self), QRectF(self.rect())
        u = kit.units.exact
        if not self._quiet or self.hasFocus():
            self._paint_frame(painter, box)
        colour = kit.colour("muted" if self.isEnabled() else "ph")
        kit.icons.paint(
            painter, "chevron-down", box.right() - u(10 + 14), painting.middle(0, box.height(), u(14)), u(14), colour
        )
        if self.isEditable():
            return
        area = box.adjusted(u(10) + 2, 0, -u(28), 0)  # as a line edit's text
        icon = self.itemIcon(self.currentIndex()) if self.currentIndex() >= 0 else QIcon()
        if not icon.isNull():
            side = kit.u(22)
            icon.paint(painter, QRect(round(area.left()), round(painting.middle(0, box.height(), side)), side, side))
            area.adjust(u(22 + 8), 0, 0, 0)
        words = self.currentText() or self.placeholderText()
        ink = kit.colour("text" if self.isEnabled() and self.currentText() else "ph")
        painting.text(painter, area, words, kit.units.font(), ink)

    def _paint_frame(self, painter: QPainter, box: QRectF) -> None:
        kit, radius = self._kit, self._kit.units.exact(6)
        line, width = self._edge()
        ground = kit.colour("base" if self.isEnabled() else "sunken")
        if width == 1 and self.isEnabled():
            painting.frame(painter, box, radius, fill=kit.colour("ctl"))
            box = box.adjusted(0, 0, 0, -1)
        painting.frame(painter, box, radius, fill=ground, line=line, width=width)

    def _edge(self) -> tuple[QColor, int]:
        line = self.lineEdit()
        focused = self.hasFocus() or (line is not None and line.hasFocus())
        if not self.isEnabled():
            return self._kit.colour("line"), 1
        if self.property("state") == "error":
            return self._kit.theme.status(Status.ERROR).text, 2
        return (self._kit.colour("accent"), 2) if focused else (self._kit.colour("line-strong"), 1)


class Menu(QMenu):
    """A menu with round corners whose shortcuts stand at the right edge."""

    def __init__(self, kit: Kit, title: str = "", parent: QWidget | None = None) -> None:
        """Frameless and translucent, so that the corners are round on every system."""
        super().__init__(title, parent)
        self._kit = kit
        self.setWindowFlags(
            self.windowFlags() | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setToolTipsVisible(True)
        kit.sized(self, self._fit)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, then every item."""
        kit, painter = self._kit, QPainter(self)
        line = kit.colour("line-strong")
        painting.frame(painter, QRectF(self.rect()), kit.units.exact(8), fill=kit.colour("raised"), line=line)
        for action in self.actions():
            box = QRectF(self.actionGeometry(action))
            if box.isEmpty() or not action.isVisible():
                continue
            if action.isSeparator():
                painter.fillRect(
                    QRectF(kit.u(8), round(box.center().y()), self.width() - kit.u(16), 1), kit.colour("line")
                )
            else:
                self._paint_item(painter, box, action)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint with a new theme."""
        super().changeEvent(event)
        self.update()

    def _paint_item(self, painter: QPainter, box: QRectF, action: QAction) -> None:
        kit, u = self._kit, self._kit.units.exact
        over = action is self.activeAction()
        chosen = over and action.isEnabled()
        if over:
            painting.frame(painter, box, u(5), fill=kit.colour("accent-fill" if chosen else "hover"))
        ink = kit.colour("on-accent" if chosen else "text" if action.isEnabled() else "ph")
        soft = kit.colour("on-accent" if chosen else "muted" if action.isEnabled() else "ph")
        self._paint_mark(painter, box, action, chosen=chosen)
        label, _, keys = action.text().partition("\t")
        keys = keys or str(action.property("keys") or "")
        words = box.adjusted(u(8 + 16 + 10), 0, -u(8), 0)
        painting.text(
            painter, words, label.replace("&&", "\0").replace("&", "").replace("\0", "&"), kit.units.font(), ink
        )
        if action.menu() is not None:
            top = painting.middle(box.top(), box.height(), u(14))
            kit.icons.paint(painter, "chevron-right", box.right() - u(8 + 14), top, u(14), soft)
        elif keys:
            font = kit.units.font()
            painting.text(painter, words, keys, font, soft, align=Qt.AlignmentFlag.AlignRight, elide=False)

    def _paint_mark(self, painter: QPainter, box: QRectF, action: QAction, *, chosen: bool) -> None:
        kit, side = self._kit, self._kit.u(16)
        left, top = box.left() + kit.u(8), painting.middle(box.top(), box.height(), side)
        if action.isCheckable() and action.isChecked():
            colour = kit.colour("on-accent" if chosen else "accent" if action.isEnabled() else "ph")
            kit.icons.paint(painter, "check", left, top, side, colour, stroke=2.25)
        elif not action.icon().isNull():
            mode = QIcon.Mode.Selected if chosen else QIcon.Mode.Normal if action.isEnabled() else QIcon.Mode.Disabled
            where = QRect(QPoint(round(left), round(top)), QSize(side, side))
            action.icon().paint(painter, where, Qt.AlignmentFlag.AlignCenter, mode)

    def _fit(self, units: Units) -> None:
        self.setFont(units.font())
