"""Mails to customers: subject, plain text and HTML from one context. Sends nothing and decides nothing about when.

Every mail has a text part; the HTML part comes from our own template with autoescape, inline styles and no remote content
(security.md 2.4, S-22). Greetings follow the recorded salutation; it is never guessed from a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.paths import resource
from brokerdesk.core.texts import Texts
from brokerdesk.documents.contexts.mail import COMPANY_PRODUCT, DEFAULT_PRODUCT, MailContext, MailKind
from brokerdesk.documents.escape import allowed_link, printable
from brokerdesk.models.values.dates import format_date
from brokerdesk.models.values.names import AddressForm, Language, PartyKind, PartyName, Salutation

if TYPE_CHECKING:
    from jinja2 import Template

LINK_REFUSED = register("mail-link-refused")
HEADER_INVALID = register("mail-header-invalid", "field")

_INVITATIONS = frozenset({MailKind.INVITE, MailKind.REMINDER1, MailKind.REMINDER2})
_DATED = _INVITATIONS | {MailKind.VERIFY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A finished mail without addressees. `reply_to` is the adviser's or the office's address, or empty."""

    subject: str
    text: str
    html: str
    sender_name: str
    reply_to: str
    language: Language

    def message(self, *, sender: str, recipient: str, message_id: str, sent_at: datetime) -> EmailMessage:
        """The mail as a message, for SMTP or a file.

        `sender` and `recipient` are bare addresses, `message_id` is `<…@…>` and stays the same for a repeat, `sent_at` is
        aware. Raises `KnownError(mail-header-invalid)` naming the header that is not usable.
        """
        message = EmailMessage()
        _put(message, "Subject", self.subject)
        _put_address(message, "From", sender, self.sender_name)
        _put_address(message, "To", recipient)
        if self.reply_to:
            _put_address(message, "Reply-To", self.reply_to)
        _put(message, "Date", format_datetime(sent_at))
        if not (message_id.startswith("<") and message_id.endswith(">") and message_id.count("@") == 1):
            raise KnownError(HEADER_INVALID, field="Message-ID")
        _put(message, "Message-ID", message_id)
        _put(message, "Auto-Submitted", "auto-generated")
        _put(message, "Content-Language", self.language.value)
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


def build_mail(context: MailContext) -> Mail:
    """The mail of `context`.

    Raises `KnownError(mail-link-refused)` for a link that is neither https nor the own machine, and `ValueError` when
    the last day of the link is missing.
    """
    link = allowed_link(context.link)
    if link is None or not link.startswith("http"):
        raise KnownError(LINK_REFUSED)
    if context.kind in _DATED and context.expires_on is None:
        raise ValueError("this mail names the last day of its link")
    texts = Texts(context.language.value)
    values = {
        "product": _product(context, texts),
        "office": printable(context.office.name),
        "date": format_date(context.expires_on, context.language) if context.expires_on else "",
        "code": printable(context.office_code),
    }
    parts: dict[str, str | list[str]] = {
        "greeting": greeting(context.customer, context.form, context.language),
        "before": _paragraphs(texts(f"mail.{context.kind.value}.body.{context.form.value}", **values)),
        "button": texts(f"mail.{context.kind.value}.button", **values),
        "after": _after(context, texts, values),
        "closing": texts(f"mail.closing.{context.form.value}"),
        "signature": _signature(context, texts),
        "copy": texts("mail.copy"),
        "reason": texts(f"mail.reason.{context.form.value}", **values),
    }
    subject = _subject(context, texts, values)
    return Mail(
        subject=subject,
        text=_text(parts, link, texts),
        html=_template().render(
            parts, link=link, subject=subject, office=values["office"], language=context.language.value
        ),
        sender_name=str(values["office"]),
        reply_to=(context.adviser.email if context.adviser else "") or context.office.email,
        language=context.language,
    )


def greeting(name: PartyName, form: AddressForm, language: Language) -> str:
    """The first line of a letter or mail by recorded salutation, form and language; neutral where nothing is recorded."""
    texts = Texts(language.value)
    if form is AddressForm.DU and name.kind is PartyKind.PERSON:
        return (
            texts("mail.greeting.du", name=printable(name.first_name))
            if name.first_name
            else texts("mail.greeting.du_bare")
        )
    if name.kind is PartyKind.ORGANISATION or name.salutation is Salutation.COMPANY:
        return texts("mail.greeting.company")
    full = printable(name.full)
    family = " ".join(p for p in (name.name_prefix, name.last_name) if p)
    gendered = name.salutation in (Salutation.MRS, Salutation.MR) and family
    if not gendered or (language is Language.EN and name.title):
        return texts("mail.greeting.neutral", name=full) if full else texts("mail.greeting.bare")
    if language is Language.NL:
        family = family[:1].upper() + family[1:]
    spoken = printable(" ".join(p for p in (name.title, family) if p))
    key = "mrs" if name.salutation is Salutation.MRS else "mr"
    return texts(f"mail.greeting.{key}", name=spoken)


def _product(context: MailContext, texts: Texts) -> str:
    """The product's name in the customer's language; a name of the office's own is not translated."""
    own = printable(context.product).strip()
    known = {"": "app", DEFAULT_PRODUCT: "app", COMPANY_PRODUCT: "portal"}.get(own)
    return texts(f"mail.product.{known}") if known else own


def _subject(context: MailContext, texts: Texts, values: dict[str, str]) -> str:
    key = f"mail.{context.kind.value}.subject"
    if context.kind in _INVITATIONS and context.product.strip() not in ("", DEFAULT_PRODUCT):
        return texts(f"mail.{context.kind.value}.subject_named.{context.form.value}", **values)
    return texts(key, **values)


def _after(context: MailContext, texts: Texts, values: dict[str, str]) -> list[str]:
    found = _paragraphs(texts(f"mail.{context.kind.value}.after.{context.form.value}", **values))
    if context.kind is MailKind.REGISTERED and context.office_code:
        found.append(texts("mail.code", **values))
    return found


def _paragraphs(text: str) -> list[str]:
    return [" ".join(block.split("\n")) for block in text.strip().split("\n\n")]


def _signature(context: MailContext, texts: Texts) -> list[str]:
    office, adviser = context.office, context.adviser
    phone = (adviser.phone if adviser else "") or office.phone
    email = (adviser.email if adviser else "") or office.email
    lines = [
        adviser.name if adviser else "",
        office.name,
        office.address,
        texts("mail.phone", number=phone) if phone else "",
        email,
        office.website,
        texts("mail.register", number=office.register_number) if office.register_number else "",
    ]
    return [printable(line) for line in lines if line]


def _text(parts: dict[str, str | list[str]], link: str, texts: Texts) -> str:
    blocks = [
        str(parts["greeting"]),
        *parts["before"],
        texts("mail.link", button=parts["button"]) + "\n" + link,
        *parts["after"],
        str(parts["closing"]),
        "\n".join(parts["signature"]),
        "-- \n" + str(parts["reason"]),
    ]
    return "\n\n".join(blocks) + "\n"


@cache
def _template() -> Template:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(resource("mails")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html")


def _put(message: EmailMessage, name: str, value: str) -> None:
    try:
        message[name] = value
    except ValueError as problem:
        raise KnownError(HEADER_INVALID, field=name) from problem


def _put_address(message: EmailMessage, name: str, address: str, display: str = "") -> None:
    if address.count("@") != 1 or any(c.isspace() or not c.isprintable() for c in address):
        raise KnownError(HEADER_INVALID, field=name)
    try:
        message[name] = Address(display_name=display, addr_spec=address)
    except (ValueError, IndexError) as problem:
        raise KnownError(HEADER_INVALID, field=name) from problem
