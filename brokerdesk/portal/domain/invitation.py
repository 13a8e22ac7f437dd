"""The invitation's state machine with its guards and effects (protocol.md § 14), free of database, mail and clock.

Every function takes the invitation as it is and the moment, and returns a `Step`: the invitation afterwards, the mails to
order and whether waiting mails are called off. An event that is not allowed raises `TransitionRefused` with a verdict
code. The legal transitions themselves are data in `models.values.states`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.models.rules.reminders import expires_at
from brokerdesk.models.values.states import InvitationState as State
from brokerdesk.models.values.states import next_state

ILLEGAL = "illegal_transition"
STALE = "stale"
EXPECT_MISSING = "expect_required"
ALREADY_REGISTERED = "already_registered"
NO_ADDRESS = "email_missing"


class Channel(StrEnum):
    """How the customer gets the link: by the portal's mail, or the broker passes it on (S2.22, S2.31)."""

    MAIL = "mail"
    LINK = "link"


class Stage(StrEnum):
    """Which of the three mails."""

    INVITE = "invite"
    REMINDER1 = "reminder1"
    REMINDER2 = "reminder2"


class TransitionRefused(Exception):  # noqa: N818 - a verdict, not an error of the program
    """The event is not allowed; `code` is the verdict's code, `state` where the invitation stands."""

    def __init__(self, code: str, state: State) -> None:
        """Keep code and state for the verdict."""
        super().__init__(code)
        self.code = code
        self.state = state


_TIMES = (
    "requested_at",
    "invited_at",
    "first_invited_at",
    "expires_at",
    "stopped_at",
    "registered_at",
    "revoked_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One invitation, field for field the wire kind `invitation`. Times are aware UTC."""

    party_id: str
    state: State = State.DRAFT
    attempt: int = 0
    copies: int = 0
    channel: Channel = Channel.MAIL
    address_form: str = "sie"
    language: str = "de"
    email: str | None = None
    reminders: bool = True
    requested_at: datetime | None = None
    invited_at: datetime | None = None
    first_invited_at: datetime | None = None
    expires_at: datetime | None = None
    stop_by: str | None = None
    stopped_at: datetime | None = None
    registered_at: datetime | None = None
    revoked_at: datetime | None = None
    link_generation: int = 1
    mail_outcome: str | None = None
    mail_code: str | None = None
    possibly_twice: bool = False

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Invitation:
        """The invitation of a record's data; unknown members are left out."""
        known = {f.name for f in dataclasses.fields(cls)}
        values = {k: v for k, v in data.items() if k in known and v is not None}
        for name in _TIMES:
            if name in values:
                values[name] = from_wire(values[name])
        values["state"] = State(values.get("state", State.DRAFT))
        values["channel"] = Channel(values.get("channel", Channel.MAIL))
        return cls(**values)

    def to_data(self) -> dict[str, Any]:
        """The record's data: codes as text, times as on the wire."""
        data = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name in _TIMES:
            data[name] = to_wire(data[name]) if data[name] else None
        return data | {"state": self.state.value, "channel": self.channel.value}

    def link_lives(self, now: datetime) -> bool:
        """Whether the link of the current generation still opens the registration."""
        return next_state("register", self.state) is not None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class MailOrder:
    """A mail to be made into a job. `stage` invite leaves at once, a reminder when it is due."""

    stage: Stage
    attempt: int
    copy: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an event leads to."""

    invitation: Invitation
    orders: tuple[MailOrder, ...] = ()
    cancel_mails: bool = False


def _move(invitation: Invitation, event: str, **changes: Any) -> Invitation:
    to = next_state(event, invitation.state)
    if to is None:
        code = ALREADY_REGISTERED if invitation.state is State.REGISTERED else ILLEGAL
        raise TransitionRefused(code, invitation.state)
    return dataclasses.replace(invitation, state=to, **changes)


def _series(invitation: Invitation) -> tuple[MailOrder, ...]:
    if not invitation.reminders or not invitation.email:
        return ()
    return (MailOrder(Stage.REMINDER1, invitation.attempt), MailOrder(Stage.REMINDER2, invitation.attempt))


def _start_clock(invitation: Invitation, at: datetime) -> Invitation:
    """T0 of the attempt: invited, link lives 30 days, the first date survives repeats (S1.14)."""
    return dataclasses.replace(
        invitation,
        invited_at=at,
        first_invited_at=invitation.first_invited_at or at,
        expires_at=expires_at(at),
    )


def submit(draft: Invitation, at: datetime) -> Step:
    """The desk's invitation arrives. By mail: one mail is ordered; link only: T0 is now."""
    base = dataclasses.replace(draft, attempt=1, copies=1, link_generation=1, requested_at=draft.requested_at or at)
    if base.channel is Channel.LINK:
        sent = _start_clock(_move(base, "submit_link"), at)
        return Step(invitation=sent, orders=_series(sent))
    if not base.email:
        raise TransitionRefused(NO_ADDRESS, base.state)
    queued = _move(base, "submit", expires_at=expires_at(at))
    return Step(invitation=queued, orders=(MailOrder(Stage.INVITE, 1),))


def _check_expectation(invitation: Invitation, expect: Mapping[str, Any] | None) -> None:
    if not expect or set(expect) != {"state", "attempt"}:
        raise TransitionRefused(EXPECT_MISSING, invitation.state)
    if expect["state"] != invitation.state.value or expect["attempt"] != invitation.attempt:
        code = ALREADY_REGISTERED if invitation.state is State.REGISTERED else STALE
        raise TransitionRefused(code, invitation.state)


def resend(invitation: Invitation, at: datetime, *, expect: Mapping[str, Any] | None, restart_series: bool) -> Step:
    """Once more: either one further copy of mail 0, or a new attempt with its own T0, series and 30 days.

    `expect` must name the state and attempt the sender saw, so that a stale wish never restarts mail (INV-15).
    """
    _check_expectation(invitation, expect)
    by_mail = bool(invitation.email)
    if not restart_series:
        if not by_mail:
            raise TransitionRefused(NO_ADDRESS, invitation.state)
        again = _move(invitation, "resend", copies=invitation.copies + 1)
        return Step(invitation=again, orders=(MailOrder(Stage.INVITE, again.attempt, again.copies),))
    fresh = _move(
        invitation,
        "resend_restart",
        attempt=invitation.attempt + 1,
        copies=invitation.copies + 1,
        invited_at=None,
        expires_at=expires_at(at),
        stop_by=None,
        stopped_at=None,
        mail_outcome=None,
        mail_code=None,
        possibly_twice=False,
    )
    if fresh.channel is Channel.LINK or not by_mail:
        sent = _start_clock(_move(fresh, "mail_accepted"), at)
        return Step(invitation=sent, orders=_series(sent), cancel_mails=True)
    return Step(invitation=fresh, orders=(MailOrder(Stage.INVITE, fresh.attempt, fresh.copies),), cancel_mails=True)


def stop(invitation: Invitation, at: datetime, *, by: str) -> Step:
    """No further mail; the link stays valid. While still queued, T0 is the moment of the stop."""
    was_queued = invitation.state is State.QUEUED
    stopped = _move(invitation, "stop", stop_by=by, stopped_at=at)
    return Step(invitation=_start_clock(stopped, at) if was_queued else stopped, cancel_mails=True)


def revoke(invitation: Invitation, at: datetime) -> Step:
    """The link is dead and nothing more is mailed; final."""
    return Step(invitation=_move(invitation, "revoke", revoked_at=at), cancel_mails=True)


def new_link(invitation: Invitation) -> Step:
    """A new generation: the link given out before is dead (S2.36, S2.37)."""
    return Step(invitation=_move(invitation, "new_link", link_generation=invitation.link_generation + 1))


def register(invitation: Invitation, at: datetime) -> Step:
    """The customer registered: final, waiting mails are called off (S2.48). Needs a living link."""
    if not invitation.link_lives(at):
        code = ALREADY_REGISTERED if invitation.state is State.REGISTERED else ILLEGAL
        raise TransitionRefused(code, invitation.state)
    return Step(invitation=_move(invitation, "register", registered_at=at), cancel_mails=True)


def expire(invitation: Invitation) -> Step:
    """30 days after T0."""
    return Step(invitation=_move(invitation, "expire"), cancel_mails=True)


_EVENT_OF = {Stage.INVITE: "mail_accepted", Stage.REMINDER1: "due_day_2", Stage.REMINDER2: "due_day_7"}


def wants_mail(invitation: Invitation, order: MailOrder) -> bool:
    """Whether the mail of `order` is still wanted: asked again in the transaction that claims its job (INV-13)."""
    if order.attempt != invitation.attempt:
        return False
    if order.stage is not Stage.INVITE:
        return invitation.reminders and next_state(_EVENT_OF[order.stage], invitation.state) is not None
    if invitation.state is State.QUEUED:
        return order.copy == invitation.copies
    return next_state("resend", invitation.state) is not None and order.copy > 1


def mail_accepted(invitation: Invitation, order: MailOrder, at: datetime, *, possibly_twice: bool = False) -> Step:
    """The mail server took the mail (or it counts as sent). An invitation that moved on meanwhile keeps its state."""
    noted = dataclasses.replace(
        invitation,
        mail_outcome="accepted",
        mail_code=None,
        possibly_twice=invitation.possibly_twice or possibly_twice,
    )
    if order.attempt != invitation.attempt:
        return Step(invitation=invitation)
    event = _EVENT_OF[order.stage]
    if next_state(event, noted.state) is None:
        return Step(invitation=noted)
    moved = _move(noted, event)
    if order.stage is not Stage.INVITE:
        return Step(invitation=moved)
    started = _start_clock(moved, at)
    return Step(invitation=started, orders=_series(started))


def mail_failed(invitation: Invitation, order: MailOrder, *, outcome: str, code: str) -> Step:
    """The mail cannot be delivered: bounced, with the reason. `outcome` is `perm` or `temporary` (all tries used up)."""
    if order.attempt != invitation.attempt:
        return Step(invitation=invitation)
    noted = dataclasses.replace(invitation, mail_outcome=outcome, mail_code=code)
    if next_state("bounce", noted.state) is None:
        return Step(invitation=noted)
    return Step(invitation=_move(noted, "bounce"), cancel_mails=True)
