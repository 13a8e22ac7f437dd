"""The reminder clock: when an invitation's reminders are due, may leave, or have become pointless (protocol.md § 14).

Pure calculation in the tenant's time zone; moments are aware UTC. It does not know states, jobs or mails: whether a
reminder is still wanted is decided where the invitation is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

REMINDER_DAYS = {"reminder1": 2, "reminder2": 7}
"""Stage → calendar days after T0 (S2.41, S2.42, S2.44)."""
LINK_DAYS = 30
"""Life of a link and of an invitation, counted from T0."""
LATEST = timedelta(days=3)
"""A reminder that is later than this is left out."""
QUIET = timedelta(hours=20)
"""Never two mails to one address within this time; binds reminders only."""
WINDOW = (time(8), time(20))
"""Reminders leave between these local times."""
DEFAULT_ZONE = "Europe/Berlin"
DEFAULT_HOUR = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTimes:
    """When an office sends: its time zone and the hour reminders leave (0–23, kept inside the window)."""

    zone: str = DEFAULT_ZONE
    hour: int = DEFAULT_HOUR

    @classmethod
    def of_office(cls, zone: str | None, hour: int | None) -> SendTimes:
        """The office's settings; an unknown zone or an hour outside the window falls back to the nearest sound one."""
        try:
            known = ZoneInfo(zone or DEFAULT_ZONE).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            known = DEFAULT_ZONE
        wanted = DEFAULT_HOUR if hour is None else hour
        return cls(zone=known, hour=min(max(wanted, WINDOW[0].hour), WINDOW[1].hour - 1))

    def local(self, moment: datetime) -> datetime:
        """`moment` on the office's wall clock."""
        return moment.astimezone(ZoneInfo(self.zone))

    def at(self, day: date, clock_time: time) -> datetime:
        """The UTC moment of a local wall-clock time."""
        return datetime.combine(day, clock_time, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def due_at(t0: datetime, stage: str, times: SendTimes) -> datetime:
    """When the reminder `stage` is due: whole calendar days after the local day of T0, at the office's send hour."""
    day = times.local(t0).date() + timedelta(days=REMINDER_DAYS[stage])
    return times.at(day, time(times.hour))


def expires_at(t0: datetime) -> datetime:
    """When the link of an attempt dies."""
    return t0 + timedelta(days=LINK_DAYS)


def in_window(moment: datetime, times: SendTimes) -> bool:
    """Whether a reminder may leave at `moment` (local 08:00 up to, not including, 20:00)."""
    return WINDOW[0] <= times.local(moment).time().replace(tzinfo=None) < WINDOW[1]


def next_in_window(moment: datetime, times: SendTimes) -> datetime:
    """`moment` itself inside the window, else the next opening of the window."""
    if in_window(moment, times):
        return moment
    local = times.local(moment)
    day = local.date() if local.time() < WINDOW[0] else local.date() + timedelta(days=1)
    return times.at(day, WINDOW[0])


def is_too_late(due: datetime, now: datetime) -> bool:
    """Whether a reminder missed its day by so much that it is left out."""
    return now - due > LATEST


def may_leave_at(now: datetime, times: SendTimes, *, last_mail: datetime | None) -> datetime:
    """The first moment from `now` on at which a reminder may leave: inside the window, 20 h after the address's last mail."""
    earliest = now if last_mail is None else max(now, last_mail + QUIET)
    return next_in_window(earliest, times)
