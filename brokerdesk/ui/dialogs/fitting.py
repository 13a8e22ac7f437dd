"""Gives a dialog the height its texts need at its width, also after something appeared in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

SHADOW = 24
"""Pixels around a dialog that only hold its shadow and may hang over the window."""


class ScrollBody(QScrollArea):
    """A column that wants the height of what is in it and scrolls when the window has less; `column` is its layout.

    `grown` is sent when what is in it wants another height.
    """

    grown = Signal()

    def __init__(self) -> None:
        """Fill `column`."""
        super().__init__()
        self._wanted = 0
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What changes in it changes what it wants."""
        if event.type() is QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
            wanted = self.heightForWidth(self.width())
            if wanted != self._wanted:
                self._wanted = wanted
                self.grown.emit()
        return super().eventFilter(watched, event)

    def hasHeightForWidth(self) -> bool:
        """Texts in it wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """All of it."""
        return self.column.totalHeightForWidth(width) if self.column.hasHeightForWidth() else self.sizeHint().height()

    def sizeHint(self) -> QSize:
        """All of it."""
        return self.column.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """As wide as what is in it, and a few lines."""
        return QSize(self.column.totalMinimumSize().width(), 6 * self.fontMetrics().height())


def fit_height(dialog: QDialog, *, at_least: int = 0) -> None:
    """Once the layout has settled: as high as needed, never higher than the window behind, still in its middle.

    `at_least` (pixels) is for dialogs with a list, which takes what it gets.
    """
    QTimer.singleShot(0, dialog, lambda: _fit(dialog, at_least))


def _fit(dialog: QDialog, at_least: int) -> None:
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    width = dialog.width()
    height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    height = max(height, at_least)
    parent = dialog.parentWidget()
    if parent is not None:
        window = parent.window()
        height = min(height, max(window.height() + 2 * SHADOW, dialog.minimumHeight()))
        centre = window.mapToGlobal(window.rect().center())
        dialog.move(centre - QPoint(width // 2, height // 2))
    dialog.resize(width, height)
