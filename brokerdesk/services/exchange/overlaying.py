"""One record that the portal changed while edits of it wait here: which value is shown, what becomes of each edit.

The rules stand in `merging`; here they meet outbox items and open conflicts. Works inside the caller's unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brokerdesk.core.clock import from_wire
from brokerdesk.models.entities import Conflict, OutboxItem, OutboxState
from brokerdesk.services.exchange.fields import KindFields, WireField
from brokerdesk.services.exchange.merging import Take, base_of, decide
from brokerdesk.services.exchange.messages import Applied, Incoming
from brokerdesk.store.unit_of_work import UnitOfWork

_CREATE = ".create"


@dataclass(slots=True)
class Overlay:
    """The unsent edits and open conflicts of one record."""

    items: list[OutboxItem] = field(default_factory=list)
    conflicts: dict[str, Conflict] = field(default_factory=dict)


class RecordMerge:
    """One record that the portal changed while edits of it wait here."""

    def __init__(
        self, unit: UnitOfWork, done: Applied, table: KindFields, one: Incoming, *, before: dict[str, Any],
        after: dict[str, Any], overlay: Overlay,
    ) -> None:  # fmt: skip
        """`before` is the stored row here, `after` the portal's."""
        self._unit, self._done, self._table, self._one = unit, done, table, one
        self._before, self._after, self._overlay = before, after, overlay

    def run(self) -> dict[str, Any]:
        """The stored row to show."""
        shown = dict(self._after)
        for wire in self._table.fields:
            for name, value in self._field(wire).items():
                shown[name] = value
        for item in self._overlay.items:
            if item.operation.endswith(_CREATE) and item.kind == self._one.kind and item.state != OutboxState.FROZEN:
                item.operation = f"{item.kind}.patch"
            if item.operation.endswith(".patch") and item.state == OutboxState.SOFT and not item.fields:
                self._unit.session.delete(item)
        return shown

    def _field(self, wire: WireField) -> dict[str, Any]:
        """Stored values that differ from the portal's for one field."""
        theirs = (self._one.data or {}).get(wire.name)
        mine = wire.read(self._before)
        conflict = self._overlay.conflicts.get(wire.name)
        if conflict is not None:
            return self._in_conflict(wire, conflict, mine, theirs)
        items = [i for i in self._overlay.items if _touches(i, wire)]
        if not items:
            return {}
        keep = {c.name: self._before[c.name] for c in wire.columns}
        if any(i.state == OutboxState.FROZEN for i in items):
            self._rebase([i for i in items if i.state == OutboxState.ATTENTION], wire, theirs)
            return {} if wire.same(mine, theirs) else keep
        if all(i.state == OutboxState.ATTENTION for i in items):
            self._rebase(items, wire, theirs)
            return keep
        return self._soft(wire, items, mine, theirs, keep)

    def _in_conflict(self, wire: WireField, conflict: Conflict, mine: Any, theirs: Any) -> dict[str, Any]:
        shows_theirs = wire.same(mine, conflict.theirs)
        if wire.same(conflict.mine, theirs) or (wire.same(mine, theirs) and not shows_theirs):
            self._unit.session.delete(conflict)
            self._drop([i for i in self._overlay.items if i.state != OutboxState.FROZEN], wire)
            return {}
        if not wire.same(conflict.theirs, theirs):
            conflict.theirs, conflict.their_actor = theirs, self._one.actor or None
            conflict.their_time = from_wire(self._one.at) if self._one.at else None
        return {} if shows_theirs else {c.name: self._before[c.name] for c in wire.columns}

    def _soft(
        self, wire: WireField, items: list[OutboxItem], mine: Any, theirs: Any, keep: dict[str, Any]
    ) -> dict[str, Any]:
        edited: dict[str, Any] = {}
        for item in reversed(items):
            edited |= _bases(item, wire)
        base = base_of(wire, edited, self._before)
        creating = any(i.operation.endswith(_CREATE) for i in items)
        if creating and wire.same(mine, None):
            self._drop(items, wire)
            return {}
        decision = decide(wire, base=base, mine=mine, theirs=theirs)
        match decision.take:
            case Take.THEIRS:
                self._drop(items, wire)
                return {}
            case Take.MINE:
                self._rebase(items, wire, theirs)
                return keep
            case Take.MERGED:
                self._rebase(items, wire, theirs)
                return wire.to_stored(decision.value)
            case _:
                self._drop(items, wire)
                self._open(wire, base, mine, theirs)
                return {} if decision.take is Take.CONFLICT_SHOW_THEIRS else keep

    def _open(self, wire: WireField, base: Any, mine: Any, theirs: Any) -> None:
        self._unit.session.add(
            Conflict(
                kind=self._one.kind, record_id=self._one.id, field=wire.name, base=base, mine=mine, theirs=theirs,
                their_actor=self._one.actor or None, their_time=from_wire(self._one.at) if self._one.at else None,
                found_at=self._unit.clock.now(),
            )
        )  # fmt: skip
        self._done.conflicts += 1

    def _rebase(self, items: list[OutboxItem], wire: WireField, theirs: Any) -> None:
        """The portal's value becomes the base of the edit; of a group for every member, because it is one unit."""
        for item in items:
            item.fields = {**item.fields, **wire.to_json(theirs)}

    def _drop(self, items: list[OutboxItem], wire: WireField) -> None:
        names = {c.name for c in wire.columns}
        for item in items:
            item.fields = {n: v for n, v in item.fields.items() if n not in names}


def _touches(item: OutboxItem, wire: WireField) -> bool:
    if item.operation.endswith(_CREATE):
        return True
    return item.operation.endswith(".patch") and any(c.name in item.fields for c in wire.columns)


def _bases(item: OutboxItem, wire: WireField) -> dict[str, Any]:
    if item.operation.endswith(_CREATE):
        return {c.name: None for c in wire.columns}
    return {c.name: item.fields[c.name] for c in wire.columns if c.name in item.fields}
