"""How long to wait after a failure, and how often to look (protocol.md § 10). Pure; the caller has the clocks."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from brokerdesk.core.clock import from_wire

BASE_S, LONGEST_S = 2.0, 15 * 60.0
MAX_RETRY_AFTER_S = 24 * 3600.0
SPREAD = 0.1
CIRCUIT_AFTER = 8
"""Failures in a row after which only `/v1/meta` is asked."""
ACTIVE_S, IDLE_S = 60.0, 15 * 60.0
NUDGE_EVERY_S, NUDGE_JITTER_S = 30.0, 5.0
_POLL_SPREAD = 0.2


def delay_s(failures: int, rng: random.Random, *, retry_after: float | None = None) -> float:
    """Seconds to wait after the n-th failure in a row (n from 1): full jitter, never less than the portal asks for."""
    top = min(LONGEST_S, BASE_S * 2 ** min(max(failures, 0), 20))
    jitter = rng.uniform(0, top)
    if retry_after is None:
        return jitter
    return max(retry_after, jitter) * (1 + rng.uniform(0, SPREAD))


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header (lower-case names), clamped to 0…24 h; None when absent or unreadable.

    A date is read against the portal's time in `BD-Server-Time` or `Date`, never against the local clock.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.lstrip("-").isdecimal() and len(text) < 12:
        return _clamped(float(text))
    try:
        until = _aware(parsedate_to_datetime(text))
        now = _server_time(headers)
    except (TypeError, ValueError):
        return None
    return None if now is None else _clamped((until - now).total_seconds())


def _server_time(headers: Mapping[str, str]) -> datetime | None:
    own = headers.get("bd-server-time")
    if own:
        return from_wire(own)
    common = headers.get("date")
    return _aware(parsedate_to_datetime(common)) if common else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clamped(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def poll_s(rng: random.Random, *, active: bool) -> float:
    """Seconds until the next look without a reason: a minute with an active window, else a quarter of an hour."""
    return (ACTIVE_S if active else IDLE_S) * rng.uniform(1 - _POLL_SPREAD, 1 + _POLL_SPREAD)


def nudged_s(rng: random.Random, *, since_last: timedelta) -> float:
    """Seconds until the attempt after a click or a network-up event: at once, but at most every 30 s."""
    rest = NUDGE_EVERY_S - since_last.total_seconds()
    return max(rest, rng.uniform(0, NUDGE_JITTER_S))
