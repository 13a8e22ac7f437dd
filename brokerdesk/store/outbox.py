"""The outgoing queue: soft items that fold, written in the transaction of the fact they announce (protocol.md § 6.1).

Only what the queue means to the book stands here. Encoding, freezing and sending are the work of `sync`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from brokerdesk.core.clock import Clock
from brokerdesk.models.entities import SYNCED, OutboxItem, OutboxState
from brokerdesk.models.values.changes import RecordChange

GROUP_LIMIT = 200
"""The portal takes groups of at most this many operations (protocol.md § 6.5)."""
URGENT, MESSAGE, DATA, INVITATION = 0, 1, 2, 3
"""Order of freezing (R4): stop and revoke first, then messages, data, invitations."""
PORTAL_MADE = frozenset({"invitation", "access", "tracking", "employee", "entitlement"})
"""Kinds whose facts only the portal writes; a desk asks for transitions instead."""


def fold(session: Session, changes: Sequence[RecordChange], *, clock: Clock, work: str) -> None:
    """Turn the net changes of one unit of work into soft items, folding into those that wait already (R2)."""
    wanted = [c for c in changes if c.kind not in PORTAL_MADE]
    if not wanted:
        return
    waiting = _soft_items(session, {c.record_id for c in wanted})
    group = work if 1 < len(wanted) <= GROUP_LIMIT else None
    for change in wanted:
        item = waiting.get(change.record_id)
        if change.action == "insert":
            session.add(_item(change, "create", clock=clock, work=group))
        elif change.action == "update" and item is None:
            base = {f.field: f.old for f in change.fields}
            session.add(_item(change, "patch", clock=clock, work=group, fields=base))
        elif change.action == "update" and item is not None and item.operation.endswith(".patch"):
            _fold_into(session, item, change)
        elif change.action == "delete" and item is not None:
            session.delete(item)
    session.flush()


def _soft_items(session: Session, record_ids: set[str]) -> dict[str, OutboxItem]:
    rows = session.scalars(
        select(OutboxItem).where(
            OutboxItem.record_id.in_(record_ids),
            OutboxItem.state == OutboxState.SOFT,
            OutboxItem.urgency == DATA,
        )
    )
    return {row.record_id: row for row in rows}


def _item(
    change: RecordChange, verb: str, *, clock: Clock, work: str | None, fields: dict[str, Any] | None = None
) -> OutboxItem:
    return OutboxItem(
        kind=change.kind,
        record_id=change.record_id,
        operation=f"{change.kind}.{verb}",
        urgency=DATA,
        fields=fields or {},
        work=work,
        created_at=clock.now(),
    )


def _fold_into(session: Session, item: OutboxItem, change: RecordChange) -> None:
    merged = dict(item.fields)
    for field in change.fields:
        base = merged.setdefault(field.field, field.old)
        if base == field.new:
            del merged[field.field]
    item.fields = merged
    if not merged:
        session.delete(item)


def add_operation(
    session: Session,
    *,
    kind: str,
    record_id: str,
    operation: str,
    payload: dict[str, Any],
    urgency: int,
    clock: Clock,
) -> OutboxItem:
    """Queue an operation with behaviour, such as `invitation.submit`."""
    item = OutboxItem(
        kind=kind,
        record_id=record_id,
        operation=operation,
        urgency=urgency,
        payload=payload,
        created_at=clock.now(),
    )
    session.add(item)
    session.flush()
    return item


def queue_everything_unknown(session: Session, *, clock: Clock) -> int:
    """At pairing: queue a create for every record that the portal does not know; returns how many."""
    total = 0
    for kind, entity in SYNCED.items():
        if kind in PORTAL_MADE:
            continue
        known = select(OutboxItem.record_id).where(OutboxItem.kind == kind)
        ids = session.scalars(
            select(entity.id).where(entity.server_rev == 0, ~entity.stub, entity.id.not_in(known)).order_by(entity.key)
        ).all()
        total += _insert_creates(session, kind, ids, clock=clock)
    return total


def _insert_creates(session: Session, kind: str, ids: Iterable[str], *, clock: Clock) -> int:
    now = clock.now()
    rows = [
        {
            "kind": kind,
            "record_id": record_id,
            "operation": f"{kind}.create",
            "urgency": DATA,
            "state": OutboxState.SOFT.value,
            "fields": {},
            "payload": {},
            "created_at": now,
        }
        for record_id in ids
    ]
    if rows:
        session.execute(insert(OutboxItem), rows)
    return len(rows)


def queue_creates(session: Session, kind: str, ids: Iterable[str], *, clock: Clock) -> int:
    """Queue creates for records that a bulk statement wrote; returns how many."""
    return _insert_creates(session, kind, ids, clock=clock)
