"""What only this book knows: its identity, settings, drafts, imports and the raw records kept from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from brokerdesk.models.entities.base import Base


class BookInfo(Base):
    """Identity of the book; one row. `profile_id` must equal the one in the key slots."""

    __tablename__ = "book_info"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    profile_id: Mapped[str] = mapped_column(String(36))
    schema_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column()
    last_check_at: Mapped[datetime | None] = mapped_column()
    open_since: Mapped[datetime | None] = mapped_column()


class Setting(Base):
    """One setting of this book."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column()


class Draft(Base):
    """What was typed into a form and not yet saved; survives crash and lock."""

    __tablename__ = "draft"

    form: Mapped[str] = mapped_column(String(120), primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column()
    saved_at: Mapped[datetime] = mapped_column()


class ImportRun(Base):
    """One completed import of one file."""

    __tablename__ = "import_run"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    at: Mapped[datetime] = mapped_column()
    format: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    report: Mapped[dict[str, Any]] = mapped_column()


class ImportKey(Base):
    """How a delivery names one of our records: makes the same file twice change nothing.

    `fingerprint` holds the 8-byte digests of what the newest delivery said about the record (several when it stood there
    several times).
    """

    __tablename__ = "import_key"

    source: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    record_id: Mapped[str] = mapped_column(String(36), index=True)
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary)


class RawRecords(Base):
    """The physical records of the newest delivery of one contract (or of none), compressed."""

    __tablename__ = "raw_records"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    run: Mapped[str] = mapped_column(String(36), index=True)
    record_id: Mapped[str | None] = mapped_column(String(36), index=True)
    lines: Mapped[bytes] = mapped_column(LargeBinary)


class DuplicateProposal(Base):
    """Two parties that may be one person; somebody decides, nothing is merged silently."""

    __tablename__ = "duplicate_proposal"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    party_a: Mapped[str] = mapped_column(String(36), index=True)
    party_b: Mapped[str] = mapped_column(String(36), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12), default="open")
