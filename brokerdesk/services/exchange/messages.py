"""What the exchange passes between `sync` (which speaks HTTP) and the book (which does not): plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One record as the portal says it is. `data` is None for a removal, which then has a `reason`.

    `explained` tells that a removal names its author or a reason of the portal, so that the wipe fuse does not count it.
    """

    kind: str
    id: str
    rev: int
    data: Mapping[str, Any] | None
    reason: str | None = None
    into: str | None = None
    actor: str = ""
    at: str | None = None
    explained: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """The portal's value of one field in conflict; `base` marks fields of a group that were merely not written."""

    field: str
    value: Any
    actor: str | None
    at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one operation (protocol.md § 6.3)."""

    seq: int
    op_id: str
    status: str
    replayed: bool = False
    code: str | None = None
    fields: tuple[str, ...] = ()
    conflicts: tuple[Theirs, ...] = ()
    result: Mapping[str, Any] | None = None
    entity: Incoming | None = None


@dataclass(frozen=True, slots=True)
class FrozenOp:
    """One operation ready to be sent: its number, its bytes, and the atomic group it belongs to."""

    seq: int
    op_id: str
    body: bytes
    group: str | None = None


@dataclass(slots=True)
class Applied:
    """What a page or a batch of verdicts did to the book."""

    applied: int = 0
    skipped: int = 0
    conflicts: int = 0
    quarantined: int = 0
    removed: int = 0
    refused: int = 0
    notices: list[str] = field(default_factory=list)
