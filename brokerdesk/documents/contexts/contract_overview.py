"""Contents of the contract overview (Vertragsspiegel, advice.md 6.1). Amounts in integer cents; names as they are shown.

Which contracts belong in it, and what a contract costs in a month and a year, is decided by whoever fills this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from brokerdesk.documents.contexts.office import AdviserContact, OfficeProfile
from brokerdesk.models.values.names import AddressForm, Language
from brokerdesk.models.values.states import Frequency


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewContract:
    """One line of the table.

    `instalment_cents` is the premium per instalment, `month_cents` and `year_cents` what it comes to; None where there is
    no running premium or it is not known. `details` are facts in the order of importance (object, insured person, main
    sum, deductible). `bank_last4` are the last four digits of the account it is paid from, nothing more.
    """

    name: str
    insurer: str = ""
    number: str = ""
    start: date | None = None
    end: date | None = None
    main_due: str = ""
    cancel_by: date | None = None
    frequency: Frequency | None = None
    instalment_cents: int | None = None
    month_cents: int | None = None
    year_cents: int | None = None
    details: tuple[str, ...] = ()
    status: str = ""
    bank_last4: str = ""
    third_party: bool = False
    applied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewGroup:
    """The contracts of one group of lines under its heading, in the customer's language."""

    heading: str
    contracts: tuple[OverviewContract, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClaim:
    """A claim that is not closed."""

    contract: str
    insurer: str = ""
    number: str = ""
    occurred_on: date | None = None
    reported_on: date | None = None
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPerson:
    """One overview: a customer, or one member of the household when every member gets an own page."""

    name: str
    with_family: bool = False
    customer_number: str = ""
    address: str = ""
    household: tuple[str, ...] = ()
    groups: tuple[OverviewGroup, ...] = ()
    claims: tuple[OpenClaim, ...] = ()
    open_topics: tuple[str, ...] = ()
    has_mandate: bool = False
    mandate_since: date | None = None

    @property
    def contracts(self) -> tuple[OverviewContract, ...]:
        """All contracts of all groups."""
        return tuple(c for g in self.groups for c in g.contracts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOverview:
    """The whole document: one or several persons, each starting on a new page."""

    office: OfficeProfile
    persons: tuple[OverviewPerson, ...]
    as_of: date
    adviser: AdviserContact | None = None
    language: Language = Language.DE
    form: AddressForm = AddressForm.SIE
    without_premiums: bool = False
