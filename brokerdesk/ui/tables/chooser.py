"""The popup that shows and hides columns, with a search field and a way back to the usual ones."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.column_state import ColumnState
from brokerdesk.ui.tables.columns import Column
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.controls import CheckBox


class ColumnChooser(QFrame):
    """One tick per column that may be hidden."""

    def __init__(self, kit: Kit, state: ColumnState, columns: tuple[Column[Any], ...], parent: QWidget) -> None:
        """Changes take effect at once."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("surface", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._kit, self._state = kit, state
        column = QVBoxLayout(self)
        column.setContentsMargins(*(kit.u(8),) * 4)
        search = QLineEdit()
        search.setPlaceholderText(kit.texts("ui.table.columns-search"))
        search.setAccessibleName(kit.texts("ui.table.columns-search"))
        search.textChanged.connect(self._find)
        column.addWidget(search)
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(kit.u(4), kit.u(4), kit.u(4), kit.u(4))
        self._boxes: dict[str, CheckBox] = {}
        for declared in columns:
            if not declared.fixed:
                box = CheckBox(kit, declared.title(kit.texts))
                box.toggled.connect(lambda on, key=declared.key: state.set_hidden(key, hidden=not on))
                self._boxes[declared.key] = box
                self._list.addWidget(box)
        self._list.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(area)
        reset = Button(kit, kit.texts("ui.table.columns-reset"), look=Look.QUIET)
        reset.clicked.connect(self._reset)
        column.addWidget(reset)
        self._tick()
        self.setFixedSize(kit.u(260), kit.u(min(420, 130 + 30 * len(self._boxes))))
        search.setFocus()

    def open_at(self, corner: QPoint) -> None:
        """Show with the upper right corner at `corner`."""
        self.move(corner - QPoint(self.width(), 0))
        self.show()

    def _find(self, words: str) -> None:
        for box in self._boxes.values():
            box.setVisible(words.casefold() in box.text().casefold())

    def _reset(self) -> None:
        self._state.reset()
        self._state.changed.emit()
        self._tick()

    def _tick(self) -> None:
        hidden = set(self._state.as_dict()["hidden"])
        for key, box in self._boxes.items():
            box.blockSignals(True)
            box.setChecked(key not in hidden)
            box.blockSignals(False)
