"""What a round of the exchange notes about itself: success, failure, next attempt, clock, tokens, capabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import select

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.core.errors import KnownError
from brokerdesk.models.entities import SyncMeta
from brokerdesk.models.rows.exchange import ConflictRow, ExchangeStatus, OutboxRow, QuarantineRow
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.services.exchange import memory
from brokerdesk.services.exchange.pairing import NOT_PAIRED
from brokerdesk.store.book import Book
from brokerdesk.store.queries import exchange as queries
from brokerdesk.store.unit_of_work import UnitOfWork

_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Meta:
    """The row of the pairing as plain values."""

    portal_url: str
    tenant: str
    device_id: str
    epoch: str
    next_seq: int
    cursor: str | None
    position: int
    failures: int
    paused: bool
    digest_due: bool
    pin: str | None
    employee: dict[str, Any]
    capabilities: dict[str, Any]
    next_try: datetime | None
    last_problem: str | None
    last_attempt_at: datetime | None


def meta(book: Book) -> Meta | None:
    """The pairing of this book, or None."""
    with book.read() as connection:
        row = connection.execute(select(SyncMeta.__table__)).mappings().first()
        if row is None:
            return None
        position = memory.read(connection, memory.POSITION) or {}
        next_try = memory.read(connection, memory.NEXT_TRY)
    return Meta(
        row["portal_url"], row["tenant"], row["device_id"], row["epoch"], row["next_seq"], row["cursor"],
        int(position.get("feed_seq", 0)), row["failures"], row["paused"], row["digest_due"], row["pin"],
        row["employee"], row["capabilities"] or {}, from_wire(next_try["at"]) if next_try else None,
        row["last_problem"], row["last_attempt_at"],
    )  # fmt: skip


def _row(unit: UnitOfWork) -> SyncMeta:
    row = unit.paired
    if row is None:
        raise KnownError(NOT_PAIRED)
    return row


def note_success(book: Book, *, clock_offset_ms: int | None = None, problem: str | None = None) -> None:
    """A round went through; `problem` is what it could not heal. The offset joins the last five samples (§ 10)."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        row = _row(unit)
        row.failures, row.last_problem = 0, problem
        if clock_offset_ms is not None:
            samples = list((memory.recall(unit.session, memory.CLOCK) or {}).get("samples", []))
            samples = [*samples, clock_offset_ms][-_SAMPLES:]
            row.clock_offset_ms = int(median(samples))
            memory.remember(unit.session, memory.CLOCK, {"samples": samples})
        row.last_success_at = row.last_attempt_at = unit.clock.now()
        memory.remember(unit.session, memory.NEXT_TRY, None)
        unit.commit()


def note_failure(book: Book, problem: str, *, wait: timedelta | None) -> None:
    """A round failed; with `wait` the queue pauses as a whole and is tried again after it."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        row = _row(unit)
        row.failures += 1
        row.last_problem = problem
        row.last_attempt_at = unit.clock.now()
        at = None if wait is None else {"at": to_wire(unit.clock.now() + wait)}
        memory.remember(unit.session, memory.NEXT_TRY, at)
        unit.commit()


def pause(book: Book, *, paused: bool) -> None:
    """Stop or resume the exchange by hand."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        _row(unit).paused = paused
        unit.commit()


def note_capabilities(book: Book, capabilities: dict[str, Any]) -> None:
    """Remember what the portal said about itself."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        row = _row(unit)
        if row.capabilities != capabilities:
            row.capabilities = capabilities
            unit.commit()


def note_digest(book: Book, *, equal: bool) -> int:
    """Note the outcome of a digest; returns how often in a row it differed."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        before = memory.recall(unit.session, memory.DIGEST) or {}
        differed = 0 if equal else int(before.get("differed", 0)) + 1
        memory.remember(unit.session, memory.DIGEST, {"at": to_wire(unit.clock.now()), "differed": differed})
        _row(unit).digest_due = False
        unit.commit()
    return differed


def want_digest(book: Book) -> None:
    """Have the next round compare digests (after an unclean shutdown, or by hand)."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        _row(unit).digest_due = True
        unit.commit()


def load_tokens(book: Book) -> dict[str, Any] | None:
    """The tokens kept in the encrypted book."""
    with book.read() as connection:
        return connection.execute(select(SyncMeta.tokens)).scalar()


def save_tokens(book: Book, tokens: dict[str, Any] | None) -> None:
    """Keep tokens in the encrypted book; committed when this returns."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        _row(unit).tokens = tokens
        unit.commit()


def recall(book: Book, name: str) -> dict[str, Any]:
    """A remembered fact of the exchange, empty when there is none."""
    with book.read() as connection:
        return memory.read(connection, name) or {}


def remember(book: Book, name: str, value: dict[str, Any] | None) -> None:
    """Remember a fact of the exchange."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        memory.remember(unit.session, name, value)
        unit.commit()


def status(book: Book) -> ExchangeStatus:
    """The summary of the status bar."""
    with book.read() as connection:
        return queries.status(connection)


def outbox_rows(book: Book, *, state: str | None = None, limit: int = 200, offset: int = 0) -> Sequence[OutboxRow]:
    """What waits, those that need a person first."""
    with book.read() as connection:
        return queries.outbox(connection, state=state, limit=limit, offset=offset)


def conflict_rows(book: Book, *, record_id: str | None = None, limit: int = 500) -> Sequence[ConflictRow]:
    """What two people changed and nobody decided yet."""
    with book.read() as connection:
        return queries.conflicts(connection, record_id=record_id, limit=limit)


def quarantine_rows(book: Book) -> Sequence[QuarantineRow]:
    """What waits for a newer program."""
    with book.read() as connection:
        return queries.quarantine(connection)


def revisions(book: Book) -> dict[str, list[tuple[str, int]]]:
    """Kind → id and revision of everything the portal knows, for the digest."""
    with book.read() as connection:
        return queries.revisions(connection)


def is_unsent(book: Book) -> bool:
    """Whether anything waits to be sent."""
    with book.read() as connection:
        row = connection.exec_driver_sql("SELECT 1 FROM outbox WHERE state IN ('soft', 'frozen') LIMIT 1").first()
        return row is not None
