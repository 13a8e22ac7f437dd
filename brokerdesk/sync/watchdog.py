"""Notices a queue that stands still although the network works (protocol.md § 10). Pure; the caller keeps the value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

STANDSTILL = timedelta(minutes=10)


class Alarm(Enum):
    """What to do about it."""

    NONE = "none"
    RESTART = "restart"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Watch:
    """What was seen: the highest acknowledged number, since when it stands, how often the engine was restarted."""

    last_seq: int = -1
    since: datetime | None = None
    restarts: int = 0


def observe(watch: Watch, *, now: datetime, waiting: bool, reachable: bool, last_seq: int) -> tuple[Watch, Alarm]:
    """The next watch and what to do: restart after ten minutes without progress, red at the second time."""
    if not waiting or last_seq != watch.last_seq:
        return Watch(
            last_seq, now if waiting else None, 0 if last_seq != watch.last_seq else watch.restarts
        ), Alarm.NONE
    if not reachable or watch.since is None:
        return replace(watch, since=now), Alarm.NONE
    if now - watch.since < STANDSTILL:
        return watch, Alarm.NONE
    again = replace(watch, since=now, restarts=watch.restarts + 1)
    return again, Alarm.RESTART if again.restarts == 1 else Alarm.RED
