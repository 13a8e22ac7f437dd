"""Pages of the signed-in customer: contracts, one contract, profile, change of password and address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from brokerdesk.core.errors import KnownError
from brokerdesk.documents.contexts.office import one_line_address
from brokerdesk.models.values.contact import EmailAddress, PhoneNumber
from brokerdesk.portal.domain import access, passwords
from brokerdesk.portal.domain.book import RecordBook
from brokerdesk.portal.domain.people import adviser_of, customer_type, party_name, record_data
from brokerdesk.portal.domain.tracking import Event, track
from brokerdesk.portal.web import contracts as projection
from brokerdesk.portal.web import throttle
from brokerdesk.portal.web.forms import adviser_card, avatar, password_problem, strength_texts
from brokerdesk.portal.web.lines import CHIPS
from brokerdesk.portal.web.login_pages import name_of
from brokerdesk.portal.web.mailed_links import mail_link
from brokerdesk.portal.web.pages import Brand, Page, problems, redirect
from brokerdesk.portal.web.visit import Visit

_DONE = {"password": "web.new_password.done", "email": "web.change_email.done"}


def _first_party(visit: Visit, connection: Connection) -> tuple[str, dict[str, Any]]:
    party_id = visit.customer.party_ids[0] if visit.customer.party_ids else ""
    return party_id, record_data(connection, visit.here.tenant_id, "party", party_id) or {}


def _page(visit: Visit, party: dict[str, Any], template: str, values: dict[str, Any], *, status: int = 200) -> Page:
    words = visit.words()
    done = _DONE.get(visit.query.get("done", ""), "")
    more = {"done": words(done) if done and not visit.posted else "", **values}
    brand = Brand.of(visit.here, words, customer_type(party))
    return Page(template=template, values=more, words=words, brand=brand, status=status)


def contracts(visit: Visit) -> Page:
    """`/t/{code}/contracts`: the second page of picture 10."""
    words = visit.words()
    with visit.portal.database.reading() as connection:
        party_id, party = _first_party(visit, connection)
        book = projection.overview(connection, visit.here.tenant_id, visit.customer.party_ids, words)
    asked = visit.query.get("group")
    chosen = asked if asked in CHIPS and asked in book.groups else None
    me = avatar(party_id, party_name(party))
    values = {"book": book, "chosen": chosen, "shown": book.of_chip(chosen), "me": me}
    return _page(visit, party, "contracts.html", values)


def contract(visit: Visit) -> Page:
    """`/t/{code}/contracts/{id}`; somebody else's is absent like one that does not exist."""
    words, tenant_id = visit.words(), visit.here.tenant_id
    with visit.portal.database.reading() as connection:
        _, party = _first_party(visit, connection)
        item = projection.one_contract(connection, tenant_id, visit.customer.party_ids, visit.path["id"], words)
        if item is None:
            return visit.say("missing", status=404)
        values = {
            "item": item,
            "facts": projection.facts(connection, tenant_id, item, words),
            "claims": projection.claims_of(connection, tenant_id, item.id, words),
            "adviser": adviser_card(adviser_of(connection, tenant_id, party), visit.here, words),
        }
    if visit.method == "GET":
        with visit.portal.database.writing() as connection:
            book = RecordBook(connection, tenant_id, now=visit.portal.now())
            about = {"contract_id": item.id}
            track(book, visit.portal.clock, item.data["party_id"], Event.CONTRACT_OPENED, parameters=about)
            book.flush()
    return _page(visit, party, "contract.html", values)


def profile(visit: Visit) -> Page:
    """`/t/{code}/profile`: what the office knows, and the ways to change the login."""
    words, tenant_id = visit.words(), visit.here.tenant_id
    with visit.portal.database.reading() as connection:
        party_id, party = _first_party(visit, connection)
        adviser = adviser_card(adviser_of(connection, tenant_id, party), visit.here, words)
    address = party.get("address") or {}
    name = party_name(party)
    parts = [
        ("web.profile.name", name.full),
        (
            "web.profile.address",
            one_line_address(*(str(address.get(n) or "") for n in ("street", "zip", "city"))),
        ),
        ("web.profile.phone", _phone(party.get("phone"))),
        ("web.profile.mobile", _phone(party.get("mobile"))),
        ("web.field.email", visit.customer.email),
    ]
    facts = [(words(label), value) for label, value in parts if value]
    values = {"facts": facts, "adviser": adviser, "me": avatar(party_id, name)}
    return _page(visit, party, "profile.html", values)


def _phone(text: object) -> str:
    if not text:
        return ""
    try:
        return PhoneNumber.parse(str(text)).formatted()
    except KnownError:
        return str(text)


def _wrong_current(visit: Visit) -> str:
    """The reason why the present password is not accepted; guesses are counted like sign-ins."""
    words, who = visit.words(), visit.customer
    key = f"{who.tenant_id}:{EmailAddress.parse(who.email).key}"
    with visit.portal.database.reading() as connection:
        side = access.side_of(connection, who.tenant_id, who.access_id)
        wait = throttle.pause(connection, throttle.LOGIN_ACCOUNT, key, now=visit.now)
    if wait:
        return words("web.throttled", n=max(1, -(-int(wait.total_seconds()) // 60)))
    if visit.passwords.matches(side.password_hash if side else None, visit.form.get("current", "")):
        return ""
    with visit.portal.database.writing() as connection:
        throttle.count(connection, throttle.LOGIN_ACCOUNT, key, now=visit.now)
    return words("web.password.wrong")


def change_password(visit: Visit) -> Page:
    """`/t/{code}/password`: other devices are signed out."""
    words, who = visit.words(), visit.customer
    wrong = current = ""
    with visit.portal.database.reading() as connection:
        party_id, party = _first_party(visit, connection)
        name = name_of(connection, who.tenant_id, party_id)
    if visit.posted:
        new = visit.form.get("password", "")
        wrong = password_problem(passwords.assess(new, about=(name, who.email, visit.here.name)), words)
        current = _wrong_current(visit)
        if not wrong and not current:
            _store_password(visit, party_id, new)
            return redirect(visit.url("profile") + "?done=password")
    values = {
        "title": words("web.change_password.title"),
        "email": who.email,
        "current": True,
        "back": visit.url("profile"),
        "strength": strength_texts(words),
        "errors": problems(password=wrong, current=current),
    }
    return _page(visit, party, "new_password.html", values, status=422 if wrong or current else 200)


def _store_password(visit: Visit, party_id: str, new: str) -> None:
    who, hashed = visit.customer, visit.passwords.hash(new)
    with visit.portal.database.writing() as connection:
        book = RecordBook(connection, who.tenant_id, now=visit.portal.now())
        access.set_password(connection, who.tenant_id, who.access_id, hashed)
        access.end_sessions(connection, who.tenant_id, who.access_id, keep=who.token_hash)
        if party_id:
            track(book, visit.portal.clock, party_id, Event.PASSWORD_CHANGED)
        book.flush()


def change_email(visit: Visit) -> Page:
    """`/t/{code}/email`: a link to the new address; the answer does not tell whether it is somebody's login."""
    words = visit.words()
    given, wrong, current = visit.form.get("email", "").strip(), "", ""
    with visit.portal.database.reading() as connection:
        party_id, party = _first_party(visit, connection)
    if visit.posted:
        try:
            address = EmailAddress.parse(given).value
        except KnownError:
            address, wrong = "", words("web.address.invalid")
        current = _wrong_current(visit)
        if not wrong and not current:
            return _mail_change(visit, party_id, address)
    values = {"email": given, "errors": problems(email=wrong, current=current)}
    return _page(visit, party, "change_email.html", values, status=422 if wrong or current else 200)


def _mail_change(visit: Visit, party_id: str, address: str) -> Page:
    words, who = visit.words(), visit.customer
    with visit.portal.database.writing() as connection:
        if throttle.count(connection, throttle.MAIL_ACCOUNT, f"{who.tenant_id}:{who.access_id}", now=visit.now):
            mail_link(
                connection, visit.portal, who.tenant_id, "email", recipient=address, language=words.language,
                form=words.form, party_id=party_id, access_id=who.access_id, payload={"email": address},
            )  # fmt: skip
    values = {
        "title": words("web.forgotten.sent_title"),
        "text": words("web.change_email.sent", email=address),
        "action": {"href": visit.url("profile"), "text": words("web.profile.title")},
        "call": None,
    }
    return Page(template="message.html", values=values, words=words, brand=visit.brand(words))
