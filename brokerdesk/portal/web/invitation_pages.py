"""From the link in the mail to the signed-in customer: follow, (prove an address,) choose a password, done (S2.29–S2.35).

Following a link changes nothing: mail scanners do it too. Only sending the form registers, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.contact import EmailAddress
from brokerdesk.models.values.names import PartyName
from brokerdesk.models.values.states import AccessState, InvitationState
from brokerdesk.portal.domain import access, passwords
from brokerdesk.portal.domain.book import CUSTOMER, RecordBook
from brokerdesk.portal.domain.invitation import Invitation
from brokerdesk.portal.domain.keys import token_hash
from brokerdesk.portal.domain.office import office_of
from brokerdesk.portal.domain.people import Adviser, adviser_of, customer_type, party_name, record_data
from brokerdesk.portal.domain.series import Scene
from brokerdesk.portal.store.tables import invitation_side
from brokerdesk.portal.web import throttle
from brokerdesk.portal.web.cookies import LINK, NOTE_LIFE, SESSION, Cookie, sign_note
from brokerdesk.portal.web.forms import adviser_card, password_problem, strength_texts
from brokerdesk.portal.web.mailed_links import mail_link
from brokerdesk.portal.web.pages import Brand, Page, message, problems, redirect
from brokerdesk.portal.web.sessions import IDLE, open_session
from brokerdesk.portal.web.visit import Visit
from brokerdesk.portal.web.welcome import order_welcome, remember_wishes
from brokerdesk.portal.web.wording import Wording

INVITED = "invitation"
_DEAD = {InvitationState.REGISTERED: "used", InvitationState.REVOKED: "revoked", InvitationState.EXPIRED: "expired"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """An invited person with a living link. `email` is the invitation's address or the one just proved."""

    invitation_id: str
    generation: int
    invitation: Invitation
    email: str | None
    name: PartyName
    adviser: Adviser | None
    customer_type: str | None
    joins: str | None
    joins_hash: str | None
    words: Wording


def follow(visit: Visit) -> Page:
    """`/i/{token}`: replace the token by a signed cookie at once, or say why the link is dead."""
    with visit.portal.database.reading() as connection:
        query = select(invitation_side).where(invitation_side.c.token_hash == token_hash(visit.path["token"]))
        side = connection.execute(query).first()
        data = record_data(connection, side.tenant_id, "invitation", side.invitation_id) if side else None
        if side is None or data is None:
            return visit.say("unknown", status=404)
        office = office_of(connection, side.tenant_id)
    invitation = Invitation.from_data(data)
    if not invitation.link_lives(visit.now):
        words = Wording(invitation.language, invitation.address_form)
        return _dead(words, Brand.of(office, words), invitation.state)
    note = {"kind": INVITED, "tenant": side.tenant_id, "id": side.invitation_id, "generation": side.generation}
    return redirect(f"/t/{office.code}/invitation", note_cookie(visit, note))


def note_cookie(visit: Visit, note: Mapping[str, Any]) -> Cookie:
    """The signed cookie of a followed link."""
    return Cookie(LINK, sign_note(visit.portal.keys, note, now=visit.now), NOTE_LIFE)


def _dead(words: Wording, brand: Brand, state: InvitationState) -> Page:
    key = _DEAD.get(state, "expired")
    if key != "used":
        return message(words, brand, key, status=410)
    action = {"href": f"/t/{brand.code}/login", "text": words("web.state.to_login")}
    return message(words, brand, key, status=410, action=action, call=None)


def invitation(visit: Visit) -> Page:
    """`/t/{code}/invitation`: the page of picture 10, or first the question for an address."""
    note = visit.note or {}
    with visit.portal.database.writing() as connection:
        found = _guest(visit, connection, note)
    if isinstance(found, Page):
        return found
    if found.email is None:
        return _ask_address(visit, found)
    if not visit.posted:
        return _accept_page(visit, found, problems())
    return _accept(visit, found)


def _guest(visit: Visit, connection: Connection, note: Mapping[str, Any]) -> Guest | Page:
    office = visit.here
    data = record_data(connection, office.tenant_id, "invitation", note.get("id"))
    query = select(invitation_side.c.generation).where(
        invitation_side.c.tenant_id == office.tenant_id, invitation_side.c.invitation_id == note.get("id")
    )
    if data is None or connection.execute(query).scalar_one_or_none() != note.get("generation"):
        return visit.say("unknown", status=410)
    found = Invitation.from_data(data)
    words = Wording(found.language, found.address_form)
    if not found.link_lives(visit.now):
        return _dead(words, Brand.of(office, words), found.state)
    party = record_data(connection, office.tenant_id, "party", found.party_id)
    email = found.email or note.get("email")
    book = RecordBook(connection, office.tenant_id, now=visit.portal.now())
    holder = access.holder_of(book, email) if email else None
    asleep = holder is not None and holder.data.get("state") != AccessState.ACTIVE
    if email and (asleep or access.address_conflict(book, email, found.party_id)):
        return message(words, Brand.of(office, words), "taken", status=409)
    side = access.side_of(connection, office.tenant_id, holder.id) if holder else None
    return Guest(
        invitation_id=note["id"], generation=note["generation"], invitation=found, email=email,
        name=party_name(party), adviser=adviser_of(connection, office.tenant_id, party),
        customer_type=customer_type(party), joins=holder.id if holder else None,
        joins_hash=side.password_hash if side else None, words=words,
    )  # fmt: skip


def _accept_page(visit: Visit, guest: Guest, errors: dict[str, str]) -> Page:
    words, office = guest.words, visit.here
    adviser = adviser_card(guest.adviser, office, words)
    expires = guest.invitation.expires_at
    text = words("web.accept.privacy").replace("]", "[").split("[")
    values = {
        "greeting": words.greeting(guest.name),
        "lead": words("web.accept.lead_join" if guest.joins else "web.accept.lead", adviser=adviser["name"]),
        "adviser": adviser,
        "email": guest.email,
        "joins": guest.joins,
        "strength": strength_texts(words),
        "privacy": visit.form.get("privacy") == "yes",
        "privacy_text": text,
        "valid_until": words.long_date(office.times.local(expires).date()) if expires else "",
        "errors": errors,
    }
    brand = Brand.of(office, words, guest.customer_type)
    return Page(template="accept.html", values=values, words=words, brand=brand, status=422 if errors else 200)


def _accept(visit: Visit, guest: Guest) -> Page:
    words, password = guest.words, visit.form.get("password", "")
    privacy = "" if visit.form.get("privacy") == "yes" else words("web.accept.privacy_missing")
    if guest.joins:
        wrong = _wrong_household_password(visit, guest, password)
    else:
        about = (guest.name.full, guest.email or "", visit.here.name)
        wrong = password_problem(passwords.assess(password, about=about), words)
    if wrong or privacy:
        return _accept_page(visit, guest, problems(password=wrong, privacy=privacy))
    hashed = "" if guest.joins else visit.passwords.hash(password)
    try:
        token = _register(visit, guest, hashed)
    except access.RegistrationRefused as refused:
        return _refused(visit, guest, refused.code)
    return redirect(visit.url("contracts"), Cookie(SESSION, token, IDLE), Cookie(LINK, ""))


def _wrong_household_password(visit: Visit, guest: Guest, password: str) -> str:
    """The password of the household's login proves that its owner agrees; guesses are counted like sign-ins."""
    key = f"{visit.here.tenant_id}:{EmailAddress.parse(guest.email or '').key}"
    with visit.portal.database.writing() as connection:
        wait = throttle.pause(connection, throttle.LOGIN_ACCOUNT, key, now=visit.now)
    if wait:
        return guest.words("web.throttled", n=max(1, -(-wait.seconds // 60)))
    if visit.passwords.matches(guest.joins_hash, password):
        return ""
    with visit.portal.database.writing() as connection:
        throttle.count(connection, throttle.LOGIN_ACCOUNT, key, now=visit.now)
    return guest.words("web.password.wrong")


def _register(visit: Visit, guest: Guest, hashed: str) -> str:
    portal = visit.portal
    with portal.database.writing() as connection:
        book = RecordBook(connection, visit.here.tenant_id, now=portal.now())
        scene = Scene(portal, book, CUSTOMER)
        done = access.register_customer(
            scene, guest.invitation_id, guest.generation, password_hash=hashed, email=guest.email or "",
            joins=guest.joins,
        )  # fmt: skip
        if not done.joined:
            remember_wishes(scene, done.access_id, form=guest.words.form, language=guest.words.language)
            order_welcome(scene, done.access_id, guest.email or "", guest.invitation.party_id, guest.words)
        token = open_session(connection, book.tenant_id, done.access_id, now=visit.now)
        book.flush()
    return token


def _refused(visit: Visit, guest: Guest, code: str) -> Page:
    brand = Brand.of(visit.here, guest.words)
    if code == access.ALREADY_REGISTERED:
        return _dead(guest.words, brand, InvitationState.REGISTERED)
    return message(guest.words, brand, "taken" if code == access.EMAIL_TAKEN else "revoked", status=409)


def _ask_address(visit: Visit, guest: Guest) -> Page:
    """Link-only invitation without an address on record: ask for one and prove it by a mailed link."""
    words, given, wrong = guest.words, visit.form.get("email", "").strip(), ""
    if visit.posted:
        try:
            return _mail_proof(visit, guest, EmailAddress.parse(given))
        except KnownError:
            wrong = words("web.address.invalid")
    values = {
        "greeting": words.greeting(guest.name),
        "adviser": adviser_card(guest.adviser, visit.here, words),
        "email": given,
        "errors": problems(email=wrong),
    }
    brand = Brand.of(visit.here, words, guest.customer_type)
    return Page(template="address.html", values=values, words=words, brand=brand, status=422 if wrong else 200)


def _mail_proof(visit: Visit, guest: Guest, address: EmailAddress) -> Page:
    words, tenant_id = guest.words, visit.here.tenant_id
    with visit.portal.database.writing() as connection:
        one = throttle.count(connection, throttle.MAIL_ACCOUNT, f"{tenant_id}:{guest.invitation_id}", now=visit.now)
        all_ = throttle.count(connection, throttle.MAIL_ADDRESS, visit.address, now=visit.now)
        if one and all_:
            note = {"id": guest.invitation_id, "generation": guest.generation, "email": address.value}
            mail_link(
                connection, visit.portal, tenant_id, "verify", recipient=address.value, language=words.language,
                form=words.form, party_id=guest.invitation.party_id, payload=note,
            )  # fmt: skip
    values = {
        "title": words("web.forgotten.sent_title"),
        "text": words("web.address.sent", email=address.value),
        "action": None,
        "call": None,
    }
    return Page(template="message.html", values=values, words=words, brand=Brand.of(visit.here, words))
