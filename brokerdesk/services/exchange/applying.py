"""Applies what the portal says to the book: whole pages in a few statements, every record merged with unsent edits.

Runs inside a unit of work of origin `feed`; the caller stores the cursor in the same transaction. A record this program
cannot keep goes to quarantine with its bytes and does not stop the page. Counts removals for the fuse, does not decide it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from brokerdesk.core.clock import to_wire
from brokerdesk.models.entities import SYNCED, Conflict, OutboxItem, OutboxState, Quarantined
from brokerdesk.models.values.changes import ChangeOrigin, FieldChange, RecordChange
from brokerdesk.services.exchange.fields import KindFields, UnfitError, fields_of
from brokerdesk.services.exchange.messages import Applied, Incoming
from brokerdesk.services.exchange.overlaying import Overlay, RecordMerge
from brokerdesk.store import derived, feed
from brokerdesk.store.unit_of_work import UnitOfWork

MANY = 200
"""Above this number of changed records lists ask again as a whole instead of repainting rows."""
UNKNOWN_KIND, UNKNOWN_FIELD, UNFIT = "unknown-kind", "unknown-field", "unfit-value"
_HEAD = 4


@dataclass(slots=True)
class _Batch:
    """Rows of one kind to be written together."""

    inserts: list[tuple[Any, ...]] = field(default_factory=list)
    updates: list[tuple[Any, ...]] = field(default_factory=list)
    revs: list[tuple[int, int]] = field(default_factory=list)
    words: list[tuple[int, str]] = field(default_factory=list)


class Applier:
    """One page or one batch of verdicts inside one unit of work."""

    def __init__(self, unit: UnitOfWork, *, equal_too: bool = False) -> None:
        """`equal_too`: records of the same revision are compared as well (complete records in verdicts)."""
        self.done = Applied()
        self._unit = unit
        self._connection = unit.connection
        self._equal_too = equal_too
        self._now = to_wire(unit.clock.now())
        self._history: list[tuple[Any, ...]] = []
        self._changes: list[RecordChange] = []
        self._parents: dict[str, set[str]] = {}
        self._parties: set[str] = set()

    def run(self, incoming: Sequence[Incoming]) -> Applied:
        """Apply records in any order; of several states of one record only the newest counts."""
        by_kind: dict[str, dict[str, Incoming]] = {}
        for one in incoming:
            known = by_kind.setdefault(one.kind, {})
            if one.id not in known or one.rev >= known[one.id].rev:
                known[one.id] = one
        overlays = self._overlays(by_kind)
        removals: list[tuple[str, list[Incoming]]] = []
        for kind, records in by_kind.items():
            if kind not in SYNCED:
                self._quarantine_all(records.values(), UNKNOWN_KIND)
                continue
            self._upsert(kind, [r for r in records.values() if r.data is not None], overlays)
            removals.append((kind, [r for r in records.values() if r.data is None]))
        for kind, gone in removals:
            self._parties |= feed.parties_of(self._connection, kind, [r.id for r in gone]) if gone else set()
        order = list(SYNCED)
        for kind, gone in sorted(removals, key=lambda p: -order.index(p[0])):
            self._remove(kind, gone, overlays)
        return self.done

    def finish(self) -> list[RecordChange]:
        """Write stubs, history and summaries; returns the changes for the ChangeSet. Call once, before the commit."""
        self._unit.session.flush()
        self._make_stubs()
        feed.write_history(self._connection, self._history)
        feed.refresh_parties(self._connection, self._parties)
        if len(self._changes) > MANY:
            self._unit.everything |= {c.kind for c in self._changes} | ({"party"} if self._parties else set())
            return []
        touched = {c.record_id for c in self._changes if c.kind == "party"}
        return self._changes + [RecordChange("party", p, "update") for p in sorted(self._parties - touched)]

    def touch_parties(self, kind: str, ids: Iterable[str]) -> None:
        """Have the summaries of the customers behind these records recomputed."""
        self._parties |= feed.parties_of(self._connection, kind, ids)

    def _overlays(self, by_kind: dict[str, dict[str, Incoming]]) -> dict[tuple[str, str], Overlay]:
        session = self._unit.session
        found: dict[tuple[str, str], Overlay] = {}
        ids = {i for records in by_kind.values() for i in records}
        if session.scalars(select(OutboxItem.key).limit(1)).first() is not None:
            for item in _by_ids(session.scalars, OutboxItem, ids):
                found.setdefault((item.kind, item.record_id), Overlay()).items.append(item)
        if session.scalars(select(Conflict.key).limit(1)).first() is not None:
            for conflict in _by_ids(session.scalars, Conflict, ids):
                found.setdefault((conflict.kind, conflict.record_id), Overlay()).conflicts[conflict.field] = conflict
        return found

    # records that exist on the portal

    def _upsert(self, kind: str, records: list[Incoming], overlays: dict[tuple[str, str], Overlay]) -> None:
        if not records:
            return
        table = fields_of(kind)
        rows = feed.load(self._connection, kind, [r.id for r in records], table.names)
        batch, key = _Batch(), feed.next_key(self._connection, kind)
        for one in records:
            row = rows.get(one.id)
            if row is not None and self._is_old(one, row):
                self.done.skipped += 1
                continue
            try:
                values = table.stored(one.data or {})
            except UnfitError:
                self._quarantine(one, UNFIT)
                continue
            self._note_unknown(table, one)
            self._note_parents(table, values)
            overlay = overlays.get((kind, one.id))
            if row is None:
                self._insert(table, one, key, values, batch)
                key += 1
            else:
                self._update(table, one, row=row, values=values, overlay=overlay, batch=batch)
            self.done.applied += 1
        self._clear_quarantine(kind, records)
        feed.insert(self._connection, kind, table.names, batch.inserts)
        feed.update(self._connection, kind, table.names, batch.updates)
        feed.set_revs(self._connection, kind, batch.revs)
        feed.index(self._connection, kind, batch.words)

    def _clear_quarantine(self, kind: str, records: list[Incoming]) -> None:
        """A newer state that could be applied replaces what waited in quarantine."""
        session = self._unit.session
        revs = {r.id: r.rev for r in records}
        waiting = session.scalars(select(Quarantined).where(Quarantined.kind == kind)).all()
        for old in waiting:
            if old.rev < revs.get(old.record_id, 0):
                session.delete(old)

    def _is_old(self, one: Incoming, row: tuple[Any, ...]) -> bool:
        known = row[2]
        return bool(one.rev < known or (one.rev == known and not self._equal_too))

    def _insert(self, table: KindFields, one: Incoming, key: int, values: list[Any], batch: _Batch) -> None:
        row = dict(zip(table.names, values, strict=True))
        extra, words = feed.derive(table.kind, row)
        batch.inserts.append((key, one.id, one.rev, *values, *extra))
        if words is not None:
            batch.words.append((key, words))
        self._changed(table, one, row, "insert", ())

    def _update(
        self, table: KindFields, one: Incoming, *, row: tuple[Any, ...], values: list[Any], overlay: Overlay | None,
        batch: _Batch,
    ) -> None:  # fmt: skip
        key, _, _, was_stub = row[:_HEAD]
        before = dict(zip(table.names, row[_HEAD:], strict=True))
        after = dict(zip(table.names, values, strict=True))
        if overlay is not None and not was_stub:
            after = RecordMerge(self._unit, self.done, table, one, before=before, after=after, overlay=overlay).run()
        changes = _differences(table, before, after)
        if not changes and not was_stub:
            batch.revs.append((one.rev, key))
            return
        extra, words = feed.derive(table.kind, after)
        batch.updates.append((one.rev, *after.values(), *extra, key))
        if words is not None:
            batch.words.append((key, words))
        if was_stub:
            self._changed(table, one, after, "insert", ())
            return
        if table.kind in {"contract", "invitation"} and before["party_id"] != after["party_id"]:
            self._parties.add(before["party_id"])
        self._history_of(one, "update", {c.field: [c.old, c.new] for c in changes})
        self._changed(table, one, after, "update", tuple(changes))

    def _changed(
        self, table: KindFields, one: Incoming, row: dict[str, Any], action: str, fields: tuple[FieldChange, ...]
    ) -> None:
        self._changes.append(RecordChange(table.kind, one.id, action, fields))
        if table.kind == "party":
            self._parties.add(one.id)
        elif table.kind in {"contract", "invitation"}:
            self._parties.add(row["party_id"])
        elif table.kind == "access":
            self._parties |= set(json.loads(row["party_ids"]))
        elif table.kind == "entitlement":
            self._parties |= derived.investors(self._connection)

    def _history_of(self, one: Incoming, action: str, fields: dict[str, Any]) -> None:
        self._history.append(
            (self._unit.id, self._now, one.actor, ChangeOrigin.FEED.value, one.kind, one.id, action, json.dumps(fields))
        )

    def _note_parents(self, table: KindFields, values: list[Any]) -> None:
        for position, parent in table.parents:
            value = values[position]
            if value:
                self._parents.setdefault(parent, set()).add(value)

    def _make_stubs(self) -> None:
        for kind, ids in self._parents.items():
            absent = feed.missing(self._connection, kind, ids)
            if absent and kind == "contract" and feed.missing(self._connection, "party", [feed.NOBODY]):
                feed.make_stubs(self._connection, "party", [feed.NOBODY])
            feed.make_stubs(self._connection, kind, absent)

    # quarantine

    def _note_unknown(self, table: KindFields, one: Incoming) -> None:
        unknown = {n: v for n, v in (one.data or {}).items() if n not in table.by_name and v is not None}
        if unknown:
            self._quarantine(one, UNKNOWN_FIELD)

    def _quarantine_all(self, records: Iterable[Incoming], reason: str) -> None:
        for one in records:
            if one.data is None:
                self._unit.session.execute(
                    delete(Quarantined).where(Quarantined.kind == one.kind, Quarantined.record_id == one.id)
                )
            else:
                self._quarantine(one, reason)

    def _quarantine(self, one: Incoming, reason: str) -> None:
        session = self._unit.session
        session.execute(delete(Quarantined).where(Quarantined.kind == one.kind, Quarantined.record_id == one.id))
        body = {"data": one.data, "actor": one.actor, "at": one.at}
        session.add(
            Quarantined(
                kind=one.kind, record_id=one.id, rev=one.rev, body=json.dumps(body).encode(), reason=reason,
                at=self._unit.clock.now(),
            )
        )  # fmt: skip
        self.done.quarantined += 1

    # removals

    def _remove(self, kind: str, gone: list[Incoming], overlays: dict[tuple[str, str], Overlay]) -> None:
        if not gone:
            return
        table = fields_of(kind)
        rows = feed.load(self._connection, kind, [r.id for r in gone], table.names)
        self._unit.session.execute(
            delete(Quarantined).where(Quarantined.kind == kind, Quarantined.record_id.in_([r.id for r in gone]))
        )
        keys: dict[str, int] = {}
        for one in gone:
            row = rows.get(one.id)
            if row is None or row[3] or one.rev < row[2]:
                self.done.skipped += 1
                continue
            if self._kept_for_edits(one, row, overlays.get((kind, one.id))):
                continue
            keys[one.id] = row[0]
            self.done.removed += 1
            if one.reason == "erased":
                feed.forget_history(self._connection, one.id)
            self._history_of(one, "delete", {})
            self._changes.append(RecordChange(kind, one.id, "delete"))
        self._unit.session.flush()
        held = feed.referred(self._connection, kind, list(keys)) if keys else set()
        feed.delete(self._connection, kind, [k for i, k in keys.items() if i not in held])
        hidden = [k for i, k in keys.items() if i in held]
        feed.forget_words(self._connection, kind, hidden)
        feed.make_stub_of(self._connection, kind, hidden)

    def _kept_for_edits(self, one: Incoming, row: tuple[Any, ...], overlay: Overlay | None) -> bool:
        """Whether a removed record stays because edits on it were not sent; an erased one never does."""
        if overlay is None:
            return False
        for conflict in overlay.conflicts.values():
            self._unit.session.delete(conflict)
        pending = [i for i in overlay.items if i.state != OutboxState.FROZEN]
        if one.reason == "erased" or not (pending or overlay.items):
            for item in pending:
                self._unit.session.delete(item)
            return False
        for item in pending:
            item.state, item.problem = OutboxState.ATTENTION.value, "deleted"
        feed.set_revs(self._connection, one.kind, [(0, row[0])])
        return True


def _by_ids(run: Callable[..., Any], entity: Any, ids: set[str]) -> list[Any]:
    ordered, found = sorted(ids), []
    for start in range(0, len(ordered), 5_000):
        wanted = ordered[start : start + 5_000]
        found += run(select(entity).where(entity.record_id.in_(wanted)).order_by(entity.key)).all()
    return found


def _differences(table: KindFields, before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
    if before == after:
        return []
    found = []
    for column in table.columns:
        old, new = before[column.name], after[column.name]
        if old != new:
            was, now = column.to_json(old), column.to_json(new)
            if was != now:
                found.append(FieldChange(column.name, was, now))
    return found
