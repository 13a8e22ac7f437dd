"""Which backups stay: at least 30 minutes apart, then 12 days, 10 weeks and 9 months (reliability.md S8). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

DAYS, WEEKS, MONTHS = 12, 10, 9
APART = timedelta(minutes=30)


def due(newest: datetime | None, now: datetime) -> bool:
    """Whether an automatic backup may be made now: none yet, the newest 30 minutes old, or the clock went back."""
    return newest is None or newest > now or now - newest >= APART


def kept(moments: Iterable[datetime]) -> set[datetime]:
    """The moments whose backups stay.

    The newest always stays. Of its calendar day everything that is 30 minutes apart stays, of the eleven days with
    backups before that the newest each, then the newest of ten weeks, then of nine months. Thinning twice changes nothing.
    """
    spaced: list[datetime] = []
    for moment in sorted(set(moments), reverse=True):
        if not spaced or spaced[-1] - moment >= APART:
            spaced.append(moment)
    if not spaced:
        return set()
    stay = {m for m in spaced if m.date() == spaced[0].date()}
    rest = spaced
    for count, bucket in ((DAYS, _day), (WEEKS, _week), (MONTHS, _month)):
        newest, rest = _newest_of_each(rest, count, bucket)
        stay.update(newest)
    return stay


def _day(moment: datetime) -> tuple[int, ...]:
    return (moment.toordinal(),)


def _week(moment: datetime) -> tuple[int, ...]:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> tuple[int, ...]:
    return (moment.year, moment.month)


def _newest_of_each(
    moments: list[datetime], count: int, bucket: Callable[[datetime], Any]
) -> tuple[list[datetime], list[datetime]]:
    """The newest moment of the first `count` buckets, and the moments of later buckets; `moments` is newest first."""
    newest: dict[Any, datetime] = {}
    rest = []
    for moment in moments:
        place = bucket(moment)
        if place in newest:
            continue
        if len(newest) < count:
            newest[place] = moment
        else:
            rest.append(moment)
    return list(newest.values()), rest
