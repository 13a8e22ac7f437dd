"""Freezing: soft items get their number and operation id and become bytes that never change (protocol.md § 6.1 R3, R4).

Chooses, orders and reads the new values in one transaction; how an operation looks in bytes is told by the caller. Items
that depend on something that waits for a decision stay soft.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from brokerdesk.core.ids import new_id
from brokerdesk.models.entities import SYNCED, Conflict, Invitation, OutboxItem, OutboxState
from brokerdesk.services.exchange import questions
from brokerdesk.services.exchange.drafts import Draft, Gap, Wanted, draft_create, draft_operation, draft_patch
from brokerdesk.services.exchange.fields import fields_of
from brokerdesk.store import feed
from brokerdesk.store.outbox import DATA, URGENT
from brokerdesk.store.unit_of_work import UnitOfWork

Encode = Callable[[Draft], bytes]
"""Turns a draft into the bytes of its operation."""
WINDOW = 2_000
GROUP_LIMIT = 200
"""The portal takes groups of at most this many operations (protocol.md § 6.5)."""
_CREATE, _PATCH = ".create", ".patch"
_SUBMIT = "invitation.submit"
_WAITING = (OutboxState.BLOCKED.value, OutboxState.ATTENTION.value, OutboxState.HELD.value)


@dataclass(slots=True)
class Frozen:
    """The outcome: how many items were frozen, and how many stopped with a question or a fault of their own."""

    count: int = 0
    held: int = 0
    faulty: int = 0


@dataclass(slots=True)
class _Unit:
    """Items that travel together: one, or an atomic group."""

    items: list[Wanted]
    needs: set[int] = field(default_factory=set)


class Freezer:
    """One freezing of at most one batch inside one unit of work."""

    def __init__(
        self, unit: UnitOfWork, encode: Encode, *, limit: int, fields: Mapping[str, frozenset[str]], ahead: bool = False
    ) -> None:
        """`fields`: kind → fields the portal knows; others wait until it does (protocol.md § 4).

        `ahead`: a batch is on its way. Only edits of records are taken then, and none that touches or names a record with
        an operation under way: whether that one is accepted is not known yet.
        """
        self.done = Frozen()
        self._unit = unit
        self._session = unit.session
        self._connection = unit.connection
        self._encode = encode
        self._limit = limit
        self._known_fields = fields
        self._ahead = ahead
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        self._named: dict[int, frozenset[str]] = {}

    def run(self) -> Frozen:
        """Freeze the next batch. Nothing is committed here."""
        cancel_unsent(self._unit)
        after = (-1, -1)
        while self.done.count == 0:
            items = self._window(after)
            if not items or (self._ahead and (after[0] >= 0 or items[0].urgency != DATA)):
                break
            after = (items[-1].urgency, items[-1].key)
            self._freeze(self._ready(items))
        return self.done

    # choosing

    def _window(self, after: tuple[int, int]) -> list[Wanted]:
        query = (
            select(*Wanted.COLUMNS)
            .where(OutboxItem.state == OutboxState.SOFT)
            .where((OutboxItem.urgency > after[0]) | ((OutboxItem.urgency == after[0]) & (OutboxItem.key > after[1])))
            .order_by(OutboxItem.urgency, OutboxItem.key)
            .limit(min(self._limit, WINDOW))
        )
        if self._ahead:
            query = query.where(OutboxItem.urgency <= DATA)
        return [Wanted(*row) for row in self._session.execute(query)]

    def _soft_where(self, condition: Any) -> list[Wanted]:
        query = select(*Wanted.COLUMNS).where(OutboxItem.state == OutboxState.SOFT, condition).order_by(OutboxItem.key)
        return [Wanted(*row) for row in self._session.execute(query)]

    def _ready(self, items: list[Wanted]) -> list[Wanted]:
        """The items of the window with their groups and parents, without those that must wait, in order."""
        chosen = {i.key: i for i in items}
        works = {i.work for i in items if i.work}
        if works:
            chosen |= {i.key: i for i in self._soft_where(OutboxItem.work.in_(sorted(works)))}
        for _ in range(8):
            self._load_rows(chosen.values())
            absent = self._parents_of(chosen.values()) - {i.record_id for i in chosen.values() if i.creates}
            parents = self._soft_where(
                OutboxItem.record_id.in_(sorted(absent)) & OutboxItem.operation.endswith(_CREATE)
            )
            parents = [p for p in parents if p.key not in chosen]
            if not parents:
                break
            chosen |= {p.key: p for p in parents}
        waiting = self._waiting_records(chosen.values())
        return self._ordered(list(chosen.values()), waiting)

    def _load_rows(self, items: Iterable[Wanted]) -> None:
        wanted: dict[str, set[str]] = {}
        for item in items:
            if (item.creates or item.patches) and (item.kind, item.record_id) not in self._rows:
                wanted.setdefault(item.kind, set()).add(item.record_id)
        for kind, ids in wanted.items():
            names = fields_of(kind).names
            for record_id, row in feed.load(self._connection, kind, ids, names).items():
                self._rows[kind, record_id] = dict(zip(("key", "id", "server_rev", "stub", *names), row, strict=True))

    def _parents_of(self, items: Iterable[Wanted]) -> set[str]:
        found: set[str] = set()
        for item in items:
            found |= self._references(item)
        return found

    def _references(self, item: Wanted) -> frozenset[str]:
        found = self._named.get(item.key)
        if found is None:
            found = self._named[item.key] = frozenset(self._ids_named_by(item))
        return found

    def _ids_named_by(self, item: Wanted) -> set[str]:
        """Ids that the operation will name: of a create all references, of a patch the edited ones."""
        if item.kind not in SYNCED:
            return set()
        if not (item.creates or item.patches):
            named = {str(item.payload["party_id"])} if item.payload.get("party_id") else set()
            return named | {item.record_id}
        row = self._rows.get((item.kind, item.record_id))
        if row is None:
            return set()
        names = fields_of(item.kind).references
        found = {row[n] for n in names if row[n] and (item.creates or n in item.fields)}
        return found | (set() if item.creates else {item.record_id})

    def _waiting_records(self, items: Iterable[Wanted]) -> dict[str, list[tuple[str, frozenset[str]]]]:
        """Record → operations and columns of its items that wait for a decision."""
        ids = self._parents_of(items) | {i.record_id for i in items}
        query = select(OutboxItem.record_id, OutboxItem.operation, OutboxItem.fields).where(
            OutboxItem.state.in_((*_WAITING, OutboxState.FROZEN.value) if self._ahead else _WAITING)
        )
        found: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for record_id, operation, fields in self._session.execute(query):
            if record_id in ids:
                found.setdefault(record_id, []).append((operation, frozenset(fields or ())))
        return found

    # ordering

    def _ordered(self, items: list[Wanted], waiting: dict[str, list[tuple[str, frozenset[str]]]]) -> list[Wanted]:
        units = self._units(items)
        place = {item.key: unit for unit in units for item in unit.items}
        creators = {i.record_id: i.key for i in items if i.creates}
        for unit in units:
            unit.needs = {creators[r] for i in unit.items for r in self._references(i) if r in creators}
        stuck = {id(u) for u in units if any(self._must_wait(i, waiting) for i in u.items)}
        emitted: list[Wanted] = []
        done: set[int] = set()

        def emit(unit: _Unit, depth: int) -> bool:
            if id(unit) in stuck:
                return False
            if id(unit) in done or depth > 50:
                return True
            done.add(id(unit))
            for key in sorted(unit.needs):
                if place[key] is not unit and not emit(place[key], depth + 1):
                    stuck.add(id(unit))
                    return False
            emitted.extend(unit.items if len(unit.items) == 1 else _parents_first(unit.items, self._references))
            return True

        for unit in sorted(units, key=lambda u: min((i.urgency, i.key) for i in u.items)):
            emit(unit, 0)
        return emitted

    def _units(self, items: list[Wanted]) -> list[_Unit]:
        by_work: dict[str, list[Wanted]] = {}
        for item in items:
            if item.work:
                by_work.setdefault(item.work, []).append(item)
        units = [_Unit([i]) for i in items if not i.work]
        for members in by_work.values():
            if 1 < len(members) <= GROUP_LIMIT:
                units.append(_Unit(members))
            else:
                units += [_Unit([m.alone()]) for m in members]
        return units

    def _must_wait(self, item: Wanted, waiting: dict[str, list[tuple[str, frozenset[str]]]]) -> bool:
        row = self._rows.get((item.kind, item.record_id)) if item.patches else None
        if row is not None and row["server_rev"] < 0:
            return True  # a restored portal may not know this record: first the feed, then the edit
        if self._ahead and item.record_id in waiting:
            return True
        if not waiting:
            return False
        for operation, columns in waiting.get(item.record_id, ()):
            if operation.endswith(_CREATE) or item.operation == operation == _SUBMIT:
                return True
            if item.patches and columns & item.fields.keys():
                return True
        named = self._references(item) - {item.record_id}
        return any(o.endswith(_CREATE) for r in named for o, _ in waiting.get(r, ()))

    # writing

    def _freeze(self, items: Sequence[Wanted]) -> None:
        conflicts = self._open_conflicts(items)
        drafts: list[Draft] = []
        for item in items[: self._limit]:
            draft = self._draft(item, conflicts)
            if draft is not None:
                drafts.append(draft)
        drafts = _whole_groups(drafts, self._limit, cut=len(items) > self._limit)
        self._write(drafts)

    def _open_conflicts(self, items: Sequence[Wanted]) -> dict[str, dict[str, Conflict]]:
        found: dict[str, dict[str, Conflict]] = {}
        patched = {i.record_id for i in items if i.patches}
        for conflict in self._session.scalars(select(Conflict)):
            if conflict.record_id in patched:
                found.setdefault(conflict.record_id, {})[conflict.field] = conflict
        return found

    def _draft(self, item: Wanted, conflicts: dict[str, dict[str, Conflict]]) -> Draft | None:
        """The operation of one item, or None when it vanished, was held with a question, or cannot be sent."""
        now = self._unit.clock.now()
        question = questions.ask(self._session, item, now=now)
        if question is not None:
            self._stop(item.key, OutboxState.HELD, question, {})
            self.done.held += 1
            return None
        if not (item.creates or item.patches):
            return draft_operation(item)
        row = self._rows.get((item.kind, item.record_id))
        if row is None:
            self._delete(item.key)
            return None
        known = self._known_fields.get(item.kind)
        gap = Gap()
        draft: Draft | None
        if item.creates:
            draft = draft_create(item, row, known, gap)
        else:
            draft = draft_patch(item, row, known, gap, conflicts.get(item.record_id, {}))
        return self._checked(item, draft, gap)

    def _checked(self, item: Wanted, draft: Draft | None, gap: Gap) -> Draft | None:
        if gap.unfit:
            self._stop(item.key, OutboxState.ATTENTION, "validation", {"fields": sorted(gap.unfit)})
            self.done.faulty += 1
            return None
        if gap.unknown:
            self._keep_back(item, gap)
        if draft is None:
            self._delete(item.key)
        return draft

    def _keep_back(self, item: Wanted, gap: Gap) -> None:
        """Edits of fields the portal does not know yet stay here as an item of their own."""
        self._session.add(
            OutboxItem(
                kind=item.kind, record_id=item.record_id, operation=f"{item.kind}{_PATCH}", urgency=item.urgency,
                state=OutboxState.HELD.value, fields=dict(gap.unknown), created_at=item.created_at,
                problem=questions.NOT_TRANSMITTED,
            )
        )  # fmt: skip

    def _stop(self, key: int, state: OutboxState, problem: str, details: dict[str, Any]) -> None:
        self._connection.exec_driver_sql(
            'UPDATE outbox SET state = ?, problem = ?, problem_details = ? WHERE "key" = ?',
            (state.value, problem, json.dumps(details), key),
        )

    def _delete(self, key: int) -> None:
        self._connection.exec_driver_sql('DELETE FROM outbox WHERE "key" = ?', (key,))

    def _write(self, drafts: list[Draft]) -> None:
        meta = self._unit.paired
        if meta is None or not drafts:
            return
        alone = _singles(drafts)
        rows = []
        for seq, draft in enumerate(drafts, start=meta.next_seq):
            draft.seq, draft.op_id = seq, new_id(self._unit.clock)
            if draft.group in alone:
                draft.group = None
            rows.append((seq, draft.op_id, self._encode(draft), draft.group, draft.key))
        self._connection.exec_driver_sql(
            "UPDATE outbox SET state = 'frozen', seq = ?, op_id = ?, body = ?, work = ?, problem = NULL WHERE \"key\" = ?",
            rows,
        )
        meta.next_seq += len(drafts)
        self._session.flush()
        self.done.count += len(drafts)


def _parents_first(items: list[Wanted], references: Callable[[Wanted], frozenset[str]]) -> list[Wanted]:
    """Members of a group by age, but what is referred to before what refers to it."""
    creators = {i.record_id: i for i in items if i.creates}
    ordered: list[Wanted] = []
    seen: set[int] = set()

    def visit(item: Wanted) -> None:
        if item.key in seen:
            return
        seen.add(item.key)
        for record_id in sorted(references(item)):
            if record_id in creators and creators[record_id] is not item:
                visit(creators[record_id])
        ordered.append(item)

    for item in sorted(items, key=lambda i: i.key):
        visit(item)
    return ordered


def _singles(drafts: list[Draft]) -> set[str | None]:
    counts: dict[str | None, int] = {}
    for draft in drafts:
        counts[draft.group] = counts.get(draft.group, 0) + 1
    return {g for g, n in counts.items() if n == 1}


def _whole_groups(drafts: list[Draft], limit: int, *, cut: bool) -> list[Draft]:
    """Without the beginning of a group that does not fit any more."""
    last = drafts[-1].group if drafts else None
    if not cut or last is None or len(drafts) < limit:
        return drafts
    whole = [d for d in drafts if d.group != last]
    return whole or drafts


def cancel_unsent(unit: UnitOfWork) -> int:
    """A stop or revoke of an invitation that is itself still soft deletes both, without any network (R4)."""
    session = unit.session
    stops = session.scalars(
        select(OutboxItem).where(
            OutboxItem.state == OutboxState.SOFT,
            OutboxItem.urgency == URGENT,
            OutboxItem.operation.in_(("invitation.stop", "invitation.revoke")),
        )
    ).all()
    cancelled = 0
    for stop in stops:
        submits = session.scalars(
            select(OutboxItem).where(
                OutboxItem.record_id == stop.record_id,
                OutboxItem.operation == _SUBMIT,
                OutboxItem.state.in_((OutboxState.SOFT.value, OutboxState.HELD.value, OutboxState.BLOCKED.value)),
            )
        ).all()
        if not submits:
            continue
        for item in [*submits, stop]:
            session.delete(item)
        forget_unsent_invitation(unit, stop.record_id)
        cancelled += 1
    session.flush()
    return cancelled


def forget_unsent_invitation(unit: UnitOfWork, record_id: str) -> None:
    """Delete the local record of an invitation that the portal never heard of."""
    found = unit.find(Invitation, record_id)
    if found is not None and found.server_rev == 0:
        unit.session.delete(found)
        unit.session.flush()
