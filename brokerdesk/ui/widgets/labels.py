"""Labels that show their text literally.

Qt guesses rich text in labels and would then read files named in it; everything that shows outside data goes through
these. Sizes and tones come from the design, two weights only.
"""

from __future__ import annotations

import html
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.units import Type, Units

Tone = Literal["text", "muted", "accent", "ok", "info", "waiting", "warning", "error", "inverse"]


def plain_tooltip(words: str) -> str:
    """`words` for `setToolTip`, escaped so that nothing in them is read as markup."""
    return f"<span>{html.escape(words).replace(chr(10), '<br>')}</span>" if words else ""


class PlainLabel(QLabel):
    """A label whose text is never read as markup."""

    def __init__(
        self, kit: Kit, text: str = "", *, type: Type = Type.BODY, strong: bool = False, tone: Tone = "text",
        wrap: bool = False, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`tone` is a colour of text or of a status; `wrap` allows several lines."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self._kit, self._type, self._strong = kit, type, strong
        self.setProperty("tone", tone)
        self.setText(text)
        kit.sized(self, self._resize_type)

    def set_tone(self, tone: Tone) -> None:
        """Change the colour."""
        self.setProperty("tone", tone)
        if self.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            self.style().unpolish(self)
            self.style().polish(self)
            self._resize_type(self._kit.units)

    def set_strong(self, *, strong: bool) -> None:
        """Change the weight."""
        self._strong = strong
        self._resize_type(self._kit.units)

    def _resize_type(self, units: Units) -> None:
        self.setFont(units.font(self._type, strong=self._strong))


class ElidingLabel(PlainLabel):
    """A one-line label that gives way: it shortens its text with … and shows all of it as a tooltip."""

    def __init__(self, kit: Kit, text: str = "", **options: object) -> None:
        """The same options as `PlainLabel`, without wrapping."""
        self._full = ""
        super().__init__(kit, text, **options)  # type: ignore[arg-type]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Keep the whole text; what fits is shown."""
        self._full = text
        self.setAccessibleName(text)
        self._shorten()
        self.updateGeometry()

    def full_text(self) -> str:
        """The whole text."""
        return self._full

    def minimumSizeHint(self) -> QSize:
        """Room for three letters."""
        return QSize(self.fontMetrics().horizontalAdvance("mm…"), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + 2, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text anew."""
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, max(0, self.width()))
        super().setText(shown if self.width() > 0 else self._full)
        self.setToolTip(plain_tooltip(self._full) if shown != self._full else "")


class Link(PlainLabel):
    """A word in accent colour that acts like a button: click, Enter or Space."""

    clicked = Signal()

    def __init__(
        self, kit: Kit, text: str = "", *, type: Type = Type.BODY, underlined: bool = False, strong: bool = False,
        tone: Tone = "accent", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """No address behind it: what happens is decided by whoever listens to `clicked`."""
        self._underlined = underlined
        super().__init__(kit, text, type=type, strong=strong, tone=tone, parent=parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """The word, also its accessible name."""
        super().setText(text)
        self.setAccessibleName(text)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click triggers."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space trigger."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.clicked.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Underlined while it has the focus."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            token = "on-inv" if self.property("tone") == "inverse" else "accent"
            painter.fillRect(0, self.height() - 2, self.width(), 2, self._kit.colour(token))

    def _resize_type(self, units: Units) -> None:
        font = units.font(self._type, strong=self._strong)
        font.setUnderline(self._underlined)
        self.setFont(font)


def rule(kind: Literal["h", "v", "soft"] = "h", parent: QWidget | None = None) -> QFrame:
    """A hairline between blocks (`h`), columns (`v`) or rows (`soft`)."""
    line = QFrame(parent)
    line.setProperty("rule", kind)
    return line
