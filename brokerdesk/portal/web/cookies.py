"""Cookies of the customer pages: the signed note that a link was followed, the session, the token of forms.

All are HttpOnly and SameSite=Lax, and over TLS Secure with the `__Host-` prefix. Signed notes hold ids, never secrets.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from brokerdesk.portal.domain.keys import Keys

SESSION, LINK, FORM = "bd_session", "bd_link", "bd_form"
NOTE_LIFE = timedelta(hours=2)
FORM_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie to be set; an empty value removes it. Without `life` it ends with the browser."""

    name: str
    value: str
    life: timedelta | None = None

    def header(self, *, secure: bool) -> str:
        """The value of `Set-Cookie`."""
        parts = [f"{cookie_name(self.name, secure=secure)}={self.value}", "Path=/", "HttpOnly", "SameSite=Lax"]
        if not self.value:
            parts.append("Max-Age=0")
        elif self.life is not None:
            parts.append(f"Max-Age={int(self.life.total_seconds())}")
        if secure:
            parts.append("Secure")
        return "; ".join(parts)


def cookie_name(name: str, *, secure: bool) -> str:
    """The name as browsers see it."""
    return f"__Host-{name}" if secure else name


def sign_note(keys: Keys, note: Mapping[str, Any], *, now: datetime) -> str:
    """A note that this portal will believe for two hours."""
    body = json.dumps({**note, "until": int((now + NOTE_LIFE).timestamp())}, separators=(",", ":"), sort_keys=True)
    text = base64.urlsafe_b64encode(body.encode()).rstrip(b"=").decode()
    return f"{text}.{keys.token('link-note', text)}"


def read_note(keys: Keys, value: str | None, *, now: datetime) -> dict[str, Any] | None:
    """The note of a cookie, or None when it is missing, not ours or too old."""
    text, _, mark = (value or "").partition(".")
    if not text or not hmac.compare_digest(mark.encode(), keys.token("link-note", text).encode()):
        return None
    try:
        note: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    return note if now.timestamp() < note.get("until", 0) else None


def form_token(keys: Keys, cookie: str) -> str:
    """What a form must send back beside its cookie (CSRF)."""
    return keys.token("form", cookie, length=16)


def is_form_token(keys: Keys, cookie: str | None, given: str | None) -> bool:
    """Whether form and cookie belong together."""
    return bool(cookie) and hmac.compare_digest(form_token(keys, cookie or "").encode(), (given or "").encode())
