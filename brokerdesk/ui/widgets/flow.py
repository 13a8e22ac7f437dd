"""A layout that puts widgets side by side and goes on in the next line. Left to right only; spacing as set."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lines of widgets in their preferred size; the height follows the width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty, without margins and spacing."""
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gaps = (0, 0)
        self.setContentsMargins(0, 0, 0, 0)

    def set_gaps(self, horizontal: int, vertical: int) -> None:
        """Space between widgets of a line, and between lines."""
        self._gaps = (horizontal, vertical)
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Put an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at a position, or None."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove and return an item, or None."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Takes no more than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at a width."""
        return self._arrange(QRect(0, 0, width, 0), apply=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the widgets."""
        super().setGeometry(rect)
        self._arrange(rect, apply=True)

    def sizeHint(self) -> QSize:
        """The least size; the width comes from outside."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Room for the largest widget."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _arrange(self, rect: QRect, *, apply: bool) -> int:
        inner = rect.marginsRemoved(self.contentsMargins())
        across, down = self._gaps
        x, y, line = inner.x(), inner.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if line and x + size.width() > inner.x() + inner.width():
                x, y, line = inner.x(), y + line + down, 0
            if apply:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + across
            line = max(line, size.height())
        return y + line - rect.y() + self.contentsMargins().bottom()
