"""The head row of the window: sign, back and forward, menu bar, search field, lock and help."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenuBar, QSizePolicy, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.buttons import Button, Size
from brokerdesk.ui.widgets.labels import PlainLabel

NAME = "BrokerDesk"
NAVIGATION_WIDTH, NAVIGATION_COLLAPSED = 176, 48


class Logo(QWidget):
    """Our sign: an umbrella on the accent."""

    def __init__(self, kit: Kit, *, size: int = 22, parent: QWidget | None = None) -> None:
        """`size` in units."""
        super().__init__(parent)
        self._kit, self._size = kit, size
        self.setAccessibleName(NAME)
        kit.sized(self, lambda units: self.setFixedSize(units(size), units(size)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        kit, box, painter = self._kit, QRectF(self.rect()), QPainter(self)
        painting.frame(painter, box, box.width() * 0.23, fill=kit.colour("accent-fill"))
        side = box.width() * 0.66
        left, top = painting.middle(0, box.width(), side), painting.middle(0, box.height(), side)
        kit.icons.paint(painter, "logo", left, top, side, kit.colour("on-accent"), stroke=2.25)


class SearchButton(QAbstractButton):
    """Looks like a search field and opens the palette."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Says what to type and which keys open it."""
        super().__init__(parent)
        self._kit = kit
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        kit.bind(self, self.setText, "ui.palette.placeholder")
        kit.bind(self, self.setAccessibleName, "ui.palette.placeholder")
        kit.sized(self, self._fit)

    def sizeHint(self) -> QSize:
        """Asks for 160 and grows to 400, so that the menus beside it never fold before it."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Gives way to 160."""
        return QSize(self._kit.u(160), self._kit.u(30))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens too."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Field, glass, placeholder, key cap."""
        kit, u, painter, box = self._kit, self._kit.units.exact, QPainter(self), QRectF(self.rect())
        painting.frame(painter, box, u(6), fill=kit.colour("base"), line=kit.colour("line-strong"))
        if self.hasFocus():
            painting.focus_ring(painter, kit, box, u(6))
        kit.icons.paint(painter, "search", u(10), painting.middle(0, box.height(), u(16)), u(16), kit.colour("muted"))
        keys = kit.texts.shortcut("Ctrl+K")
        font = kit.units.font(Type.BADGE)
        width = QFontMetrics(font).horizontalAdvance(keys) + u(12)
        cap = QRectF(box.right() - u(8) - width, painting.middle(0, box.height(), u(18)), width, u(18))
        words = QRectF(u(34), 0, cap.left() - u(42), box.height())
        painting.text(painter, words, self.text(), kit.units.font(), kit.colour("ph"))
        painting.frame(painter, cap, u(4), fill=kit.colour("alt"), line=kit.colour("line"))
        painting.text(painter, cap, keys, font, kit.colour("muted"), align=Qt.AlignmentFlag.AlignHCenter, elide=False)

    def _fit(self, units: Units) -> None:
        self.setFixedHeight(units(30))
        self.setMaximumWidth(units(400))


class TopBar(QWidget):
    """44 high; `menu_bar`, `back`, `forward`, `search`, `lock` and `help` are connected by the window."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """The menu bar is empty until the registry fills it."""
        super().__init__(parent)
        self._kit = kit
        self.logo, self.name = Logo(kit), PlainLabel(kit, NAME, strong=True)
        self.back = Button(kit, icon="arrow-left", frameless=True, tight=True, size=Size.SMALL)
        self.forward = Button(kit, icon="arrow-right", frameless=True, tight=True, size=Size.SMALL)
        self.menu_bar = QMenuBar()
        self.menu_bar.setNativeMenuBar(False)
        self.menu_bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        kit.bind(self, self.menu_bar.setAccessibleName, "ui.shell.menu")
        self.search = SearchButton(kit)
        self.lock = Button(kit, icon="lock", frameless=True, tight=True)
        self.help = Button(kit, icon="help-circle", frameless=True, tight=True)
        for button, key in (
            (self.back, "ui.action.back"),
            (self.forward, "ui.action.forward"),
            (self.lock, "ui.shell.lock"),
            (self.help, "ui.shell.help"),
        ):
            kit.bind(button, button.set_name, key)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setSpacing(kit.u(9))
        head.addWidget(self.logo)
        head.addWidget(self.name)
        head.addStretch(1)
        row = QHBoxLayout(self)
        row.setSpacing(0)
        row.addWidget(self._head)
        row.addWidget(self.back)
        row.addWidget(self.forward)
        row.addSpacing(kit.u(6))
        row.addWidget(self.menu_bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        row.addWidget(self.search, 4)
        row.addSpacing(kit.u(8))
        for button in (self.lock, self.help):
            row.addWidget(button)
        kit.sized(self, self._fit)

    def _fit(self, units: Units) -> None:
        self.setFixedHeight(units(44))
        self.menu_bar.setFixedHeight(units(24))
        self._head.setFixedWidth(units(NAVIGATION_WIDTH))
        self.layout().setContentsMargins(0, 0, units(10), 0)  # type: ignore[union-attr]
        self._head.layout().setContentsMargins(units(14), 0, 0, 0)  # type: ignore[union-attr]
