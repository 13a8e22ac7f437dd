"""The customer's login: made at registration, ended and changed by operations of the desks (protocol.md § 14, Access).

The record `access` is what desks see; address, password and sessions lie in side tables. Knows no pages.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Row, delete, insert, select, update

from brokerdesk.core.errors import KnownError
from brokerdesk.core.ids import new_id
from brokerdesk.models.values.contact import EmailAddress
from brokerdesk.models.values.states import AccessOrigin, AccessState
from brokerdesk.portal.domain import invitation as rules
from brokerdesk.portal.domain.book import CUSTOMER, Record, RecordBook
from brokerdesk.portal.domain.households import households_of, share_household
from brokerdesk.portal.domain.series import Scene, store_step
from brokerdesk.portal.domain.tracking import Event, track
from brokerdesk.portal.domain.verdicts import Behaviour, OpContext, Verdict, applied, rejected
from brokerdesk.portal.store.tables import access_side, invitation_side, password_reset, web_session
from brokerdesk.portal.store.tables import record as record_table
from brokerdesk.wire.push import Op

EMAIL_TAKEN = "email_taken"
CHAT_NOT_ARCHIVED = "chat_not_archived"
NOT_ONE_HOUSEHOLD = "not_one_household"
ALREADY_REGISTERED = "already_registered"
ILLEGAL = "illegal_transition"


class RegistrationRefused(Exception):  # noqa: N818 - an answer for a page, not a fault
    """The registration cannot happen; `code` says why."""

    def __init__(self, code: str) -> None:
        """Keep the code for the page."""
        super().__init__(code)
        self.code = code


def side_by_email(connection: Connection, tenant_id: str, email: str) -> Row[Any] | None:
    """The side row of the login with this address at this brokerage, or None."""
    try:
        key = EmailAddress.parse(email).key
    except KnownError:
        return None
    query = select(access_side).where(access_side.c.tenant_id == tenant_id, access_side.c.email_key == key)
    return connection.execute(query).first()


def side_of(connection: Connection, tenant_id: str, access_id: str) -> Row[Any] | None:
    """The side row of a login."""
    query = select(access_side).where(access_side.c.tenant_id == tenant_id, access_side.c.access_id == access_id)
    return connection.execute(query).first()


def accesses_of(book: RecordBook, party_id: str) -> list[Record]:
    """The logins that show this customer's contracts and are not removed."""
    found = book.find("access", owner_id=party_id)
    if households_of(book, party_id):  # only then can a login of somebody else show his contracts
        query = select(record_table.c.id).where(
            record_table.c.tenant_id == book.tenant_id,
            record_table.c.kind == "access",
            record_table.c.data.contains(f'"{party_id}"', autoescape=True),
        )
        ids = set(book.connection.execute(query).scalars()) - {r.id for r in found}
        book.preload(("access", i) for i in ids)
        found += [r for i in sorted(ids) if (r := book.live("access", i)) is not None]
    return [
        r for r in found if party_id in (r.data.get("party_ids") or ()) and r.data.get("state") != AccessState.REMOVED
    ]


def holder_of(book: RecordBook, email: str) -> Record | None:
    """The living access record that uses this address."""
    side = side_by_email(book.connection, book.tenant_id, email)
    return book.live("access", side.access_id) if side else None


def address_conflict(book: RecordBook, email: str, party_id: str) -> str | None:
    """Why this address cannot serve this customer: it is the login of somebody outside his household."""
    holder = holder_of(book, email)
    if holder is None or share_household(book, party_id, holder.data.get("party_ids") or ()):
        return None
    return EMAIL_TAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The login a registration led to; `joined` when the customer was added to one of his household."""

    access_id: str
    joined: bool = False


def register_customer(
    scene: Scene, invitation_id: str, generation: int, *, password_hash: str, email: str, joins: str | None = None
) -> Registered:
    """Turn a living link into a login, in the transaction of `scene`.

    `email` is the invitation's address, or the one a link-only customer has just proved. `joins` names the login of the
    same household whose password the customer has just proved. Raises `RegistrationRefused`.
    """
    book = scene.book
    record = book.live("invitation", invitation_id)
    if record is None or not _is_current(scene, invitation_id, generation):
        raise RegistrationRefused(ILLEGAL)
    invitation = rules.Invitation.from_data(record.data)
    holder = holder_of(book, email)
    if (holder.id if holder else None) != joins or address_conflict(book, email, invitation.party_id):
        raise RegistrationRefused(EMAIL_TAKEN)
    try:
        step = rules.register(dataclasses.replace(invitation, email=email), scene.now)
    except rules.TransitionRefused as refused:
        raise RegistrationRefused(refused.code) from refused
    store_step(scene, invitation_id, step, record=record)
    if holder is not None:
        parties = [*(holder.data.get("party_ids") or ()), invitation.party_id]
        book.change(holder, {"party_ids": list(dict.fromkeys(parties))}, origin=CUSTOMER)
        done = Registered(access_id=holder.id, joined=True)
    else:
        made = create_access(
            scene, email=email, party_ids=[invitation.party_id], origin=AccessOrigin.INVITATION, password=password_hash
        )
        done = Registered(access_id=made.id)
    track(book, scene.portal.clock, invitation.party_id, Event.REGISTERED)
    _fill_missing_address(scene, invitation.party_id, email)
    return done


def _is_current(scene: Scene, invitation_id: str, generation: int) -> bool:
    query = select(invitation_side.c.generation).where(
        invitation_side.c.tenant_id == scene.book.tenant_id, invitation_side.c.invitation_id == invitation_id
    )
    return scene.book.connection.execute(query).scalar_one_or_none() == generation


def _fill_missing_address(scene: Scene, party_id: str, email: str) -> None:
    """An address that the office did not know reaches the desks as the customer's own edit; a known one is kept."""
    party = scene.book.live("party", party_id)
    if party is not None and not party.data.get("email"):
        scene.book.change(party, {"email": email}, origin=CUSTOMER)


def create_access(
    scene: Scene,
    *,
    email: str,
    party_ids: list[str],
    origin: AccessOrigin,
    password: str | None,
    since: str | None = None,
    extra: dict[str, Any] | None = None,
) -> Record:
    """A new active login. `password` is a hash (None: no password yet), `since` the day it was registered."""
    book = scene.book
    address = EmailAddress.parse(email)
    data = {
        "email": address.value,
        "party_ids": party_ids,
        "state": AccessState.ACTIVE.value,
        "origin": origin.value,
        "registered_at": since or book.now,
    }
    record = book.create("access", new_id(scene.portal.clock), data, origin=scene.origin)
    book.connection.execute(
        insert(access_side).values(
            tenant_id=book.tenant_id, access_id=record.id, email_key=address.key, password_hash=password,
            verified_at=book.now, consent=to_json(extra or {}).decode(), created_at=book.now,
        )
    )  # fmt: skip
    return record


def end_sessions(connection: Connection, tenant_id: str, access_id: str, *, keep: str | None = None) -> None:
    """Sign the customer out everywhere, but for the session with hash `keep`; mailed links die too."""
    mine = (web_session.c.tenant_id == tenant_id) & (web_session.c.access_id == access_id)
    connection.execute(delete(web_session).where(mine, web_session.c.token_hash != (keep or "")))
    connection.execute(
        delete(password_reset).where(password_reset.c.tenant_id == tenant_id, password_reset.c.access_id == access_id)
    )


def set_password(connection: Connection, tenant_id: str, access_id: str, password_hash: str) -> None:
    """Store a new password hash."""
    here = (access_side.c.tenant_id == tenant_id) & (access_side.c.access_id == access_id)
    connection.execute(update(access_side).where(here).values(password_hash=password_hash))


def change_address(scene: Scene, access_id: str, email: str) -> bool:
    """Make a confirmed address the login's and, as the customer's edit, the party's. False when it is taken meanwhile."""
    book = scene.book
    address = EmailAddress.parse(email)
    record = book.live("access", access_id)
    holder = holder_of(book, email)
    if record is None or record.data.get("state") != AccessState.ACTIVE or (holder and holder.id != access_id):
        return False
    here = (access_side.c.tenant_id == book.tenant_id) & (access_side.c.access_id == access_id)
    book.connection.execute(
        update(access_side).where(here).values(email_key=address.key, pending_email=None, verified_at=book.now)
    )
    book.change(record, {"email": address.value}, origin=CUSTOMER)
    for party_id in (record.data.get("party_ids") or ())[:1]:
        if party := book.live("party", party_id):
            book.change(party, {"email": address.value}, origin=CUSTOMER)
        track(book, scene.portal.clock, party_id, Event.EMAIL_CHANGED)
    return True


# operations of the desks


def _deactivate(context: OpContext, op: Op) -> Verdict:
    return _switch(context, op, AccessState.ACTIVE, AccessState.DEACTIVATED)


def _reactivate(context: OpContext, op: Op) -> Verdict:
    return _switch(context, op, AccessState.DEACTIVATED, AccessState.ACTIVE)


def _switch(context: OpContext, op: Op, source: AccessState, target: AccessState) -> Verdict:
    record = context.book.live("access", op["id"] or "")
    if record is None:
        return rejected("unknown_entity")
    if record.data.get("state") == target:
        return applied(record)
    if record.data.get("state") != source:
        return rejected(ILLEGAL, record=record)
    at = context.now if target is AccessState.DEACTIVATED else None
    context.book.change(record, {"state": target.value, "deactivated_at": at}, origin=context.origin)
    end_sessions(context.connection, context.book.tenant_id, record.id)
    return applied(record)


def _remove(context: OpContext, op: Op) -> Verdict:
    record = context.book.live("access", op["id"] or "")
    if record is None:
        return rejected("unknown_entity")
    if record.data.get("state") == AccessState.REMOVED:
        return applied(record)
    side = side_of(context.connection, context.book.tenant_id, record.id)
    chat = from_json(side.consent).get("chat") if side else None
    if chat and not (op.get("payload") or {}).get("waive"):
        return rejected(CHAT_NOT_ARCHIVED, record=record)
    context.book.change(record, {"state": AccessState.REMOVED.value, "removed_at": context.now}, origin=context.origin)
    end_sessions(context.connection, context.book.tenant_id, record.id)
    here = (access_side.c.tenant_id == context.book.tenant_id) & (access_side.c.access_id == record.id)
    context.connection.execute(delete(access_side).where(here))
    return applied(record)


def _add_customer(context: OpContext, op: Op) -> Verdict:
    record = context.book.live("access", op["id"] or "")
    party_id = (op.get("payload") or {}).get("party_id")
    if record is None:
        return rejected("unknown_entity")
    if not isinstance(party_id, str) or context.book.live("party", party_id) is None:
        return rejected("validation", "party_id", record=record)
    parties = list(record.data.get("party_ids") or ())
    if party_id in parties:
        return applied(record)
    if record.data.get("state") == AccessState.REMOVED:
        return rejected(ILLEGAL, record=record)
    if accesses_of(context.book, party_id):
        return rejected(ALREADY_REGISTERED, record=record)
    if not share_household(context.book, party_id, parties):
        return rejected(NOT_ONE_HOUSEHOLD, record=record)
    context.book.change(record, {"party_ids": [*parties, party_id]}, origin=context.origin)
    return applied(record)


BEHAVIOURS = (
    Behaviour("access.deactivate", _deactivate),
    Behaviour("access.reactivate", _reactivate),
    Behaviour("access.remove", _remove),
    Behaviour("access.add_customer", _add_customer),
)
