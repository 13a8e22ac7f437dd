"""What an import asks the book: keys of former deliveries, people it may know already, and the list of former imports."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from brokerdesk.core.clock import from_wire
from brokerdesk.models.rows.imports import ImportedChange, ImportRunRow

_AT_ONCE = 30_000
"""Values in one statement; the database takes at most 32 766."""
PARTY_COLUMNS = (
    "id kind salutation title first_name name_prefix last_name name_suffix company_name company_addition birth_date email phone"
    " mobile contacts street zip city country po_box iban bic bank_holder marital_status nationality profession tax_id"
    " legal_form roles customer_number adviser_id insurer_numbers sort_key stub"
).split()
_JSON = ("contacts", "roles", "insurer_numbers")


def _among(connection: Connection, sql: str, values: Collection[str], *before: str) -> Iterator[Any]:
    """Rows of `sql` whose `{marks}` are filled with all values, in as few statements as the database allows."""
    wanted = list(values)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        yield from connection.exec_driver_sql(sql.format(marks=", ".join("?" * len(some))), (*before, *some))


def import_keys(connection: Connection, source: str, names: Collection[str]) -> dict[str, tuple[str, bytes]]:
    """Name → (record id, fingerprint) of the given names that former deliveries have used."""
    sql = "SELECT name, record_id, fingerprint FROM import_key WHERE source = ? AND name IN ({marks})"
    return {row[0]: (row[1], row[2] or b"") for row in _among(connection, sql, names, source)}


def keys_from(connection: Connection, source: str, prefix: str) -> list[tuple[str, str]]:
    """(name, record id) of all names that begin with `prefix`, in order."""
    rows = connection.exec_driver_sql(
        "SELECT name, record_id FROM import_key WHERE source = ? AND name >= ? AND name < ? ORDER BY name",
        (source, prefix, prefix + "\U0010ffff"),
    )
    return [(row[0], row[1]) for row in rows]


def known_ids(connection: Connection, table: str, ids: Collection[str]) -> set[str]:
    """Which of the ids stand in `party`, `contract`, `claim`, `commission_line` or `household` already."""
    return {row[0] for row in _among(connection, f"SELECT id FROM {table} WHERE id IN ({{marks}})", ids)}


def parties(connection: Connection, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Id → columns of the parties with these ids."""
    sql = f"SELECT {', '.join(PARTY_COLUMNS)} FROM party WHERE id IN ({{marks}})"
    return {row[0]: _party(row) for row in _among(connection, sql, ids)}


def customers_named(connection: Connection, sort_keys: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Sort key → customers of the book with that name."""
    sql = (
        f"SELECT {', '.join(PARTY_COLUMNS)} FROM party WHERE is_customer AND NOT archived AND NOT stub"
        " AND sort_key IN ({marks}) ORDER BY key"
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _among(connection, sql, sort_keys):
        found.setdefault(row.sort_key, []).append(_party(row))
    return found


def _party(row: Any) -> dict[str, Any]:
    values = dict(zip(PARTY_COLUMNS, row, strict=True))
    for name in _JSON:
        values[name] = json.loads(values[name]) if values[name] else []
    return values


def used_customer_numbers(connection: Connection, numbers: Collection[str]) -> set[str]:
    """Which of these customer numbers are taken."""
    sql = "SELECT customer_number FROM party WHERE is_customer AND NOT archived AND NOT stub AND customer_number IN ({marks})"
    return {row[0] for row in _among(connection, sql, numbers)}


def highest_customer_number(connection: Connection) -> int:
    """The highest plain customer number in use, 0 without any."""
    found = connection.exec_driver_sql(
        "SELECT max(CAST(customer_number AS INTEGER)) FROM party"
        " WHERE customer_number GLOB '[0-9]*' AND length(customer_number) < 10"
    ).scalar()
    return int(found or 0)


def people_of_contracts(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, list[str]]]:
    """Contract id → (policyholder, ids of its other parties)."""
    found = {}
    for row in _among(connection, "SELECT id, party_id, persons FROM contract WHERE id IN ({marks})", ids):
        persons = json.loads(row.persons) if row.persons and '"party_id"' in row.persons else []
        found[row.id] = (row.party_id, [p["party_id"] for p in persons if isinstance(p, dict) and "party_id" in p])
    return found


def fields_set_by_user(connection: Connection, record_id: str) -> tuple[bool, set[str]]:
    """Whether a user made the record, and the fields whose newest change came from a user."""
    made = False
    owner: dict[str, str] = {}
    rows = connection.exec_driver_sql(
        "SELECT action, origin, fields FROM change_log WHERE record_id = ? ORDER BY key", (record_id,)
    )
    for action, origin, fields in rows:
        if action == "insert":
            made = origin == "user"
        owner |= dict.fromkeys(json.loads(fields or "{}"), origin)
    return made, {field for field, origin in owner.items() if origin == "user"}


def household_members(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these parties live in a household."""
    sql = "SELECT party_id FROM household_member WHERE until IS NULL AND NOT archived AND party_id IN ({marks})"
    return {row[0] for row in _among(connection, sql, ids)}


def customers_among(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these parties are customers."""
    return {row[0] for row in _among(connection, "SELECT id FROM party WHERE is_customer AND id IN ({marks})", ids)}


def insurer_with_number(connection: Connection, vu: str) -> tuple[str, str] | None:
    """(id, company name) of the insurer with this VU number."""
    row = connection.exec_driver_sql(
        "SELECT id, company_name FROM party WHERE vu_number = ? AND instr(roles, '\"insurer\"') AND NOT stub ORDER BY key LIMIT 1",
        (vu,),
    ).first()
    return None if row is None else (row[0], row[1])


def pairs_proposed(connection: Connection, ids: Collection[str]) -> set[tuple[str, str]]:
    """Pairs in which one of these parties was proposed as a duplicate, decided or not."""
    sql = "SELECT party_a, party_b FROM duplicate_proposal WHERE party_a IN ({marks})"
    return {(row[0], row[1]) for row in _among(connection, sql, ids)}


def live_contracts(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Id → shown number of those contracts that are neither ended nor archived."""
    sql = "SELECT id, number FROM contract WHERE NOT archived AND NOT stub AND status <> 'ended' AND id IN ({marks})"
    return {row[0]: row[1] for row in _among(connection, sql, ids)}


def raw_records(connection: Connection, record_id: str) -> list[bytes]:
    """The packed physical records of one contract."""
    rows = connection.exec_driver_sql("SELECT lines FROM raw_records WHERE record_id = ? ORDER BY key", (record_id,))
    return [row[0] for row in rows]


def runs(connection: Connection, *, limit: int) -> list[ImportRunRow]:
    """Former imports, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT id, at, format, sha256, report FROM import_run ORDER BY key DESC LIMIT ?", (limit,)
    )
    return [_run(row) for row in rows]


def _run(row: Any) -> ImportRunRow:
    report: Mapping[str, Any] = json.loads(row.report)
    return ImportRunRow(
        id=row.id,
        at=from_wire(row.at),
        format=row.format,
        sha256=row.sha256,
        file=str(report.get("file", "")),
        report=report,
    )


def changes_of(connection: Connection, run: str, *, limit: int) -> list[ImportedChange]:
    """What one import changed on contracts that were there before, field by field."""
    rows = connection.exec_driver_sql(
        "SELECT l.record_id, c.number, c.party_id, p.listed_name, l.fields FROM change_log l"
        " JOIN contract c ON c.id = l.record_id JOIN party p ON p.id = c.party_id"
        " WHERE l.work = ? AND l.kind = 'contract' AND l.action = 'update' ORDER BY l.key LIMIT ?",
        (run, limit),
    )
    return [
        ImportedChange(
            contract=row.record_id,
            number=row.number,
            party_id=row.party_id,
            party=row.listed_name,
            fields=tuple((field, old, new) for field, (old, new) in json.loads(row.fields).items()),
        )
        for row in rows
    ]
