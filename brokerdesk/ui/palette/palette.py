"""The palette window: a field, groups of hits, a foot that teaches the prefixes. Keyboard complete."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.palette.hit_list import HitList
from brokerdesk.ui.palette.provider import COMMANDS, NUMBERS, PEOPLE, Hit, Provider
from brokerdesk.ui.shell.scrim import Scrim
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.chips import FilterChip
from brokerdesk.ui.widgets.labels import PlainLabel, rule
from brokerdesk.ui.widgets.status import KeyCap

WIDTH, TOP = 700, 84
_PREFIXES = (COMMANDS, PEOPLE, NUMBERS)


class Palette(QWidget):
    """A child of the window above a scrim. `closed` is sent when it goes."""

    closed = Signal()

    def __init__(self, kit: Kit, window: QWidget, providers: Sequence[Provider]) -> None:
        """Hidden until `open()`; providers are asked in their order."""
        super().__init__(window)
        self._kit, self._providers, self._question = kit, tuple(providers), 0
        self._hits: dict[int, list[Hit]] = {}
        self._scrim = Scrim(kit, window)
        self._scrim.clicked.connect(self.close_palette)
        self._before: QWidget | None = None
        self.field = QLineEdit()
        self.field.setProperty("bare", True)
        kit.bind(self, self.field.setPlaceholderText, "ui.palette.placeholder")
        kit.bind(self, self.field.setAccessibleName, "ui.palette.placeholder")
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._search)
        self.hits = HitList(kit)
        self.hits.run.connect(self._run)
        self._chip: FilterChip | None = None
        self._escape = KeyCap(kit, "Esc")
        self._head = QHBoxLayout()
        self._count = PlainLabel(kit, type=Type.HINT, tone="muted")
        self._build()
        kit.sized(self, self._fit)
        self.hide()

    def open(self, words: str = "", *, context: str = "") -> None:
        """Show with `words`; `context` names the open record as a chip."""
        window = self.parentWidget()
        self._before = window.focusWidget() if window is not None else None
        self._set_context(context)
        self._scrim.cover()
        self._fit(self._kit.units)
        self.show()
        self.raise_()
        self.field.blockSignals(True)
        self.field.setText(words)
        self.field.blockSignals(False)
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search(words)

    def close_palette(self) -> None:
        """Hide; the focus goes back to where it was."""
        self._question += 1
        self.hide()
        self._scrim.hide()
        if self._before is not None:
            self._before.setFocus()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move, Enter runs, Escape closes, while the field keeps the focus."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            moves: dict[int, Callable[[], object]] = {
                Qt.Key.Key_Down: lambda: self.hits.step(1),
                Qt.Key.Key_Up: lambda: self.hits.step(-1),
                Qt.Key.Key_PageDown: lambda: self.hits.step(8),
                Qt.Key.Key_PageUp: lambda: self.hits.step(-8),
                Qt.Key.Key_Return: self.hits.run_current,
                Qt.Key.Key_Enter: self.hits.run_current,
                Qt.Key.Key_Escape: self.close_palette,
                Qt.Key.Key_Tab: lambda: self.hits.step(1),
                Qt.Key.Key_Backtab: lambda: self.hits.step(-1),
            }
            move = moves.get(event.key())
            if move is not None:
                move()
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground with corners of 12, the glass."""
        kit, u, painter, box = self._kit, self._kit.units.exact, QPainter(self), QRectF(self.rect())
        painting.frame(painter, box, u(12), fill=kit.colour("raised"), line=kit.colour("line-strong"))
        kit.icons.paint(
            painter, "search", u(20), painting.middle(0, u(56), u(18)), u(18), kit.colour("accent"), stroke=2.0
        )

    def _build(self) -> None:
        kit = self._kit
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        self._head.addWidget(self.field, 1)
        self._head.addWidget(self._escape)
        host = QWidget()
        host.setLayout(self._head)
        self._host = host
        column.addWidget(host)
        column.addWidget(rule("h"))
        column.addWidget(self.hits, 1)
        column.addWidget(rule("h"))
        foot = QFrame()
        self._foot = QHBoxLayout(foot)
        for caps, key in (
            (("↑", "↓"), "ui.palette.choose"),
            (("Enter",), "ui.palette.run"),
            ((COMMANDS,), "ui.palette.commands"),
            ((PEOPLE,), "ui.palette.people"),
            ((NUMBERS,), "ui.palette.numbers"),
        ):
            for cap in caps:
                self._foot.addWidget(KeyCap(kit, cap))
            label = PlainLabel(kit, type=Type.HINT, tone="muted")
            kit.bind(label, label.setText, key)
            self._foot.addWidget(label)
            self._foot.addSpacing(kit.u(6))
        self._foot.addStretch(1)
        self._foot.addWidget(self._count)
        column.addWidget(foot)

    def _fit(self, units: Units) -> None:
        window = self.parentWidget()
        font = units.font(Type.SECTION)
        self.field.setFont(font)
        self._host.setFixedHeight(units(56))
        self._head.setContentsMargins(units(51), 0, units(18), 0)
        self._foot.setContentsMargins(units(18), units(9), units(18), units(9))
        if window is not None:
            width = min(units(WIDTH), window.width() - units(32))
            height = min(units(508), window.height() - units(TOP + 24))
            self.resize(width, height)
            self.move(QPoint((window.width() - width) // 2, units(TOP)))

    def _set_context(self, context: str) -> None:
        if self._chip is not None:
            self._head.removeWidget(self._chip)
            self._chip.deleteLater()
            self._chip = None
        if context:
            self._chip = FilterChip(self._kit, context)
            self._chip.removed.connect(lambda: self._set_context(""))
            self._head.insertWidget(1, self._chip)

    def _search(self, text: str) -> None:
        if not self.isVisible():
            return
        self._question += 1
        self._hits = {}
        prefix = text[:1] if text[:1] in _PREFIXES else ""
        words = text[len(prefix) :].strip()
        self.hits.set_words(words)
        for number, provider in enumerate(self._providers):
            if not prefix or prefix in provider.prefixes:
                provider.find(f"{prefix}{words}" if prefix not in {"", COMMANDS} else words, self._collector(number))
        self._show()

    def _collector(self, number: int) -> Callable[[Sequence[Hit]], None]:
        question = self._question

        def show(found: Sequence[Hit]) -> None:
            if question == self._question:
                self._hits[number] = list(found)
                self._show()

        return show

    def _show(self) -> None:
        found = [hit for number in sorted(self._hits) for hit in self._hits[number]]
        self.hits.set_hits(found)
        self._count.setText(self._kit.texts("ui.palette.hits", n=len(found)))

    def _run(self, hit: Hit) -> None:
        self.close_palette()
        hit.run()
