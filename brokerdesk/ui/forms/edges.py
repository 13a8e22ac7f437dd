"""Signs and small buttons inside a line edit. Qt's own stay at 16 px whatever the text size, so these are placed here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QCursor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from brokerdesk.ui.icons import STATUS
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.buttons import Button, Look, Size
from brokerdesk.ui.widgets.labels import plain_tooltip

_GAP, _PADDING = 5, 9


class InnerSign(QWidget):
    """An icon inside a field: the glass, the mark of a wrong value."""

    def __init__(self, kit: Kit, icon: str, *, status: Status | None = None) -> None:
        """`status` colours it."""
        super().__init__()
        self._kit, self._icon, self._status = kit, icon, status
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_words(self, words: str) -> None:
        """The tooltip."""
        self.setToolTip(plain_tooltip(words))

    def sizeHint(self) -> QSize:
        """16."""
        return QSize(self._kit.u(16), self._kit.u(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        kit = self._kit
        colour = kit.theme.status(self._status).text if self._status else kit.colour("muted")
        stroke = STATUS if self._status else 1.75
        kit.icons.paint(QPainter(self), self._icon, 0, 0, self.width(), colour, stroke=stroke)


def inner_button(kit: Kit, icon: str) -> Button:
    """A button inside a field; the keyboard has a key for what it does, so Tab passes it by."""
    button = Button(kit, icon=icon, look=Look.QUIET, size=Size.SMALL, tight=True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setCursor(QCursor(Qt.CursorShape.ArrowCursor))
    return button


class Edges(QObject):
    """Keeps widgets at the two edges of a line edit and the text clear of them."""

    def __init__(self, kit: Kit, line: QLineEdit) -> None:
        """Follows the size of `line` and the text size."""
        super().__init__(line)
        self._kit, self._line = kit, line
        self._leading: list[QWidget] = []
        self._trailing: list[QWidget] = []
        line.installEventFilter(self)
        kit.sized(line, lambda _: self.place())

    def add_leading(self, widget: QWidget) -> None:
        """At the left edge."""
        self._leading.append(widget)
        widget.setParent(self._line)
        self.place()

    def add_trailing(self, widget: QWidget, *, shown: bool = True) -> None:
        """At the right edge, left of what is there already."""
        self._trailing.append(widget)
        widget.setParent(self._line)
        widget.setVisible(shown)
        self.place()

    def show(self, widget: QWidget, *, shown: bool) -> None:
        """Show or hide one of them."""
        widget.setVisible(shown)
        self.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place them anew when the field changes its size."""
        if watched is self._line and event.type() in {QEvent.Type.Resize, QEvent.Type.Show}:
            self.place()
        return super().eventFilter(watched, event)

    def place(self) -> None:
        """Put every widget where it belongs."""
        u, left, right = self._kit.u, self._kit.u(_PADDING), self._line.width() - self._kit.u(_PADDING)
        for widget in self._leading:
            left = self._put(widget, left) + u(_GAP + 2)
        for widget in self._trailing:
            if not widget.isHidden():
                inset = u(5) if isinstance(widget, Button) else 0
                right = self._put(widget, right + inset - widget.sizeHint().width(), at_left=True) - u(_GAP)
        taken = max(0, self._line.width() - u(_PADDING) - right)
        self._line.setTextMargins(left - u(_PADDING) if self._leading else 0, 0, taken if self._trailing else 0, 0)

    def _put(self, widget: QWidget, left: int, *, at_left: bool = False) -> int:
        size = widget.sizeHint()
        top = round(painting.middle(0, self._line.height(), size.height()))
        widget.setGeometry(left, top, size.width(), size.height())
        return left if at_left else left + size.width()
