"""Records what became of pushed operations: journal, outbox, conflicts and the complete records that verdicts carry.

One unit of work per answer. A verdict never raises the revision of a record by itself: only the complete record does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.models.entities import SYNCED, Conflict, JournalEntry, OutboxItem, OutboxState
from brokerdesk.models.values.changes import ChangeOrigin, ChangeSet
from brokerdesk.services.exchange.applying import Applier
from brokerdesk.services.exchange.fields import WireField, fields_of
from brokerdesk.services.exchange.merging import base_of
from brokerdesk.services.exchange.messages import Applied, Incoming, Verdict
from brokerdesk.store import feed
from brokerdesk.store.book import Book
from brokerdesk.store.unit_of_work import UnitOfWork
from brokerdesk.wire.operations import order_of

POISON = "poison"
"""Problem of a frozen item whose place is taken by a noop (protocol.md § 6.4)."""
_FROZEN = select(OutboxItem.key, OutboxItem.seq, OutboxItem.operation, OutboxItem.problem, OutboxItem.record_id).where(
    OutboxItem.state == OutboxState.FROZEN
)
APPLIED, CONFLICT, REJECTED, BLOCKED = "applied", "conflict", "rejected", "blocked"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome of one answer: counts, changes, and the verdicts for who waits for one."""

    done: Applied
    changes: ChangeSet
    count: int


def record(book: Book, verdicts: Sequence[Verdict], *, before_commit: Callable[[], None] = lambda: None) -> Recorded:
    """Record the verdicts of one answer in one transaction; verdicts of unknown numbers are ignored."""
    with book.work(origin=ChangeOrigin.FEED, actor="") as unit:
        recorder = Recorder(unit)
        recorder.apply(recorder.settle(verdicts))
        made = recorder.applier.finish()
        before_commit()
        changes = unit.commit()
        changes.changes.extend(made)
    return Recorded(recorder.applier.done, changes, recorder.count)


class Recorder:
    """The verdicts of one answer inside one unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        """Work in `unit`."""
        self.applier = Applier(unit, equal_too=True)
        self.count = 0
        self._causes: dict[str | None, list[str]] = {}
        self._unit = unit
        self._session = unit.session
        self._connection = unit.connection

    def settle(self, verdicts: Sequence[Verdict]) -> list[Incoming]:
        """Move every operation to where its verdict sends it; returns the records that must be compared with ours.

        A record at its first revision is what our create made it: only its revision is noted.
        """
        by_seq = {v.seq: v for v in verdicts}
        entities = {v.seq: v.entity for v in verdicts if v.entity is not None}
        plain: list[int] = []
        special: list[tuple[int, Verdict]] = []
        made: dict[str, list[tuple[int, str, int]]] = {}
        rows = self._session.execute(_FROZEN.where(OutboxItem.seq.in_(sorted(by_seq)))).all()
        for key, number, operation, problem, record_id in rows:
            seq = int(number or 0)
            verdict = by_seq[seq]
            kind, _, verb = operation.partition(".")
            if kind in {"invitation", "access"}:
                self.applier.touch_parties(kind, [record_id])
            if verdict.status != APPLIED or problem == POISON:
                special.append((key, verdict))
                continue
            plain.append(key)
            if verb == "create" and verdict.entity is not None and verdict.entity.rev == 1:
                made.setdefault(kind, []).append((1, record_id, 1))
                del entities[seq]
        self._finish_applied(plain)
        for kind, revs in made.items():
            feed.set_revs_by_id(self._connection, kind, revs)
        self._settle_special(special)
        self._update_journal({s: by_seq[s] for s in by_seq.keys() - {row[1] for row in rows}})
        return list(entities.values())

    def apply(self, entities: Sequence[Incoming]) -> None:
        """Take the complete records of the verdicts as the new state."""
        self.applier.run(entities)

    def _settle_special(self, special: list[tuple[int, Verdict]]) -> None:
        items = [(self._session.get_one(OutboxItem, key), verdict) for key, verdict in special]
        self._causes = {
            i.work: [j.record_id for j, w in items if j.work == i.work and w.status in {CONFLICT, REJECTED}]
            for i, _ in items
            if i.work
        }
        for item, verdict in items:
            self._settle_one(item, verdict)
        self._session.flush()
        for item, _ in items:
            if item.problem == "unknown_entity" and self._waits_for_parent(item):
                self._soften(item, OutboxState.SOFT, "")
                item.problem = item.problem_details = None
                self.applier.done.refused -= 1
        self._session.flush()

    def _waits_for_parent(self, item: OutboxItem) -> bool:
        """Whether the record it names is unknown only because its own creation was refused: then it waits for that."""
        row = self._row(item)
        names = fields_of(item.kind).references if row is not None else ()
        parents = {row[n] for n in names if row[n]} if row is not None else set()
        query = select(OutboxItem.key).where(
            OutboxItem.record_id.in_(sorted(parents)),
            OutboxItem.operation.endswith(".create"),
            OutboxItem.state.in_((OutboxState.ATTENTION.value, OutboxState.HELD.value, OutboxState.BLOCKED.value)),
        )
        return bool(parents) and self._session.scalars(query.limit(1)).first() is not None

    def _finish_applied(self, rows: list[int]) -> None:
        if not rows:
            return
        self.count += len(rows)
        keys = json.dumps(rows)
        now = to_wire(self._unit.clock.now())
        self._connection.exec_driver_sql(
            "INSERT OR REPLACE INTO journal(seq, op_id, body, status, acknowledged_at)"
            ' SELECT seq, op_id, body, ?, ? FROM outbox WHERE "key" IN (SELECT value FROM json_each(?))',
            (APPLIED, now, keys),
        )
        self._connection.exec_driver_sql('DELETE FROM outbox WHERE "key" IN (SELECT value FROM json_each(?))', (keys,))

    def _settle_one(self, item: OutboxItem, verdict: Verdict) -> None:
        self._to_journal(item, verdict)
        self.count += 1
        if item.problem == POISON and verdict.status == APPLIED and not verdict.replayed:
            self._needs_attention(item, POISON, {})
        elif verdict.status == APPLIED:
            self._session.delete(item)
        elif verdict.status == CONFLICT and verdict.code != "deleted":
            self._in_conflict(item, verdict)
        elif verdict.status == BLOCKED and self._causes.get(item.work):
            item.problem_details = {"because": self._causes[item.work]}
            self._soften(item, OutboxState.BLOCKED, verdict.code or BLOCKED)
        else:
            code = verdict.code or REJECTED
            self._needs_attention(item, code, {"fields": list(verdict.fields)})

    def _to_journal(self, item: OutboxItem, verdict: Verdict) -> None:
        self._session.merge(
            JournalEntry(
                seq=item.seq, op_id=item.op_id, body=item.body, status=verdict.status,
                acknowledged_at=self._unit.clock.now(),
            )
        )  # fmt: skip

    def _update_journal(self, by_seq: dict[int, Verdict]) -> None:
        """Operations sent again after a restore of the portal: what is not in force any more comes back (§ 15)."""
        if not by_seq:
            return
        for entry in self._session.scalars(select(JournalEntry).where(JournalEntry.seq.in_(sorted(by_seq)))):
            verdict = by_seq[entry.seq]
            if entry.status != APPLIED or verdict.status == APPLIED or entry.op_id != verdict.op_id:
                continue
            entry.status = verdict.status
            op = json.loads(entry.body)
            if verdict.conflicts:
                self._conflict_again(op, verdict)
            else:
                self._queue_again(op, verdict)

    def _conflict_again(self, op: dict[str, Any], verdict: Verdict) -> None:
        kind, edits = str(op["type"]).partition(".")[0], op.get("set") or {}
        row = self._row_of(kind, op["id"])
        for theirs in verdict.conflicts:
            if theirs.field in edits and row is not None:
                mine = fields_of(kind).by_name[theirs.field].read(row)
                self._open(kind, str(op["id"]), theirs, edits[theirs.field]["base"], mine)

    def _queue_again(self, op: dict[str, Any], verdict: Verdict) -> None:
        """Back into the queue: softly while the record itself is still to come, else with the reason of the refusal."""
        operation, record_id = str(op["type"]), str(op["id"])
        kind = operation.partition(".")[0]
        soon = verdict.code == "unknown_entity" or verdict.status == BLOCKED
        fields: dict[str, Any] = {}
        for name, edit in (op.get("set") or {}).items():
            fields |= fields_of(kind).by_name[name].to_json(edit["base"])
        row = self._row_of(kind, record_id) or {}
        for name, delta in (op.get("sets") or {}).items():
            now = fields_of(kind).by_name[name].read(row) or []
            fields[name] = [v for v in [*now, *delta["remove"]] if v not in delta["add"]]
        waiting = select(OutboxItem).where(
            OutboxItem.record_id == record_id, OutboxItem.operation == operation, OutboxItem.state == OutboxState.SOFT
        )
        known = self._session.scalars(waiting).first() if soon and fields else None
        if known is not None:
            known.fields = {**known.fields, **fields}
            return
        payload = (op.get("payload") or {}) | ({"expect": op["expect"]} if op.get("expect") else {})
        self._session.add(
            OutboxItem(
                kind=kind, record_id=record_id, operation=operation, urgency=order_of(operation), fields=fields,
                payload=payload, created_at=self._unit.clock.now(), problem=None if soon else verdict.code,
                state=(OutboxState.SOFT if soon else OutboxState.ATTENTION).value,
            )
        )  # fmt: skip
        self._session.flush()

    def _needs_attention(self, item: OutboxItem, code: str, details: dict[str, Any]) -> None:
        self._soften(item, OutboxState.ATTENTION, code)
        item.problem_details = details
        self.applier.done.refused += 1

    def _soften(self, item: OutboxItem, state: OutboxState, problem: str) -> None:
        """Back to a soft form that waits; number and bytes stay in the journal."""
        item.state, item.problem = state.value, problem
        item.seq = item.op_id = item.body = None
        item.attempts = 0

    def _in_conflict(self, item: OutboxItem, verdict: Verdict) -> None:
        table = fields_of(item.kind)
        row = self._row(item)
        if row is None:
            self._session.delete(item)
            return
        creating = item.operation.endswith(".create")
        listed = {t.field: t for t in verdict.conflicts if t.field in table.by_name}
        for name, theirs in listed.items():
            wire = table.by_name[name]
            edited = {c.name: None for c in wire.columns} if creating else item.fields
            self._open(item.kind, item.record_id, theirs, base_of(wire, edited, row), wire.read(row))
        rest = self._not_written(item, set(listed), grouped=item.work is not None)
        if rest:
            self._soften(item, OutboxState.SOFT, "")
            item.problem, item.work, item.fields = None, None, rest
        else:
            self._session.delete(item)

    def _not_written(self, item: OutboxItem, listed: set[str], *, grouped: bool) -> dict[str, Any]:
        """Edits of a member of a group that were not in conflict but, with the group, not written either."""
        if not grouped or item.operation.endswith(".create"):
            return {}
        by_column = fields_of(item.kind).by_column
        return {n: v for n, v in item.fields.items() if n in by_column and by_column[n].name not in listed}

    def _row(self, item: OutboxItem) -> dict[str, Any] | None:
        return self._row_of(item.kind, item.record_id)

    def _row_of(self, kind: str, record_id: str) -> dict[str, Any] | None:
        if kind not in SYNCED:
            return None
        names = fields_of(kind).names
        found = feed.load(self._connection, kind, [record_id], names).get(record_id)
        return None if found is None else dict(zip(names, found[4:], strict=True))

    def _open(self, kind: str, record_id: str, theirs: Any, base: Any, mine: Any) -> None:
        wire: WireField = fields_of(kind).by_name[theirs.field]
        self._drop_soft_edits(record_id, wire)
        known = self._session.scalars(
            select(Conflict).where(
                Conflict.kind == kind, Conflict.record_id == record_id, Conflict.field == theirs.field
            )
        ).first()
        if wire.same(mine, theirs.value):
            return
        conflict = known or Conflict(
            kind=kind, record_id=record_id, field=theirs.field, base=base, mine=mine, found_at=self._unit.clock.now()
        )
        conflict.theirs, conflict.their_actor = theirs.value, theirs.actor
        conflict.their_time = from_wire(theirs.at) if theirs.at else None
        if known is None:
            self._session.add(conflict)
            self.applier.done.conflicts += 1
        self._session.flush()

    def _drop_soft_edits(self, record_id: str, wire: WireField) -> None:
        """Later edits of the same field, not sent yet, are part of the conflict: what is visible is `mine`."""
        names = {c.name for c in wire.columns}
        later = select(OutboxItem).where(
            OutboxItem.record_id == record_id, OutboxItem.state == OutboxState.SOFT, OutboxItem.fields != {}
        )
        for item in self._session.scalars(later):
            if item.operation.endswith(".patch") and names & item.fields.keys():
                item.fields = {n: v for n, v in item.fields.items() if n not in names}
                if not item.fields:
                    self._session.delete(item)
