"""Answers of the portal as the plain values that the book applies; the one place that knows both shapes."""

from __future__ import annotations

from collections.abc import Iterable

from brokerdesk.services.exchange.messages import Incoming, Theirs, Verdict
from brokerdesk.wire.pull import Change
from brokerdesk.wire.push import Entity, OpResult

_EXPLAINED = frozenset({"merged", "erased", "out_of_scope"})


def incoming(changes: Iterable[Change]) -> list[Incoming]:
    """A page of the feed or of a snapshot."""
    return [_incoming(change) for change in changes]


def _incoming(change: Change) -> Incoming:
    origin = change.origin
    return Incoming(
        kind=change.type,
        id=change.id,
        rev=change.rev,
        data=change.data or {} if change.op == "upsert" else None,
        reason=change.reason,
        into=change.into,
        actor=(origin.actor or "") if origin else "",
        at=change.at,
        explained=change.reason in _EXPLAINED or (origin is not None and origin.device_id is not None),
    )


def verdict(result: OpResult) -> Verdict:
    """One verdict of a push."""
    conflicts = tuple(Theirs(field=c.field, value=c.theirs, actor=c.by, at=c.at) for c in result.conflicts or ())
    return Verdict(
        seq=result.seq,
        op_id=result.op_id,
        status=result.status,
        replayed=result.replayed,
        code=result.code,
        fields=tuple(result.fields or ()),
        conflicts=conflicts,
        result=result.result,
        entity=_entity(result.entity) if result.entity else None,
    )


def _entity(entity: Entity) -> Incoming:
    return Incoming(
        kind=entity.type,
        id=entity.id,
        rev=entity.rev,
        data=None if entity.deleted else entity.data,
        reason=entity.reason,
    )
