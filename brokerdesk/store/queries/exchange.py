"""Reading side of the exchange: SQL to rows for the page "Abgleich", the command line and the status bar."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, text

from brokerdesk.core.clock import from_wire
from brokerdesk.models.entities import SYNCED
from brokerdesk.models.rows.exchange import ConflictRow, ExchangeStatus, OutboxRow, QuarantineRow

_SUBJECT = """
  coalesce(
    (SELECT p.listed_name FROM party p WHERE {t}.kind = 'party' AND p.id = {t}.record_id),
    (SELECT p.listed_name FROM party p JOIN contract c ON c.party_id = p.id WHERE {t}.kind = 'contract' AND c.id = {t}.record_id),
    (SELECT p.listed_name FROM party p JOIN claim c ON c.party_id = p.id WHERE {t}.kind = 'claim' AND c.id = {t}.record_id),
    (SELECT p.listed_name FROM party p JOIN invitation i ON i.party_id = p.id WHERE {t}.kind = 'invitation' AND i.id = {t}.record_id),
    (SELECT p.listed_name FROM party p JOIN household_member m ON m.party_id = p.id WHERE {t}.kind = 'household_member' AND m.id = {t}.record_id),
    (SELECT h.name FROM household h WHERE {t}.kind = 'household' AND h.id = {t}.record_id),
    (SELECT a.name FROM adviser a WHERE {t}.kind = 'adviser' AND a.id = {t}.record_id),
    (SELECT a.email FROM access a WHERE {t}.kind = 'access' AND a.id = {t}.record_id),
    (SELECT f.name FROM office f WHERE {t}.kind = 'office' AND f.id = {t}.record_id), '')
"""
_PARTY = """
  CASE {t}.kind WHEN 'party' THEN {t}.record_id
    WHEN 'contract' THEN (SELECT c.party_id FROM contract c WHERE c.id = {t}.record_id)
    WHEN 'claim' THEN (SELECT c.party_id FROM claim c WHERE c.id = {t}.record_id)
    WHEN 'invitation' THEN (SELECT i.party_id FROM invitation i WHERE i.id = {t}.record_id)
    WHEN 'household_member' THEN (SELECT m.party_id FROM household_member m WHERE m.id = {t}.record_id) END
"""
_OUTBOX = f"""
SELECT o."key", o.kind, o.record_id, o.operation, {_SUBJECT.format(t="o")} AS subject, {_PARTY.format(t="o")} AS party_id,
  o.state, o.fields, o.created_at, o.attempts, o.sent_at, o.problem, o.problem_details
FROM outbox o {{where}} ORDER BY o.state = 'attention' DESC, o.state = 'held' DESC, o.urgency, o."key" LIMIT :limit OFFSET :offset
"""
_CONFLICTS = f"""
SELECT c."key", c.kind, c.record_id, {_SUBJECT.format(t="c")} AS subject, {_PARTY.format(t="c")} AS party_id, c.field,
  c.base, c.mine, c.theirs, c.their_actor, c.their_time, c.found_at
FROM "conflict" c {{where}} ORDER BY c."key" LIMIT :limit
"""


def outbox(connection: Connection, *, state: str | None = None, limit: int = 200, offset: int = 0) -> list[OutboxRow]:
    """Items of the queue, those that need a person first; optionally of one state."""
    where = "WHERE o.state = :state" if state else ""
    values = {"limit": limit, "offset": offset} | ({"state": state} if state else {})
    return [_outbox_row(row) for row in connection.execute(text(_OUTBOX.format(where=where)), values)]


def _outbox_row(row: Any) -> OutboxRow:
    details = json.loads(row.problem_details) if row.problem_details else {}
    return OutboxRow(
        key=row.key, kind=row.kind, record_id=row.record_id, operation=row.operation, subject=row.subject,
        party_id=row.party_id, state=row.state, fields=tuple(json.loads(row.fields or "{}")),
        created_at=from_wire(row.created_at), attempts=row.attempts, sent_at=_time(row.sent_at), problem=row.problem,
        problem_fields=tuple((details or {}).get("fields", ())),
    )  # fmt: skip


def conflicts(connection: Connection, *, record_id: str | None = None, limit: int = 500) -> list[ConflictRow]:
    """Open conflicts, oldest first; optionally of one record."""
    where = "WHERE c.record_id = :record" if record_id else ""
    values = {"limit": limit} | ({"record": record_id} if record_id else {})
    return [
        ConflictRow(
            key=row.key, kind=row.kind, record_id=row.record_id, subject=row.subject, party_id=row.party_id,
            field=row.field, base=_json(row.base), mine=_json(row.mine), theirs=_json(row.theirs),
            their_actor=row.their_actor, their_time=_time(row.their_time), found_at=from_wire(row.found_at),
        )
        for row in connection.execute(text(_CONFLICTS.format(where=where)), values)
    ]  # fmt: skip


def quarantine(connection: Connection, *, limit: int = 500) -> list[QuarantineRow]:
    """What waits for a newer program."""
    rows = connection.execute(
        text('SELECT "key", kind, record_id, rev, reason, at FROM quarantine ORDER BY "key" LIMIT :limit'),
        {"limit": limit},
    )
    return [
        QuarantineRow(
            key=r.key, kind=r.kind, record_id=r.record_id, rev=r.rev, reason=r.reason, at=from_wire(r.at)
        )
        for r in rows
    ]  # fmt: skip


def status(connection: Connection) -> ExchangeStatus:
    """The summary of the status bar in a handful of counts."""
    counted = connection.execute(text("SELECT state, count(*) FROM outbox GROUP BY state"))
    states: dict[str, int] = {state: count for state, count in counted}
    counts: dict[str, Any] = {
        "outbox": sum(states.values()),
        "attention": states.get("attention", 0),
        "held": states.get("held", 0),
        "conflicts": _count(connection, '"conflict"'),
        "quarantined": _count(connection, "quarantine"),
    }
    meta = connection.execute(text("SELECT * FROM sync_meta")).mappings().first()
    if meta is None:
        return ExchangeStatus(paired=False, **counts)
    fuse = connection.execute(text("SELECT value FROM setting WHERE name = 'sync.fuse'")).scalar()
    fused = json.loads(fuse) if fuse else {}
    employee = json.loads(meta["employee"])
    return ExchangeStatus(
        paired=True, portal_url=meta["portal_url"], tenant_name=employee.get("tenant_name"),
        employee_name=employee.get("name"), missing=missing(connection), paused=bool(meta["paused"]),
        fuse=int(fused.get("count", 0)) if fused.get("blown") else 0, failures=meta["failures"],
        last_problem=meta["last_problem"], last_success_at=_time(meta["last_success_at"]),
        last_attempt_at=_time(meta["last_attempt_at"]), clock_offset_ms=meta["clock_offset_ms"], **counts,
    )  # fmt: skip


def missing(connection: Connection) -> int:
    """Records that a restored portal does not know (protocol.md § 7.3)."""
    resync = connection.execute(text("SELECT count(*) FROM setting WHERE name = 'sync.resync'")).scalar_one()
    if resync:
        return 0
    return sum(_count(connection, f'"{_table(k)}"', "server_rev = -1 AND NOT stub") for k in SYNCED)


def revisions(connection: Connection) -> dict[str, list[tuple[str, int]]]:
    """Kind → id and revision of every record the portal knows, quarantined states included; for the digest."""
    waiting = connection.execute(text("SELECT kind, record_id, max(rev) FROM quarantine GROUP BY kind, record_id"))
    newer = {(kind, record_id): rev for kind, record_id, rev in waiting}
    found: dict[str, list[tuple[str, int]]] = {}
    for kind in SYNCED:
        sql = f'SELECT id, server_rev FROM "{_table(kind)}" WHERE server_rev > 0 AND NOT stub'
        rows = [(i, max(rev, newer.pop((kind, i), 0))) for i, rev in connection.exec_driver_sql(sql)]
        if rows:
            found[kind] = rows
    for (kind, record_id), rev in newer.items():
        found.setdefault(kind, []).append((record_id, rev))
    return found


def has_customers(connection: Connection) -> bool:
    """Whether the book holds a customer."""
    return connection.exec_driver_sql("SELECT 1 FROM party WHERE is_customer AND NOT stub LIMIT 1").first() is not None


def _table(kind: str) -> str:
    return str(SYNCED[kind].__tablename__)  # type: ignore[attr-defined]


def _count(connection: Connection, table: str, where: str = "1") -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar_one())


def _time(value: str | None) -> Any:
    return from_wire(value) if value else None


def _json(value: str | None) -> Any:
    return None if value is None else json.loads(value)
