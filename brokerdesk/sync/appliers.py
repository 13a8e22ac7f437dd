"""Answers of the portal as the plain values that the book applies; the one place that knows both shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from brokerdesk.services.exchange.messages import Incoming, Theirs, Verdict
from brokerdesk.wire.push import Entity, OpResult

_EXPLAINED = frozenset({"merged", "erased", "out_of_scope"})


def incoming(changes: Iterable[Mapping[str, Any]]) -> list[Incoming]:
    """A page of the feed or of a snapshot, as decoded JSON.

    Large pages are read without a model per record; only what the book relies on is checked. Raises `ValueError` for a
    page that no portal writes.
    """
    return [_incoming(change) for change in changes]


def _incoming(change: Mapping[str, Any]) -> Incoming:
    kind, record_id, rev, data = change["type"], change["id"], change["rev"], None
    if change["op"] == "upsert":
        data = change.get("data") or {}
    origin = change.get("origin") or _NOBODY
    reason = change.get("reason")
    if not (
        isinstance(kind, str) and isinstance(record_id, str) and len(record_id) == 36 and type(rev) is int and rev > 0
    ):
        raise ValueError("change")
    if not (isinstance(origin, dict) and (data is None or isinstance(data, dict))):
        raise ValueError("change")
    actor, at = origin.get("actor"), change.get("at")
    return Incoming(
        kind=kind,
        id=record_id,
        rev=rev,
        data=data,
        reason=reason if isinstance(reason, str) else None,
        actor=actor if isinstance(actor, str) else "",
        at=at if isinstance(at, str) else None,
        explained=data is not None or reason in _EXPLAINED or origin.get("device_id") is not None,
    )


_NOBODY: dict[str, Any] = {}


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
