"""Cursors and snapshot positions: opaque, authenticated texts that only the portal can make (protocol.md § 7).

A cursor holds epoch, position, the reader's sight and the time of issue; tenant and sight are part of the check, so a
cursor of another tenant is as wrong as a forged one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from brokerdesk.core.clock import from_wire
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.portal.portal import Portal

_MAC = 16
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A decoded cursor."""

    epoch: str
    position: str
    sight: str
    issued: str


def _sight_hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def issue(portal: Portal, principal: Principal, purpose: str, position: str) -> str:
    """A cursor at `position` for this reader. `purpose` keeps feed cursors and snapshot positions apart."""
    parts = (portal.epoch, position, _sight_hash(principal.sight), portal.now())
    body = _SEPARATOR.join(parts).encode()
    mac = portal.keys.code(f"cursor:{purpose}", principal.tenant_id, body.decode(), length=_MAC)
    return base64.urlsafe_b64encode(mac + body).rstrip(b"=").decode()


def read(portal: Portal, principal: Principal, purpose: str, text: str) -> str:
    """The position inside a cursor. Raises `Refusal`: forged, of another epoch or sight, or too old."""
    found = _decode(portal, principal, purpose, text)
    if found.epoch != portal.epoch:
        raise Refusal("epoch_changed", epoch=portal.epoch)
    if found.sight != _sight_hash(principal.sight):
        raise Refusal("visibility_changed")
    age = portal.clock.now() - from_wire(found.issued)
    if age > timedelta(days=portal.settings.retention.tombstone_days):
        raise Refusal("cursor_expired")
    return found.position


def _decode(portal: Portal, principal: Principal, purpose: str, text: str) -> Cursor:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body = raw[_MAC:].decode()
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise Refusal("cursor_invalid") from error
    mac = portal.keys.code(f"cursor:{purpose}", principal.tenant_id, body, length=_MAC)
    parts = body.split(_SEPARATOR)
    if not hmac.compare_digest(mac, raw[:_MAC]) or len(parts) != 4:
        raise Refusal("cursor_invalid")
    return Cursor(*parts)
