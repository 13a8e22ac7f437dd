"""The kinds that `list` and `show` know: how to get their rows from a desk, as plain dictionaries."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.rows.contracts import ContractRow
from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.models.values.paging import Filter, ListQuery, SortKey
from brokerdesk.services import exchange
from brokerdesk.services.desk import Desk

KIND_UNKNOWN = register("kind-unknown", "kind")
CONDITION_UNKNOWN = register("condition-unknown", "condition")

Rows = list[dict[str, Any]]
_CUSTOMER_FILTERS = frozenset(
    "city zip adviser type status app_state app_group premium number language line insurer".split()
)
_CUSTOMER_SORTS = frozenset("name place zip app released premium number".split())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `list` was asked for."""

    where: tuple[tuple[str, str], ...] = ()
    search: str = ""
    sort: str = ""
    limit: int = 50


def conditions(pairs: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """`FIELD=VALUE` arguments as pairs. Raises `KnownError(condition-unknown)` for anything else."""
    found = []
    for pair in pairs:
        field, sign, value = pair.partition("=")
        if not sign or not field:
            raise KnownError(CONDITION_UNKNOWN, condition=pair)
        found.append((field, value))
    return tuple(found)


def listed(desk: Desk, kind: str, asked: Asked) -> tuple[int, Rows]:
    """Total and rows of a kind. Raises `KnownError(kind-unknown | condition-unknown)`."""
    if kind == "customers":
        return _customers(desk, asked)
    reader = READERS.get(kind)
    if reader is None:
        raise KnownError(KIND_UNKNOWN, kind=kind)
    rows = reader(desk)
    if rows and (unknown := next((f for f, _ in asked.where if f not in rows[0]), None)):
        raise KnownError(CONDITION_UNKNOWN, condition=unknown)
    rows = [r for r in rows if all(str(r[f]) == v for f, v in asked.where)]
    words = asked.search.casefold()
    rows = [r for r in rows if not words or any(words in str(v).casefold() for v in r.values())]
    if asked.sort:
        name = asked.sort.lstrip("-")
        if rows and name not in rows[0]:
            raise KnownError(CONDITION_UNKNOWN, condition=name)
        rows.sort(key=lambda r: (r[name] is None, r[name]), reverse=asked.sort.startswith("-"))
    return len(rows), rows[: asked.limit]


def _customers(desk: Desk, asked: Asked) -> tuple[int, Rows]:
    for field, _ in asked.where:
        if field not in _CUSTOMER_FILTERS:
            raise KnownError(CONDITION_UNKNOWN, condition=field)
    name = asked.sort.lstrip("-")
    if name and name not in _CUSTOMER_SORTS:
        raise KnownError(CONDITION_UNKNOWN, condition=name)
    sort = (SortKey(name, asked.sort.startswith("-")),) if name else ()
    filters = tuple(Filter(f, "starts" if f == "zip" else "is", v) for f, v in asked.where)
    keys = desk.customers.keys(ListQuery(search=asked.search, filters=filters, sort=sort))
    return len(keys), [customer(row) for row in desk.customers.rows(keys[: asked.limit])]


def customer(row: CustomerRow) -> dict[str, Any]:
    """One customer of a list as JSON."""
    return {
        "id": row.id,
        "number": row.number,
        "name": row.name,
        "zip": row.zip,
        "city": row.city,
        "type": "company" if row.is_organisation else "private",
        "app_state": row.app_state.value,
        "app_since": row.app_since,
        "contracts": row.contracts_own,
        "third_party_contracts": row.contracts_other,
        "released_contracts": row.contracts_released,
        "premium_year_cents": row.premium_year_cents,
        "adviser": row.adviser,
    }


def contract(row: ContractRow) -> dict[str, Any]:
    """One contract of a list as JSON."""
    return dataclasses.asdict(row) | {"customer": row.party_id}


def _contracts(desk: Desk) -> Rows:
    return [contract(row) for row in desk.contracts.all()]


def _claims(desk: Desk) -> Rows:
    return [dataclasses.asdict(row) for row in desk.contracts.all_claims()]


def _trackings(desk: Desk) -> Rows:
    return [dataclasses.asdict(row) for row in desk.history.trackings(limit=100_000)]


def _invitations(desk: Desk) -> Rows:
    return [dataclasses.asdict(row) for row in desk.invitations.listed()]


def _outbox(desk: Desk) -> Rows:
    return [dataclasses.asdict(row) for row in exchange.outbox_rows(desk.book, limit=100_000)]


def _conflicts(desk: Desk) -> Rows:
    return [dataclasses.asdict(row) for row in exchange.conflict_rows(desk.book)]


READERS: dict[str, Callable[[Desk], Rows]] = {
    "contracts": _contracts,
    "claims": _claims,
    "trackings": _trackings,
    "invitations": _invitations,
    "outbox": _outbox,
    "conflicts": _conflicts,
}
"""Kinds beside customers."""
