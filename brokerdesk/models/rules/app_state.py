"""What the column KundenApp says about one customer (protocol.md § 14, S1.02–S1.17). Pure: facts in, state out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from brokerdesk.models.values.states import AccessState, AppState, InvitationState

_OF_INVITATION = {
    InvitationState.QUEUED: AppState.QUEUED,
    InvitationState.SENT: AppState.INVITED,
    InvitationState.REMINDER1: AppState.INVITED,
    InvitationState.REMINDER2: AppState.INVITED,
    InvitationState.STOPPED: AppState.STOPPED,
    InvitationState.EXPIRED: AppState.EXPIRED,
    InvitationState.BOUNCED: AppState.BOUNCED,
    InvitationState.REVOKED: AppState.REMOVED,
    InvitationState.REGISTERED: AppState.REGISTERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFacts:
    """What is known of one customer's app access; times are aware UTC."""

    has_email: bool
    has_name: bool
    access_state: str | None = None
    access_origin: str | None = None
    registered_at: datetime | None = None
    deactivated_at: datetime | None = None
    removed_at: datetime | None = None
    invitation_state: str | None = None
    first_invited_at: datetime | None = None
    revoked_at: datetime | None = None
    requested_at: datetime | None = None
    waiting_since: datetime | None = None
    refused: bool = False


def app_state(facts: AppFacts) -> tuple[AppState, datetime | None]:
    """The shown state and the moment that belongs to it (None where the state has no date)."""
    if facts.access_state == AccessState.DEACTIVATED:
        return AppState.DEACTIVATED, facts.deactivated_at
    if facts.access_state == AccessState.ACTIVE:
        legacy = facts.access_origin == "legacy" and facts.registered_at is None
        return (AppState.LEGACY if legacy else AppState.REGISTERED), facts.registered_at
    if facts.waiting_since is not None:
        return AppState.WAITING, facts.waiting_since
    if facts.refused:
        return AppState.REFUSED, facts.requested_at
    state = _OF_INVITATION.get(InvitationState(facts.invitation_state)) if facts.invitation_state else None
    if facts.access_state == AccessState.REMOVED and state in {None, AppState.REGISTERED, AppState.REMOVED}:
        return AppState.REMOVED, facts.removed_at
    if state is AppState.REMOVED:
        return state, facts.revoked_at
    if state is not None:
        return state, facts.first_invited_at
    if not facts.has_email or not facts.has_name:
        return AppState.DATA_MISSING, None
    return AppState.NOT_INVITED, None
