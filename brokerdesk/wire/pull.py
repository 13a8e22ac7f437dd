"""Reading side of the sync: state, feed pages, snapshot pages and digest (protocol.md § 7)."""

from __future__ import annotations

from typing import Any

from brokerdesk.wire.codec import Answer


class StateAnswer(Answer):
    """`GET /v1/sync/state`: where the portal stands for this device. `cursor_seq` of a cursor is never told."""

    epoch: str
    last_seq: int
    feed_head: int
    server_time: str


class ChangeOrigin(Answer):
    """Who made a change; device and operation are null for customers and for the portal itself."""

    device_id: str | None = None
    op_id: str | None = None
    actor: str | None = None


class Change(Answer):
    """One record of a page: `upsert` with `data`, or `delete` with `reason` (and `into` after a merge)."""

    type: str
    id: str
    rev: int
    op: str
    group: str | None = None
    data: dict[str, Any] | None = None
    reason: str | None = None
    into: str | None = None
    origin: ChangeOrigin | None = None
    at: str


class ChangesAnswer(Answer):
    """One page of the feed. `feed_seq` is the position of `next_cursor`, to be compared with `feed_head` of the state."""

    epoch: str
    changes: list[Change]
    next_cursor: str
    feed_seq: int
    more: bool
    server_time: str


class SnapshotAnswer(Answer):
    """One page of all visible records by type and id. First page only: `resume_cursor` and the visible `counts`."""

    epoch: str
    changes: list[Change]
    next_after: str | None = None
    more: bool
    resume_cursor: str | None = None
    counts: dict[str, int] | None = None
    server_time: str


class DigestEntry(Answer):
    """Number of visible live records of one type and the sum of their checks, as decimal text (up to 2^64)."""

    count: int
    sum: str


class DigestAnswer(Answer):
    """Counts and sums of one snapshot."""

    epoch: str
    feed_head: int
    types: dict[str, DigestEntry]
    server_time: str
