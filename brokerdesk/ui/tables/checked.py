"""The ticked rows of a table, by id: they survive sorting, scrolling and reloading. Not the current row."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class CheckedIds(QObject):
    """A set of ids that tells when it changes."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Empty at first."""
        super().__init__(parent)
        self._ids: set[int] = set()

    def __contains__(self, row_id: int) -> bool:
        return row_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> frozenset[int]:
        """The ticked ids."""
        return frozenset(self._ids)

    def replace(self, ids: Iterable[int]) -> None:
        """Tick exactly these."""
        fresh = set(ids)
        if fresh != self._ids:
            self._ids = fresh
            self.changed.emit()

    def update(self, ids: Iterable[int], *, on: bool) -> None:
        """Tick or untick these in addition."""
        wanted = set(ids)
        self.replace(self._ids | wanted if on else self._ids - wanted)

    def toggle(self, row_id: int) -> None:
        """Tick or untick one."""
        self.update([row_id], on=row_id not in self._ids)

    def clear(self) -> None:
        """Untick all."""
        self.replace(())

    def retain(self, ids: Iterable[int]) -> None:
        """Forget what is no longer in the list."""
        if self._ids:
            self.replace(self._ids.intersection(ids))
