"""Checks a portal's database: the engine's own check, references, and the rules that the feed rests on. Repairs nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from brokerdesk.portal.store.engine import Database
from brokerdesk.portal.store.tables import device, metadata, op_result, record, tenant


@dataclass(frozen=True, slots=True)
class Found:
    """Problems as codes with their place, and rows per table."""

    problems: list[str]
    rows: dict[str, int]


def check(database: Database) -> Found:
    """Everything in one snapshot."""
    with database.reading() as connection:
        problems = [*_engine(connection), *_feed(connection), *_numbers(connection)]
        rows = {
            t.name: int(connection.execute(select(func.count()).select_from(t)).scalar_one())
            for t in metadata.sorted_tables
        }
    return Found(problems, rows)


def _engine(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    found = [str(line) for line in connection.exec_driver_sql("PRAGMA quick_check").scalars()]
    problems = [] if found == ["ok"] else [f"quick-check: {line}" for line in found[:20]]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return problems + [f"foreign-key: {row[0]}" for row in broken[:20]]


def _feed(connection: Connection) -> list[str]:
    """No record stands beyond the head of its tenant's feed."""
    query = (
        select(tenant.c.id)
        .join(record, record.c.tenant_id == tenant.c.id)
        .group_by(tenant.c.id, tenant.c.feed_seq)
        .having(func.max(record.c.feed_seq) > tenant.c.feed_seq)
    )
    return [f"feed-head: {tenant_id}" for tenant_id in connection.execute(query).scalars()]


def _numbers(connection: Connection) -> list[str]:
    """No stored verdict stands beyond the last number of its device."""
    query = (
        select(device.c.id)
        .join(op_result, (op_result.c.tenant_id == device.c.tenant_id) & (op_result.c.device_id == device.c.id))
        .group_by(device.c.tenant_id, device.c.id, device.c.last_seq)
        .having(func.max(op_result.c.seq) > device.c.last_seq)
    )
    return [f"device-number: {device_id}" for device_id in connection.execute(query).scalars()]
