"""Party, household and its members, adviser: the people and organisations of the book."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Computed, Date, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from brokerdesk.models.entities.base import Base, Synced, refers_to
from brokerdesk.models.values.names import PartyKind, PartyName, Salutation
from brokerdesk.models.values.states import Role

_LISTED = text("is_customer AND NOT archived AND NOT stub")


class Adviser(Synced, Base):
    """Vermittler: an entry of a small list; its id is derived from the code (decisions.md)."""

    __tablename__ = "adviser"
    __kind__ = "adviser"

    code: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(40))
    insurer_numbers: Mapped[list[Any]] = mapped_column(default=list)
    end_date: Mapped[date | None] = mapped_column(Date)


class Party(Synced, Base):
    """A person or an organisation, with its roles; a customer is a party with that role.

    The columns below `summary` are derived from contracts, invitations and accesses by the unit of work; they are never
    sent and never edited.
    """

    __tablename__ = "party"
    __kind__ = "party"

    kind: Mapped[str] = mapped_column(String(20), default=PartyKind.PERSON.value)
    salutation: Mapped[str | None] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60), default="")
    first_name: Mapped[str] = mapped_column(String(200), default="")
    name_prefix: Mapped[str] = mapped_column(String(60), default="")
    last_name: Mapped[str] = mapped_column(String(200), default="")
    name_suffix: Mapped[str] = mapped_column(String(60), default="")
    company_name: Mapped[str] = mapped_column(String(300), default="")
    company_addition: Mapped[str] = mapped_column(String(300), default="")
    birth_date: Mapped[date | None] = mapped_column(Date)
    deceased_on: Mapped[date | None] = mapped_column(Date)
    email: Mapped[str | None] = mapped_column(String(320, collation="NOCASE"))
    phone: Mapped[str | None] = mapped_column(String(40))
    mobile: Mapped[str | None] = mapped_column(String(40))
    contacts: Mapped[list[Any]] = mapped_column(default=list)
    street: Mapped[str] = mapped_column(String(200), default="")
    zip: Mapped[str] = mapped_column(String(12), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(3), default="")
    po_box: Mapped[str] = mapped_column(String(40), default="")
    iban: Mapped[str | None] = mapped_column(String(34))
    bic: Mapped[str | None] = mapped_column(String(11))
    bank_holder: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="de")
    address_form: Mapped[str] = mapped_column(String(3), default="sie")
    marital_status: Mapped[str | None] = mapped_column(String(20))
    nationality: Mapped[str | None] = mapped_column(String(3))
    profession: Mapped[str | None] = mapped_column(String(200))
    tax_id: Mapped[str | None] = mapped_column(String(40))
    legal_form: Mapped[str | None] = mapped_column(String(40))
    roles: Mapped[list[Any]] = mapped_column(default=list)
    customer_number: Mapped[str | None] = mapped_column(String(40))
    customer_type: Mapped[str | None] = mapped_column(String(20))
    customer_status: Mapped[str | None] = mapped_column(String(20))
    customer_since: Mapped[date | None] = mapped_column(Date)
    adviser_id: Mapped[str | None] = mapped_column(refers_to("adviser.id"))
    insurer_numbers: Mapped[list[Any]] = mapped_column(default=list)
    vu_number: Mapped[str | None] = mapped_column(String(5))
    tags: Mapped[list[Any]] = mapped_column(default=list)
    consent_email: Mapped[str | None] = mapped_column(String(20))
    notes: Mapped[str | None] = mapped_column(String)

    sort_key: Mapped[str] = mapped_column(String(300), default="")
    listed_name: Mapped[str] = mapped_column(String(300), default="")
    is_customer: Mapped[bool] = mapped_column(
        Integer, Computed("instr(roles, '\"customer\"') > 0", persisted=True), nullable=False
    )

    # summary
    contracts_own: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    contracts_other: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    contracts_released: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    premium_year_cents: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    app_state: Mapped[str] = mapped_column(String(20), default="data_missing", server_default="data_missing")
    app_since: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        Index("ix_party_list_name", "sort_key", "key", sqlite_where=_LISTED),
        Index("ix_party_list_city", "city", "zip", "key", sqlite_where=_LISTED),
        Index("ix_party_list_zip", "zip", "key", sqlite_where=_LISTED),
        Index("ix_party_list_premium", "premium_year_cents", "key", sqlite_where=_LISTED),
        Index("ix_party_list_app", "app_state", "app_since", "key", sqlite_where=_LISTED),
        Index("ix_party_list_released", "contracts_released", "contracts_own", "key", sqlite_where=_LISTED),
        Index("ix_party_list_number", "customer_number", "key", sqlite_where=_LISTED),
        Index("ix_party_adviser_id", "adviser_id"),
        Index("ix_party_email", "email", sqlite_where=text("email IS NOT NULL")),
        Index("ix_party_vu_number", "vu_number", sqlite_where=text("vu_number IS NOT NULL")),
    )

    @property
    def name(self) -> PartyName:
        """The name group as a value."""
        return PartyName(
            kind=PartyKind(self.kind),
            salutation=Salutation(self.salutation) if self.salutation else None,
            title=self.title,
            first_name=self.first_name,
            name_prefix=self.name_prefix,
            last_name=self.last_name,
            name_suffix=self.name_suffix,
            company_name=self.company_name,
            company_addition=self.company_addition,
        )

    def rename(self, name: PartyName) -> None:
        """Take over a name and derive its listed form and sort key."""
        self.kind = name.kind.value
        self.salutation = name.salutation.value if name.salutation else None
        self.title, self.first_name, self.name_prefix = name.title, name.first_name, name.name_prefix
        self.last_name, self.name_suffix = name.last_name, name.name_suffix
        self.company_name, self.company_addition = name.company_name, name.company_addition
        self.derive_name()

    def derive_name(self) -> None:
        """Listed form and sort key from the name group; called again after a change from the feed."""
        name = self.name
        self.listed_name, self.sort_key = name.listed, name.sort_key

    def give_role(self, role: Role) -> None:
        """Add a role; twice changes nothing."""
        if role.value not in self.roles:
            self.roles = sorted([*self.roles, role.value])


class Household(Synced, Base):
    """A set of parties who live together; the client dossier of S5 is its record."""

    __tablename__ = "household"
    __kind__ = "household"

    name: Mapped[str] = mapped_column(String(200), default="")
    calc_for: Mapped[str | None] = mapped_column(String(20))
    advice_partner_id: Mapped[str | None] = mapped_column(refers_to("party.id"))
    notes: Mapped[str | None] = mapped_column(String)


class HouseholdMember(Synced, Base):
    """One party in one household, with relation and dates; the id is derived from both."""

    __tablename__ = "household_member"
    __kind__ = "household_member"

    household_id: Mapped[str] = mapped_column(refers_to("household.id"), index=True)
    party_id: Mapped[str] = mapped_column(refers_to("party.id"), index=True)
    relation: Mapped[str | None] = mapped_column(String(20))
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
