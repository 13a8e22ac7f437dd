"""A layout that sets widgets in lines and breaks lines where the width ends, as words in a paragraph.

Left to right only; each widget has its preferred size, and lines are as high as their highest widget.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lines of widgets; the height follows from the width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty; the distances are those of `setSpacing` unless set one by one."""
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._between = self._below = -1

    def setHorizontalSpacing(self, pixels: int) -> None:
        """The distance between two widgets of a line."""
        self._between = pixels
        self.invalidate()

    def setVerticalSpacing(self, pixels: int) -> None:
        """The distance between two lines."""
        self._below = pixels
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Qt hands over what `addWidget` was given."""
        self._items.append(item)

    def count(self) -> int:
        """How many widgets."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Qt's end of the list is None."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Hand an item back."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """As wide as there is room."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """A narrow window needs more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines at this width."""
        return self._arranged(QRect(0, 0, width, 0))[1]

    def sizeHint(self) -> QSize:
        """The least: how much more is given decides the widget above."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Room for the largest widget."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def setGeometry(self, rect: QRect) -> None:
        """Place every widget."""
        super().setGeometry(rect)
        for item, place in self._arranged(rect)[0]:
            item.setGeometry(place)

    def _arranged(self, rect: QRect) -> tuple[list[tuple[QLayoutItem, QRect]], int]:
        inner = rect.marginsRemoved(self.contentsMargins())
        between = max(self.spacing(), 0) if self._between < 0 else self._between
        below = max(self.spacing(), 0) if self._below < 0 else self._below
        places: list[tuple[QLayoutItem, QRect]] = []
        x, y, line = inner.x(), inner.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if line and x + size.width() > inner.right() + 1:
                x, y, line = inner.x(), y + line + below, 0
            places.append((item, QRect(QPoint(x, y), size)))
            x, line = x + size.width() + between, max(line, size.height())
        return places, y + line - rect.y() + self.contentsMargins().bottom()
