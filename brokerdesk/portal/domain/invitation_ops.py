"""What desks may ask of an invitation: submit, resend, stop, revoke, link (protocol.md § 14). Guards first, then the rules.

Refusals are verdict codes; the desk turns them into sentences. Deliberately sends nothing: mails are jobs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from brokerdesk.core.clock import from_wire
from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.contact import EmailAddress
from brokerdesk.models.values.names import AddressForm, Language
from brokerdesk.models.values.states import InvitationState as State
from brokerdesk.models.values.states import Origin as ContractOrigin
from brokerdesk.portal.domain import links
from brokerdesk.portal.domain.access import accesses_of, address_conflict
from brokerdesk.portal.domain.book import Record
from brokerdesk.portal.domain.invitation import (
    Channel,
    Invitation,
    Step,
    TransitionRefused,
    new_link,
    resend,
    revoke,
    stop,
    submit,
)
from brokerdesk.portal.domain.office import office_of
from brokerdesk.portal.domain.series import Scene, Stored, store_step
from brokerdesk.portal.domain.verdicts import Behaviour, OpContext, Verdict, applied, rejected
from brokerdesk.portal.portal import Portal
from brokerdesk.wire.push import Op

NOT_ENTITLED = "not_entitled"
PARTY_ARCHIVED = "party_archived"
PARTY_DECEASED = "party_deceased"
NAME_MISSING = "name_missing"
EMAIL_MISSING = "email_missing"
EMAIL_INVALID = "email_invalid"
ALREADY_INVITED = "already_invited"
ALREADY_REGISTERED = "already_registered"

_OVER = frozenset({State.REVOKED, State.REGISTERED})
_RELEASED_ORIGINS = frozenset({ContractOrigin.OWN.value, ContractOrigin.POOL.value})


def _scene(context: OpContext) -> Scene:
    return Scene(context.portal, context.book, context.origin)


def _submit(context: OpContext, op: Op) -> Verdict:
    invitation_id, payload = op["id"] or "", op.get("payload") or {}
    known = context.book.live("invitation", invitation_id)
    if known is not None:
        return applied(known) if known.data.get("party_id") == payload.get("party_id") else rejected("exists")
    wrong = _wrong_members(payload)
    if wrong:
        return rejected("validation", *wrong)
    party = context.book.live("party", payload["party_id"])
    refusal = _refusal(context, party, payload)
    if refusal or party is None:
        return rejected(refusal or "unknown_entity")
    draft = _draft(context, party, payload)
    try:
        step = submit(draft, from_wire(context.now))
    except TransitionRefused as refused:
        return rejected(refused.code)
    stored = store_step(_scene(context), invitation_id, step, record=None)
    if payload.get("release_contracts"):
        _release(context, party.id)
    return applied(stored.record)


def _wrong_members(payload: dict[str, Any]) -> list[str]:
    checks: dict[str, Callable[[Any], bool]] = {
        "party_id": lambda v: isinstance(v, str),
        "channel": lambda v: v in set(Channel),
        "address_form": lambda v: v in set(AddressForm),
        "language": lambda v: v in set(Language),
        "email": lambda v: v is None or isinstance(v, str),
        "reminders": lambda v: isinstance(v, bool),
        "release_contracts": lambda v: isinstance(v, bool),
        "requested_at": lambda v: v is None or (isinstance(v, str) and _is_time(v)),
    }
    required = {"party_id"}
    return sorted(n for n, ok in checks.items() if (n in payload or n in required) and not ok(payload.get(n)))


def _is_time(text: str) -> bool:
    try:
        from_wire(text)
    except ValueError:
        return False
    return True


def _refusal(context: OpContext, party: Record | None, payload: dict[str, Any]) -> str | None:
    """The first reason why this customer cannot be invited (S1.01, S1.04, S1.06, features section 6.1)."""
    if party is None:
        return "unknown_entity"
    if not office_of(context.connection, context.book.tenant_id).entitled:
        return NOT_ENTITLED
    return _party_refusal(party) or _address_refusal(context, party, payload) or _earlier_refusal(context, party)


def _party_refusal(party: Record) -> str | None:
    if party.data.get("archived"):
        return PARTY_ARCHIVED
    if party.data.get("deceased_on"):
        return PARTY_DECEASED
    name = party.data.get("name") or {}
    if not (name.get("last_name") or name.get("first_name") or name.get("company_name")):
        return NAME_MISSING
    return None


def _address_refusal(context: OpContext, party: Record, payload: dict[str, Any]) -> str | None:
    email = _email(payload, party)
    if not email:
        return None if payload.get("channel") == Channel.LINK else EMAIL_MISSING
    try:
        EmailAddress.parse(email)
    except KnownError:
        return EMAIL_INVALID
    return address_conflict(context.book, email, party.id)


def _earlier_refusal(context: OpContext, party: Record) -> str | None:
    if accesses_of(context.book, party.id):
        return ALREADY_REGISTERED
    earlier = context.book.find("invitation", owner_id=party.id)
    return ALREADY_INVITED if any(State(r.data["state"]) not in _OVER for r in earlier) else None


def _email(payload: dict[str, Any], party: Record) -> str:
    return str(payload.get("email") or party.data.get("email") or "").strip()


def _draft(context: OpContext, party: Record, payload: dict[str, Any]) -> Invitation:
    office = office_of(context.connection, context.book.tenant_id)
    channel = Channel(payload.get("channel", Channel.MAIL))
    email = _email(payload, party)
    earlier = context.book.find("invitation", owner_id=party.id)
    first = min((str(r.data["first_invited_at"]) for r in earlier if r.data.get("first_invited_at")), default=None)
    requested = payload.get("requested_at")
    return Invitation(
        party_id=party.id,
        channel=channel,
        address_form=payload.get("address_form") or party.data.get("address_form") or AddressForm.SIE,
        language=payload.get("language") or party.data.get("language") or office.language,
        email=EmailAddress.parse(email).value if email else None,
        reminders=payload.get("reminders", channel is Channel.MAIL),
        requested_at=from_wire(requested) if requested else None,
        first_invited_at=from_wire(first) if first else None,
    )


def _release(context: OpContext, party_id: str) -> None:
    """Show the customer's own contracts, and with them their claims, in the app (S2.53)."""
    for contract in context.book.find("contract", owner_id=party_id):
        if contract.data.get("origin") in _RELEASED_ORIGINS and not contract.data.get("archived"):
            context.book.change(contract, {"released": True}, origin=context.origin)


def _move(context: OpContext, op: Op, make: Callable[[Invitation], Step]) -> tuple[Verdict, Stored | None]:
    record = context.book.live("invitation", op["id"] or "")
    if record is None:
        return rejected("unknown_entity"), None
    try:
        step = make(Invitation.from_data(record.data))
    except TransitionRefused as refused:
        return rejected(refused.code, record=record), None
    stored = store_step(_scene(context), record.id, step, record=record)
    result = {"too_late_for": stored.too_late_for} if stored.too_late_for else None
    return applied(stored.record, result=result), stored


def _resend(context: OpContext, op: Op) -> Verdict:
    payload = op.get("payload") or {}
    restart = payload.get("restart_series", False)
    wrong = [name for name in _wrong_members({**payload, "party_id": ""}) if name != "party_id"]
    if not isinstance(restart, bool) or wrong:
        return rejected("validation", *(wrong or ["restart_series"]))
    record = context.book.live("invitation", op["id"] or "")
    party = context.book.live("party", str(record.data.get("party_id"))) if record else None
    if record is None or party is None:
        return rejected("unknown_entity")
    refusal = _resend_refusal(context, party, payload)
    if refusal:
        return rejected(refusal, record=record)
    changes = _corrections(payload, restart=restart)

    def step(invitation: Invitation) -> Step:
        corrected = dataclasses.replace(invitation, **changes)
        expect = dict(op.get("expect") or {})
        return resend(corrected, from_wire(context.now), expect=expect, restart_series=restart)

    return _move(context, op, step)[0]


def _resend_refusal(context: OpContext, party: Record, payload: dict[str, Any]) -> str | None:
    if not office_of(context.connection, context.book.tenant_id).entitled:
        return NOT_ENTITLED
    corrected = payload.get("email")
    return _party_refusal(party) or (_address_refusal(context, party, {"email": corrected}) if corrected else None)


def _corrections(payload: dict[str, Any], *, restart: bool) -> dict[str, Any]:
    """What a resend may change: the address always; form, language and reminders only with a new series (S2.45)."""
    changes: dict[str, Any] = {
        n: payload[n] for n in ("address_form", "language", "reminders") if restart and n in payload
    }
    if payload.get("email"):
        changes["email"] = EmailAddress.parse(payload["email"]).value
    return changes


def _stop(context: OpContext, op: Op) -> Verdict:
    record = context.book.live("invitation", op["id"] or "")
    if record is not None and record.data.get("state") == State.STOPPED:
        return applied(record)
    return _move(context, op, lambda i: stop(i, from_wire(context.now), by=context.principal.name))[0]


def _revoke(context: OpContext, op: Op) -> Verdict:
    record = context.book.live("invitation", op["id"] or "")
    if record is not None and record.data.get("state") == State.REVOKED:
        return applied(record)
    return _move(context, op, lambda i: revoke(i, from_wire(context.now)))[0]


def _link(context: OpContext, op: Op) -> Verdict:
    """The link in the verdict's result: a new one that kills the old (S2.36, S2.37), or with `renew` false the living one."""
    renew = (op.get("payload") or {}).get("renew", True)
    if not isinstance(renew, bool):
        return rejected("validation", "renew")
    verdict, stored = _move(context, op, new_link if renew else _unchanged)
    if stored is None:
        return verdict
    invitation = Invitation.from_data(stored.record.data)
    result = {
        "generation": invitation.link_generation,
        "expires_at": stored.record.data.get("expires_at"),
        "living": invitation.link_lives(from_wire(context.now)),
    }
    return applied(stored.record, result=result)


def _unchanged(invitation: Invitation) -> Step:
    new_link(invitation)  # refused exactly where a new link would be
    return Step(invitation=invitation)


def _reveal(portal: Portal, invitation_id: str, result: dict[str, Any]) -> dict[str, Any]:
    """The link itself is added when the answer is told: stored verdicts hold none (security.md S-34)."""
    url = links.invitation_url(portal.settings.public_url, portal.keys, invitation_id, int(result["generation"]))
    return {**result, "url": url}


BEHAVIOURS = (
    Behaviour("invitation.submit", _submit),
    Behaviour("invitation.resend", _resend),
    Behaviour("invitation.stop", _stop),
    Behaviour("invitation.revoke", _revoke),
    Behaviour("invitation.link", _link, reveal=_reveal),
)
