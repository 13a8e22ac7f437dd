"""The outgoing queue as people see it: take back, try again, answer a question, give up an edit.

Frozen items are on their way and cannot be taken back; every other item has a way on.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.entities import SYNCED, OutboxItem, OutboxState
from brokerdesk.models.values.changes import ChangeOrigin, ChangeSet, RecordChange
from brokerdesk.services.exchange import questions
from brokerdesk.services.exchange.conflicts import join_patches, release_blocked, show
from brokerdesk.services.exchange.fields import fields_of
from brokerdesk.services.exchange.freeze import forget_unsent_invitation
from brokerdesk.store import feed
from brokerdesk.store.book import Book
from brokerdesk.store.unit_of_work import UnitOfWork

ITEM_GONE = register("sync-item-gone")
ITEM_SENT = register("sync-item-sent")
ITEM_NEEDED = register("sync-item-needed")
DELETED = "deleted"
_RETRY = (OutboxState.ATTENTION, OutboxState.BLOCKED)


def withdraw(book: Book, key: int) -> ChangeSet:
    """Take an item back before it left, or give it up after a refusal: what it announced is undone in the book.

    An edit returns to the value it was based on, a new record that nothing refers to is deleted, an invitation that never
    left disappears. Raises `KnownError` sync-item-gone, sync-item-sent (it is on its way) or sync-item-needed (other
    records refer to the new record).
    """
    with book.work(origin=ChangeOrigin.FEED, actor=book.actor) as unit:
        item = _item(unit, key)
        touched: list[RecordChange] = []
        parties = feed.parties_of(unit.connection, item.kind, [item.record_id]) if item.kind in SYNCED else set()
        deleted = item.problem == DELETED
        unit.session.delete(item)
        unit.session.flush()
        if item.operation.endswith(".create") or deleted:
            touched += _delete_record(unit, item)
        elif item.operation.endswith(".patch"):
            _restore(unit, item)
        elif item.operation == "invitation.submit":
            forget_unsent_invitation(unit, item.record_id)
        release_blocked(unit.session)
        feed.refresh_parties(unit.connection, parties)
        changes = unit.commit()
        changes.changes.extend([*touched, *(RecordChange("party", p, "update") for p in sorted(parties))])
    return changes


def retry(book: Book, keys: Iterable[int] | None = None) -> int:
    """Queue refused items once more, all of them or the given ones; returns how many.

    An edit of an archived record takes it out of the archive.
    """
    done = 0
    with book.work(origin=ChangeOrigin.FEED) as unit:
        query = select(OutboxItem).where(OutboxItem.state.in_([s.value for s in _RETRY]))
        wanted = None if keys is None else set(keys)
        for item in unit.session.scalars(query).all():
            if wanted is not None and item.key not in wanted:
                continue
            if item.problem == DELETED and item.operation.endswith(".patch"):
                item.fields = {"archived": True, **item.fields}
                _unarchive(unit, item)
            item.state, item.work, item.problem, item.problem_details = OutboxState.SOFT.value, None, None, None
            done += 1
            unit.session.flush()
            join_patches(unit.session, item.record_id)
        release_blocked(unit.session)
        unit.commit()
    return done


def confirm(book: Book, keys: Iterable[int]) -> int:
    """Answer the question of held items with "send it"; returns how many were released."""
    done = 0
    with book.work(origin=ChangeOrigin.FEED) as unit:
        for key in keys:
            item = _item(unit, key)
            if item.state == OutboxState.HELD and item.problem != questions.NOT_TRANSMITTED:
                item.state, item.problem = OutboxState.SOFT.value, questions.CONFIRMED
                done += 1
        unit.commit()
    return done


def release_transmittable(book: Book, fields: dict[str, frozenset[str]]) -> int:
    """Queue edits of fields that the portal has learned meanwhile; returns how many."""
    done = 0
    with book.work(origin=ChangeOrigin.FEED) as unit:
        query = select(OutboxItem).where(
            OutboxItem.state == OutboxState.HELD, OutboxItem.problem == questions.NOT_TRANSMITTED
        )
        for item in unit.session.scalars(query).all():
            names = {f.name for f in fields_of(item.kind).fields for c in f.columns if c.name in item.fields}
            if names & fields.get(item.kind, frozenset()):
                item.state, item.problem = OutboxState.SOFT.value, None
                unit.session.flush()
                join_patches(unit.session, item.record_id)
                done += 1
        if done:
            unit.commit()
    return done


def _item(unit: UnitOfWork, key: int) -> OutboxItem:
    item = unit.session.get(OutboxItem, key)
    if item is None:
        raise KnownError(ITEM_GONE)
    if item.state == OutboxState.FROZEN:
        raise KnownError(ITEM_SENT)
    return item


def _restore(unit: UnitOfWork, item: OutboxItem) -> None:
    thing = unit.find(SYNCED[item.kind], item.record_id)
    if thing is None:
        return
    for wire in fields_of(item.kind).fields:
        columns = {c.name: item.fields[c.name] for c in wire.columns if c.name in item.fields}
        if columns:
            current = {c.name: _json(thing, c.name) for c in wire.columns}
            show(thing, wire, current | columns)


def _json(thing: object, name: str) -> object:
    from brokerdesk.store.change_capture import as_json

    return as_json(getattr(thing, name))


def _unarchive(unit: UnitOfWork, item: OutboxItem) -> None:
    thing = unit.find(SYNCED[item.kind], item.record_id)
    if thing is not None:
        thing.archived = False


def _delete_record(unit: UnitOfWork, item: OutboxItem) -> list[RecordChange]:
    if feed.referred(unit.connection, item.kind, [item.record_id]):
        raise KnownError(ITEM_NEEDED)
    found = feed.load(unit.connection, item.kind, [item.record_id], ()).get(item.record_id)
    if found is None:
        return []
    others = select(OutboxItem).where(OutboxItem.record_id == item.record_id, OutboxItem.state != OutboxState.FROZEN)
    for other in unit.session.scalars(others):
        unit.session.delete(other)
    feed.delete(unit.connection, item.kind, [found[0]])
    return [RecordChange(item.kind, item.record_id, "delete")]
