"""Sign in, sign out, forgotten password (S2.50). Unknown addresses get the same answer after the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.contact import EmailAddress
from brokerdesk.models.values.states import AccessState
from brokerdesk.portal.domain import access, passwords
from brokerdesk.portal.domain.book import CUSTOMER, RecordBook
from brokerdesk.portal.domain.keys import token_hash
from brokerdesk.portal.domain.office import office_of
from brokerdesk.portal.domain.people import party_name, record_data
from brokerdesk.portal.domain.series import Scene
from brokerdesk.portal.domain.tracking import Event, track
from brokerdesk.portal.web import throttle
from brokerdesk.portal.web.cookies import LINK, SESSION, Cookie
from brokerdesk.portal.web.forms import password_problem, strength_texts
from brokerdesk.portal.web.invitation_pages import INVITED, note_cookie
from brokerdesk.portal.web.mailed_links import MailedLink, find_link, mail_link, use_up
from brokerdesk.portal.web.pages import Page, problems, redirect
from brokerdesk.portal.web.sessions import IDLE, close_session, open_session
from brokerdesk.portal.web.visit import Visit

MAILED = "mailed"
_TARGETS = {"password": "new-password", "email": "confirm-email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Login:
    """A login as the sign-in page finds it."""

    access_id: str
    state: str
    password_hash: str | None
    party_ids: tuple[str, ...]
    form: str
    language: str
    email: str


def _find(connection: Connection, tenant_id: str, email: str, fallback: str) -> _Login | None:
    side = access.side_by_email(connection, tenant_id, email)
    data = record_data(connection, tenant_id, "access", side.access_id) if side else None
    if side is None or data is None:
        return None
    wishes: dict[str, Any] = from_json(side.consent)
    party_ids = tuple(data.get("party_ids") or ())
    party = record_data(connection, tenant_id, "party", party_ids[0] if party_ids else None) or {}
    return _Login(
        access_id=side.access_id, state=str(data.get("state")), password_hash=side.password_hash,
        party_ids=party_ids, form=str(wishes.get("form") or party.get("address_form") or "sie"),
        language=str(wishes.get("language") or party.get("language") or fallback), email=str(data.get("email")),
    )  # fmt: skip


def _minutes(wait: timedelta) -> int:
    return max(1, -(-int(wait.total_seconds()) // 60))


def _account(visit: Visit, email: str) -> str:
    try:
        key = EmailAddress.parse(email).key
    except KnownError:
        key = email.casefold()[:200]
    return f"{visit.here.tenant_id}:{key}"


def login(visit: Visit) -> Page:
    """`/t/{code}/login`."""
    if not visit.posted:
        return redirect(visit.url("contracts")) if visit.session else _login_page(visit)
    email, password, words = visit.form.get("email", ""), visit.form.get("password", ""), visit.words()
    account = _account(visit, email)
    with visit.portal.database.reading() as connection:
        waits = [
            throttle.pause(connection, rule, key, now=visit.now)
            for rule, key in ((throttle.LOGIN_ACCOUNT, account), (throttle.LOGIN_ADDRESS, visit.address))
        ]
        found = _find(connection, visit.here.tenant_id, email, visit.here.language)
    if wait := max((w for w in waits if w), default=None):
        return _login_page(visit, words("web.throttled", n=_minutes(wait)), status=429)
    if not visit.passwords.matches(found.password_hash if found else None, password) or found is None:
        with visit.portal.database.writing() as connection:
            throttle.count(connection, throttle.LOGIN_ACCOUNT, account, now=visit.now)
            throttle.count(connection, throttle.LOGIN_ADDRESS, visit.address, now=visit.now)
        return _login_page(visit, words("web.login.wrong"), status=401)
    if found.state != AccessState.ACTIVE:
        return _login_page(visit, words("web.login.deactivated", office=visit.here.name), status=403)
    return _signed_in(visit, found, password, account)


def _signed_in(visit: Visit, found: _Login, password: str, account: str) -> Page:
    stale = found.password_hash is not None and visit.passwords.needs_rehash(found.password_hash)
    fresh = visit.passwords.hash(password) if stale else None
    with visit.portal.database.writing() as connection:
        book = RecordBook(connection, visit.here.tenant_id, now=visit.portal.now())
        record = book.live("access", found.access_id)
        if record is None or record.data.get("state") != AccessState.ACTIVE:
            return _login_page(visit, visit.words()("web.login.wrong"), status=401)
        book.change(record, {"last_seen": book.now}, origin=CUSTOMER)
        if found.party_ids:
            track(book, visit.portal.clock, found.party_ids[0], Event.SIGNED_IN)
        if fresh:
            access.set_password(connection, book.tenant_id, found.access_id, fresh)
        throttle.forgive(connection, throttle.LOGIN_ACCOUNT, account)
        token = open_session(connection, book.tenant_id, found.access_id, now=visit.now)
        book.flush()
    return redirect(visit.url("contracts"), Cookie(SESSION, token, IDLE), Cookie(LINK, ""))


def _login_page(visit: Visit, problem: str = "", *, status: int = 200) -> Page:
    words = visit.words()
    done = words("web.login.signed_out") if visit.query.get("done") == "signed_out" and not visit.posted else ""
    values = {"email": visit.form.get("email", ""), "errors": problems(form=problem), "done": done}
    return Page(template="login.html", values=values, words=words, brand=visit.brand(words), status=status)


def logout(visit: Visit) -> Page:
    """Sign out here (POST only)."""
    with visit.portal.database.writing() as connection:
        close_session(connection, visit.customer)
    return redirect(visit.url("login") + "?done=signed_out", Cookie(SESSION, ""))


def forgotten(visit: Visit) -> Page:
    """Ask for a link; the answer is the same whether the address is known or not."""
    words, email = visit.words(), visit.form.get("email", "").strip()
    brand = visit.brand(words)
    if not visit.posted or not email:
        wrong = words("web.address.invalid") if visit.posted else ""
        values = {"email": email, "errors": problems(email=wrong)}
        return Page(template="forgotten.html", values=values, words=words, brand=brand, status=422 if wrong else 200)
    with visit.portal.database.writing() as connection:
        one = throttle.count(connection, throttle.MAIL_ACCOUNT, _account(visit, email), now=visit.now)
        all_ = throttle.count(connection, throttle.MAIL_ADDRESS, visit.address, now=visit.now)
        found = _find(connection, visit.here.tenant_id, email, visit.here.language)
        if found is not None and found.state == AccessState.ACTIVE and one and all_:
            mail_link(
                connection, visit.portal, visit.here.tenant_id, "password", recipient=found.email,
                language=found.language, form=found.form, access_id=found.access_id,
                party_id=found.party_ids[0] if found.party_ids else None,
            )  # fmt: skip
    sent: dict[str, Any] = {
        "title": words("web.forgotten.sent_title"),
        "text": words("web.forgotten.sent", email=email[:254]),
        "action": None,
        "call": None,
    }
    return Page(template="message.html", values=sent, words=words, brand=brand)


def mailed(visit: Visit) -> Page:
    """`/r/{token}`: replace the token by a signed cookie; nothing is used up yet."""
    with visit.portal.database.reading() as connection:
        link = find_link(connection, token_hash(visit.path["token"]), now=visit.now)
        office = office_of(connection, link.tenant_id) if link else None
    if link is None or office is None:
        return visit.say("reset", status=410)
    if link.purpose == "verify":
        note = {"kind": INVITED, "tenant": link.tenant_id, **link.payload}
        return redirect(f"/t/{office.code}/invitation", note_cookie(visit, note))
    note = {"kind": MAILED, "tenant": link.tenant_id, "hash": link.hash}
    return redirect(f"/t/{office.code}/{_TARGETS[link.purpose]}", note_cookie(visit, note))


def _followed(visit: Visit, connection: Connection, purpose: str) -> MailedLink | None:
    link = find_link(connection, str((visit.note or {}).get("hash")), now=visit.now)
    return link if link and link.purpose == purpose and link.tenant_id == visit.here.tenant_id else None


def _link_is_over(visit: Visit, purpose: str) -> Page:
    words = visit.words()
    ways = {"password": ("forgotten", "web.state.to_forgotten"), "email": ("login", "web.state.to_login")}
    page, text = ways[purpose]
    return visit.say("reset", status=410, action={"href": visit.url(page), "text": words(text)}, call=None)


def new_password(visit: Visit) -> Page:
    """`/t/{code}/new-password` after a mailed link: one new password, everybody else signed out."""
    words = visit.words()
    with visit.portal.database.reading() as connection:
        link = _followed(visit, connection, "password")
        data = record_data(connection, visit.here.tenant_id, "access", link.access_id) if link else None
    if link is None or data is None or link.access_id is None:
        return _link_is_over(visit, "password")
    password, wrong = visit.form.get("password", ""), ""
    if visit.posted:
        about = (str(data.get("email")), visit.here.name)
        wrong = password_problem(passwords.assess(password, about=about), words)
        if not wrong:
            return _save_password(visit, link, link.access_id, password)
    values = {
        "title": words("web.new_password.title"),
        "email": data.get("email"),
        "current": False,
        "back": "",
        "strength": strength_texts(words),
        "errors": problems(password=wrong),
    }
    status = 422 if wrong else 200
    return Page(template="new_password.html", values=values, words=words, brand=visit.brand(words), status=status)


def _save_password(visit: Visit, link: MailedLink, access_id: str, password: str) -> Page:
    hashed = visit.passwords.hash(password)
    with visit.portal.database.writing() as connection:
        book = RecordBook(connection, visit.here.tenant_id, now=visit.portal.now())
        record = book.live("access", access_id)
        alive = record is not None and record.data.get("state") == AccessState.ACTIVE
        if record is None or not alive or not use_up(connection, link, now=visit.now):
            return _link_is_over(visit, "password")
        access.set_password(connection, book.tenant_id, access_id, hashed)
        access.end_sessions(connection, book.tenant_id, access_id)
        throttle.forgive(connection, throttle.LOGIN_ACCOUNT, _account(visit, str(record.data.get("email"))))
        for party_id in (record.data.get("party_ids") or ())[:1]:
            track(book, visit.portal.clock, party_id, Event.PASSWORD_CHANGED)
        token = open_session(connection, book.tenant_id, access_id, now=visit.now)
        book.flush()
    return redirect(visit.url("contracts") + "?done=password", Cookie(SESSION, token, IDLE), Cookie(LINK, ""))


def confirm_email(visit: Visit) -> Page:
    """`/t/{code}/confirm-email` after the link to a new address: a button, so that no scanner confirms it."""
    words = visit.words()
    with visit.portal.database.reading() as connection:
        link = _followed(visit, connection, "email")
    if link is None or link.access_id is None:
        return _link_is_over(visit, "email")
    if not visit.posted:
        values = {
            "title": words("web.change_email.confirm_title"),
            "lead": words("web.change_email.confirm_lead", email=link.payload["email"]),
            "button": words("web.change_email.confirm_button"),
        }
        return Page(template="confirm.html", values=values, words=words, brand=visit.brand(words))
    with visit.portal.database.writing() as connection:
        book = RecordBook(connection, visit.here.tenant_id, now=visit.portal.now())
        scene = Scene(visit.portal, book, CUSTOMER)
        used = use_up(connection, link, now=visit.now)
        changed = used and access.change_address(scene, link.access_id, link.payload["email"])
        book.flush()
    if not changed:
        return visit.say("taken", status=409)
    where = visit.url("profile") + "?done=email" if visit.session else visit.url("login")
    return redirect(where, Cookie(LINK, ""))


def name_of(connection: Connection, tenant_id: str, party_id: str | None) -> str:
    """The full name of a party, for checks of chosen passwords."""
    return party_name(record_data(connection, tenant_id, "party", party_id)).full
