"""What inviting does around the use case: queue with the customer's own form, take back before it leaves. No widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from brokerdesk.core.errors import KnownError
from brokerdesk.models.rows.activity import AppBlock
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.models.values.names import PartyKind
from brokerdesk.models.values.states import InvitationState
from brokerdesk.services.context import Outcome
from brokerdesk.services.desk import Desk
from brokerdesk.services.invitations import REMINDER_DAYS, SERIES_ENDED, InviteResult

LINK_DAYS = 30


def newly_released(changes: ChangeSet) -> list[str]:
    """Contracts that an invitation made visible (S2.53); those that were visible before stay so when it is taken back."""
    return [
        change.record_id
        for change in changes.changes
        if change.kind == "contract" and any(f.field == "released" and f.new for f in change.fields)
    ]


def take_back(desk: Desk, party_ids: list[str], released: list[str]) -> Outcome[str]:
    """Withdraw invitations that have not left yet and hide what they released.

    Raises `KnownError(nothing-to-withdraw)` when one is already on its way; what was withdrawn before stays withdrawn.
    """
    outcome: Outcome[str] = Outcome("")
    for party_id in party_ids:
        outcome = desk.invitations.withdraw(party_id)
    if released:
        desk.contracts.release(released, released=False)
    return outcome


def restart_by_default(block: AppBlock) -> bool:
    """Whether "Erinnerungen neu starten" is ticked when the dialog opens: the former series ended or was stopped."""
    return block.invitation_state is not None and InvitationState(block.invitation_state) in SERIES_ENDED


def needs_a_look(block: AppBlock) -> bool:
    """Whether an invitation by one click would skip something that somebody should read first."""
    return not block.invite.enabled or block.t_online or bool(block.shared_with)


@dataclass(frozen=True, slots=True)
class InviteFacts:
    """What the dialog knows of one customer."""

    party_id: str
    name: str
    initials: str
    is_organisation: bool
    address_form: str
    block: AppBlock
    claims: int

    @property
    def email_problem(self) -> bool:
        """Whether only the address is in the way of inviting."""
        return self.block.invite.reason in {"app.reason.email", "app.reason.email-invalid"}


def read_invite_facts(desk: Desk, party_ids: Sequence[str]) -> list[InviteFacts]:
    """The facts of these customers; those that are gone are left out."""
    found = []
    for party_id in party_ids:
        try:
            card, block = desk.customers.card(party_id), desk.invitations.block(party_id)
        except KnownError:
            continue
        found.append(
            InviteFacts(
                party_id=party_id,
                name=card.name.listed,
                initials=card.name.initials,
                is_organisation=card.name.kind == PartyKind.ORGANISATION,
                address_form=card.address_form.value,
                block=block,
                claims=len(desk.contracts.claims_of_customer(party_id)),
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the dialog asks for: addresses to save first, whom to invite, how."""

    party_ids: tuple[str, ...]
    emails: Mapping[str, str] = field(default_factory=dict)
    address_form: str | None = None
    link_only: bool = False


def carry_out(desk: Desk, order: Order) -> Outcome[list[InviteResult]]:
    """Save new addresses in the records, then queue the invitations. Raises `KnownError` for an address that is none."""
    save_emails(desk, order.emails)
    return desk.invitations.invite(list(order.party_ids), address_form=order.address_form, link_only=order.link_only)


def send_again(desk: Desk, order: Order, *, restart: bool) -> Outcome[str]:
    """Save a corrected address, then ask for the invitation to be sent again."""
    save_emails(desk, order.emails)
    return desk.invitations.resend(order.party_ids[0], restart_series=restart)


def save_emails(desk: Desk, emails: Mapping[str, str]) -> None:
    """Put typed addresses into the records."""
    for party_id, email in emails.items():
        desk.customers.edit(party_id, values={"email": email})


def planned_mails(today: date) -> tuple[date, ...]:
    """The days of the three mails if the portal accepts the first one today (S2.39)."""
    return (today, *(today + timedelta(days=days) for days in REMINDER_DAYS))


def link_end(today: date) -> date:
    """The last day of a link made today (decisions.md, "Life of a link")."""
    return today + timedelta(days=LINK_DAYS)
