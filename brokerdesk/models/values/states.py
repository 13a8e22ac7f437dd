"""States and choices of the records that exist, with their legal transitions as data (decisions.md, protocol.md § 14)."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a party is to the office (decisions.md, "Records")."""

    CUSTOMER = "customer"
    INSURER = "insurer"
    POOL = "pool"
    BROKER_GROUP = "broker_group"
    BROKER_FIRM = "broker_firm"
    AGENT = "agent"
    ADVICE_PARTNER = "advice_partner"
    REFERRER = "referrer"
    CONTRACT_PARTNER = "contract_partner"


class CustomerType(StrEnum):
    """Privatkunde or Firmenkunde (S2.01)."""

    PRIVATE = "private"
    COMPANY = "company"


class CustomerStatus(StrEnum):
    """Where the relation stands."""

    ACTIVE = "active"
    PROSPECT = "prospect"
    FORMER = "former"


class Origin(StrEnum):
    """Who looks after a contract."""

    OWN = "own"
    THIRD_PARTY = "third_party"
    POOL = "pool"


class ContractStatus(StrEnum):
    """GDV table A24 as decided: 1, 2 active · 3, 8 resting · 5, 6, 7 paid-up · 4 ended."""

    ACTIVE = "active"
    RESTING = "resting"
    PAID_UP = "paid_up"
    APPLIED = "applied"
    ENDED = "ended"


class Frequency(StrEnum):
    """Payment frequency (A14)."""

    YEARLY = "yearly"
    HALF_YEARLY = "half_yearly"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    SINGLE = "single"
    NONE = "none"
    OTHER = "other"

    @property
    def per_year(self) -> int | None:
        """Instalments in a year, or None where a year has no fixed number."""
        return {"yearly": 1, "half_yearly": 2, "quarterly": 4, "monthly": 12}.get(self.value)


class ClaimStatus(StrEnum):
    """Stage of a claim."""

    REPORTED = "reported"
    OPEN = "open"
    CLOSED = "closed"


class InvitationState(StrEnum):
    """Protocol § 14; `draft` is local only."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENT = "sent"
    REMINDER1 = "reminder1"
    REMINDER2 = "reminder2"
    STOPPED = "stopped"
    BOUNCED = "bounced"
    EXPIRED = "expired"
    REGISTERED = "registered"
    REVOKED = "revoked"


class AccessState(StrEnum):
    """The customer's login (protocol § 14)."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    REMOVED = "removed"


class AccessOrigin(StrEnum):
    """How a login came to be."""

    INVITATION = "invitation"
    SELF = "self"
    LEGACY = "legacy"


_S = InvitationState
INVITATION_TRANSITIONS: dict[str, dict[InvitationState, InvitationState]] = {
    "submit": {_S.DRAFT: _S.QUEUED},
    "submit_link": {_S.DRAFT: _S.SENT},
    "mail_accepted": {_S.QUEUED: _S.SENT},
    "due_day_2": {_S.SENT: _S.REMINDER1},
    "due_day_7": {_S.SENT: _S.REMINDER2, _S.REMINDER1: _S.REMINDER2},
    "expire": {s: _S.EXPIRED for s in (_S.QUEUED, _S.SENT, _S.REMINDER1, _S.REMINDER2, _S.STOPPED, _S.BOUNCED)},
    "register": {s: _S.REGISTERED for s in (_S.QUEUED, _S.SENT, _S.REMINDER1, _S.REMINDER2, _S.STOPPED, _S.BOUNCED)},
    "stop": {s: _S.STOPPED for s in (_S.QUEUED, _S.SENT, _S.REMINDER1, _S.REMINDER2)},
    "revoke": {
        s: _S.REVOKED
        for s in (_S.DRAFT, _S.QUEUED, _S.SENT, _S.REMINDER1, _S.REMINDER2, _S.STOPPED, _S.BOUNCED, _S.EXPIRED)
    },
    "bounce": {s: _S.BOUNCED for s in (_S.QUEUED, _S.SENT, _S.REMINDER1, _S.REMINDER2)},
    "resend": {s: s for s in (_S.SENT, _S.REMINDER1, _S.REMINDER2)},
    "resend_restart": {s: _S.QUEUED for s in (_S.SENT, _S.REMINDER1, _S.REMINDER2, _S.STOPPED, _S.BOUNCED, _S.EXPIRED)},
    "new_link": {s: s for s in (_S.QUEUED, _S.SENT, _S.REMINDER1, _S.REMINDER2, _S.STOPPED, _S.BOUNCED, _S.EXPIRED)},
}
"""Event → from → to. An event missing for a state is illegal there (protocol.md § 14)."""


def next_state(event: str, state: InvitationState) -> InvitationState | None:
    """The state after `event`, or None when the event is illegal in `state`."""
    return INVITATION_TRANSITIONS[event].get(state)


class EmployeeRole(StrEnum):
    """Role of an employee (decisions.md, "Roles")."""

    ADMIN = "admin"
    ADVISER = "adviser"
    ASSISTANT = "assistant"
    READER = "reader"


class Right(StrEnum):
    """What a role or an extra right allows."""

    READ = "read"
    WRITE = "write"
    INVITE = "invite"
    SETTLE = "settle"
    DELETE = "delete"
    TEAM = "team"
    ADMIN = "admin"


ROLE_RIGHTS: dict[EmployeeRole, frozenset[Right]] = {
    EmployeeRole.ADMIN: frozenset(Right),
    EmployeeRole.ADVISER: frozenset({Right.READ, Right.WRITE, Right.INVITE}),
    EmployeeRole.ASSISTANT: frozenset({Right.READ, Right.WRITE}),
    EmployeeRole.READER: frozenset({Right.READ}),
}
EXTRA_RIGHTS = frozenset({Right.SETTLE, Right.DELETE, Right.TEAM})


class Scope(StrEnum):
    """How much of the office's book an employee sees."""

    WHOLE_BOOK = "whole_book"
    OWN_BOOK = "own_book"


class AppState(StrEnum):
    """The one state that the column KundenApp and the block in the detail show (S1.11, protocol § 14)."""

    DATA_MISSING = "data_missing"
    NOT_INVITED = "not_invited"
    WAITING = "waiting"
    QUEUED = "queued"
    INVITED = "invited"
    STOPPED = "stopped"
    EXPIRED = "expired"
    BOUNCED = "bounced"
    REMOVED = "removed"
    REGISTERED = "registered"
    DEACTIVATED = "deactivated"
    LEGACY = "legacy"
    REFUSED = "refused"
