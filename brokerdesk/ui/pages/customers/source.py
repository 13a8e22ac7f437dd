"""Where the customer list gets its rows from: the customers' use cases, asked off the GUI thread for ids."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.models.values.paging import ListQuery
from brokerdesk.services.desk import Desk


class CustomerSource:
    """Ids and rows of the list; `total` is the number of all customers, known after the first answer."""

    def __init__(self, desk: Desk) -> None:
        """Reads from `desk`."""
        self._desk = desk
        self.total = 0

    def ids(self, query: ListQuery) -> array[int]:
        """Keys that match, in order; a copy, because the list's model edits its ids in place."""
        found = array("q", self._desk.customers.keys(query))
        everyone = ListQuery(sort=query.sort)
        self.total = len(found) if query == everyone else len(self._desk.customers.keys(everyone))
        return found

    def rows(self, ids: Sequence[int]) -> list[CustomerRow | None]:
        """One row per key; None for a customer that is gone."""
        found = {row.key: row for row in self._desk.customers.rows(ids)}
        return [found.get(key) for key in ids]
