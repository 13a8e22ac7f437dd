"""Buttons of the design: primary, normal, quiet, danger, icon only; each with a focus ring outside its border.

A button keeps a margin of 3 px for that ring, so rows of buttons use `button_row()`, whose spacing accounts for it. One
window or dialog has one primary button. Decides nothing about what a click does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.labels import plain_tooltip

RING = 3


class Look(StrEnum):
    """How loud a button is."""

    PRIMARY = "primary"
    NORMAL = "normal"
    QUIET = "quiet"
    DANGER = "danger"
    INVERSE = "inverse"
    ON_INVERSE = "on-inverse"


class Size(StrEnum):
    """How high a button is."""

    NORMAL = "normal"
    SMALL = "small"
    LARGE = "large"


_HEIGHT = {Size.NORMAL: 30, Size.SMALL: 26, Size.LARGE: 36}
_PADDING = {Size.NORMAL: 12, Size.SMALL: 9, Size.LARGE: 16}


class Button(QToolButton):
    """A push button; without a text it is an icon button and needs a name."""

    def __init__(
        self, kit: Kit, text: str = "", *, icon: str = "", look: Look = Look.NORMAL, size: Size = Size.NORMAL,
        name: str = "", frameless: bool = False, strong: bool = False, tight: bool = False,
        corners: Literal["all", "left", "right"] = "all", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`name` is the accessible name and tooltip of an icon button; `frameless` leaves out its border at rest.

        `tight` draws the focus ring inside instead of around, for rows of icons; `corners` rounds one side only.
        """
        super().__init__(parent)
        self._kit, self.look, self._size, self._icon_name = kit, look, size, icon
        self._frameless = frameless or look is Look.QUIET
        self._strong = strong or look in {Look.PRIMARY, Look.ON_INVERSE}
        self._margin, self._corners = (0 if tight else RING), corners
        self._menu: QMenu | None = None
        self._trailing = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setText(text)
        if name:
            self.set_name(name)
        kit.sized(self, self._set_font)

    def set_name(self, name: str) -> None:
        """Accessible name and tooltip."""
        self.setAccessibleName(name)
        self.setToolTip(plain_tooltip(name))

    def set_icon_name(self, icon: str) -> None:
        """Show another icon before the text."""
        self._icon_name = icon
        self.updateGeometry()
        self.update()

    def set_trailing(self, icon: str) -> None:
        """An icon after the text, such as an arrow."""
        self._trailing = icon
        self.updateGeometry()

    def set_menu(self, menu: QMenu) -> None:
        """Open `menu` below on click; a chevron tells so."""
        self._menu = menu
        if self.text():
            self._trailing = "chevron-down"
        self.clicked.connect(self._open_menu)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Text, icon and padding, plus the margin of the focus ring."""
        u = self._kit.u
        height = u(_HEIGHT[self._size]) + 2 * self._margin
        if not self.text():
            return QSize(height, height)
        width = 2 * u(_PADDING[self._size]) + QFontMetrics(self._label_font()).horizontalAdvance(self.text()) + 2
        width += u(16 + 6) if self._icon_name else 0
        width += u(14 + 6) if self._trailing else 0
        return QSize(width + 2 * self._margin, height)

    def minimumSizeHint(self) -> QSize:
        """Buttons are never cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter works like Space; Down opens a menu."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.animateClick()
            return
        if event.key() == Qt.Key.Key_Down and self._menu is not None:
            self._open_menu()
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer changes the fill."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Back to rest."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, border, icon, text, focus ring."""
        painter = QPainter(self)
        margin = self._margin
        box = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        fill, line, ink, mark = self._colours()
        radius = self._kit.units.exact(6)
        if fill is not None or line is not None:
            painter.save()
            shape = QRectF(box)
            if self._corners != "all":
                painter.setClipRect(box)
                shape.adjust(-radius if self._corners == "right" else 0, 0, radius if self._corners == "left" else 0, 0)
            painting.frame(painter, shape, radius, fill=fill, line=line)
            painter.restore()
        if self.hasFocus() and self.isEnabled():
            painting.focus_ring(painter, self._kit, QRectF(self.rect()), radius + margin)
        self._paint_label(painter, box, ink, mark)

    def _paint_label(self, painter: QPainter, box: QRectF, ink: QColor, mark: QColor) -> None:
        u = self._kit.units.exact
        side, tail = u(16), u(14)
        if not self.text():
            left = painting.middle(box.left(), box.width(), side)
            self._kit.icons.paint(
                painter, self._icon_name, left, painting.middle(box.top(), box.height(), side), side, mark
            )
            return
        font = self._label_font()
        width = float(QFontMetrics(font).horizontalAdvance(self.text()))
        total = width + (side + u(6) if self._icon_name else 0) + (tail + u(6) if self._trailing else 0)
        left = max(box.left() + u(4), painting.middle(box.left(), box.width(), total))
        if self._icon_name:
            self._kit.icons.paint(
                painter, self._icon_name, left, painting.middle(box.top(), box.height(), side), side, mark
            )
            left += side + u(6)
        painting.text(painter, QRectF(left, box.top(), width + 1, box.height()), self.text(), font, ink, elide=False)
        if self._trailing:
            top = painting.middle(box.top(), box.height(), tail)
            self._kit.icons.paint(painter, self._trailing, left + width + u(6), top, tail, mark)

    def _colours(self) -> tuple[QColor | None, QColor | None, QColor, QColor]:
        """Ground, border, text and icon in the present state."""
        colour = self._kit.colour
        over, down = self.underMouse(), self.isDown() or (self.isCheckable() and self.isChecked())
        if self.property("demo") == "hover":
            over = True
        if not self.isEnabled():
            return self._disabled_colours()
        if self.look is Look.PRIMARY:
            fill = colour("accent-press" if down else "accent-hover" if over else "accent-fill")
            return fill, None, colour("on-accent"), colour("on-accent")
        if self.look is Look.INVERSE:
            return (colour("inv-line") if over or down else None), None, colour("on-inv"), colour("on-inv")
        if self.look is Look.ON_INVERSE:
            return colour("inv-button"), None, colour("on-inv-button"), colour("on-inv-button")
        ink = self._kit.theme.status(Status.ERROR).text if self.look is Look.DANGER else colour("text")
        mark = ink if self.text() else colour("text" if over else "muted")
        if self.isCheckable() and self.isChecked():
            ink = mark = colour("accent")
        ground = colour("pressed") if self.isDown() else colour("hover") if over else None
        if self._frameless:
            return ground, None, ink, mark
        return ground or colour("raised"), colour("line-strong"), ink, mark

    def _disabled_colours(self) -> tuple[QColor | None, QColor | None, QColor, QColor]:
        colour = self._kit.colour
        if self.look in {Look.INVERSE, Look.ON_INVERSE}:
            return None, None, colour("inv-muted"), colour("inv-muted")
        if self._frameless:
            return None, None, colour("ph"), colour("ph")
        return colour("sunken"), colour("line"), colour("ph"), colour("ph")

    def _label_font(self) -> QFont:
        return self._kit.units.font(strong=self._strong and self.isEnabled())

    def _set_font(self, units: Units) -> None:
        self.setFont(units.font(strong=self._strong))
        self.updateGeometry()

    def _open_menu(self) -> None:
        if self._menu is not None:
            self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))


class SplitButton(QWidget):
    """A primary button with a second, narrow part that opens a menu („Neu“ with its kinds)."""

    def __init__(
        self, kit: Kit, text: str, *, icon: str, menu: QMenu, more: str, parent: QWidget | None = None
    ) -> None:
        """`more` names the narrow part for screen readers."""
        super().__init__(parent)
        self.main = Button(kit, text, icon=icon, look=Look.PRIMARY, corners="left", parent=self)
        self.more = Button(kit, icon="chevron-down", look=Look.PRIMARY, name=more, corners="right", parent=self)
        self.more.set_menu(menu)
        self._kit = kit
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        kit.sized(self, lambda _: self._place())

    def sizeHint(self) -> QSize:
        """Both parts with a hairline between them."""
        main = self.main.sizeHint()
        return QSize(main.width() + self._kit.u(27) + 1, main.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the parts side by side; their rings overlap."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        main, narrow = self.main.sizeHint(), self._kit.u(27) + 2 * RING
        self.main.setGeometry(0, 0, main.width(), main.height())
        self.more.setGeometry(main.width() - 2 * RING + 1, 0, narrow, main.height())


def button_row(*buttons: QAbstractButton, stretch_first: bool = False) -> QHBoxLayout:
    """Buttons side by side at a visible distance of 8."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2)
    if stretch_first:
        row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row
