"""The head of a plain page: title 20/600 at the left, buttons at the right, 50 high; and a scrolling column below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.labels import PlainLabel


class PageHead(QWidget):
    """Title, a grey remark, buttons."""

    def __init__(self, kit: Kit, title_key: str, *buttons: QWidget) -> None:
        """The primary button, if any, stands last."""
        super().__init__()
        row = QHBoxLayout(self)
        row.setSpacing(2)
        title = PlainLabel(kit, type=Type.TITLE, strong=True)
        kit.bind(title, title.setText, title_key)
        self.remark = PlainLabel(kit, tone="muted")
        row.addWidget(title)
        row.addSpacing(kit.u(8))
        row.addWidget(self.remark)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        kit.sized(self, self._fit)

    def _fit(self, units: Units) -> None:
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(units(16), units(10), units(14), units(6))
        self.setMinimumHeight(units(50))


class ScrollColumn(QScrollArea):
    """A column of blocks that scrolls and keeps a readable width; `column` is its layout."""

    def __init__(self, kit: Kit, *, width: int = 760) -> None:
        """`width` in units is the most a block is wide."""
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        row = QHBoxLayout(inner)
        holder = QWidget()
        self.column = QVBoxLayout(holder)
        self.column.setContentsMargins(0, 0, 0, 0)
        row.addWidget(holder, 1, Qt.AlignmentFlag.AlignTop)
        row.addStretch(0)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        kit.sized(holder, lambda units: holder.setMaximumWidth(units(width)))
        kit.sized(inner, lambda units: row.setContentsMargins(units(16), units(6), units(14), units(20)))
        kit.sized(holder, lambda units: self.column.setSpacing(units(14)))
