"""Which versions of the protocol exist, with their history. A desk picks the highest common minor (protocol.md § 4)."""

from __future__ import annotations

MAJOR = 1
MIN_MINOR = 0
MAX_MINOR = 0
CURRENT = f"{MAJOR}.{MAX_MINOR}"

HISTORY: tuple[tuple[str, str, str], ...] = (("1.0", "2026-11", "first version"),)
"""Version, month, what was added. A minor is supported for at least 24 months."""

FEATURES = ("groups", "digest")
MIN_CLIENT = "0.1.0"


def minor_of(header: str) -> int | None:
    """The minor of a `BD-Protocol` header such as `1.0`, or None when it is unreadable or of another major."""
    major, dot, minor = header.partition(".")
    if not dot or not (major.isdecimal() and minor.isdecimal() and header.isascii()) or len(header) > 12:
        return None
    return int(minor) if int(major) == MAJOR else None


def common(low: int, high: int) -> int | None:
    """The highest minor that a range `low`…`high` shares with ours, or None."""
    best = min(high, MAX_MINOR)
    return best if best >= max(low, MIN_MINOR) else None
