"""How often somebody may call (protocol.md § 11). One worker counts in memory, several count in the database."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from typing import Any

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import insert, select, update

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.settings import RateLimits
from brokerdesk.portal.store.tables import throttle


class Usage:
    """What one call used of its limit."""

    __slots__ = ("allowed", "limit", "name", "remaining", "reset_s", "window_s")

    def __init__(self, name: str, limit: int, window_s: int, used: int, reset_s: int) -> None:
        """`used` counts this call too."""
        self.name, self.limit, self.window_s = name, limit, window_s
        self.allowed = used <= limit
        self.remaining = max(0, limit - used)
        self.reset_s = max(1, reset_s)

    def headers(self) -> dict[str, str]:
        """The header fields of the IETF draft, and `Retry-After` for a refused call."""
        fields = {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={self.window_s}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.reset_s}',
        }
        return fields if self.allowed else fields | {"Retry-After": str(self.reset_s)}


class Limiter:
    """Counts calls per name and principal or address."""

    def __init__(self, portal: Portal, rates: RateLimits, *, shared: bool) -> None:
        """`shared` puts the counters into the database."""
        self._portal = portal
        self._items: dict[str, RateLimitItem] = {n: parse(getattr(rates, n)) for n in RateLimits.__slots__}
        self._local = None if shared else FixedWindowRateLimiter(MemoryStorage())

    def use(self, name: str, who: str) -> Usage:
        """Count one call of `who`."""
        item = self._items[name]
        window = item.get_expiry()
        if self._local is None:
            used, reset = self._count(f"rate:{name}:{who}", window)
            return Usage(name, item.amount, window, used, reset)
        allowed = self._local.hit(item, name, who)
        stats: Any = self._local.get_window_stats(item, name, who)
        used = item.amount - stats.remaining if allowed else item.amount + 1
        return Usage(name, item.amount, window, used, round(stats.reset_time - time.time()))

    def _count(self, key: str, window_s: int) -> tuple[int, int]:
        now = self._portal.clock.now()
        digest = hashlib.sha256(key.encode()).hexdigest()
        with self._portal.database.writing() as connection:
            row = connection.execute(
                select(throttle.c.window_at, throttle.c.count.label("used"))
                .where(throttle.c.key == digest)
                .with_for_update()
            ).one_or_none()
            ends = from_wire(row.window_at) + timedelta(seconds=window_s) if row else now
            count = int(row.used) + 1 if row and ends > now else 1
            if count == 1:
                ends = now + timedelta(seconds=window_s)
            values: dict[str, Any] = {"count": count} if count > 1 else {"count": 1, "window_at": to_wire(now)}
            if row is None:
                connection.execute(insert(throttle).values(key=digest, **values))
            else:
                connection.execute(update(throttle).where(throttle.c.key == digest).values(**values))
        return count, round((ends - now).total_seconds())
