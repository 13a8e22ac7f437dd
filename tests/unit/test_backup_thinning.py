"""Thinning of backups: 12 days, 10 weeks, 9 months, 30 minutes apart; checked against a plain recount."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.models.rules.backup_thinning import APART, due, kept

START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
moments = st.lists(st.integers(0, 500 * 24 * 60).map(lambda minutes: START - timedelta(minutes=minutes)), max_size=400)


@given(moments)
def test_the_newest_stays_and_nothing_is_invented(found: list[datetime]) -> None:
    stay = kept(found)
    assert stay <= set(found)
    assert bool(stay) == bool(found)
    if found:
        assert max(found) in stay


@given(moments)
def test_thinning_twice_changes_nothing(found: list[datetime]) -> None:
    assert kept(kept(found)) == kept(found)


@given(moments)
def test_kept_backups_are_apart_and_few(found: list[datetime]) -> None:
    stay = sorted(kept(found))
    assert all(later - earlier >= APART for earlier, later in pairwise(stay))
    older_days = {m for m in stay if stay and m.date() != stay[-1].date()}
    assert len(older_days) <= 11 + 10 + 9


@given(moments)
def test_each_recent_day_keeps_one(found: list[datetime]) -> None:
    days = sorted({m.date() for m in found}, reverse=True)[:12]
    stay = {m.date() for m in kept(found)}
    # a day may lose its only backup to one that follows within 30 minutes on the next day
    for day in days:
        last = max(m for m in found if m.date() == day)
        close = any(timedelta(0) < m - last < APART for m in found)
        assert day in stay or close


def test_a_year_of_hourly_backups() -> None:
    found = [START - timedelta(hours=h) for h in range(24 * 400)]
    stay = sorted(kept(found), reverse=True)
    today = [m for m in stay if m.date() == START.date()]
    assert len(today) == 19
    older = [m for m in stay if m.date() != START.date()]
    assert len(older) == 11 + 10 + 9
    days, weeks, months = older[:11], older[11:21], older[21:]
    assert [m.date() for m in days] == [START.date() - timedelta(days=d) for d in range(1, 12)]
    assert len({m.isocalendar()[:2] for m in weeks}) == 10
    assert len({(m.year, m.month) for m in months}) == 9
    assert START - months[-1] > timedelta(days=300)


def test_an_automatic_backup_is_due_after_half_an_hour_or_when_the_clock_went_back() -> None:
    assert due(None, START)
    assert not due(START, START + timedelta(minutes=29))
    assert due(START, START + timedelta(minutes=30))
    assert due(START + timedelta(days=400), START)
