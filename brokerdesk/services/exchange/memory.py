"""Small facts the exchange remembers between rounds and across restarts, each one JSON value in the book's settings.

Kept beside `sync_meta` because they come and go: a resync in progress, the last digest, clock samples, a suspicious batch.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from brokerdesk.models.entities import Setting

RESYNC = "sync.resync"
"""A resync in progress: reason, position, resume cursor, counts."""
POSITION = "sync.position"
"""Feed number of the stored cursor."""
DIGEST = "sync.digest"
"""When the last digest was compared, and how often it differed in a row."""
CLOCK = "sync.clock"
"""The last five clock offsets in milliseconds."""
POISON = "sync.poison"
"""A batch that the portal answered with a fault of its own."""
FUSE = "sync.fuse"
"""What a pull would have removed without explanation; waits for a decision."""
WATCH = "sync.watch"
"""Progress seen by the watchdog."""
NEXT_TRY = "sync.next_try"
"""Earliest moment of the next attempt after a failure."""


def recall(session: Session, name: str) -> dict[str, Any] | None:
    """The remembered value, or None."""
    found = session.get(Setting, name)
    return dict(found.value) if found is not None else None


def read(connection: Connection, name: str) -> dict[str, Any] | None:
    """The remembered value as a reader sees it, or None."""
    found = connection.execute(select(Setting.value).where(Setting.name == name)).scalar()
    return None if found is None else dict(found)


def remember(session: Session, name: str, value: dict[str, Any] | None) -> None:
    """Remember `value`; None forgets."""
    found = session.get(Setting, name)
    if value is None:
        if found is not None:
            session.delete(found)
    elif found is None:
        session.add(Setting(name=name, value=value))
    else:
        found.value = value
    session.flush()
