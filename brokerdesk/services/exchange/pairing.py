"""The book side of pairing: the one row that ties a book to its portal, and the healing when a device is enrolled anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.entities import JournalEntry, OutboxItem, OutboxState, SyncMeta
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.services.exchange import memory
from brokerdesk.services.exchange.pages import Resync, mark_unseen, store_cursor
from brokerdesk.store import outbox
from brokerdesk.store.book import Book
from brokerdesk.store.queries import exchange as queries
from brokerdesk.store.unit_of_work import UnitOfWork

OTHER_TENANT = register("sync-other-tenant")
NOT_PAIRED = register("sync-not-paired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a portal told about this device at pairing."""

    portal_url: str
    tenant: str
    device_id: str
    epoch: str
    employee: dict[str, Any]
    pin: str | None = None
    capabilities: dict[str, Any] | None = None
    tokens: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Former:
    """What a book that is about to be paired must tell: its customers and its device at this portal, if any."""

    has_customers: bool
    device_id: str | None


def former(book: Book) -> Former:
    """What the pairing request must say about this book."""
    with book.read() as connection:
        device = connection.execute(select(SyncMeta.device_id)).scalar()
        return Former(queries.has_customers(connection), device)


def enrol(book: Book, enrolment: Enrolment) -> int:
    """Store the pairing. A first pairing queues everything the portal does not know; returns how much that is.

    A book paired before is healed: frozen operations keep their ids under new numbers, everything is compared anew
    (protocol.md § 15). Raises `KnownError(sync-other-tenant)` when it belongs to another office.
    """
    with book.work(origin=ChangeOrigin.FEED) as unit:
        old = unit.paired
        if old is not None:
            if old.tenant != enrolment.tenant:
                raise KnownError(OTHER_TENANT)
            _heal(unit, old, restored=old.epoch != enrolment.epoch)
        meta = old or SyncMeta(portal_url="", tenant="", device_id="")
        meta.portal_url, meta.tenant = enrolment.portal_url, enrolment.tenant
        meta.device_id, meta.epoch = enrolment.device_id, enrolment.epoch
        meta.employee, meta.pin = enrolment.employee, enrolment.pin
        meta.capabilities, meta.tokens = enrolment.capabilities, enrolment.tokens
        meta.failures, meta.last_problem, meta.paused = 0, None, False
        unit.add(meta)
        unit.session.flush()
        queued = outbox.queue_everything_unknown(unit.session, clock=unit.clock) if old is None else 0
        memory.remember(unit.session, memory.NEXT_TRY, None)
        unit.commit()
    return queued


def _heal(unit: UnitOfWork, meta: SyncMeta, *, restored: bool) -> None:
    """A new device begins to count at one; what was on its way goes on under new numbers (§ 15).

    When the portal was restored as well, what it had acknowledged travels once more under the old ids: it answers what it
    still knows with the stored verdict and applies the rest.
    """
    if restored:
        _journal_again(unit)
    unit.session.execute(delete(JournalEntry))
    frozen = select(OutboxItem).where(OutboxItem.state == OutboxState.FROZEN).order_by(OutboxItem.seq)
    items = unit.session.scalars(frozen).all()
    for item in items:
        item.seq = None
    unit.session.flush()
    for seq, item in enumerate(items, start=1):
        op = json.loads(item.body or b"{}")
        item.seq = op["seq"] = seq
        item.body = json.dumps(op, ensure_ascii=False, separators=(",", ":")).encode()
    meta.next_seq = len(items) + 1
    mark_unseen(unit)
    store_cursor(unit, None, 0)
    memory.remember(unit.session, memory.RESYNC, Resync("device", restored).as_json())


def _journal_again(unit: UnitOfWork) -> None:
    entries = unit.session.scalars(select(JournalEntry).where(JournalEntry.status == "applied")).all()
    for entry in entries:
        op = json.loads(entry.body)
        operation = str(op.get("type", ""))
        if not op.get("id"):
            continue
        unit.session.add(
            OutboxItem(
                kind=operation.partition(".")[0], record_id=op["id"], operation=operation, urgency=outbox.DATA,
                state=OutboxState.FROZEN.value, work=op.get("group"), created_at=entry.acknowledged_at, seq=entry.seq,
                op_id=entry.op_id, body=entry.body,
            )
        )  # fmt: skip
    unit.session.flush()


def unpair(book: Book) -> None:
    """Cut the tie to the portal: nothing of the records is lost, nothing waits any more."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        mark_unseen(unit)
        from brokerdesk.models.entities import SYNCED, Conflict
        from brokerdesk.store.feed import table_of

        for kind in SYNCED:
            unit.connection.exec_driver_sql(f'UPDATE "{table_of(kind)}" SET server_rev = 0 WHERE NOT stub')  # noqa: S608
        for entity in (OutboxItem, JournalEntry, Conflict, SyncMeta):
            unit.session.execute(delete(entity))
        for name in (memory.RESYNC, memory.POSITION, memory.DIGEST, memory.POISON, memory.FUSE, memory.WATCH):
            memory.remember(unit.session, name, None)
        unit.commit()
