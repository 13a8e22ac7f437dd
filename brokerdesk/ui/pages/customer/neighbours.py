"""The list a customer was opened from: his position in it, the one before and the one after.

The list page leaves its ordered keys in `workplace.extras["customer_keys"]`, as a sequence or as a function that gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.ui.workplace import Workplace

KEYS = "customer_keys"


class Neighbours(QObject):
    """Walks through the list without going back to it."""

    def __init__(self, place: Workplace, parent: QObject) -> None:
        """Knows nothing before `ask()`."""
        super().__init__(parent)
        self._place = place
        self._at = -1

    def keys(self) -> Sequence[int]:
        """The ordered keys of the list, empty when the customer was not opened from one."""
        found = self._place.extras.get(KEYS)
        keys: Sequence[int] = found() if callable(found) else (found if found is not None else ())
        return keys

    def ask(self, key: int, show: Callable[[int, int], object]) -> None:
        """Tell `show` the position counted from 1, and how many there are; 0 when he is not in the list."""
        keys = self.keys()
        try:
            self._at = keys.index(key)
        except ValueError:
            self._at = -1
        show(self._at + 1, len(keys))

    def go(self, by: int, section: str) -> None:
        """Open the neighbour in the same section; nothing happens at the ends."""
        keys, target = self.keys(), self._at + by
        if self._at < 0 or not 0 <= target < len(keys):
            return
        wanted, desk = keys[target], self._place.desk

        def found(rows: list[CustomerRow]) -> None:
            if rows:
                self._place.navigate("customer", id=rows[0].id, section=section)

        self._place.read(lambda: desk.customers.rows([wanted]), receiver=self, done=found)
