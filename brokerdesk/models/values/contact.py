"""Contact points and bank accounts: checked spelling in, one spelling out, the reason as a code when refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from brokerdesk.core.errors import KnownError, register

EMAIL_INVALID = register("email-invalid")
EMAIL_EMPTY = register("email-empty")
PHONE_INVALID = register("phone-invalid")
IBAN_LENGTH = register("iban-length", "expected", "found")
IBAN_CHECKSUM = register("iban-checksum")
IBAN_COUNTRY = register("iban-country", "country")
IBAN_CHARACTERS = register("iban-characters")

_T_ONLINE = re.compile(r"@(t-online|magenta)\.(de|com)$")


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """A syntactically valid address in normal form: domain lower case and ASCII-comparable, no surrounding blanks."""

    value: str

    @classmethod
    def parse(cls, text: str) -> EmailAddress:
        """Raises `KnownError(email-empty | email-invalid)`. No DNS question is asked (the portal does that)."""
        from email_validator import EmailNotValidError, validate_email

        if not text.strip():
            raise KnownError(EMAIL_EMPTY)
        try:
            checked = validate_email(text.strip(), check_deliverability=False, test_environment=True)
        except EmailNotValidError as problem:
            raise KnownError(EMAIL_INVALID) from problem
        return cls(checked.normalized)

    @property
    def key(self) -> str:
        """What makes two addresses the same login: everything in lower case."""
        return self.value.casefold()

    @property
    def blocks_invitations(self) -> bool:
        """Whether the provider is known to hold back invitations (S2.57)."""
        return bool(_T_ONLINE.search(self.key))


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A phone number in E.164, e.g. `+4917139200140`."""

    value: str

    @classmethod
    def parse(cls, text: str, *, region: str = "DE") -> PhoneNumber:
        """Any usual spelling of the region. Raises `KnownError(phone-invalid)`."""
        import phonenumbers

        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException as problem:
            raise KnownError(PHONE_INVALID) from problem
        if not phonenumbers.is_possible_number(number):
            raise KnownError(PHONE_INVALID)
        return cls(str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)))

    def formatted(self) -> str:
        """International spelling with blanks: `+49 171 39200140`."""
        import phonenumbers

        number = phonenumbers.parse(self.value, None)
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


@dataclass(frozen=True, slots=True)
class Iban:
    """A checked IBAN without blanks."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Iban:
        """Raises `KnownError` naming what is wrong: characters, country, length or check digits."""
        import schwifty
        from schwifty import exceptions as wrong

        compact = re.sub(r"\s", "", text).upper()
        if not re.fullmatch(r"[A-Z]{2}[0-9A-Z]*", compact):
            raise KnownError(IBAN_CHARACTERS)
        try:
            schwifty.IBAN(compact)
        except wrong.InvalidCountryCode as problem:
            raise KnownError(IBAN_COUNTRY, country=compact[:2]) from problem
        except wrong.InvalidLength as problem:
            expected = schwifty.IBAN(compact, allow_invalid=True).spec.iban_length
            raise KnownError(IBAN_LENGTH, expected=int(expected), found=len(compact)) from problem
        except wrong.InvalidStructure as problem:
            raise KnownError(IBAN_CHARACTERS) from problem
        except wrong.SchwiftyException as problem:
            raise KnownError(IBAN_CHECKSUM) from problem
        return cls(compact)

    def formatted(self) -> str:
        """Groups of four: `DE89 3704 0044 …`."""
        return " ".join(self.value[i : i + 4] for i in range(0, len(self.value), 4))

    def bank(self) -> tuple[str, str]:
        """Bank name and BIC from the public registry; empty texts when unknown."""
        import schwifty

        found = schwifty.IBAN(self.value, allow_invalid=True)
        bic = found.bic
        return (str(bic.bank_names[0]) if bic and bic.bank_names else "", str(bic) if bic else "")

    @property
    def masked(self) -> str:
        """The last four digits only, for print and lists: `… 3000`."""
        return f"… {self.value[-4:]}"
