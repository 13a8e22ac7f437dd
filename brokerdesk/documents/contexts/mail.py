"""Contents of the mails that go to customers (S2.29, S2.39–S2.48). Plain values; which mail is due is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from brokerdesk.documents.contexts.office import AdviserContact, OfficeProfile
from brokerdesk.models.values.names import AddressForm, Language, PartyName


class MailKind(StrEnum):
    """The mails there are."""

    INVITE = "invite"
    REMINDER1 = "reminder1"
    REMINDER2 = "reminder2"
    VERIFY = "verify"
    PASSWORD = "password"  # noqa: S105 - the name of a mail
    REGISTERED = "registered"


DEFAULT_PRODUCT = "Kunden-App"
"""Name of the app access for private customers unless the office chose another one (decisions.md)."""
COMPANY_PRODUCT = "Kundenportal"
"""The same for companies (S2.33)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContext:
    """One mail to one customer.

    `link` is what the button opens (invitation, confirmation, new password, or the sign-in page after registration).
    `expires_on` is the last day of the link; needed for invitation, reminders and confirmation of an address. `product` is
    the name of the app access that the office set for this customer type. `office_code` is the Makler-ID.
    """

    kind: MailKind
    office: OfficeProfile
    link: str
    customer: PartyName = field(default_factory=PartyName)
    adviser: AdviserContact | None = None
    form: AddressForm = AddressForm.SIE
    language: Language = Language.DE
    product: str = DEFAULT_PRODUCT
    expires_on: date | None = None
    office_code: str = ""
