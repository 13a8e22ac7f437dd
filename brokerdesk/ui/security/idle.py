"""Notices that nobody works at the window any more: no key, no pointer for some minutes, or the machine slept."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)
_LOOK_EVERY_MS = 5_000


class IdleWatch(QObject):
    """Sends `idle` once the limit has passed without input; sleeping counts as time without input."""

    idle = Signal()

    def __init__(self, *, minutes: int, parent: QObject | None = None) -> None:
        """Watches the whole application from now on, until `stop()`."""
        super().__init__(parent)
        self._limit_ms = minutes * 60_000
        self._last = QDateTime.currentMSecsSinceEpoch()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def look(self) -> None:
        """Compare now with the last input."""
        if QDateTime.currentMSecsSinceEpoch() - self._last >= self._limit_ms:
            self.stop()
            self.idle.emit()

    def stop(self) -> None:
        """Stop watching."""
        self._timer.stop()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember the moment of any input."""
        if event.type() in _INPUT:
            self._last = QDateTime.currentMSecsSinceEpoch()
        return super().eventFilter(watched, event)
