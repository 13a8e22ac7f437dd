"""Counts attempts per account and per address, shared by all workers, and says how long to wait (security.md S-35)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.portal.store.tables import throttle


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `limit` attempts within `window`; then a pause as long as the window."""

    name: str
    limit: int
    window: timedelta


LOGIN_ACCOUNT = Rule("login-account", 8, timedelta(minutes=15))
LOGIN_ADDRESS = Rule("login-address", 60, timedelta(minutes=15))
MAIL_ACCOUNT = Rule("mail-account", 3, timedelta(hours=1))
MAIL_ADDRESS = Rule("mail-address", 20, timedelta(hours=1))


def pause(connection: Connection, rule: Rule, key: str, *, now: datetime) -> timedelta | None:
    """How long this key has to wait, or None."""
    query = select(throttle.c.blocked_until).where(throttle.c.key == _key(rule, key))
    until = connection.execute(query).scalar_one_or_none()
    return from_wire(until) - now if until and from_wire(until) > now else None


def count(connection: Connection, rule: Rule, key: str, *, now: datetime) -> bool:
    """Count one attempt; False when it is one too many."""
    mine = throttle.c.key == _key(rule, key)
    row = connection.execute(select(throttle).where(mine).with_for_update()).first()
    if row is None:
        connection.execute(insert(throttle).values(key=_key(rule, key), window_at=to_wire(now), count=1))
        return True
    if from_wire(row.window_at) + rule.window <= now:
        connection.execute(update(throttle).where(mine).values(window_at=to_wire(now), count=1, blocked_until=None))
        return True
    number = row._mapping["count"] + 1
    blocked = to_wire(now + rule.window) if number >= rule.limit else row.blocked_until
    connection.execute(update(throttle).where(mine).values(count=number, blocked_until=blocked))
    return bool(number <= rule.limit)


def forgive(connection: Connection, rule: Rule, key: str) -> None:
    """Forget the attempts of this key after a success."""
    connection.execute(delete(throttle).where(throttle.c.key == _key(rule, key)))


def _key(rule: Rule, key: str) -> str:
    return hashlib.sha256(f"web:{rule.name}:{key}".encode("utf-8", "surrogatepass")).hexdigest()
