"""The records of one tenant inside one writing transaction: load, create, change, remove, then `flush` once.

Everybody who writes a record (desk operations, customer pages, jobs) goes through a `RecordBook`. Feed numbers are taken in
`flush`, as late as possible, by updating the tenant's row (protocol.md § 7.1 P1). Decides nothing about who may write.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, bindparam, insert, select, update

from brokerdesk.portal.domain import visibility
from brokerdesk.portal.store.engine import bulk
from brokerdesk.portal.store.tables import record as table
from brokerdesk.portal.store.tables import tenant
from brokerdesk.wire.kinds import KINDS

Key = tuple[str, str]
"""Kind and id of a record."""

EMPTY: dict[str, dict[str, Any]] = {k: dict.fromkeys(spec.by_name) for k, spec in KINDS.items()}
"""Kind → every field with the empty value."""

_CREATED = ""
_COLUMNS = [c for c in table.c if c.name != "tenant_id"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who writes: the device and operation of a desk, or only the name of an actor."""

    actor: str
    device: str | None = None
    op: str | None = None
    group: str | None = None


PORTAL = Origin("portal")
"""The portal itself: jobs and mail outcomes."""
CUSTOMER = Origin("customer")
"""A customer on the customer pages."""


@dataclass(slots=True)
class Record:
    """One record with its newest state. Change it through `RecordBook` only; `data` is never edited in place.

    `text` is the JSON of `data` once it has been written.
    """

    kind: str
    id: str
    rev: int
    feed_seq: int
    data: dict[str, Any]
    stamps: dict[str, list[Any]]
    deleted: bool
    reason: str | None
    into_id: str | None
    owner_id: str | None
    parent_id: str | None
    adviser_id: str | None
    group_id: str | None
    origin_device: str | None
    origin_op: str | None
    origin_actor: str | None
    at: str
    text: str | None = None

    @property
    def key(self) -> Key:
        """Kind and id."""
        return self.kind, self.id

    def stamp(self, field: str) -> tuple[int, str, str]:
        """Revision, actor and time of the last write of `field`."""
        rev, actor, at = self.stamps.get(field) or self.stamps[_CREATED]
        return rev, actor, at


@dataclass(slots=True)
class _Mark:
    """What `rollback` puts back: records as they were, and the staged keys in their order."""

    records: dict[Key, Record | None]
    staged: dict[Key, bool]


class RecordBook:
    """A cache of records with staged changes for one tenant and one open writing transaction."""

    def __init__(self, connection: Connection, tenant_id: str, *, now: str) -> None:
        """Work on `connection`; `now` is the wire text of the transaction's time."""
        self.connection = connection
        self.tenant_id = tenant_id
        self.now = now
        self.feed_head: int | None = None
        self._records: dict[Key, Record | None] = {}
        self._staged: dict[Key, bool] = {}
        self._before: dict[Key, visibility.Sight] = {}
        self._marks: list[_Mark] = []

    def preload(self, keys: Iterable[Key]) -> None:
        """Load (and on PostgreSQL lock) many records with one statement per kind."""
        wanted: dict[str, list[str]] = {}
        for kind, record_id in keys:
            if (kind, record_id) not in self._records:
                self._records[kind, record_id] = None
                wanted.setdefault(kind, []).append(record_id)
        for kind in sorted(wanted):
            query = select(*_COLUMNS).where(
                table.c.tenant_id == self.tenant_id, table.c.kind == kind, table.c.id.in_(sorted(wanted[kind]))
            )
            for row in self.connection.execute(query.order_by(table.c.id).with_for_update()):
                loaded = _from_row(row)
                self._records[loaded.key] = loaded

    def get(self, kind: str, record_id: str) -> Record | None:
        """The record with its staged changes, a tombstone included, or None when it never existed."""
        key = kind, record_id
        if key not in self._records:
            self.preload([key])
        return self._records[key]

    def live(self, kind: str, record_id: str) -> Record | None:
        """Like `get`, but None for a tombstone."""
        found = self.get(kind, record_id)
        return None if found is None or found.deleted else found

    def find(self, kind: str, **columns: str) -> list[Record]:
        """Live records of a kind by columns of the table (`owner_id`, `parent_id`); staged changes included."""
        query = select(table.c.id).where(table.c.tenant_id == self.tenant_id, table.c.kind == kind)
        for name, value in columns.items():
            query = query.where(table.c[name] == value)
        ids = set(self.connection.execute(query).scalars())
        ids |= {r.id for r in self._records.values() if r and r.kind == kind}
        self.preload((kind, i) for i in sorted(ids))
        known = [self._records[kind, i] for i in sorted(ids)]
        return [r for r in known if r and not r.deleted and all(getattr(r, n) == v for n, v in columns.items())]

    def naming(self, record_id: str) -> list[Record]:
        """Live records other than itself that name a record in any field; staged changes included."""
        text = f'"{record_id}"'
        query = select(table.c.kind, table.c.id).where(
            table.c.tenant_id == self.tenant_id,
            table.c.deleted.is_(False),
            table.c.data.contains(text, autoescape=True),
        )
        keys = {(kind, found) for kind, found in self.connection.execute(query)} | set(self._staged)
        self.preload(sorted(keys))
        known = [self._records[key] for key in sorted(keys)]
        return [r for r in known if r and not r.deleted and r.id != record_id and text in to_json(r.data).decode()]

    def create(self, kind: str, record_id: str, data: dict[str, Any], *, origin: Origin) -> Record:
        """Stage a new record; missing fields are empty. Revives a tombstone with a higher revision."""
        old = self.get(kind, record_id)
        self._remember((kind, record_id), old)
        rev = old.rev + 1 if old else 1
        full = {**EMPTY[kind], **data}
        sight = visibility.sight(kind, record_id, full)
        made = Record(
            kind, record_id, rev, 0, full, {_CREATED: [rev, origin.actor, self.now]}, False, None, None,
            sight.owner_id, sight.parent_id, sight.adviser_id, origin.group, origin.device, origin.op, origin.actor,
            self.now,
        )  # fmt: skip
        self._records[kind, record_id] = made
        self._stage(made.key, new=self._staged.get(made.key, old is None), group=origin.group)
        return made

    def change(self, record: Record, fields: dict[str, Any], *, origin: Origin) -> Record:
        """Stage new values of `fields`; nothing happens when all of them are in force already."""
        changed = {n: v for n, v in fields.items() if n not in record.data or not same(record.data[n], v)}
        if not changed:
            return record
        self._remember(record.key, record)
        record.rev += 1
        record.data = {**record.data, **changed}
        mark = [record.rev, origin.actor, self.now]
        record.stamps = {**record.stamps, **dict.fromkeys(changed, mark)}
        sight = visibility.sight(record.kind, record.id, record.data)
        record.owner_id, record.parent_id, record.adviser_id = sight.owner_id, sight.parent_id, sight.adviser_id
        self._touch(record, origin)
        return record

    def remove(self, record: Record, reason: str, *, origin: Origin, into: str | None = None) -> None:
        """Stage a tombstone: id, kind, revision and reason stay, everything else goes."""
        self._remember(record.key, record)
        record.rev += 1
        record.data, record.stamps = {}, {_CREATED: [record.rev, origin.actor, self.now]}
        record.deleted, record.reason, record.into_id = True, reason, into
        self._touch(record, origin)

    def _touch(self, record: Record, origin: Origin) -> None:
        record.origin_device, record.origin_op, record.origin_actor = origin.device, origin.op, origin.actor
        record.at = self.now
        if origin.group or record.key not in self._staged:
            record.group_id = origin.group
        self._stage(record.key, new=self._staged.get(record.key, False), group=origin.group)

    def _stage(self, key: Key, *, new: bool, group: str | None) -> None:
        if group:
            self._staged.pop(key, None)  # members of a group stand together in the feed
        self._staged[key] = new

    def _remember(self, key: Key, record: Record | None) -> None:
        if key not in self._before and record is not None and key not in self._staged:
            self._before[key] = visibility.Sight(record.owner_id, record.parent_id, record.adviser_id)
        for mark in self._marks:
            if key not in mark.records:
                mark.records[key] = copy.copy(record)

    def mark(self) -> None:
        """Begin a stretch of changes that `rollback` can take back; stretches nest."""
        self._marks.append(_Mark({}, dict(self._staged)))

    def rollback(self) -> None:
        """Take back every staged change since the last open `mark`."""
        mark = self._marks.pop()
        self._records.update(mark.records)
        self._staged = mark.staged

    def release(self) -> None:
        """Keep the changes since the last open `mark`."""
        self._marks.pop()

    def flush(self) -> None:
        """Take feed numbers and write everything staged. Call it once, right before the transaction ends."""
        staged = [r for r in (self._records[k] for k in self._staged) if r is not None]
        if not staged:
            return
        moves = visibility.moves(self, staged, self._before)
        count = len(staged) + len(moves.entering) + len(moves.leaving)
        head = self._take_numbers(count)
        number = head - count
        for number, item in enumerate([*staged, *moves.entering], start=head - count + 1):
            item.feed_seq = number
        visibility.write_leaving(self, moves.leaving, number + 1)
        new = [_to_row(self.tenant_id, r) for r in staged if self._staged[r.key]]
        old = [_to_row(self.tenant_id, r) for r in staged if not self._staged[r.key]]
        bulk(self.connection, insert(table), new)
        bulk(self.connection, _UPDATE, [_as_binds(row) for row in old])
        if moves.entering:
            self.connection.execute(
                _RENUMBER,
                [
                    {"b_tenant": self.tenant_id, "b_kind": r.kind, "b_id": r.id, "b_seq": r.feed_seq}
                    for r in moves.entering
                ],
            )
        self._staged, self._before = {}, {}

    def _take_numbers(self, count: int) -> int:
        taken = update(tenant).where(tenant.c.id == self.tenant_id).values(feed_seq=tenant.c.feed_seq + count)
        self.feed_head = int(self.connection.execute(taken.returning(tenant.c.feed_seq)).scalar_one())
        return self.feed_head


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values without Python's `True == 1`."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(v, other[k]) for k, v in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _from_row(row: Any) -> Record:
    values = list(row)
    values[4] = from_json(values[4])
    values[5] = from_json(values[5])
    return Record(*values)


def _to_row(tenant_id: str, r: Record) -> dict[str, Any]:
    r.text = to_json(r.data).decode()
    return {
        "tenant_id": tenant_id, "kind": r.kind, "id": r.id, "rev": r.rev, "feed_seq": r.feed_seq,
        "data": r.text, "stamps": to_json(r.stamps).decode(), "deleted": r.deleted,
        "reason": r.reason, "into_id": r.into_id, "owner_id": r.owner_id, "parent_id": r.parent_id,
        "adviser_id": r.adviser_id, "group_id": r.group_id, "origin_device": r.origin_device,
        "origin_op": r.origin_op, "origin_actor": r.origin_actor, "at": r.at,
    }  # fmt: skip


_KEYS = ("tenant_id", "kind", "id")
_UPDATE = (
    update(table)
    .where(*(table.c[k] == bindparam(f"b_{k}") for k in _KEYS))
    .values({c.name: bindparam(f"b_{c.name}") for c in table.c if c.name not in _KEYS})
)
_RENUMBER = (
    update(table)
    .where(
        table.c.tenant_id == bindparam("b_tenant"), table.c.kind == bindparam("b_kind"), table.c.id == bindparam("b_id")
    )
    .values(feed_seq=bindparam("b_seq"))
)


def _as_binds(row: dict[str, Any]) -> dict[str, Any]:
    return {f"b_{name}": value for name, value in row.items()}
