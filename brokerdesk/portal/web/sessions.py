"""Sessions of signed-in customers: a random token in the cookie, its hash in the database, ended by deleting the row."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, delete, insert, select, update

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.models.values.states import AccessState
from brokerdesk.portal.domain.access import side_of
from brokerdesk.portal.domain.keys import token_hash
from brokerdesk.portal.domain.people import record_data
from brokerdesk.portal.store.tables import web_session

IDLE = timedelta(days=30)
LIFE = timedelta(days=180)
_NOTED_EVERY = timedelta(hours=1)
ACCESS = "access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in customer: his login, whose contracts it shows, how he is addressed."""

    token_hash: str
    tenant_id: str
    access_id: str
    email: str
    party_ids: tuple[str, ...]
    form: str
    language: str
    is_stale: bool


def open_session(connection: Connection, tenant_id: str, access_id: str, *, now: datetime) -> str:
    """Begin a session and return its token."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(web_session).values(
            token_hash=token_hash(token), tenant_id=tenant_id, purpose=ACCESS, access_id=access_id,
            created_at=to_wire(now), last_seen_at=to_wire(now), expires_at=to_wire(now + IDLE),
        )
    )  # fmt: skip
    return token


def find_session(connection: Connection, tenant_id: str, token: str | None, *, now: datetime) -> Session | None:
    """The living session of a token at this brokerage, or None; a login that is not active has none."""
    if not token:
        return None
    query = select(web_session).where(web_session.c.token_hash == token_hash(token), web_session.c.purpose == ACCESS)
    row = connection.execute(query).first()
    if row is None or row.tenant_id != tenant_id or from_wire(row.expires_at) <= now:
        return None
    if now - from_wire(row.created_at) > LIFE:
        return None
    access = record_data(connection, tenant_id, "access", row.access_id)
    side = side_of(connection, tenant_id, row.access_id)
    if access is None or side is None or access.get("state") != AccessState.ACTIVE:
        return None
    party_ids = tuple(access.get("party_ids") or ())
    wishes: dict[str, Any] = from_json(side.consent)
    party = record_data(connection, tenant_id, "party", party_ids[0] if party_ids else None) or {}
    return Session(
        token_hash=row.token_hash,
        tenant_id=tenant_id,
        access_id=row.access_id,
        email=str(access.get("email") or ""),
        party_ids=party_ids,
        form=str(wishes.get("form") or party.get("address_form") or "sie"),
        language=str(wishes.get("language") or party.get("language") or ""),
        is_stale=now - from_wire(row.last_seen_at) > _NOTED_EVERY,
    )


def keep_alive(connection: Connection, session: Session, *, now: datetime) -> None:
    """Note that the customer was here; done at most once an hour."""
    connection.execute(
        update(web_session)
        .where(web_session.c.token_hash == session.token_hash)
        .values(last_seen_at=to_wire(now), expires_at=to_wire(now + IDLE))
    )


def close_session(connection: Connection, session: Session) -> None:
    """Sign out here."""
    connection.execute(delete(web_session).where(web_session.c.token_hash == session.token_hash))
