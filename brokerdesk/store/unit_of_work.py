"""The one gate for writes: a session, the changes derived from its flush, and what every commit owes them.

At commit, in the same transaction: change log, outgoing queue (if the book is paired and the change is not from the feed),
search index and the summary columns of the customers concerned.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from brokerdesk.core.clock import Clock
from brokerdesk.core.errors import BugError, KnownError, register
from brokerdesk.core.ids import new_id
from brokerdesk.models.entities import Base, ChangeLog, Synced, SyncMeta
from brokerdesk.models.values.changes import ChangeOrigin, ChangeSet, RecordChange
from brokerdesk.store import derived, outbox
from brokerdesk.store.change_capture import ChangeCapture

RECORD_GONE = register("record-gone", "kind")
WORK_TWICE = register("work-twice")

S = TypeVar("S", bound=Synced)


class UnitOfWork:
    """One transaction. `session` for aggregates, `connection` for bulk statements through `store.bulk`."""

    def __init__(self, engine: Engine, *, clock: Clock, actor: str, origin: ChangeOrigin) -> None:
        """Use `Book.work()`."""
        self.clock = clock
        self.actor = actor
        self.origin = origin
        self.id = new_id(clock)
        self.session = Session(engine, expire_on_commit=False, autoflush=True)
        self.connection = self.session.connection()
        self.committed: ChangeSet | None = None
        self.everything: set[str] = set()
        self._capture = ChangeCapture(self.session)
        self._touched: list[Synced] = []
        self._closed = False

    def get(self, entity: type[S], record_id: str) -> S:
        """The live record with this id. Raises `KnownError(record-gone)` when it is unknown or only a stub."""
        found = self.session.scalars(select(entity).where(entity.id == record_id)).first()
        if found is None or found.stub:
            raise KnownError(RECORD_GONE, kind=entity.__kind__)
        return found

    def find(self, entity: type[S], record_id: str) -> S | None:
        """The record with this id, stubs included, or None."""
        return self.session.scalars(select(entity).where(entity.id == record_id)).first()

    def add(self, *things: Base) -> None:
        """Put new records into the book."""
        self.session.add_all(things)

    def touch(self, record: Synced) -> None:
        """Name a record whose derived columns depend on something that is no record (such as the outgoing queue)."""
        self._touched.append(record)

    @property
    def paired(self) -> SyncMeta | None:
        """The state of the exchange, or None while the book is not paired."""
        return self.session.scalars(select(SyncMeta)).first()

    def commit(self) -> ChangeSet:
        """Write everything this change owes and commit. Raises `BugError(work-twice)` when called again."""
        if self.committed is not None:
            raise BugError(WORK_TWICE)
        changes = self._settled(group=self.id)
        self.session.commit()
        self.committed = ChangeSet(changes, frozenset(self.everything))
        return self.committed

    def settle(self) -> None:
        """Write what the changes so far owe and forget them and their records, without committing.

        Keeps a long unit of work small. Their kinds are named as a whole in the ChangeSet; outgoing items of one call form
        a group of their own.
        """
        self.everything |= {change.kind for change in self._settled(group=new_id(self.clock))}
        self.session.flush()
        self._capture.forget()
        self._touched.clear()
        self.session.expunge_all()

    def _settled(self, *, group: str) -> list[RecordChange]:
        self.session.flush()
        changes = self._capture.collect()
        self._log(changes)
        if self.origin is not ChangeOrigin.FEED and self.paired is not None:
            outbox.fold(self.session, changes, clock=self.clock, work=group)
        touched = [RecordChange(r.__kind__, r.id, "touch") for r in self._touched]
        objects = self._capture.objects | {(r.__kind__, r.id): r for r in self._touched}
        derived.refresh(self.session, [*changes, *touched], objects)
        return [*changes, *touched]

    def _log(self, changes: list[RecordChange]) -> None:
        now = self.clock.now()
        for change in changes:
            fields = {f.field: [f.old, f.new] for f in change.fields} if change.action == "update" else {}
            self.session.add(
                ChangeLog(
                    work=self.id,
                    at=now,
                    actor=self.actor,
                    origin=self.origin.value,
                    kind=change.kind,
                    record_id=change.record_id,
                    action=change.action,
                    fields=fields,
                )
            )

    def close(self) -> None:
        """Roll back what was not committed."""
        if not self._closed:
            self._closed = True
            self.session.close()
