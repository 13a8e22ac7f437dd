"""Where a paged table gets its rows from; implemented by the read services, not here."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Protocol, TypeVar

from brokerdesk.models.values.paging import ListQuery

R_co = TypeVar("R_co", covariant=True)


class RowSource(Protocol[R_co]):
    """Ordered ids of a query, and rows by id."""

    def ids(self, query: ListQuery) -> array[int]:
        """All ids (signed 64 bit, type code `q`) that match, in order. Called on a worker thread."""
        ...

    def rows(self, ids: Sequence[int]) -> Sequence[R_co | None]:
        """One row per id in the same order; None for an id that has vanished meanwhile. Called on the GUI thread."""
        ...
