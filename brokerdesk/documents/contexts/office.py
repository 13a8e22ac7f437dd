"""Who writes: the office and the adviser, as they stand on letters, mails and PDFs. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass

from brokerdesk.models.values.names import Salutation


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeProfile:
    """The office (tenant) as sender. Empty texts are left out."""

    name: str
    street: str = ""
    zip: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    register_number: str = ""

    @property
    def address(self) -> str:
        """Street and place in one line."""
        return one_line_address(self.street, self.zip, self.city)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviserContact:
    """The person in charge. Without a salutation the wording is neutral; it is never guessed."""

    name: str
    salutation: Salutation | None = None
    phone: str = ""
    email: str = ""


def one_line_address(street: str, postcode: str, city: str) -> str:
    """`Musterallee 7, 50667 Köln`; missing parts are left out."""
    place = " ".join(p for p in (postcode, city) if p)
    return ", ".join(p for p in (street, place) if p)
