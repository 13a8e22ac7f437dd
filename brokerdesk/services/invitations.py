"""App access of customers: the block with its states, inviting, resending, stopping, withdrawing (S1.02–S1.17).

A desk asks, the portal decides: every request is an outgoing intention in the same transaction as what the user sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import new_id
from brokerdesk.models.entities import Invitation, OutboxItem, OutboxState, Party
from brokerdesk.models.rows.activity import ActionState, AppBlock, InvitationRow
from brokerdesk.models.values.contact import EmailAddress
from brokerdesk.models.values.states import AppState, CustomerType, InvitationState, Right, next_state
from brokerdesk.services.context import Context, Outcome
from brokerdesk.services.contracts import own_contracts
from brokerdesk.services.households import office_id
from brokerdesk.store import outbox
from brokerdesk.store.queries import app_access, small_lists
from brokerdesk.store.unit_of_work import RECORD_GONE, UnitOfWork

INVITE_REFUSED = register("invite-refused", "reason")
NOTHING_TO_WITHDRAW = register("nothing-to-withdraw")
REMINDER_DAYS = (2, 7)
_RESENDABLE = frozenset(
    s for s in InvitationState if next_state("resend", s) is not None or next_state("resend_restart", s) is not None
)
_LINKABLE = frozenset(s for s in InvitationState if next_state("new_link", s) is not None)
SERIES_ENDED = frozenset({InvitationState.STOPPED, InvitationState.BOUNCED, InvitationState.EXPIRED})
"""States in which "Erinnerungen neu starten" is ticked when the dialog opens (decisions.md, Resend)."""


@dataclass(frozen=True, slots=True)
class InviteResult:
    """What became of one customer of an invitation: queued, or skipped with the reason's text key."""

    party_id: str
    status: str
    reason: str | None = None


def _time(value: str | None) -> datetime | None:
    return from_wire(value) if value else None


class Invitations:
    """Use cases of app access."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context

    def product_name(self, customer_type: str | None) -> str:
        """What the access is called for this type of customer: an office setting, "Kunden-App" unless changed."""
        with self._context.book.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT product_private, product_company FROM office WHERE id = ?", (office_id(),)
            ).first()
        if customer_type == CustomerType.COMPANY:
            return (row.product_company if row else None) or "Kundenportal"
        return (row.product_private if row else None) or "Kunden-App"

    def block(self, party_id: str) -> AppBlock:
        """State, dates, and what can be done with the reason when it cannot. Raises `KnownError(record-gone)`."""
        with self._context.book.read() as connection:
            found = app_access.app_records(connection, party_id)
            if found is None:
                raise KnownError(RECORD_GONE, kind="party")
            email = found.party.email
            shared = small_lists.with_email(connection, email, but_not=party_id) if email else []
        return _block(
            found, shared=tuple(name for _, name in shared), product=self.product_name(found.party.customer_type)
        )

    def listed(self) -> list[InvitationRow]:
        """All invitations, newest first (S2.38)."""
        with self._context.book.read() as connection:
            return app_access.invitation_rows(connection)

    def invite(
        self,
        party_ids: Sequence[str],
        *,
        address_form: str | None = None,
        link_only: bool = False,
        release: bool = True,
        reminders: bool = True,
    ) -> Outcome[list[InviteResult]]:
        """Queue an invitation for each customer; skipped ones carry their reason. One unit of work for all.

        `address_form` None takes each customer's own. Own contracts and claims are released (S2.53) unless `release` is False.
        """
        results = []
        with self._context.book.work() as unit:
            for party_id in party_ids:
                reason = self._refusal(unit, party_id)
                if reason is not None:
                    results.append(InviteResult(party_id, "skipped", reason))
                    continue
                party = unit.get(Party, party_id)
                form = address_form or party.address_form
                self._queue(unit, party, form=form, link_only=link_only, release=release, reminders=reminders)
                results.append(InviteResult(party_id, "queued"))
            changes = unit.commit()
        return Outcome(results, changes)

    def _refusal(self, unit: UnitOfWork, party_id: str) -> str | None:
        found = app_access.app_records(unit.connection, party_id)
        if found is None:
            return "app.reason.unknown"
        return _block(found, shared=(), product="").invite.reason

    def _queue(
        self, unit: UnitOfWork, party: Party, *, form: str, link_only: bool, release: bool, reminders: bool
    ) -> None:
        now = self._context.clock.now()
        former = unit.session.scalars(
            select(Invitation).where(Invitation.party_id == party.id).order_by(Invitation.key.desc())
        ).first()
        invitation = Invitation(
            id=new_id(self._context.clock),
            party_id=party.id,
            state=InvitationState.DRAFT.value,
            channel="link" if link_only else "mail",
            address_form=form,
            language=party.language,
            email=party.email,
            reminders=reminders and not link_only,
            requested_at=now,
            first_invited_at=former.first_invited_at if former else None,
        )
        unit.add(invitation)
        if release:
            for contract in own_contracts(unit, party.id):
                contract.released = True
        outbox.add_operation(
            unit.session,
            kind="invitation",
            record_id=invitation.id,
            operation="invitation.submit",
            urgency=outbox.INVITATION,
            clock=self._context.clock,
            payload={
                "party_id": party.id,
                "channel": invitation.channel,
                "address_form": form,
                "language": party.language,
                "email": party.email,
                "reminders": bool(invitation.reminders),
                "requested_at": to_wire(now),
            },
        )

    def resend(self, party_id: str, *, restart_series: bool) -> Outcome[str]:
        """Send the invitation again; two clicks before the next exchange are one (S1.15)."""
        return self._ask(party_id, "resend", urgency=outbox.INVITATION, extra={"restart_series": restart_series})

    def stop(self, party_id: str) -> Outcome[str]:
        """No further reminders; first in the queue. A submit that has not left yet is withdrawn with it (R4)."""
        block = self.block(party_id)
        if not block.stop.enabled:
            raise KnownError(INVITE_REFUSED, reason=block.stop.reason or "")
        if block.waiting_operation == "invitation.submit":
            return self.withdraw(party_id)
        return self._ask(party_id, "stop", urgency=outbox.URGENT, extra={})

    def revoke(self, party_id: str) -> Outcome[str]:
        """Take the invitation back: its link dies (S2.52). First in the queue."""
        block = self.block(party_id)
        if block.waiting_operation == "invitation.submit":
            return self.withdraw(party_id)
        return self._ask(party_id, "revoke", urgency=outbox.URGENT, extra={})

    def _ask(self, party_id: str, verb: str, *, urgency: int, extra: dict[str, Any]) -> Outcome[str]:
        block = self.block(party_id)
        possible: ActionState = getattr(block, verb)
        if not possible.enabled or block.invitation_id is None:
            raise KnownError(INVITE_REFUSED, reason=possible.reason or "")
        payload = {"expect": {"state": block.invitation_state, "attempt": block.attempt}, **extra}
        with self._context.book.work() as unit:
            waiting = unit.session.scalars(
                select(OutboxItem).where(
                    OutboxItem.record_id == block.invitation_id,
                    OutboxItem.operation == f"invitation.{verb}",
                    OutboxItem.state == OutboxState.SOFT,
                )
            ).first()
            if waiting is not None:
                waiting.payload = payload
            else:
                outbox.add_operation(
                    unit.session,
                    kind="invitation",
                    record_id=block.invitation_id,
                    operation=f"invitation.{verb}",
                    urgency=urgency,
                    clock=self._context.clock,
                    payload=payload,
                )
            self._touch(unit, party_id)
            changes = unit.commit()
        return Outcome(block.invitation_id, changes)

    def withdraw(self, party_id: str) -> Outcome[str]:
        """Take back what has not left yet. Raises `KnownError(nothing-to-withdraw)`."""
        with self._context.book.work() as unit:
            items = unit.session.scalars(
                select(OutboxItem)
                .join(Invitation, Invitation.id == OutboxItem.record_id)
                .where(
                    Invitation.party_id == party_id,
                    OutboxItem.kind == "invitation",
                    OutboxItem.state.in_([OutboxState.SOFT, OutboxState.HELD, OutboxState.ATTENTION]),
                )
            ).all()
            if not items:
                raise KnownError(NOTHING_TO_WITHDRAW)
            for item in items:
                invitation = unit.find(Invitation, item.record_id)
                unit.session.delete(item)
                if item.operation == "invitation.submit" and invitation is not None and not invitation.server_rev:
                    unit.session.flush()
                    unit.session.delete(invitation)
            self._touch(unit, party_id)
            changes = unit.commit()
        return Outcome(party_id, changes)

    @staticmethod
    def _touch(unit: UnitOfWork, party_id: str) -> None:
        unit.touch(unit.get(Party, party_id))


def _reasons(found: app_access.AppRecords, state: AppState) -> str | None:
    """Why this customer cannot be invited; the order is the order in which somebody would mend it (S1.04–S1.06)."""
    party = found.party
    checks = (
        (not party.is_customer or party.archived, "app.reason.not-customer"),
        (party.deceased_on is not None, "app.reason.deceased"),
        (not party.listed_name, "app.reason.name"),
        (not party.email, "app.reason.email"),
        (bool(party.email) and not _valid(party.email), "app.reason.email-invalid"),
        (found.sync is None, "app.reason.not-paired"),
        (found.sync is not None and Right.INVITE not in app_access.rights(found.sync), "app.reason.right"),
        (found.entitlement is not None and not found.entitlement.kundenapp, "app.reason.entitlement"),
        (state in {AppState.REGISTERED, AppState.DEACTIVATED}, "app.reason.registered"),
        (state in {AppState.WAITING, AppState.QUEUED}, "app.reason.waiting"),
        (state in {AppState.INVITED, AppState.STOPPED, AppState.EXPIRED, AppState.BOUNCED}, "app.reason.invited"),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _valid(email: str) -> bool:
    try:
        EmailAddress.parse(email)
    except KnownError:
        return False
    return True


def _action(reason: str | None) -> ActionState:
    return ActionState(enabled=reason is None, reason=reason)


def _resend_reason(found: app_access.AppRecords, state: AppState, waiting: Row[Any] | None) -> str | None:
    invitation = found.invitation
    if state in {AppState.REGISTERED, AppState.DEACTIVATED}:
        return "app.reason.registered"
    if invitation is None or invitation.state not in _RESENDABLE:
        return "app.reason.not-invited"
    if not found.party.email and invitation.channel != "link":
        return "app.reason.email"
    if waiting is not None and waiting.operation == "invitation.resend":
        return "app.reason.waiting"
    return None


def _revoke_reason(invitation: Row[Any] | None, *, submit_waits: bool) -> str | None:
    if submit_waits:
        return None
    state = InvitationState(invitation.state) if invitation else None
    if state is InvitationState.REGISTERED:
        return "app.reason.registered"
    return None if state is not None and next_state("revoke", state) is not None else "app.reason.not-invited"


def _block(found: app_access.AppRecords, *, shared: tuple[str, ...], product: str) -> AppBlock:
    party, invitation, access, waiting = found.party, found.invitation, found.access, found.waiting
    state = AppState(party.app_state)
    stop_reason = None
    series = {InvitationState.QUEUED, InvitationState.SENT, InvitationState.REMINDER1, InvitationState.REMINDER2}
    submit_waits = waiting is not None and waiting.operation == "invitation.submit"
    if not submit_waits and (invitation is None or invitation.state not in series):
        stop_reason = "app.reason.no-series"
    invited_at = _time(invitation.invited_at) if invitation else None
    running = invitation is not None and invitation.state in series and bool(invitation.reminders)
    reminders = tuple(invited_at + timedelta(days=d) for d in REMINDER_DAYS) if running and invited_at else ()
    sent = {InvitationState.SENT: 0, InvitationState.REMINDER1: 1, InvitationState.REMINDER2: 2}
    done = sent.get(InvitationState(invitation.state), 0) if invitation else 0
    return AppBlock(
        party_id=party.id,
        state=state,
        since=_time(party.app_since),
        known_at=_time(found.sync.last_success_at) if found.sync else None,
        product=product,
        invitation_id=invitation.id if invitation else None,
        invitation_state=invitation.state if invitation else None,
        requested_at=_time(waiting.created_at) if waiting else _time(invitation.requested_at) if invitation else None,
        first_invited_at=_time(invitation.first_invited_at) if invitation else None,
        invited_at=invited_at,
        expires_at=_time(invitation.expires_at) if invitation else None,
        attempt=(invitation.attempt or 1) if invitation else 0,
        copies=(invitation.copies or 0) if invitation else 0,
        channel=invitation.channel if invitation else None,
        address_form=(invitation.address_form if invitation else None) or party.address_form,
        email=party.email,
        stop_by=invitation.stop_by if invitation else None,
        stopped_at=_time(invitation.stopped_at) if invitation else None,
        mail_code=invitation.mail_code if invitation else None,
        possibly_twice=bool(invitation.possibly_twice) if invitation else False,
        registered_at=_time(access.registered_at) if access else None,
        access_id=access.id if access else None,
        last_seen=_time(access.last_seen) if access else None,
        reminders=reminders,
        next_reminder=reminders[done] if done < len(reminders) else None,
        contracts_released=party.contracts_released,
        contracts_own=party.contracts_own,
        waiting_operation=waiting.operation if waiting else None,
        problem=found.problem.problem if found.problem else None,
        missing=tuple(reason for reason, there in (("name", party.listed_name), ("email", party.email)) if not there),
        t_online=bool(party.email) and EmailAddress(party.email).blocks_invitations,
        shared_with=shared,
        invite=_action(_reasons(found, state)),
        resend=_action(_resend_reason(found, state, waiting)),
        stop=_action(stop_reason),
        revoke=_action(_revoke_reason(invitation, submit_waits=submit_waits)),
        link=_action(None if invitation is not None and invitation.state in _LINKABLE else "app.reason.no-link"),
        withdraw=_action(None if waiting is not None and waiting.state in {"soft", "held"} else "app.reason.gone"),
    )
