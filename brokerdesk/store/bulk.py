"""The one way past the flush listener: many new rows at once, with everything a new record owes (architecture § 5).

Written rows get their list key, search words, the first state of the app column, an entry in the outgoing queue when the
book is paired, and their kind is named in the ChangeSet of the unit of work. Existing records are never changed here:
updates go through the session, so that change log and outgoing patches derive from the flush. Figures of customers are
not recomputed per row: call `finish` once at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import JSON, Column, Date, Table

from brokerdesk.core.clock import to_wire
from brokerdesk.models.entities import Base, Contract, Party, Synced
from brokerdesk.models.entities.base import UtcTime
from brokerdesk.models.entities.contract import premium_per_year
from brokerdesk.models.values.names import PartyKind, PartyName
from brokerdesk.models.values.states import AppState
from brokerdesk.store import derived, outbox, search
from brokerdesk.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
_Encoder = Callable[[Any], Any]
_encode = json.JSONEncoder().encode


def _json(value: Any) -> str | None:
    if not value:
        return None if value is None else "[]" if value == [] else _encode(value)
    return _encode(value)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _moment(value: datetime | None) -> str | None:
    return None if value is None else to_wire(value)


class _Plan:
    """How rows of one mapped class become parameters: columns in order, defaults, and the few that need encoding."""

    def __init__(self, entity: type[Base], fields: Iterable[str]) -> None:
        table = cast("Table", entity.__table__)
        defaults = {c.key: _default(c) for c in table.columns if not c.computed and c.key != "key"}
        given = set(fields)
        self.template: Row = {name: value for name, value in defaults.items() if value is not None or name in given}
        self.columns = list(self.template)
        self._encoders: list[tuple[str, _Encoder]] = [
            (name, encoder) for name in self.columns if (encoder := _encoder(table.c[name])) is not None
        ]
        names = ", ".join(f'"{name}"' for name in ["key", *self.columns])
        marks = ", ".join("?" * (len(self.columns) + 1))
        self.sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"

    def values(self, key: int | None, row: Row) -> tuple[Any, ...]:
        """The parameters of one row."""
        full = self.template | row
        for name, encode in self._encoders:
            full[name] = encode(full[name])
        return (key, *[full[name] for name in self.columns])


def _default(column: Column[Any]) -> Any:
    default = column.default
    if default is None:
        return None
    argument = getattr(default, "arg", None)
    return argument(None) if callable(argument) else argument


def _encoder(column: Column[Any]) -> _Encoder | None:
    if isinstance(column.type, JSON):
        return _json
    if isinstance(column.type, Date):
        return _day
    if isinstance(column.type, UtcTime):
        return _moment
    return None


class BulkWriter:
    """Writes new rows in one unit of work. Rows are column → Python value; columns left out get their defaults.

    All rows of one call must come from one set of fields (missing ones are filled with the default).
    """

    def __init__(self, unit: UnitOfWork) -> None:
        """Bind to `unit`, which holds the write lock, so that list keys can be handed out here."""
        self._unit = unit
        self._connection = unit.connection
        self._paired = unit.paired is not None
        self._next: dict[str, int] = {}
        self._plans: dict[tuple[type[Base], frozenset[str]], _Plan] = {}
        self.first_key: dict[str, int] = {}
        """Kind → first list key that was handed out; what lies below was in the book before."""

    def insert(self, entity: type[Base], rows: Sequence[Row]) -> None:
        """Write new rows of one mapped class; records of synced kinds get everything a new record owes."""
        if not rows:
            return
        table = cast("Table", entity.__table__)
        fields = frozenset().union(*(row.keys() for row in rows))
        if entity is Party:
            fields |= {"sort_key", "listed_name", "app_state"}
            _prepare_parties(rows)
        elif entity is Contract:
            fields |= {"premium_year_cents"}
            _prepare_contracts(rows)
        plan = self._plans.get((entity, fields))
        if plan is None:
            plan = self._plans[(entity, fields)] = _Plan(entity, sorted(fields))
        keys = self._keys(table, len(rows)) if "key" in table.c else None
        if keys is None:
            self._insert_keyless(table, rows)
            return
        parameters = [plan.values(key, row) for key, row in zip(keys, rows, strict=True)]
        self._connection.exec_driver_sql(plan.sql, parameters)
        if issubclass(entity, Synced):
            self._owe(entity, keys, rows)

    def _insert_keyless(self, table: Table, rows: Sequence[Row]) -> None:
        names = [c.key for c in table.columns]
        sql = f"INSERT OR REPLACE INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self._connection.exec_driver_sql(sql, [tuple(row.get(name) for name in names) for row in rows])

    def _keys(self, table: Table, count: int) -> range:
        first = self._next.get(table.name)
        if first is None:
            first = int(self._connection.exec_driver_sql(f"SELECT max(key) FROM {table.name}").scalar() or 0) + 1
        self.first_key.setdefault(table.name, first)
        self._next[table.name] = first + count
        return range(first, first + count)

    def _owe(self, entity: type[Synced], keys: range, rows: Sequence[Row]) -> None:
        kind = entity.__kind__
        self._unit.everything.add(kind)
        if entity is Party:
            search.index(self._connection, "party", zip(keys, map(_words_of_party, rows), strict=True))
        elif entity is Contract:
            search.index(self._connection, "contract", zip(keys, map(_words_of_contract, rows), strict=True))
        if self._paired:
            ids = [row["id"] for row in rows]
            outbox.queue_creates(self._unit.session, kind, ids, clock=self._unit.clock)

    def finish(self) -> None:
        """Bring the figures of all customers up to date, once, when parties or contracts were written."""
        if {"party", "contract"} & self.first_key.keys():
            self._unit.session.flush()
            derived.refresh_all(self._connection)


def name_of(row: Mapping[str, Any]) -> PartyName:
    """The name group of a row of `party`."""
    return PartyName(
        kind=PartyKind(row.get("kind") or PartyKind.PERSON),
        title=row.get("title") or "",
        first_name=row.get("first_name") or "",
        name_prefix=row.get("name_prefix") or "",
        last_name=row.get("last_name") or "",
        name_suffix=row.get("name_suffix") or "",
        company_name=row.get("company_name") or "",
        company_addition=row.get("company_addition") or "",
    )


def _prepare_parties(rows: Sequence[Row]) -> None:
    for row in rows:
        name = name_of(row)
        row["listed_name"], row["sort_key"] = name.listed, name.sort_key
        known = bool(row.get("email")) and bool(row["listed_name"])
        row["app_state"] = (AppState.NOT_INVITED if known else AppState.DATA_MISSING).value


def _prepare_contracts(rows: Sequence[Row]) -> None:
    for row in rows:
        row["premium_year_cents"] = premium_per_year(
            net_cents=row.get("premium_net_cents"),
            gross_cents=row.get("premium_gross_cents"),
            frequency=row.get("frequency"),
            currency=row.get("currency"),
        )


def _words_of_party(row: Row) -> str:
    return search.party_words(
        names=(name_of(row).full, row.get("company_addition")),
        city=row.get("city"),
        zip_code=row.get("zip"),
        email=row.get("email"),
        phones=(row.get("phone"), row.get("mobile"), *(str(c.get("value", "")) for c in row.get("contacts") or ())),
        numbers=(row.get("customer_number"), *(str(n).rpartition(":")[2] for n in row.get("insurer_numbers") or ())),
    )


def _words_of_contract(row: Row) -> str:
    labels = [str(risk.get("label", "")) for risk in row.get("risks") or ()]
    return search.contract_words(number=row.get("number"), product=row.get("product"), line_name=None, objects=labels)
