"""Empties the clipboard some time after something was copied from this window, if it is still ours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication


class ClipboardGuard(QObject):
    """Watches the clipboard while a book is open."""

    def __init__(self, seconds: Callable[[], int], parent: QObject | None = None) -> None:
        """`seconds` is asked at every copy, so that a changed setting counts at once."""
        super().__init__(parent)
        self._seconds = seconds
        self._clipboard = QApplication.clipboard()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.clear)
        self._clipboard.dataChanged.connect(self._copied)

    def _copied(self) -> None:
        if self._clipboard.ownsClipboard() and self._clipboard.text():
            self._timer.start(self._seconds() * 1000)
        else:
            self._timer.stop()

    def clear(self) -> None:
        """Empty it now, unless somebody else's content is in it."""
        self._timer.stop()
        if self._clipboard.ownsClipboard():
            self._clipboard.clear()

    def stop(self) -> None:
        """Stop watching and leave nothing of ours behind."""
        self._clipboard.dataChanged.disconnect(self._copied)
        self.clear()
