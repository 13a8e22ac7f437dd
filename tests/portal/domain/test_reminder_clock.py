"""The reminder clock keeps the local hour over both changes of the clocks and never leaves its window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.models.rules.reminders import (
    LATEST,
    QUIET,
    SendTimes,
    due_at,
    expires_at,
    in_window,
    is_too_late,
    may_leave_at,
    next_in_window,
)

ZONES = ["Europe/Berlin", "Europe/Amsterdam", "Pacific/Pago_Pago", "Pacific/Kiritimati", "America/New_York", "UTC"]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda d: d.replace(tzinfo=UTC))
times = st.builds(
    SendTimes.of_office, st.sampled_from(ZONES), st.one_of(st.none(), st.integers(min_value=-3, max_value=30))
)


@pytest.mark.feature("S2.41", "S2.42", "S2.44")
@pytest.mark.parametrize(
    ("t0", "stage", "local"),
    [
        ("2026-11-09T10:00:00", "reminder1", "2026-11-11T09:00:00+01:00"),
        ("2026-11-09T10:00:00", "reminder2", "2026-11-16T09:00:00+01:00"),
        ("2026-03-27T10:00:00", "reminder1", "2026-03-29T09:00:00+02:00"),  # the clocks go forward that night
        ("2026-10-23T10:00:00", "reminder1", "2026-10-25T09:00:00+01:00"),  # and back
        ("2026-11-08T23:30:00", "reminder1", "2026-11-11T09:00:00+01:00"),  # already the 9th in Berlin
    ],
)
def test_reminders_come_on_their_local_day(t0: str, stage: str, local: str) -> None:
    due = due_at(datetime.fromisoformat(t0).replace(tzinfo=UTC), stage, SendTimes())
    assert due == datetime.fromisoformat(local)


@given(moments, times)
def test_due_is_the_send_hour_of_the_seventh_day(t0: datetime, when: SendTimes) -> None:
    due = due_at(t0, "reminder2", when).astimezone(ZoneInfo(when.zone))
    assert (due.hour, due.minute) == (when.hour, 0)
    assert (due.date() - t0.astimezone(ZoneInfo(when.zone)).date()).days == 7
    assert in_window(due, when)


@given(moments, times, st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=2))))
def test_a_reminder_leaves_in_the_window_and_20_hours_after_the_last_mail(
    now: datetime, when: SendTimes, ago: timedelta | None
) -> None:
    last = None if ago is None else now - ago
    leaves = may_leave_at(now, when, last_mail=last)
    assert leaves >= now
    assert in_window(leaves, when)
    assert last is None or leaves - last >= QUIET
    assert may_leave_at(leaves, when, last_mail=last) == leaves
    assert leaves - max(now, (last or now) + (QUIET if last else timedelta(0))) <= timedelta(hours=13)


@given(moments, times)
def test_the_window_opens_at_eight(moment: datetime, when: SendTimes) -> None:
    opened = next_in_window(moment, when)
    assert opened == moment or opened.astimezone(ZoneInfo(when.zone)).strftime("%H:%M") == "08:00"


def test_more_than_three_days_late_is_left_out() -> None:
    due = datetime(2026, 11, 11, 8, tzinfo=UTC)
    assert not is_too_late(due, due + LATEST)
    assert is_too_late(due, due + LATEST + timedelta(seconds=1))


def test_a_link_lives_thirty_days_and_unknown_zones_fall_back() -> None:
    t0 = datetime(2026, 11, 9, 10, tzinfo=UTC)
    assert expires_at(t0) == datetime(2026, 12, 9, 10, tzinfo=UTC)
    assert SendTimes.of_office("Mars/Base", 99) == SendTimes(zone="Europe/Berlin", hour=19)
    assert SendTimes.of_office("../etc", 3).hour == 8
