"""The only source of the present moment. Rules never ask it: they are told the date.

A `Clock` is passed to whoever needs time, so that tests and demo data can stand still.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the present moment as an aware UTC time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(tz=UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved; for tests, demo data and pictures."""

    moment: datetime

    def __post_init__(self) -> None:
        """Refuse a time without a zone."""
        if self.moment.tzinfo is None:
            raise ValueError("a clock needs an aware time")

    def now(self) -> datetime:
        """The set moment, in UTC."""
        return self.moment.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Move the clock forward by `step`."""
        self.moment += step


def local_date(clock: Clock, zone: str = "Europe/Berlin") -> date:
    """The calendar date of the clock in the named time zone."""
    return clock.now().astimezone(ZoneInfo(zone)).date()


def to_wire(moment: datetime) -> str:
    """An aware time as RFC 3339 in UTC with milliseconds, e.g. `2026-03-01T09:12:44.120Z` (protocol § 2)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """The aware UTC time of an RFC 3339 text. Raises `ValueError` for anything else or a time without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("time without a zone")
    return moment.astimezone(UTC)
