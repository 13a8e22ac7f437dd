"""Gives a dialog the height its texts need at its width, also after something appeared in it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QDialog

SHADOW = 24
"""Pixels around a dialog that only hold its shadow and may hang over the window."""


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
