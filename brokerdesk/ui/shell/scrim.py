"""The dim sheet behind dialogs and the palette; it takes the clicks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from brokerdesk.ui.kit import Kit


class Scrim(QWidget):
    """Covers its parent; `clicked` tells that someone clicked beside the dialog."""

    clicked = Signal()

    def __init__(self, kit: Kit, parent: QWidget) -> None:
        """Hidden until `cover()`."""
        super().__init__(parent)
        self._kit = kit
        parent.installEventFilter(self)
        self.hide()

    def cover(self) -> None:
        """Show over all of the parent."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grow with the parent."""
        parent = self.parentWidget()
        if event.type() == QEvent.Type.Resize and parent is not None:
            self.setGeometry(parent.rect())
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside."""
        self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dim colour."""
        QPainter(self).fillRect(self.rect(), self._kit.colour("scrim"))
