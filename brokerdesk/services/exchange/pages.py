"""Feed pages, snapshots, removals and quarantine: each page is one unit of work together with its cursor (protocol.md § 7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from brokerdesk.core.clock import to_wire
from brokerdesk.models.entities import SYNCED, OutboxItem, Quarantined
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.services.exchange import memory
from brokerdesk.services.exchange.applying import Applier
from brokerdesk.services.exchange.messages import Applied, Incoming
from brokerdesk.store import feed
from brokerdesk.store.book import Book
from brokerdesk.store.unit_of_work import UnitOfWork

FUSE_SHARE, FUSE_COUNT = 5, 50
"""The fuse blows when more than a fifth of the customers, or more than fifty, would go without explanation."""
UNSEEN = -1
"""Revision of a record that a resync has not seen yet; afterwards: a record that is not on the portal."""


class FuseBlownError(Exception):
    """A pull would remove too much without explanation; nothing of the page was applied."""

    def __init__(self, count: int, total: int) -> None:
        """Customers that would go, and customers there are."""
        super().__init__("fuse")
        self.count = count
        self.total = total


@dataclass(frozen=True, slots=True)
class Resync:
    """A resync in progress. `keep` = nothing is removed at its end (after an epoch change)."""

    reason: str
    keep: bool
    after: str | None = None
    resume_cursor: str | None = None
    counts: Mapping[str, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is remembered."""
        counts = None if self.counts is None else dict(self.counts)
        return {
            "reason": self.reason, "keep": self.keep, "after": self.after, "resume_cursor": self.resume_cursor,
            "counts": counts,
        }  # fmt: skip


def apply_page(
    book: Book, incoming: Sequence[Incoming], *, cursor: str, position: int,
    before_commit: Callable[[], None] = lambda: None,
) -> Applied:  # fmt: skip
    """Apply one page of the feed and store its cursor, together. Raises `FuseBlownError`, then nothing was stored."""
    with book.work(origin=ChangeOrigin.FEED, actor="") as unit:
        _guard(unit, incoming)
        applier = Applier(unit)
        done = applier.run(incoming)
        made = applier.finish()
        store_cursor(unit, cursor, position)
        before_commit()
        changes = unit.commit()
        changes.changes.extend(made)
    return done


def store_cursor(unit: UnitOfWork, cursor: str | None, position: int) -> None:
    """Remember how far the feed was applied."""
    meta = unit.paired
    if meta is not None:
        meta.cursor = cursor
        memory.remember(unit.session, memory.POSITION, {"feed_seq": position})


def _guard(unit: UnitOfWork, incoming: Sequence[Incoming]) -> None:
    gone = [c.id for c in incoming if c.kind == "party" and c.data is None and not c.explained]
    if not gone:
        return
    fuse = memory.recall(unit.session, memory.FUSE) or {}
    if fuse.get("allowed"):
        return
    sql = "SELECT count(*) FROM party WHERE is_customer AND NOT stub AND id IN (SELECT value FROM json_each(?))"
    before = 0 if fuse.get("blown") else int(fuse.get("count", 0))
    count = int(unit.connection.exec_driver_sql(sql, (json.dumps(gone),)).scalar_one()) + before
    total = _customers(unit) + before
    if too_many(count, total):
        raise FuseBlownError(count, total)
    memory.remember(unit.session, memory.FUSE, {"count": count})


def too_many(count: int, total: int) -> bool:
    """Whether removing `count` of `total` customers without explanation needs a person (§ 7.3)."""
    return count > FUSE_COUNT or count * FUSE_SHARE > total


def _customers(unit: UnitOfWork) -> int:
    sql = "SELECT count(*) FROM party WHERE is_customer AND NOT stub AND server_rev <> 0"
    return int(unit.connection.exec_driver_sql(sql).scalar_one())


def note_fuse(book: Book, problem: FuseBlownError) -> None:
    """Remember that a removal waits for a decision."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        memory.remember(unit.session, memory.FUSE, {"blown": True, "count": problem.count, "total": problem.total})
        unit.commit()


def allow_removals(book: Book) -> None:
    """A person has looked: the next pull may remove what it stopped at."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        memory.remember(unit.session, memory.FUSE, {"allowed": True})
        meta = unit.paired
        if meta is not None:
            meta.last_problem = None
        unit.commit()


def end_drain(book: Book) -> None:
    """After the last page: forget the count of the fuse and hidden rows that nothing refers to."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        fuse = memory.recall(unit.session, memory.FUSE)
        dropped = feed.drop_unused_stubs(unit.connection)
        if fuse is not None:
            memory.remember(unit.session, memory.FUSE, None)
        if fuse is not None or dropped:
            unit.commit()


# resync


def begin_resync(book: Book, reason: str, *, keep: bool, epoch: str | None = None) -> None:
    """Mark every record as unseen; the snapshot will tell which are still there (§ 7.3). `epoch`: the portal's new one."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        mark_unseen(unit)
        memory.remember(unit.session, memory.RESYNC, Resync(reason, keep).as_json())
        store_cursor(unit, None, 0)
        meta = unit.paired
        if meta is not None and epoch is not None:
            meta.epoch = epoch
        unit.commit()


def mark_unseen(unit: UnitOfWork) -> None:
    """Forget the revisions of every record that the portal knew."""
    for kind in SYNCED:
        unit.connection.exec_driver_sql(
            f'UPDATE "{feed.table_of(kind)}" SET server_rev = {UNSEEN} WHERE server_rev > 0'  # noqa: S608
        )


def resync_in_progress(book: Book) -> Resync | None:
    """The resync that was begun and not ended."""
    with book.read() as connection:
        found = memory.read(connection, memory.RESYNC)
    return None if found is None else Resync(**found)


def apply_snapshot_page(book: Book, incoming: Sequence[Incoming], progress: Resync) -> Applied:
    """Apply one page of a snapshot and store where to go on, together."""
    with book.work(origin=ChangeOrigin.FEED, actor="") as unit:
        applier = Applier(unit)
        done = applier.run(incoming)
        made = applier.finish()
        memory.remember(unit.session, memory.RESYNC, progress.as_json())
        changes = unit.commit()
        changes.changes.extend(made)
    return done


def end_resync(book: Book, progress: Resync) -> int:
    """After the last page of a snapshot: remove what it did not show, unless the portal was restored.

    Raises `FuseBlownError`, then everything is kept and the resync stays unfinished. Returns how many were removed.
    """
    with book.work(origin=ChangeOrigin.FEED, actor="") as unit:
        removed = 0
        made = []
        if not progress.keep:
            gone = _unseen(unit)
            _guard_snapshot(unit, gone, progress)
            applier = Applier(unit)
            removed = applier.run(gone).removed
            made = applier.finish()
        memory.remember(unit.session, memory.RESYNC, None)
        meta = unit.paired
        if meta is not None:
            meta.cursor, meta.digest_due = progress.resume_cursor, True
        changes = unit.commit()
        changes.changes.extend(made)
    return removed


def _unseen(unit: UnitOfWork) -> list[Incoming]:
    found = []
    for kind in SYNCED:
        sql = f'SELECT id FROM "{feed.table_of(kind)}" WHERE server_rev = {UNSEEN} AND NOT stub'  # noqa: S608
        for (record_id,) in unit.connection.exec_driver_sql(sql):
            found.append(Incoming(kind=kind, id=record_id, rev=0, data=None, reason="unseen", explained=False))
    return found


def _guard_snapshot(unit: UnitOfWork, gone: Sequence[Incoming], progress: Resync) -> None:
    """The fuse for a snapshot: counts stated by the portal explain what left our sight (§ 7.3)."""
    if progress.reason == "visibility_changed" and progress.counts is not None and _as_stated(unit, progress.counts):
        return
    _guard(unit, gone)


def _as_stated(unit: UnitOfWork, counts: Mapping[str, int]) -> bool:
    for kind in SYNCED:
        sql = f'SELECT count(*) FROM "{feed.table_of(kind)}" WHERE server_rev > 0 AND NOT stub'  # noqa: S608
        if int(unit.connection.exec_driver_sql(sql).scalar_one()) != counts.get(kind, 0):
            return False
    return True


# records only this desk knows, and quarantine


def decide_missing(book: Book, *, send: bool) -> int:
    """Decide on records that a restored portal does not know: send them again, or remove them here."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        gone = _unseen(unit)
        if send:
            from brokerdesk.store.outbox import queue_everything_unknown

            for kind in SYNCED:
                unit.connection.exec_driver_sql(
                    f'UPDATE "{feed.table_of(kind)}" SET server_rev = 0 WHERE server_rev = {UNSEEN}'  # noqa: S608
                )
            _patches_to_creates(unit, {(g.kind, g.id) for g in gone})
            queue_everything_unknown(unit.session, clock=unit.clock)
            unit.everything |= set(SYNCED)
        else:
            applier = Applier(unit)
            applier.run(gone)
            changes = applier.finish()
            unit.everything |= {c.kind for c in changes}
        unit.commit()
    return len(gone)


def _patches_to_creates(unit: UnitOfWork, records: set[tuple[str, str]]) -> None:
    for item in unit.session.scalars(select(OutboxItem)):
        if (item.kind, item.record_id) in records and item.operation.endswith(".patch") and item.seq is None:
            unit.session.delete(item)
    unit.session.flush()


def reapply_quarantine(book: Book) -> Applied:
    """Try again what an older program could not keep; what still does not fit stays."""
    with book.work(origin=ChangeOrigin.FEED, actor="") as unit:
        waiting = unit.session.scalars(select(Quarantined)).all()
        incoming = []
        for one in waiting:
            body = json.loads(one.body)
            incoming.append(
                Incoming(
                    kind=one.kind, id=one.record_id, rev=one.rev, data=body["data"], actor=body["actor"], at=body["at"]
                )
            )
            unit.session.delete(one)
        unit.session.flush()
        applier = Applier(unit, equal_too=True)
        done = applier.run(incoming)
        made = applier.finish()
        changes = unit.commit()
        changes.changes.extend(made)
    return done


def prune_journal(book: Book, *, days: int) -> int:
    """Drop acknowledged operations older than the portal's backup horizon; returns how many (R6)."""
    from datetime import timedelta

    with book.work(origin=ChangeOrigin.FEED) as unit:
        before = to_wire(unit.clock.now() - timedelta(days=max(days, 30)))
        gone = unit.connection.exec_driver_sql("DELETE FROM journal WHERE acknowledged_at < ?", (before,)).rowcount
        if gone:
            unit.commit()
    return int(gone)
