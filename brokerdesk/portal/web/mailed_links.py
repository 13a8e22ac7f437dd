"""One-time links in mails: made, found and used up. GET never uses one up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, insert, select, update

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.documents.contexts.mail import MailKind
from brokerdesk.portal.domain.keys import token_hash
from brokerdesk.portal.domain.links import reset_token
from brokerdesk.portal.domain.mail_queue import enqueue_plain
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import password_reset

LIFE = {"password": timedelta(hours=1), "verify": timedelta(hours=24), "email": timedelta(hours=24)}
"""Purpose → how long its link lives."""
_MAIL = {"password": MailKind.PASSWORD, "verify": MailKind.VERIFY, "email": MailKind.VERIFY}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedLink:
    """A living link that was followed."""

    hash: str
    tenant_id: str
    purpose: str
    access_id: str | None
    payload: dict[str, Any]


def mail_link(
    connection: Connection,
    portal: Portal,
    tenant_id: str,
    purpose: str,
    *,
    recipient: str,
    language: str,
    form: str,
    party_id: str | None,
    access_id: str | None = None,
    payload: dict[str, Any] | None = None,
) -> None:
    """Make a link for `purpose` and order the mail that carries it."""
    now = portal.clock.now()
    nonce = secrets.token_urlsafe(16)
    until = now + LIFE[purpose]
    connection.execute(
        insert(password_reset).values(
            token_hash=token_hash(reset_token(portal.keys, purpose, nonce)),
            tenant_id=tenant_id,
            access_id=access_id,
            purpose=purpose,
            payload=to_json(payload or {}).decode(),
            created_at=to_wire(now),
            expires_at=to_wire(until),
        )
    )
    extra = {"purpose": purpose, "nonce": nonce, "party_id": party_id, "form": form, "expires_at": to_wire(until)}
    enqueue_plain(
        connection, portal, tenant_id, _MAIL[purpose].value, now=now, recipient=recipient, language=language,
        extra=extra, access_id=access_id,
    )  # fmt: skip


def find_link(connection: Connection, hashed: str, *, now: datetime) -> MailedLink | None:
    """The link with this hash while it lives and was not used."""
    row = connection.execute(select(password_reset).where(password_reset.c.token_hash == hashed)).first()
    if row is None or row.used_at is not None or from_wire(row.expires_at) <= now:
        return None
    return MailedLink(
        hash=row.token_hash, tenant_id=row.tenant_id, purpose=row.purpose, access_id=row.access_id,
        payload=from_json(row.payload),
    )  # fmt: skip


def use_up(connection: Connection, link: MailedLink, *, now: datetime) -> bool:
    """Mark the link as used; False when somebody was faster."""
    done = connection.execute(
        update(password_reset)
        .where(password_reset.c.token_hash == link.hash, password_reset.c.used_at.is_(None))
        .values(used_at=to_wire(now))
    )
    return bool(done.rowcount)
