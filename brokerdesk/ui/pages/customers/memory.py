"""What the list remembers between starts: columns, order and the reading pane, as settings of the book.

Also spares the column of the place while there is too little room for names; that is not remembered.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from brokerdesk.services.context import Outcome
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.workplace import Workplace

SAVE_MS = 500
ROOM_FOR_NAMES = 150
"""Units below which names would be cut everywhere."""
SPARED = "place"


class ListMemory(QObject):
    """Restores at once; saves half a second after the last change, on the write lane."""

    def __init__(self, place: Workplace, table: TableView) -> None:
        """Watches the columns of `table`."""
        super().__init__(table)
        self._place, self._table = place, table
        self._spared = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_MS)
        self._timer.timeout.connect(self.save_columns)
        state = place.desk.settings.get("customer_columns")
        if state:
            table.restore_state(state)
        table.columns_changed.connect(self._timer.start)

    def pane_wanted(self) -> bool:
        """Whether the reading pane was shown last."""
        return bool(self._place.desk.settings.get("reading_pane"))

    def keep_pane(self, *, wanted: bool) -> None:
        """Remember whether the reading pane is wanted."""
        self._keep("reading_pane", wanted)

    def save_columns(self) -> None:
        """Remember widths, order, hidden columns and sort order now."""
        self._timer.stop()
        state = self._table.save_state()
        if self._spared:
            state["hidden"] = [key for key in state["hidden"] if key != SPARED]
        self._keep("customer_columns", state)

    def make_room(self) -> None:
        """Hide the place in a narrow list and show it again in a wide one; names give way last (mockups README § 5)."""
        header, columns = self._table.horizontalHeader(), self._table.cells.columns
        name = next(i for i, column in enumerate(columns) if column.stretch)
        spared = next(i for i, column in enumerate(columns) if column.key == SPARED)
        taken = sum(header.sectionSize(i) for i in range(len(columns)) if i != name and not header.isSectionHidden(i))
        room, wanted = self._table.viewport().width() - taken, self._place.kit.u(ROOM_FOR_NAMES)
        if not self._spared and room < wanted and not header.isSectionHidden(spared):
            self._spared = True
            header.setSectionHidden(spared, True)
        elif self._spared and room - self._place.kit.u(columns[spared].width) >= wanted:
            self._spared = False
            header.setSectionHidden(spared, False)

    def _keep(self, name: str, value: object) -> None:
        settings = self._place.desk.settings

        def work() -> Outcome[None]:
            settings.set(name, value)
            return Outcome(None)

        self._place.write(work, receiver=self)
