"""What may not leave unasked when it waited too long or the world changed meanwhile (protocol.md § 12)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from brokerdesk.models.entities import Access, Party
from brokerdesk.models.values.states import AccessState
from brokerdesk.services.exchange.drafts import Wanted

AGE_TO_ASK = timedelta(hours=24)
CONFIRMED = "confirmed"
"""Problem of an item that a person has confirmed: it is not asked about again."""
NOT_TRANSMITTED = "not-transmitted"
"""Problem of an item whose fields the portal does not know yet."""
OLD, RECIPIENT, REGISTERED, OPTED_OUT = "old", "recipient-changed", "already-registered", "opted-out"
_ASKED = frozenset({"invitation.submit", "invitation.resend"})
_OPTED_OUT = frozenset({"refused", "withdrawn"})


def ask(session: Session, item: Wanted, *, now: datetime) -> str | None:
    """The question that must be answered before this item may be frozen, or None. Urgent and plain edits never ask."""
    if item.operation not in _ASKED or item.problem == CONFIRMED:
        return None
    if now - item.created_at > AGE_TO_ASK:
        return OLD
    party_id = item.payload.get("party_id")
    party = session.query(Party).filter(Party.id == party_id).first() if party_id else None
    if party is None:
        return None
    meant = item.payload.get("email")
    if meant and party.email and str(meant).lower() != party.email.lower():
        return RECIPIENT
    if party.consent_email in _OPTED_OUT:
        return OPTED_OUT
    return REGISTERED if _has_access(session, party.id) else None


def _has_access(session: Session, party_id: str) -> bool:
    return (
        session.query(Access.key)
        .filter(Access.state == AccessState.ACTIVE.value)
        .filter(text("EXISTS (SELECT 1 FROM json_each(access.party_ids) v WHERE v.value = :party)"))
        .params(party=party_id)
        .first()
        is not None
    )
