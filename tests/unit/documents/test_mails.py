"""Mails to customers: exact subjects, right greeting and form, a safe message."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email import policy
from email.parser import BytesParser
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.core.errors import KnownError
from brokerdesk.documents.contexts.mail import MailContext, MailKind
from brokerdesk.documents.mails import Mail, build_mail, greeting
from brokerdesk.models.values.names import AddressForm, Language, PartyKind, PartyName, Salutation
from tests.support.overviews import ADVISER, OFFICE

LINK = "https://portal.example/e/k3v9?a=1&b=2"
HEIDE = PartyName(
    salutation=Salutation.MRS, title="Dr.", first_name="Theodora", name_prefix="von der", last_name="Heide"
)
SENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _context(kind: MailKind = MailKind.INVITE, **changes: object) -> MailContext:
    values: dict[str, object] = {
        "kind": kind,
        "office": OFFICE,
        "adviser": ADVISER,
        "link": LINK,
        "customer": HEIDE,
        "expires_on": date(2026, 12, 23),
        "office_code": "BH47K2",
    }
    return MailContext(**(values | changes))  # type: ignore[arg-type]


def _message(mail: Mail, **changes: str) -> bytes:
    values = {
        "sender": "post@beispielhain.example",
        "recipient": "theodora@kunde.example",
        "message_id": "<invite-1@portal.example>",
    }
    return mail.message(**(values | changes), sent_at=SENT).as_bytes()


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _html(mail: Mail) -> _Visible:
    page = _Visible()
    page.feed(mail.html)
    return page


@pytest.mark.feature("S2.40", "S2.41", "S2.42")
@pytest.mark.parametrize(
    ("kind", "language", "subject"),
    [
        (MailKind.INVITE, "de", "Zugang zu unserer Kunden-App"),
        (MailKind.REMINDER1, "de", "Erinnerung: Kunden-App jetzt kostenlos installieren"),
        (MailKind.REMINDER2, "de", "Letzter Hinweis: Kunden-App noch nicht installiert"),
        (MailKind.INVITE, "nl", "Toegang tot onze klanten-app"),
        (MailKind.REMINDER1, "nl", "Herinnering: installeer nu gratis de klanten-app"),
        (MailKind.REMINDER2, "nl", "Laatste bericht: klanten-app nog niet geïnstalleerd"),
        (MailKind.INVITE, "en", "Access to our client app"),
        (MailKind.REMINDER1, "en", "Reminder: install the client app now, free of charge"),
        (MailKind.REMINDER2, "en", "Last notice: client app not installed yet"),
    ],
)
def test_the_subjects_are_exact(kind: MailKind, language: str, subject: str) -> None:
    for form in AddressForm:
        assert build_mail(_context(kind, language=Language(language), form=form)).subject == subject


@pytest.mark.feature("S2.33")
@pytest.mark.parametrize("name", ["Kundenportal", "Mein Ordner"])
def test_another_product_name_changes_the_subject(name: str) -> None:
    assert build_mail(_context(product=name)).subject == f"Ihr Zugang: {name}"
    assert build_mail(_context(product=name, form=AddressForm.DU)).subject == f"Dein Zugang: {name}"
    subject = build_mail(_context(MailKind.REMINDER1, product=name)).subject
    assert subject == f"Erinnerung: {name} jetzt kostenlos einrichten"
    subject = build_mail(_context(MailKind.REMINDER2, product=name)).subject
    assert subject == f"Letzter Hinweis: {name} noch nicht eingerichtet"
    assert name in build_mail(_context(product=name)).text


@pytest.mark.feature("S2.14", "S2.29", "S2.45")
@pytest.mark.parametrize(("kind", "language", "form"), list(product(MailKind, Language, AddressForm)))
@pytest.mark.parametrize("name", ["Kunden-App", "Mein Ordner"])
def test_every_mail_is_complete_and_keeps_its_form(
    kind: MailKind, language: Language, form: AddressForm, name: str
) -> None:
    mail = build_mail(_context(kind, language=language, form=form, product=name))
    for part in (mail.subject, mail.text, mail.html):
        assert not re.search(r"[{}]|mail\.|None", part)
    assert LINK in mail.text
    assert LINK.replace("&", "&amp;") in mail.html
    page = _html(mail)
    for line in (OFFICE.name, ADVISER.name, ADVISER.email, ADVISER.phone):
        assert line in mail.text and line in page.text
    if kind in {MailKind.INVITE, MailKind.REMINDER1, MailKind.REMINDER2, MailKind.VERIFY}:
        assert "2026" in mail.text
    if kind is MailKind.REGISTERED:
        assert "BH47K2" in mail.text
    _assert_form(mail, language, form)


def _assert_form(mail: Mail, language: Language, form: AddressForm) -> None:
    body = mail.subject + mail.text
    formal = {"de": r"\b(Sie|Ihr|Ihre|Ihren|Ihrem|Ihrer|Ihnen)\b", "nl": r"\b([Uu]|[Uu]w)\b"}.get(language.value)
    familiar = {
        "de": r"\b[Dd](u|ich|ir|ein|eine|einen|einem|einer)\b",
        "nl": r"\b([Jj]e|[Jj]ij|[Jj]ou|[Jj]ouw)\b",
    }.get(language.value)
    if formal and familiar:
        assert not re.search(formal if form is AddressForm.DU else familiar, body)
        assert re.search(familiar if form is AddressForm.DU else formal, body)


def test_the_html_part_loads_nothing_and_has_one_link() -> None:
    page = _html(build_mail(_context()))
    assert not {"img", "script", "link", "iframe", "form", "style"} & {tag for tag, _ in page.tags}
    assert [a["href"] for tag, a in page.tags if tag == "a"] == [LINK]
    assert "url(" not in build_mail(_context()).html


@pytest.mark.parametrize(
    ("name", "language", "sie", "du"),
    [
        (HEIDE, "de", "Sehr geehrte Frau Dr. von der Heide,", "Hallo Theodora,"),
        (HEIDE, "nl", "Geachte mevrouw Dr. Von der Heide,", "Hallo Theodora,"),
        (HEIDE, "en", "Dear Dr. Theodora von der Heide,", "Hello Theodora,"),
        (
            replace(HEIDE, salutation=Salutation.MR, title=""),
            "de",
            "Sehr geehrter Herr von der Heide,",
            "Hallo Theodora,",
        ),
        (replace(HEIDE, salutation=Salutation.MR, title=""), "en", "Dear Mr von der Heide,", "Hello Theodora,"),
        (replace(HEIDE, salutation=None), "de", "Guten Tag Dr. Theodora von der Heide,", "Hallo Theodora,"),
        (
            replace(HEIDE, salutation=Salutation.NEUTRAL, title=""),
            "nl",
            "Geachte Theodora von der Heide,",
            "Hallo Theodora,",
        ),
        (PartyName(), "de", "Guten Tag,", "Hallo,"),
        (PartyName(salutation=Salutation.MRS), "en", "Good day,", "Hello,"),
        (
            PartyName(kind=PartyKind.ORGANISATION, company_name="Muster GmbH"),
            "de",
            "Sehr geehrte Damen und Herren,",
            "Sehr geehrte Damen und Herren,",
        ),
    ],
)
def test_greetings_follow_the_record(name: PartyName, language: str, sie: str, du: str) -> None:
    assert greeting(name, AddressForm.SIE, Language(language)) == sie
    assert greeting(name, AddressForm.DU, Language(language)) == du


def test_the_message_has_both_parts_and_its_headers() -> None:
    message = BytesParser(policy=policy.default).parsebytes(_message(build_mail(_context())))
    assert message["Message-ID"] == "<invite-1@portal.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Zugang zu unserer Kunden-App"
    assert message["From"].addresses[0].display_name == "Maklerbüro Beispielhain"
    assert message["Reply-To"] == ADVISER.email
    assert [p.get_content_type() for p in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    plain = message.get_body(("plain",))
    assert plain is not None and "Sehr geehrte Frau Dr. von der Heide," in plain.get_content()


@pytest.mark.parametrize("field", ["sender", "recipient", "message_id"])
@pytest.mark.parametrize(
    "hostile", ["a@b.example\r\nBcc: x@y.example", "a@b.example\nX: 1", "a b@c.example", "", "a@b@c"]
)
def test_header_injection_is_refused(field: str, hostile: str) -> None:
    with pytest.raises(KnownError) as caught:
        _message(build_mail(_context()), **{field: hostile})
    assert caught.value.code == "mail-header-invalid"


def test_line_breaks_in_a_message_id_are_refused() -> None:
    with pytest.raises(KnownError):
        _message(build_mail(_context()), message_id="<a@b.example\r\nBcc: x>")


@given(st.text(max_size=40))
def test_names_can_never_add_a_header_or_markup(text: str) -> None:
    context = _context(
        product=text or "x",
        office=replace(OFFICE, name=text or "x"),
        customer=PartyName(first_name=text, last_name=text, salutation=Salutation.MR),
    )
    mail = build_mail(context)
    message = BytesParser(policy=policy.default).parsebytes(_message(mail))
    assert {k.lower() for k in message} <= {
        "subject", "from", "to", "reply-to", "date", "message-id", "auto-submitted", "content-language", "mime-version",
        "content-type",
    }  # fmt: skip
    reference = [tag for tag, _ in _html(build_mail(_context())).tags]
    assert [tag for tag, _ in _html(mail).tags] == reference


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://portal.example/e", "mailto:x@y.example", "/e/x", ""])
def test_a_link_that_is_not_safe_is_refused(link: str) -> None:
    with pytest.raises(KnownError) as caught:
        build_mail(_context(link=link))
    assert caught.value.code == "mail-link-refused"


def test_a_dated_mail_needs_its_date() -> None:
    with pytest.raises(ValueError, match="last day"):
        build_mail(_context(expires_on=None))
