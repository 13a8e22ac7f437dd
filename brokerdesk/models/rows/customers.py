"""What lists and pages show of customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from brokerdesk.models.values.names import AddressForm, Language, PartyName
from brokerdesk.models.values.states import AppState


class _Addressed:
    """What has a postcode and a town."""

    __slots__ = ()
    zip: str
    city: str

    @property
    def place(self) -> str:
        """Postcode and town."""
        return f"{self.zip} {self.city}".strip()


@dataclass(frozen=True, slots=True)
class CustomerRow(_Addressed):
    """One line of the customer list; premiums in cents per year."""

    key: int
    id: str
    name: str
    initials: str
    is_organisation: bool
    number: str
    zip: str
    city: str
    app_state: AppState
    app_since: datetime | None
    missing: tuple[str, ...]
    contracts_released: int
    contracts_own: int
    contracts_other: int
    premium_year_cents: int
    adviser: str
    has_email: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdPerson:
    """One member of a customer's household, the customer himself included."""

    party_id: str
    name: str
    first_name: str
    initials: str
    relation: str | None
    birth_date: date | None
    is_customer: bool
    contracts: int
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCard:
    """Everything the detail page shows of one customer; addresses and numbers in stored spelling."""

    key: int
    id: str
    name: PartyName
    birth_date: date | None
    deceased_on: date | None
    email: str | None
    phone: str | None
    mobile: str | None
    contacts: tuple[tuple[str, str], ...]
    street: str
    zip: str
    city: str
    country: str
    po_box: str
    iban: str | None
    bic: str | None
    bank_holder: str | None
    language: Language
    address_form: AddressForm
    marital_status: str | None
    nationality: str | None
    profession: str | None
    tax_id: str | None
    legal_form: str | None
    roles: tuple[str, ...]
    number: str | None
    type: str | None
    status: str | None
    since: date | None
    adviser_id: str | None
    adviser_name: str
    insurer_numbers: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    consent_email: str | None
    notes: str | None
    archived: bool
    contracts_own: int
    contracts_other: int
    contracts_released: int
    premium_year_cents: int
    app_state: AppState
    app_since: datetime | None
    household_id: str | None
    household_name: str
    household: tuple[HouseholdPerson, ...]
    open_conflicts: int
    waiting: int
    completeness: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One hit of the global search: a customer or a contract, with the customer to open."""

    kind: str
    record_id: str
    party_id: str
    title: str
    subtitle: str
    initials: str
    is_organisation: bool
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHit(_Addressed):
    """One person of the book with what tells namesakes apart; `household` names the one he lives in, empty when none."""

    party_id: str
    name: str
    initials: str
    birth_date: date | None
    zip: str
    city: str
    is_customer: bool
    household: str


@dataclass(frozen=True, slots=True)
class AdviserRow:
    """One adviser (Vermittler)."""

    id: str
    code: str
    name: str
    ended: date | None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """Two records that may be the same person, and why."""

    key: int
    party_a: str
    name_a: str
    party_b: str
    name_b: str
    reason: str
