"""What the exchange with the portal and the history remember: change log, outbox, journal, conflicts, quarantine."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from brokerdesk.models.entities.base import Base


class OutboxState(StrEnum):
    """The fate of an outgoing intention."""

    SOFT = "soft"
    FROZEN = "frozen"
    BLOCKED = "blocked"
    ATTENTION = "attention"
    HELD = "held"


class ChangeLog(Base):
    """One changed field of one record: who, when, from where, old and new value (history, undo, audit)."""

    __tablename__ = "change_log"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    work: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column()
    actor: Mapped[str] = mapped_column(String(200), default="")
    origin: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(36))
    action: Mapped[str] = mapped_column(String(10))
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (Index("ix_change_log_record", "record_id", "key"), Index("ix_change_log_work", "work"))


class OutboxItem(Base):
    """One outgoing intention, written in the transaction of the fact it announces (protocol.md § 6.1 R1).

    Soft items are neutral: `fields` maps each edited field to its base value, the new value is read when freezing.
    Operations with behaviour carry their `payload`. A frozen item holds its bytes and never changes again.
    """

    __tablename__ = "outbox"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(36), index=True)
    operation: Mapped[str] = mapped_column(String(60))
    urgency: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), default=OutboxState.SOFT.value, index=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    work: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column()
    seq: Mapped[int | None] = mapped_column(Integer, unique=True)
    op_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    sent_at: Mapped[datetime | None] = mapped_column()
    problem: Mapped[str | None] = mapped_column(String(60))
    problem_details: Mapped[dict[str, Any] | None] = mapped_column()

    __table_args__ = (Index("ix_outbox_order", "state", "urgency", "key"),)


class JournalEntry(Base):
    """An acknowledged operation, kept for the day the portal is restored from a backup (R6)."""

    __tablename__ = "journal"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    op_id: Mapped[str] = mapped_column(String(36), unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(12))
    acknowledged_at: Mapped[datetime] = mapped_column()


class Conflict(Base):
    """One field that two people changed; mine stays visible here, theirs is in force on the portal until decided."""

    __tablename__ = "conflict"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str] = mapped_column(String(36), index=True)
    field: Mapped[str] = mapped_column(String(60))
    base: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    mine: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    theirs: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    their_actor: Mapped[str | None] = mapped_column(String(200))
    their_time: Mapped[datetime | None] = mapped_column()
    found_at: Mapped[datetime] = mapped_column()


class Quarantined(Base):
    """A change from the feed that could not be applied; kept with its bytes until an update can (architecture § 7)."""

    __tablename__ = "quarantine"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[str] = mapped_column(String(36))
    rev: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column()


class SyncMeta(Base):
    """The one row of the exchange: where this book stands with its portal; absent while the book is not paired."""

    __tablename__ = "sync_meta"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    portal_url: Mapped[str] = mapped_column(String(300))
    tenant: Mapped[str] = mapped_column(String(36))
    device_id: Mapped[str] = mapped_column(String(36))
    employee: Mapped[dict[str, Any]] = mapped_column(default=dict)
    epoch: Mapped[str] = mapped_column(String(36), default="")
    next_seq: Mapped[int] = mapped_column(Integer, default=1)
    cursor: Mapped[str | None] = mapped_column(String)
    clock_offset_ms: Mapped[int] = mapped_column(Integer, default=0)
    last_success_at: Mapped[datetime | None] = mapped_column()
    last_attempt_at: Mapped[datetime | None] = mapped_column()
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_problem: Mapped[str | None] = mapped_column(String(60))
    paused: Mapped[bool] = mapped_column(Boolean, default=False)
    digest_due: Mapped[bool] = mapped_column(Boolean, default=False)
    pin: Mapped[str | None] = mapped_column(String(64))
    tokens: Mapped[dict[str, Any] | None] = mapped_column()
    capabilities: Mapped[dict[str, Any] | None] = mapped_column()
