"""The customer list without a window: search itself and re-sort, as the list's own source asks."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator

from brokerdesk.models.values.paging import ListQuery, SortKey
from brokerdesk.services.customers import Customers
from brokerdesk.store.search import match_expression
from tests.benchmarks.figures import Figure, Series
from tests.benchmarks.stage import Stage
from tests.benchmarks.typed import prefixes

BY_NAME = (SortKey("name"),)


def floor_search(plain: sqlite3.Connection, words: str) -> array[int]:
    """The same keys in the same order in one statement."""
    expression = match_expression(words)
    found = "SELECT rowid FROM party_words WHERE party_words MATCH ?1"
    if any(c.isdigit() for c in words):
        found += (
            " UNION SELECT p.key FROM contract_words w JOIN contract c ON c.key = w.rowid"
            " JOIN party p ON p.id = c.party_id WHERE contract_words MATCH ?1"
        )
    sql = f"SELECT key FROM party WHERE is_customer AND NOT archived AND NOT stub AND key IN ({found}) ORDER BY sort_key, key"
    return array("q", [row[0] for row in plain.execute(sql, (expression,))])


def floor_order(plain: sqlite3.Connection, column: str, *, descending: bool) -> array[int]:
    """The keys in another order."""
    down = " DESC" if descending else ""
    sql = f"SELECT key FROM party WHERE is_customer AND NOT archived AND NOT stub ORDER BY {column}{down}, key{down}"
    return array("q", [row[0] for row in plain.execute(sql)])


def search(stage: Stage) -> Iterator[Figure]:
    """Ordered keys for every state of the search field."""
    typed = prefixes()[:: 1 if stage.scale == 1 else 5]
    mine, floor = Series(), Series()
    with stage.desk() as desk:
        desk.customers.keys(ListQuery(sort=BY_NAME))
        floor_search(stage.plain, "berg")
        for words in typed:
            mine.time(lambda words=words: desk.customers.keys(ListQuery(sort=BY_NAME, search=words)))
            floor.time(lambda words=words: floor_search(stage.plain, words))
    yield mine.figure(
        "search itself (p95)",
        goal=16,
        floor=floor,
        note="ordered keys of every state of the search field; one letter finds names that begin with it",
    )


def resort(stage: Stage) -> Iterator[Figure]:
    """Another order of the whole list; an order that is asked for the first time, then one that is known."""
    orders = [("premium", "premium_year_cents"), ("name", "sort_key"), ("number", "customer_number")]
    mine, floor, known = Series(), Series(), Series()
    with stage.desk() as desk:
        desk.customers.keys(ListQuery(sort=BY_NAME))
        for _ in range(stage.repeats(7)):
            for column, sql in orders:
                for descending in (False, True):
                    query = ListQuery(sort=(SortKey(column, descending=descending),))
                    fresh = Customers(desk.context)
                    mine.time(lambda fresh=fresh, query=query: fresh.keys(query))
                    known.time(lambda fresh=fresh, query=query: fresh.keys(query))
                    floor.time(
                        lambda sql=sql, descending=descending: floor_order(stage.plain, sql, descending=descending)
                    )
    yield mine.figure("re-sort (p95)", goal=50, floor=floor, note="an order never asked for, read from the book")
    yield known.figure("re-sort, known order (p95)", goal=50)
