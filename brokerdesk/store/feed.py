"""Bulk statements of the exchange: feed pages and verdicts write hundreds of records in a few statements.

Values are *stored* values in the order of named columns; nothing here knows the wire. Whoever calls it owes the history, the
search index and the summaries, for which the functions stand here too. Fills no outbox.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection

from brokerdesk.models.entities import SYNCED
from brokerdesk.models.entities.contract import premium_per_year
from brokerdesk.models.values.names import PartyKind, PartyName, Salutation
from brokerdesk.store import derived, search

NOBODY = "00000000-0000-0000-0000-000000000000"
"""Id of the hidden party that a stub of a contract belongs to until the feed brings the contract itself."""
_SEARCHED = frozenset({"party", "contract"})
_EXTRA = {"party": ("sort_key", "listed_name"), "contract": ("premium_year_cents",)}


def table_of(kind: str) -> str:
    """The table of a kind."""
    return str(SYNCED[kind].__tablename__)  # type: ignore[attr-defined]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{n}"' for n in names)


def load(connection: Connection, kind: str, ids: Iterable[str], columns: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Stored rows by id: `(key, id, server_rev, stub, *columns)`, stubs included."""
    wanted = json.dumps(list(ids))
    head = _quoted(("key", "id", "server_rev", "stub", *columns))
    sql = f'SELECT {head} FROM "{table_of(kind)}" WHERE id IN (SELECT value FROM json_each(?))'
    return {row[1]: tuple(row) for row in connection.exec_driver_sql(sql, (wanted,)).all()}


def next_key(connection: Connection, kind: str) -> int:
    """The first free key of a kind; the caller holds the one writing transaction."""
    sql = f'SELECT coalesce(max("key"), 0) + 1 FROM "{table_of(kind)}"'
    return int(connection.exec_driver_sql(sql).scalar_one())


def insert(connection: Connection, kind: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows `(key, id, server_rev, *columns, *derived)`; derived columns are those of `extra_columns`."""
    if rows:
        names = ("key", "id", "server_rev", *columns, *extra_columns(kind))
        marks = ", ".join("?" * len(names))
        sql = f'INSERT INTO "{table_of(kind)}" ({_quoted(names)}) VALUES ({marks})'
        connection.exec_driver_sql(sql, list(rows))


def update(connection: Connection, kind: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Update rows `(server_rev, *columns, *derived, key)`; what was a stub is a record afterwards."""
    if rows:
        names = ("server_rev", *columns, *extra_columns(kind))
        sets = ", ".join(f'"{n}" = ?' for n in names)
        sql = f'UPDATE "{table_of(kind)}" SET {sets}, stub = 0 WHERE "key" = ?'
        connection.exec_driver_sql(sql, list(rows))


def set_revs(connection: Connection, kind: str, rows: Sequence[tuple[int, int]]) -> None:
    """Note the portal's revision of rows that are otherwise unchanged: `(server_rev, key)`."""
    if rows:
        sql = f'UPDATE "{table_of(kind)}" SET server_rev = ? WHERE "key" = ?'
        connection.exec_driver_sql(sql, list(rows))


def set_revs_by_id(connection: Connection, kind: str, rows: Sequence[tuple[int, str, int]]) -> None:
    """Note the portal's revision of records that it took over as they are: `(server_rev, id, server_rev)`."""
    if rows:
        sql = f'UPDATE "{table_of(kind)}" SET server_rev = ? WHERE id = ? AND server_rev < ?'
        connection.exec_driver_sql(sql, list(rows))


def extra_columns(kind: str) -> tuple[str, ...]:
    """Derived columns that belong to the row itself."""
    return _EXTRA.get(kind, ())


def derive(kind: str, row: Mapping[str, Any]) -> tuple[tuple[Any, ...], str | None]:
    """Values of the derived columns of a stored row, and its indexed text (None for a kind that is not searched)."""
    if kind == "party":
        return _derive_party(row)
    if kind == "contract":
        return _derive_contract(row)
    return (), None


def _derive_party(row: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    name = PartyName(
        kind=PartyKind(row["kind"]),
        salutation=Salutation(row["salutation"]) if row["salutation"] else None,
        title=row["title"],
        first_name=row["first_name"],
        name_prefix=row["name_prefix"],
        last_name=row["last_name"],
        name_suffix=row["name_suffix"],
        company_name=row["company_name"],
        company_addition=row["company_addition"],
    )
    contacts = (str(c.get("value", "")) for c in _parsed(row["contacts"]) if isinstance(c, dict))
    words = search.party_words(
        names=(name.full, row["company_addition"]),
        city=row["city"],
        zip_code=row["zip"],
        email=row["email"],
        phones=(row["phone"], row["mobile"], *contacts),
        numbers=(row["customer_number"], *(str(n).rpartition(":")[2] for n in _parsed(row["insurer_numbers"]))),
    )
    return (name.sort_key, name.listed), words


def _derive_contract(row: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    premium = premium_per_year(
        net_cents=row["premium_net_cents"],
        gross_cents=row["premium_gross_cents"],
        frequency=row["frequency"],
        currency=row["currency"],
    )
    labels = [str(r.get("label", "")) for r in _parsed(row["risks"]) if isinstance(r, dict)]
    words = search.contract_words(number=row["number"], product=row["product"], line_name=None, objects=labels)
    return (premium,), words


def _parsed(text: str) -> Any:
    return json.loads(text) if text not in {"[]", "{}"} else ()


def index(connection: Connection, kind: str, rows: Iterable[tuple[int, str]]) -> None:
    """Replace the search words of `(key, text)` rows; nothing for a kind that is not searched."""
    if kind in _SEARCHED:
        search.index(connection, kind, rows)


def refresh_parties(connection: Connection, party_ids: Iterable[str]) -> None:
    """Recompute the summary columns of these parties."""
    wanted = sorted(set(party_ids))
    for start in range(0, len(wanted), 5_000):
        derived.refresh_parties(connection, wanted[start : start + 5_000])


def missing(connection: Connection, kind: str, ids: Iterable[str]) -> list[str]:
    """Those of `ids` that have no row of this kind."""
    sql = (
        f'SELECT v.value FROM json_each(?) v WHERE NOT EXISTS (SELECT 1 FROM "{table_of(kind)}" t WHERE t.id = v.value)'
    )
    return [row[0] for row in connection.exec_driver_sql(sql, (json.dumps(sorted(ids)),))]


@cache
def _blank(kind: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Columns without a default of the database, with the value that a stub has there."""
    names: list[str] = []
    values: list[Any] = []
    for column in SYNCED[kind].__table__.columns:  # type: ignore[attr-defined]
        if column.nullable or column.server_default is not None or column.name in {"key", "id"}:
            continue
        default = column.default.arg if column.default is not None else NOBODY
        value = default(None) if callable(default) else default
        names.append(column.name)
        values.append(json.dumps(value) if isinstance(value, list | dict) else value)
    return tuple(names), tuple(values)


def make_stubs(connection: Connection, kind: str, ids: Sequence[str]) -> None:
    """Put hidden rows in the place of parents that the feed has not brought yet (protocol.md § 7.2)."""
    if not ids:
        return
    names, values = _blank(kind)
    marks = ", ".join("?" * (len(names) + 2))
    sql = f'INSERT INTO "{table_of(kind)}" (id, stub, {_quoted(names)}) VALUES ({marks})'
    connection.exec_driver_sql(sql, [(i, 1, *values) for i in ids])


def make_stub_of(connection: Connection, kind: str, keys: Sequence[int]) -> None:
    """Blank and hide removed rows that others still refer to."""
    if not keys:
        return
    known, values = _blank(kind)
    parents = {c.name for c in SYNCED[kind].__table__.columns if c.foreign_keys}  # type: ignore[attr-defined]
    blank = {n: v for n, v in zip(known, values, strict=True) if n not in parents}
    for column in SYNCED[kind].__table__.columns:  # type: ignore[attr-defined]
        if column.nullable and column.computed is None:
            blank[column.name] = None
    sets = ", ".join(f'"{n}" = ?' for n in blank)
    sql = f'UPDATE "{table_of(kind)}" SET {sets}, server_rev = 0, stub = 1 WHERE "key" = ?'
    connection.exec_driver_sql(sql, [(*blank.values(), key) for key in keys])


@cache
def _referrers(kind: str) -> tuple[tuple[str, str], ...]:
    """Tables and columns with a foreign key on this kind."""
    from brokerdesk.models.entities import Base

    target = f"{table_of(kind)}.id"
    return tuple(
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == target for key in column.foreign_keys)
    )


def referred(connection: Connection, kind: str, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that some row still refers to."""
    wanted = json.dumps(list(ids))
    found: set[str] = set()
    for table, column in _referrers(kind):
        sql = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?))'
        found |= {row[0] for row in connection.exec_driver_sql(sql, (wanted,))}
    return found


def delete(connection: Connection, kind: str, keys: Sequence[int]) -> None:
    """Delete rows and what the search knows of them."""
    if not keys:
        return
    connection.exec_driver_sql(f'DELETE FROM "{table_of(kind)}" WHERE "key" = ?', [(k,) for k in keys])
    forget_words(connection, kind, keys)


def forget_words(connection: Connection, kind: str, keys: Sequence[int]) -> None:
    """Take rows out of the search."""
    if kind in _SEARCHED and keys:
        search.remove(connection, kind, keys)


def write_history(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows `(work, at, actor, origin, kind, record_id, action, fields)` to the change log; fields is JSON text."""
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO change_log(work, at, actor, origin, kind, record_id, action, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            list(rows),
        )


def forget_history(connection: Connection, record_id: str) -> None:
    """Blank the values that the history holds of an erased record."""
    connection.exec_driver_sql("UPDATE change_log SET fields = '{}' WHERE record_id = ?", (record_id,))


def parties_of(connection: Connection, kind: str, ids: Iterable[str]) -> set[str]:
    """The parties whose summary depends on these records."""
    wanted = json.dumps(list(ids))
    if kind == "party":
        return set(json.loads(wanted))
    if kind == "access":
        sql = "SELECT DISTINCT v.value FROM access a, json_each(a.party_ids) v WHERE a.id IN (SELECT value FROM json_each(?))"
    elif kind in {"contract", "invitation"}:
        sql = f"SELECT DISTINCT party_id FROM {kind} WHERE id IN (SELECT value FROM json_each(?))"
    else:
        return set()
    return {row[0] for row in connection.exec_driver_sql(sql, (wanted,))}


def drop_unused_stubs(connection: Connection) -> int:
    """Delete hidden rows that nothing refers to any more; returns how many."""
    dropped = 0
    for kind in reversed(SYNCED):
        table = table_of(kind)
        ids = [r[0] for r in connection.exec_driver_sql(f'SELECT id FROM "{table}" WHERE stub')]
        if not ids:
            continue
        unused = sorted(set(ids) - referred(connection, kind, ids))
        connection.exec_driver_sql(
            f'DELETE FROM "{table}" WHERE stub AND id IN (SELECT value FROM json_each(?))',
            (json.dumps(unused),),
        )
        dropped += len(unused)
    return dropped
