"""What pages show of history, trackings and the app block."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from brokerdesk.models.values.states import AppState


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """One field of a history entry, old and new as JSON values."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """Who changed what, when, from where."""

    key: int
    work: str
    at: datetime
    actor: str
    origin: str
    kind: str
    record_id: str
    action: str
    edits: tuple[FieldEdit, ...] = ()
    undoable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingRow:
    """One activity of a customer in the app, at the portal's time."""

    id: str
    party_id: str
    customer: str
    event: str
    at: datetime
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionState:
    """Whether an action is possible, and if not, why (a text key such as `app.reason.email`)."""

    enabled: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppBlock:
    """The block KundenApp of one customer: state, dates, what can be done and why not (S1.10–S1.17)."""

    party_id: str
    state: AppState
    since: datetime | None
    known_at: datetime | None
    product: str
    invitation_id: str | None
    invitation_state: str | None
    requested_at: datetime | None
    first_invited_at: datetime | None
    invited_at: datetime | None
    expires_at: datetime | None
    attempt: int
    copies: int
    channel: str | None
    address_form: str | None
    email: str | None
    stop_by: str | None
    stopped_at: datetime | None
    mail_code: str | None
    possibly_twice: bool
    registered_at: datetime | None
    access_id: str | None
    last_seen: datetime | None
    reminders: tuple[datetime, ...]
    next_reminder: datetime | None
    contracts_released: int
    contracts_own: int
    waiting_operation: str | None
    problem: str | None
    missing: tuple[str, ...]
    t_online: bool
    shared_with: tuple[str, ...]
    invite: ActionState
    resend: ActionState
    stop: ActionState
    revoke: ActionState
    link: ActionState
    withdraw: ActionState


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """One invitation in the list of invited users (S2.38)."""

    id: str
    party_id: str
    customer: str
    state: str
    email: str
    channel: str
    attempt: int
    copies: int
    requested_at: datetime | None
    invited_at: datetime | None
    first_invited_at: datetime | None
    expires_at: datetime | None
    registered_at: datetime | None
