"""Chips for filters and the segmented control."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets import painting


class FilterChip(QAbstractButton):
    """One active filter: „PLZ beginnt mit **5**  ×". A click edits it, the cross or Delete removes it."""

    removed = Signal()

    def __init__(self, kit: Kit, words: str, value: str = "", *, parent: QWidget | None = None) -> None:
        """`words` in normal, `value` in bold letters."""
        super().__init__(parent)
        self._kit, self._words, self._value = kit, words, value
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.set_words(words, value)
        kit.sized(self, lambda _: self.update())

    def set_words(self, words: str, value: str) -> None:
        """Change what the chip says."""
        self._words, self._value = words, value
        self.setText(f"{words} {value}".strip())
        kit = self._kit
        kit.on_language(
            self,
            lambda: self.setAccessibleName(kit.texts("ui.chip.name", filter=f"{self._words} {self._value}".strip())),
        )
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Padding 10 and 6, cross 13, plus 2 for the focus ring."""
        u = self._kit.u
        normal = QFontMetrics(self._kit.units.font(Type.HINT))
        strong = QFontMetrics(self._kit.units.font(Type.HINT, strong=True))
        words = normal.horizontalAdvance(self._words) + (
            strong.horizontalAdvance(self._value) + u(5) if self._value else 0
        )
        return QSize(u(10 + 7 + 13 + 8) + words + 6, u(26) + 6)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """On the cross: remove."""
        if self._cross().contains(event.position()):
            self.setDown(False)
            self.removed.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Backspace remove; Enter edits."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tint, hairline, words, value, cross."""
        kit, u = self._kit, self._kit.units.exact
        painter = QPainter(self)
        box = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painting.frame(painter, box, box.height() / 2, fill=kit.colour("accent-tint"), line=kit.colour("accent-line"))
        if self.hasFocus():
            painting.focus_ring(painter, kit, QRectF(self.rect()), self.height() / 2)
        left = box.left() + u(10)
        area = QRectF(left, box.top(), box.width(), box.height())
        width = painting.text(painter, area, self._words, kit.units.font(Type.HINT), kit.colour("text"), elide=False)
        if self._value:
            area.setLeft(left + width + u(5))
            strong = kit.units.font(Type.HINT, strong=True)
            painting.text(painter, area, self._value, strong, kit.colour("text"), elide=False)
        cross = self._cross()
        kit.icons.paint(
            painter,
            "x",
            cross.left() + u(4),
            painting.middle(box.top(), box.height(), u(13)),
            u(13),
            kit.colour("accent"),
        )

    def _cross(self) -> QRectF:
        u = self._kit.units.exact
        return QRectF(self.width() - 3 - u(6 + 13 + 4), 0, u(13 + 10), self.height())


class AddChip(QAbstractButton):
    """The dashed chip that adds a filter."""

    def __init__(self, kit: Kit, *, parent: QWidget | None = None) -> None:
        """Says „Filter“ in the language in force."""
        super().__init__(parent)
        self._kit = kit
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        kit.bind(self, self.setText, "ui.chip.add")
        kit.bind(self, self.setAccessibleName, "ui.chip.add-name")
        kit.sized(self, lambda _: self.update())

    def sizeHint(self) -> QSize:
        """Plus, gap, word."""
        u = self._kit.u
        words = QFontMetrics(self._kit.units.font(Type.HINT)).horizontalAdvance(self.text())
        return QSize(u(9 + 14 + 5 + 11) + words + 6, u(26) + 6)

    def changeEvent(self, event: QEvent) -> None:
        """A new text needs new room."""
        super().changeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dashed outline, plus, word."""
        kit, u = self._kit, self._kit.units.exact
        painter = QPainter(self)
        box = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        fill = kit.colour("hover") if self.underMouse() else None
        painting.frame(painter, box, box.height() / 2, fill=fill, line=kit.colour("line-strong"), dashed=True)
        if self.hasFocus():
            painting.focus_ring(painter, kit, QRectF(self.rect()), self.height() / 2)
        muted = kit.colour("muted")
        kit.icons.paint(
            painter, "plus", box.left() + u(9), painting.middle(box.top(), box.height(), u(14)), u(14), muted
        )
        words = QRectF(box.left() + u(9 + 14 + 5), box.top(), box.width(), box.height())
        painting.text(painter, words, self.text(), kit.units.font(Type.HINT), muted, elide=False)


class _Segment(QToolButton):
    def __init__(self, kit: Kit, text: str, icon: str) -> None:
        super().__init__()
        self._kit, self._icon_name = kit, icon
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        u = self._kit.u
        words = QFontMetrics(self._kit.units.font(Type.HINT, strong=True)).horizontalAdvance(self.text())
        return QSize(u(11) * 2 + words + (u(14 + 6) if self._icon_name else 0), u(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses, as Space does."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        kit, u, on = self._kit, self._kit.units.exact, self.isChecked()
        painter, box = QPainter(self), QRectF(self.rect())
        if on:
            painting.frame(painter, box, u(5), fill=kit.colour("raised"), line=kit.colour("line-strong"))
        elif self.underMouse() and self.isEnabled():
            painting.frame(painter, box, u(5), fill=kit.colour("pressed"))
        if self.hasFocus():
            painting.focus_ring(painter, kit, box, u(5))
        ink = kit.colour("ph" if not self.isEnabled() else "text" if on else "muted")
        font = kit.units.font(Type.HINT, strong=on)
        width = QFontMetrics(font).horizontalAdvance(self.text()) + (u(14 + 6) if self._icon_name else 0)
        left = painting.middle(0, box.width(), width)
        if self._icon_name:
            kit.icons.paint(painter, self._icon_name, left, painting.middle(0, box.height(), u(14)), u(14), ink)
            left += u(14 + 6)
        painting.text(painter, QRectF(left, 0, box.width(), box.height()), self.text(), font, ink, elide=False)


class Segmented(QFrame):
    """Two to five exclusive choices side by side; arrows move, the choice is `current()`."""

    chosen = Signal(str)

    def __init__(
        self,
        kit: Kit,
        options: Sequence[tuple[str, str] | tuple[str, str, str]],
        *,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        """`options` are (key, text) or (key, text, icon); `name` says what is chosen."""
        super().__init__(parent)
        self._kit = kit
        self._group = QButtonGroup(self)
        self._segments: dict[str, _Segment] = {}
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setSpacing(0)
        for key, text, *icon in options:
            segment = _Segment(kit, text, icon[0] if icon else "")
            segment.setAccessibleName(f"{name}: {text}")
            segment.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._group.addButton(segment)
            self._segments[key] = segment
            row.addWidget(segment)
        next(iter(self._segments.values())).setChecked(True)
        kit.sized(self, self._fit)

    def current(self) -> str:
        """Key of the choice."""
        return next(key for key, segment in self._segments.items() if segment.isChecked())

    def set_current(self, key: str) -> None:
        """Choose without a signal. Raises `KeyError` for an unknown key."""
        self._segments[key].setChecked(True)

    def set_text(self, key: str, text: str) -> None:
        """Change one text, for example its count."""
        self._segments[key].setText(text)
        self._segments[key].setAccessibleName(f"{self.accessibleName()}: {text}")
        self._segments[key].updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sunken track."""
        box = QRectF(self.rect())
        painting.frame(
            QPainter(self),
            box,
            self._kit.units.exact(7),
            fill=self._kit.colour("sunken"),
            line=self._kit.colour("line"),
        )

    def _fit(self, units: Units) -> None:
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(units(3), units(3), units(3), units(3))
        self.setFixedHeight(units(30))
