"""Stored numbers as people read them; what an import brought and no library understands is shown as it stands."""

from __future__ import annotations

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.contact import Iban, PhoneNumber


def phone_words(value: str) -> str:
    """International spelling with blanks."""
    try:
        return PhoneNumber.parse(value).formatted()
    except KnownError:
        return value


def iban_words(value: str, *, bank: bool = False) -> str:
    """Groups of four, with the bank in a second line on demand."""
    try:
        number = Iban.parse(value)
    except KnownError:
        return value
    name = number.bank()[0] if bank else ""
    return f"{number.formatted()}\n{name}" if name else number.formatted()
