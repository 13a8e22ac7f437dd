"""Drafts of operations: the neutral content of an outbox item with its new values, before it becomes bytes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from brokerdesk.models.entities import Conflict, OutboxItem
from brokerdesk.services.exchange.fields import WireField, fields_of
from brokerdesk.services.exchange.merging import base_of, set_delta
from brokerdesk.wire.kinds import Merge, accepts

EXPECT = "expect"
"""Member of an item's payload that travels beside the payload: the state the operation was decided upon."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One soft item as freezing reads it."""

    COLUMNS: ClassVar[tuple[Any, ...]] = (
        OutboxItem.key, OutboxItem.kind, OutboxItem.record_id, OutboxItem.operation, OutboxItem.urgency,
        OutboxItem.fields, OutboxItem.payload, OutboxItem.work, OutboxItem.created_at, OutboxItem.problem,
    )  # fmt: skip

    key: int
    kind: str
    record_id: str
    operation: str
    urgency: int
    fields: Mapping[str, Any]
    payload: Mapping[str, Any]
    work: str | None
    created_at: datetime
    problem: str | None

    @property
    def creates(self) -> bool:
        """Whether the whole record is sent."""
        return self.operation.endswith(".create")

    @property
    def patches(self) -> bool:
        """Whether edited fields are sent."""
        return self.operation.endswith(".patch")

    def alone(self) -> Wanted:
        """The same item without its group."""
        return replace(self, work=None)


@dataclass(slots=True, kw_only=True)
class Draft:
    """One operation, complete but for its number, which freezing assigns."""

    key: int
    type: str
    record_id: str
    at: datetime
    group: str | None = None
    data: dict[str, Any] | None = None
    set: dict[str, dict[str, Any]] | None = None
    sets: dict[str, dict[str, list[str]]] | None = None
    payload: dict[str, Any] | None = None
    expect: dict[str, Any] | None = None
    seq: int = 0
    op_id: str = ""


@dataclass(slots=True)
class Gap:
    """What a draft could not take: fields unknown to the portal (with their bases), and values of the wrong shape."""

    unknown: dict[str, Any] = field(default_factory=dict)
    unfit: set[str] = field(default_factory=set)


def draft_create(item: Wanted, row: Mapping[str, Any], known: frozenset[str] | None, gap: Gap) -> Draft:
    """The whole record; empty fields are left out. Shapes are checked by the portal, which names the wrong fields."""
    table = fields_of(item.kind)
    data = table.filled(row)
    for name in () if known is None else data.keys() - known:
        gap.unknown.update(table.by_name[name].to_json(None))
        del data[name]
    return Draft(
        key=item.key, type=item.operation, record_id=item.record_id, at=item.created_at, group=item.work, data=data
    )  # fmt: skip


def draft_patch(
    item: Wanted, row: Mapping[str, Any], known: frozenset[str] | None, gap: Gap, conflicts: Mapping[str, Conflict]
) -> Draft | None:
    """The edited fields with base and new value; None when nothing differs from its base any more.

    A group is sent as a whole. An edit of a field in conflict becomes part of the conflict instead.
    """
    table = fields_of(item.kind)
    edits: dict[str, dict[str, Any]] = {}
    sets: dict[str, dict[str, list[str]]] = {}
    for wire in _edited(table.by_column, item):
        mine, base = wire.read(row), base_of(wire, item.fields, row)
        if wire.same(base, mine):
            continue
        if wire.name in conflicts:
            conflicts[wire.name].mine = mine
        elif known is not None and wire.name not in known:
            gap.unknown.update(wire.to_json(base))
        elif not accepts(wire.spec, mine):
            gap.unfit.add(wire.name)
        elif wire.spec.merge is Merge.SET:
            added, removed = set_delta(base, mine)
            sets[wire.name] = {"add": added, "remove": removed}
        else:
            edits[wire.name] = {"base": base, "new": mine}
    if not edits and not sets:
        return None
    return Draft(
        key=item.key, type=item.operation, record_id=item.record_id, at=item.created_at, group=item.work,
        set=edits or None, sets=sets or None,
    )  # fmt: skip


def draft_operation(item: Wanted) -> Draft:
    """An operation with behaviour: its payload as it was decided."""
    payload = {k: v for k, v in item.payload.items() if k != EXPECT}
    return Draft(
        key=item.key, type=item.operation, record_id=item.record_id, at=item.created_at, group=item.work,
        payload=payload or None, expect=item.payload.get(EXPECT),
    )  # fmt: skip


def _edited(by_column: Mapping[str, WireField], item: Wanted) -> list[WireField]:
    found: dict[str, WireField] = {}
    for column in item.fields:
        wire = by_column.get(column)
        if wire is not None:
            found[wire.name] = wire
    return list(found.values())
