"""What the list remembers between starts: columns, order and the reading pane, as settings of the book."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from brokerdesk.services.context import Outcome
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.workplace import Workplace

SAVE_MS = 500


class ListMemory(QObject):
    """Restores at once; saves half a second after the last change, on the write lane."""

    def __init__(self, place: Workplace, table: TableView) -> None:
        """Watches the columns of `table`."""
        super().__init__(table)
        self._place, self._table = place, table
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
        self._keep("customer_columns", self._table.save_state())

    def _keep(self, name: str, value: object) -> None:
        settings = self._place.desk.settings

        def work() -> Outcome[None]:
            settings.set(name, value)
            return Outcome(None)

        self._place.write(work, receiver=self)
