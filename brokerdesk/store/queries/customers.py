"""Customers: ordered keys of a list, rows of a page, the card of one, and the search over everything."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from brokerdesk.core.clock import from_wire
from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.models.values.folding import fold_expanded
from brokerdesk.models.values.names import PartyKind, PartyName
from brokerdesk.models.values.paging import Filter, ListQuery, SortKey
from brokerdesk.models.values.states import AppState
from brokerdesk.store import search

_BASE = "is_customer AND NOT archived AND NOT stub"
_SORTS = {
    "name": ("sort_key",),
    "place": ("city", "zip"),
    "zip": ("zip",),
    "app": ("app_state", "app_since"),
    "released": ("contracts_released", "contracts_own"),
    "premium": ("premium_year_cents",),
    "number": ("customer_number",),
}
_GROUPS = {
    "not_invited": (AppState.NOT_INVITED, AppState.DATA_MISSING, AppState.WAITING, AppState.REMOVED, AppState.LEGACY),
    "invited": (
        AppState.QUEUED,
        AppState.INVITED,
        AppState.STOPPED,
        AppState.EXPIRED,
        AppState.BOUNCED,
        AppState.REFUSED,
    ),
    "registered": (AppState.REGISTERED, AppState.DEACTIVATED),
}
_COLUMNS = {
    "city": "city",
    "zip": "zip",
    "adviser": "adviser_id",
    "type": "customer_type",
    "status": "customer_status",
    "app_state": "app_state",
    "premium": "premium_year_cents",
    "number": "customer_number",
    "language": "language",
}
_OPERATORS = {
    "is": "= ?",
    "starts": "LIKE ? ESCAPE '\\'",
    "contains": "LIKE ? ESCAPE '\\'",
    "at_least": ">= ?",
    "at_most": "<= ?",
}
SORTS = tuple(_SORTS)
FILTERS = (*_COLUMNS, "app_group", "line", "insurer")


def condition(wanted: Filter) -> tuple[str, list[Any]]:
    """One filter as SQL and its values. Raises `KeyError` for an unknown column or operator."""
    if wanted.column == "app_group":
        states = _GROUPS[wanted.value]
        return f"app_state IN ({','.join('?' * len(states))})", [s.value for s in states]
    if wanted.column in {"line", "insurer"}:
        column = "line" if wanted.column == "line" else "insurer_id"
        return f"id IN (SELECT party_id FROM contract WHERE {column} = ? AND NOT archived AND status <> 'ended')", [
            wanted.value
        ]
    value: Any = wanted.value
    if wanted.operator in {"starts", "contains"}:
        escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        value = ("%" if wanted.operator == "contains" else "") + escaped + "%"
    elif wanted.column == "premium":
        value = int(value)
    return f"{_COLUMNS[wanted.column]} {_OPERATORS[wanted.operator]}", [value]


def _order(sort: Sequence[SortKey]) -> str:
    parts = []
    for key in sort or (SortKey("name"),):
        direction = " DESC" if key.descending else ""
        parts += [column + direction for column in _SORTS[key.column]]
    last = " DESC" if sort and sort[0].descending else ""
    return ", ".join([*parts, "key" + last])


def ordered_keys(connection: Connection, query: ListQuery) -> array[int]:
    """Keys of the customers a list shows, in its order; the search of the query is left out."""
    conditions, values = [_BASE], []
    for wanted in query.filters:
        sql, more = condition(wanted)
        conditions.append(sql)
        values += more
    statement = f"SELECT key FROM party WHERE {' AND '.join(conditions)} ORDER BY {_order(query.sort)}"
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values)
        return array("q", [row[0] for row in cursor.fetchall()])
    finally:
        cursor.close()


def found_keys(connection: Connection, words: str) -> list[int] | None:
    """Keys of customers that match the words themselves or by one of their contracts; None when nothing is asked.

    A key can stand there twice.
    """
    if len(words) == 1 and words.isalpha():
        return _beginning_with(connection, fold_expanded(words))
    found = search.find(connection, "party", words)
    if found is None or not any(c.isdigit() for c in words):
        return found
    contracts = search.find(connection, "contract", words, limit=2_000) or []
    for start in range(0, len(contracts), 500):
        part = contracts[start : start + 500]
        marks = ",".join("?" * len(part))
        statement = f"SELECT p.key FROM contract c JOIN party p ON p.id = c.party_id WHERE c.key IN ({marks})"
        found.extend(row[0] for row in connection.exec_driver_sql(statement, tuple(part)))
    return found


def _beginning_with(connection: Connection, letter: str) -> list[int]:
    """One typed letter means the names that begin with it; half the book has it somewhere."""
    statement = f"SELECT key FROM party WHERE {_BASE} AND sort_key >= ? AND sort_key < ?"
    return search.keys(connection, statement, (letter, letter[:-1] + chr(ord(letter[-1]) + 1)))


_ROW = """
SELECT p.key, p.id, p.kind, p.listed_name, p.first_name, p.last_name, p.company_name, p.customer_number, p.zip, p.city,
  p.app_state, p.app_since, p.email, p.contracts_released, p.contracts_own, p.contracts_other, p.premium_year_cents,
  coalesce(a.name, a.code, '') AS adviser
FROM party p LEFT JOIN adviser a ON a.id = p.adviser_id WHERE p.key IN ({marks})
"""


def rows(connection: Connection, keys: Sequence[int]) -> list[CustomerRow]:
    """The rows of a page, in the order of `keys`; keys that are gone are left out."""
    if not keys:
        return []
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_ROW.format(marks=",".join("?" * len(keys))), tuple(keys))
        found = {row[0]: _row(_Stored(*row)) for row in cursor.fetchall()}
    finally:
        cursor.close()
    return [found[k] for k in keys if k in found]


class _Stored(NamedTuple):
    """The columns of `_ROW`; a plain tuple, because a list reads 200 of them between a key and its picture."""

    key: int
    id: str
    kind: str
    listed_name: str
    first_name: str
    last_name: str
    company_name: str
    customer_number: str | None
    zip: str
    city: str
    app_state: str
    app_since: str | None
    email: str | None
    contracts_released: int
    contracts_own: int
    contracts_other: int
    premium_year_cents: int
    adviser: str


_STATES = {state.value: state for state in AppState}


def _row(row: _Stored) -> CustomerRow:
    name = PartyName(
        kind=PartyKind(row.kind), first_name=row.first_name, last_name=row.last_name, company_name=row.company_name
    )
    missing = tuple(reason for reason, there in (("name", row.listed_name), ("email", row.email)) if not there)
    return CustomerRow(
        key=row.key,
        id=row.id,
        name=row.listed_name,
        initials=name.initials,
        is_organisation=row.kind == PartyKind.ORGANISATION,
        number=row.customer_number or "",
        zip=row.zip,
        city=row.city,
        app_state=_STATES[row.app_state],
        app_since=from_wire(row.app_since) if row.app_since else None,
        missing=missing,
        contracts_released=row.contracts_released,
        contracts_own=row.contracts_own,
        contracts_other=row.contracts_other,
        premium_year_cents=row.premium_year_cents,
        adviser=row.adviser,
        has_email=bool(row.email),
    )


def premium_sum(connection: Connection, keys: Sequence[int]) -> int:
    """Yearly premium of the given customers together, in cents."""
    import json

    statement = "SELECT coalesce(sum(premium_year_cents), 0) FROM party WHERE key IN (SELECT value FROM json_each(?))"
    return int(connection.exec_driver_sql(statement, (json.dumps(list(keys)),)).scalar_one())


def key_of(connection: Connection, record_id: str) -> int | None:
    """The key of a live party."""
    row = connection.exec_driver_sql("SELECT key FROM party WHERE id = ? AND NOT stub", (record_id,)).first()
    return row[0] if row else None


def resolve(connection: Connection, wanted: str) -> list[str]:
    """Ids of the customers that `wanted` names: an id, a customer number, an e-mail address or a listed name."""
    statement = (
        "SELECT id FROM party WHERE NOT stub AND is_customer AND (id = ?1 OR customer_number = ?1 OR lower(email) = lower(?1)"
        " OR listed_name = ?1) ORDER BY key LIMIT 20"
    )
    return [row[0] for row in connection.exec_driver_sql(statement, (wanted,))]
