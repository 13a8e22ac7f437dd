"""Record ids: UUIDv7 for new records, UUIDv5 of a business key for records that two desks may create independently.

Ids are lower-case text of 36 characters everywhere: in the book, on the wire, in files.
"""

from __future__ import annotations

import secrets
import threading
import uuid

from brokerdesk.core.clock import Clock

_NAMESPACE = uuid.UUID("6f1d2c1e-8a34-5b0e-9c55-b0c8e0de5c01")
_lock = threading.Lock()
_last = 0


def new_id(clock: Clock) -> str:
    """A fresh UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits; rises within one process."""
    global _last  # noqa: PLW0603 - one process-wide counter keeps ids of one millisecond in order
    drawn = secrets.randbits(74)
    stamp = (int(clock.now().timestamp() * 1000) << 12) | drawn >> 62
    with _lock:
        _last = stamp = max(stamp, _last + 1)
    value = ((stamp >> 12) & (2**48 - 1)) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | drawn & (2**62 - 1)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def derived_id(kind: str, *key: str) -> str:
    """The id of a record that is identified by a business key: equal keys give equal ids on every desk.

    `kind` keeps the same key of different kinds apart; parts are joined by a character that no key contains.
    """
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join((kind, *key))))


def is_id(text: str) -> bool:
    """Whether `text` is an id in the one accepted spelling (lower case, 36 characters)."""
    try:
        return len(text) == 36 and str(uuid.UUID(text)) == text
    except ValueError:
        return False
