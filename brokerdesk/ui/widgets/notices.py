"""What the window tells without a dialog: notice bar, toast with undo, selection bar."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QSizePolicy, QWidget

from brokerdesk.ui.icons import STATUS as STATUS_STROKE
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.labels import Link, PlainLabel

TOAST_MS = 7000


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader say `words`."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


class InfoBar(QFrame):
    """A lasting notice above the work: status, one sentence, one way on, and a cross."""

    closed = Signal()

    def __init__(
        self, kit: Kit, status: Status, words: str, *, action: str = "", on_action: Callable[[], object] | None = None,
        closable: bool = False, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`action` is the text of the way on."""
        super().__init__(parent)
        self._kit, self._status, self._laid_out = kit, status, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        row = QHBoxLayout(self)
        self._label = PlainLabel(kit, words, wrap=True)
        row.addWidget(self._label, 1)
        if action:
            button = Button(kit, action, look=Look.QUIET, strong=True)
            if on_action is not None:
                button.clicked.connect(lambda _=False: on_action())
            row.addWidget(button)
        if closable:
            cross = Button(kit, icon="x", look=Look.QUIET, name=kit.texts("ui.close"))
            cross.clicked.connect(self._close)
            row.addWidget(cross)
        kit.sized(self, self._fit)

    def set_words(self, words: str) -> None:
        """Change the sentence."""
        self._label.setText(words)

    def sizeHint(self) -> QSize:
        """Also the most it may be high: all lines of the sentence at the width it has."""
        hint = super().sizeHint()
        wrapped = self.heightForWidth(self.width()) if self._laid_out else 0
        return QSize(hint.width(), max(hint.height(), wrapped))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks the sentence elsewhere."""
        super().resizeEvent(event)
        self._laid_out = True
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tint, hairline and icon."""
        kit, u, box = self._kit, self._kit.units.exact, QRectF(self.rect())
        painter, colours = QPainter(self), kit.theme.status(self._status)
        painting.frame(painter, box, u(6), fill=colours.tint, line=colours.line)
        top = painting.middle(0, box.height(), u(16))
        kit.icons.paint(painter, colours.icon, u(13), top, u(16), colours.text, stroke=STATUS_STROKE)

    def _fit(self, units: Units) -> None:
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(units(37), units(1), units(5), units(1))
        self._label.setContentsMargins(0, units(6), units(6), units(6))
        self.setMinimumHeight(units(38))

    def _close(self) -> None:
        self.hide()
        self.closed.emit()


class _Floating(QFrame):
    """A dark bar that floats centred above the lower edge of its parent."""

    def __init__(self, kit: Kit, parent: QWidget, *, lift: int) -> None:
        super().__init__(parent)
        self._kit, self._lift = kit, lift
        self._row = QHBoxLayout(self)
        self._row.setSpacing(2)
        shadow = QGraphicsDropShadowEffect(self)
        self._shadow = shadow
        self.setGraphicsEffect(shadow)
        parent.installEventFilter(self)
        kit.sized(self, self._fit)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the parent changes its size."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.LayoutRequest}:
            self.place()
        return super().eventFilter(watched, event)

    def place(self) -> None:
        """Centre above the lower edge."""
        parent = self.parentWidget()
        if parent is None:
            return
        size = self.sizeHint()
        width = min(size.width(), parent.width() - self._kit.u(16))
        left = (parent.width() - width) // 2
        self.setGeometry(left, parent.height() - size.height() - self._kit.u(self._lift), width, size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dark ground."""
        box = QRectF(self.rect())
        painting.frame(QPainter(self), box, self._kit.units.exact(8), fill=self._kit.colour("inv"))

    def _fit(self, units: Units) -> None:
        self._shadow.setBlurRadius(units(14))
        self._shadow.setOffset(0, units(4))
        self._shadow.setColor(self._kit.colour("shadow-small"))
        self._row.setContentsMargins(units(14), units(4), units(10), units(4))
        self.setMinimumHeight(units(40))
        self.place()


class Toast(_Floating):
    """„Kontakt gelöscht · Rückgängig": one at a time, gone after `stay` milliseconds unless the pointer rests on it."""

    def __init__(self, kit: Kit, parent: QWidget) -> None:
        """Lives in the sheet of the window."""
        super().__init__(kit, parent, lift=14)
        self._label = PlainLabel(kit, tone="inverse")
        self._undo = Link(kit, underlined=True, strong=True, tone="inverse")
        self._undo.clicked.connect(self._take_back)
        self._row.addWidget(self._label)
        self._row.addSpacing(kit.u(14))
        self._row.addWidget(self._undo)
        self._action: Callable[[], object] | None = None
        self.stay: Callable[[], int] = lambda: TOAST_MS
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)

    def show_words(self, words: str, *, undo: Callable[[], object] | None = None, undo_text: str = "") -> None:
        """Show `words`; `undo` is offered as „Rückgängig“ or as `undo_text`."""
        self._action = undo
        self._label.setText(words)
        self._undo.setText(undo_text or self._kit.texts("ui.undo"))
        self._undo.setVisible(undo is not None)
        self.place()
        self.show()
        self.raise_()
        self._timer.start(self.stay())
        announce(self, words)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while someone reads."""
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Count again."""
        self._timer.start(self.stay())

    def _take_back(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()


class SelectionBar(_Floating):
    """Appears when two or more rows are ticked: how many, all of the view, what to do with them."""

    select_all = Signal()
    cleared = Signal()

    def __init__(self, kit: Kit, parent: QWidget) -> None:
        """Lives in the list it speaks about."""
        super().__init__(kit, parent, lift=14)
        self._label = PlainLabel(kit, strong=True, tone="inverse")
        self._all = Link(kit, underlined=True, tone="inverse")
        self._all.clicked.connect(self.select_all)
        self._buttons: list[Button] = []
        self._row.addWidget(self._label)
        self._row.addSpacing(kit.u(8))
        self._row.addWidget(self._all)
        self._row.addSpacing(kit.u(16))
        self._cross = Button(kit, icon="x", look=Look.INVERSE, frameless=True)
        kit.bind(self, self._cross.set_name, "ui.selection.clear")
        self._cross.clicked.connect(self.cleared)
        self._row.addWidget(self._cross)
        self._counts = (0, 0)
        kit.on_language(self, self._write)

    def add_button(self, button: Button) -> None:
        """Offer something to do with the selection; build it with `Look.INVERSE`, the main one with `ON_INVERSE`."""
        self._row.insertWidget(self._row.count() - 1, button)
        self._buttons.append(button)
        self.place()

    def set_counts(self, selected: int, total: int) -> None:
        """Say how many of how many; hidden below two."""
        before = self.isVisible()
        self._counts = (selected, total)
        self._write()
        self.setVisible(selected >= 2)
        if self.isVisible():
            self.raise_()
            self.place()
        if not before and selected >= 2:
            announce(self, self._label.text())

    def _write(self) -> None:
        selected, total = self._counts
        self._label.setText(self._kit.texts("ui.selection.count", n=selected, count=self._kit.texts.count(selected)))
        self._all.setText(self._kit.texts("ui.selection.all", count=self._kit.texts.count(total)))
        self._all.setVisible(total > selected)
