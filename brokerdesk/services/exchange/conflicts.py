"""Conflicts: what two people changed, mine and theirs, until somebody decides (protocol.md § 8).

A resolution is an ordinary edit whose base is the value shown as theirs, so that a third change in between is seen again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from brokerdesk.core.clock import from_wire
from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.entities import SYNCED, Conflict, OutboxItem, OutboxState, Synced
from brokerdesk.models.entities.base import UtcTime
from brokerdesk.models.values.changes import ChangeOrigin, ChangeSet
from brokerdesk.services.exchange.fields import UnfitError, WireField, fields_of
from brokerdesk.store.book import Book
from brokerdesk.store.outbox import DATA
from brokerdesk.store.unit_of_work import UnitOfWork

CONFLICT_GONE = register("sync-conflict-gone")
CONFLICT_VALUE = register("sync-conflict-value", "field")


def resolve_mine(book: Book, keys: Sequence[int]) -> ChangeSet:
    """My value shall be in force: it is queued again, based on theirs. Raises `KnownError(sync-conflict-gone)`."""
    with book.work() as unit:
        for conflict, wire, thing in _found(unit, keys):
            _queue(unit, conflict, wire, conflict.theirs)
            _show(thing, wire, conflict.mine)
            unit.session.delete(conflict)
            unit.session.flush()
        _release(unit.session)
        return unit.commit()


def resolve_theirs(book: Book, keys: Sequence[int]) -> ChangeSet:
    """The portal's value is taken over; nothing is sent. Raises `KnownError(sync-conflict-gone)`."""
    with book.work(origin=ChangeOrigin.FEED, actor=book.actor) as unit:
        for conflict, wire, thing in _found(unit, keys):
            _forget_edits(unit.session, conflict, wire)
            _show(thing, wire, conflict.theirs)
            unit.session.delete(conflict)
        _release(unit.session)
        return unit.commit()


def resolve_other(book: Book, key: int, value: Any) -> ChangeSet:
    """A third value (in wire form; of a group an object of its members) is shown and queued, based on theirs.

    Raises `KnownError` sync-conflict-gone or sync-conflict-value.
    """
    with book.work() as unit:
        ((conflict, wire, thing),) = _found(unit, [key])
        try:
            wire.to_stored(value)
        except UnfitError as problem:
            raise KnownError(CONFLICT_VALUE, field=wire.name) from problem
        _queue(unit, conflict, wire, conflict.theirs)
        _show(thing, wire, value)
        unit.session.delete(conflict)
        unit.session.flush()
        _release(unit.session)
        return unit.commit()


def _found(unit: UnitOfWork, keys: Sequence[int]) -> list[tuple[Conflict, WireField, Synced]]:
    found = []
    for key in keys:
        conflict = unit.session.get(Conflict, key)
        if conflict is None:
            raise KnownError(CONFLICT_GONE)
        thing = unit.get(SYNCED[conflict.kind], conflict.record_id)
        found.append((conflict, fields_of(conflict.kind).by_name[conflict.field], thing))
    return found


def _soft(session: Session, conflict: Conflict) -> OutboxItem | None:
    query = select(OutboxItem).where(
        OutboxItem.record_id == conflict.record_id,
        OutboxItem.state == OutboxState.SOFT,
        OutboxItem.operation == f"{conflict.kind}.patch",
    )
    return session.scalars(query).first()


def _queue(unit: UnitOfWork, conflict: Conflict, wire: WireField, base: Any) -> None:
    """A soft edit of the field, based on `base`; the new value is read from the record when freezing."""
    values = wire.to_json(base)
    item = _soft(unit.session, conflict)
    if item is not None:
        item.fields = {**item.fields, **values}
    else:
        unit.session.add(
            OutboxItem(
                kind=conflict.kind, record_id=conflict.record_id, operation=f"{conflict.kind}.patch", urgency=DATA,
                fields=values, created_at=unit.clock.now(),
            )
        )  # fmt: skip
    unit.session.flush()


def _forget_edits(session: Session, conflict: Conflict, wire: WireField) -> None:
    item = _soft(session, conflict)
    if item is None:
        return
    names = {c.name for c in wire.columns}
    item.fields = {n: v for n, v in item.fields.items() if n not in names}
    if not item.fields:
        session.delete(item)


def _show(thing: Synced, wire: WireField, value: Any) -> None:
    show(thing, wire, wire.to_json(value))


def show(thing: Synced, wire: WireField, values: dict[str, Any]) -> None:
    """Set the columns of one field of a loaded record from json values."""
    table = type(thing).__table__  # type: ignore[attr-defined]
    for column in wire.columns:
        value = values.get(column.name)
        if value is None:
            value = column.to_json(column.empty)
        kind = table.columns[column.name].type
        if isinstance(value, str) and isinstance(kind, Date):
            value = date.fromisoformat(value)
        elif isinstance(value, str) and isinstance(kind, UtcTime):
            value = from_wire(value)
        if getattr(thing, column.name) != value:
            setattr(thing, column.name, value)


def _release(session: Session) -> None:
    session.flush()
    release_blocked(session)


def release_blocked(session: Session) -> int:
    """Let items of a group go on once what stopped the group is decided; returns how many."""
    released = 0
    blocked = session.scalars(select(OutboxItem).where(OutboxItem.state == OutboxState.BLOCKED)).all()
    for item in blocked:
        because = set((item.problem_details or {}).get("because", ()))
        if because & _undecided(session, because):
            continue
        item.state, item.work, item.problem, item.problem_details = OutboxState.SOFT.value, None, None, None
        released += 1
    session.flush()
    for record_id in {i.record_id for i in blocked}:
        join_patches(session, record_id)
    return released


def _undecided(session: Session, records: set[str]) -> set[str]:
    waiting = select(OutboxItem.record_id).where(
        OutboxItem.record_id.in_(records), OutboxItem.state == OutboxState.ATTENTION
    )
    open_ = select(Conflict.record_id).where(Conflict.record_id.in_(records))
    return set(session.scalars(waiting)) | set(session.scalars(open_))


def join_patches(session: Session, record_id: str) -> None:
    """Several soft edits of one record become one: the oldest base of each field counts."""
    query = select(OutboxItem).where(OutboxItem.record_id == record_id, OutboxItem.state == OutboxState.SOFT)
    items = [i for i in session.scalars(query.order_by(OutboxItem.key)) if i.operation.endswith(".patch")]
    creates = [i for i in session.scalars(query) if i.operation.endswith(".create")]
    if creates:
        for item in items:
            session.delete(item)
    elif len(items) > 1:
        first = items[0]
        for item in items[1:]:
            first.fields = {**item.fields, **first.fields}
            session.delete(item)
    session.flush()
