"""Rows of the exchange: what waits, what was refused, what two people changed, and the line in the status bar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One outgoing intention. `state` is soft, frozen, blocked, attention or held; `problem` a code when it stopped."""

    key: int
    kind: str
    record_id: str
    operation: str
    subject: str
    party_id: str | None
    state: str
    fields: tuple[str, ...]
    created_at: datetime
    attempts: int
    sent_at: datetime | None
    problem: str | None
    problem_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    """One field that two people changed; values are wire values (of a group an object of its members)."""

    key: int
    kind: str
    record_id: str
    subject: str
    party_id: str | None
    field: str
    base: Any
    mine: Any
    theirs: Any
    their_actor: str | None
    their_time: datetime | None
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """One change of the portal that this program cannot keep yet."""

    key: int
    kind: str
    record_id: str
    rev: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeStatus:
    """Where the book stands with its portal. `fuse` and `missing` wait for a decision of a person."""

    paired: bool
    portal_url: str | None = None
    tenant_name: str | None = None
    employee_name: str | None = None
    outbox: int = 0
    attention: int = 0
    held: int = 0
    conflicts: int = 0
    quarantined: int = 0
    missing: int = 0
    fuse: int = 0
    paused: bool = False
    failures: int = 0
    last_problem: str | None = None
    last_success_at: datetime | None = None
    last_attempt_at: datetime | None = None
    clock_offset_ms: int = 0
