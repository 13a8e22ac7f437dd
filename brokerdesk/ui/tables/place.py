"""Keeps a table in place while its rows come and go: current row and first visible row by id, not by position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from brokerdesk.ui.tables.headings import arrange_headings

if TYPE_CHECKING:
    from brokerdesk.ui.tables.view import TableView


class Place(QObject):
    """Remembers before and restores after each change of rows of one view."""

    def __init__(self, view: TableView) -> None:
        """Listens to the model of `view`."""
        super().__init__(view)
        self._view = view
        self._current, self._column, self._top, self._offset = -1, 0, -1, 0
        model = view.cells
        for before in (model.modelAboutToBeReset, model.rowsAboutToBeInserted, model.rowsAboutToBeRemoved):
            before.connect(self.remember)
        for after in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            after.connect(self.restore)

    def remember(self) -> None:
        """Note the current row and the first visible one."""
        view = self._view
        current = view.currentIndex()
        self._current = view.cells.id_at(current.row()) if current.isValid() else -1
        self._column = max(0, current.column())
        top = view.rowAt(0)
        at_start = view.verticalScrollBar().value() == 0
        self._top = view.cells.id_at(top) if top >= 0 and not at_start else -1
        self._offset = -view.rowViewportPosition(top) if top >= 0 else 0

    def restore(self) -> None:
        """Find both again; a list that stood at its start stays there."""
        view = self._view
        arrange_headings(view)
        view.hovered_row = -1
        row = view.cells.row_of(self._current) if self._current >= 0 else -1
        if row >= 0 and view.currentIndex().row() != row:
            scroll = view.verticalScrollBar().value()
            view.go_to(row, self._column)
            view.verticalScrollBar().setValue(scroll)
        top = view.cells.row_of(self._top) if self._top >= 0 else -1
        if top >= 0:
            view.verticalScrollBar().setValue(view.verticalHeader().sectionPosition(top) + self._offset)
