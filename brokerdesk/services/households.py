"""Households, advisers and the office: the small records around customers."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from brokerdesk.core.clock import local_date
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import derived_id, new_id
from brokerdesk.models.entities import Adviser, Household, HouseholdMember, Office, Party
from brokerdesk.models.rows.customers import AdviserRow, PersonHit
from brokerdesk.models.values.names import PartyName
from brokerdesk.models.values.states import Role
from brokerdesk.services.context import Context, Outcome
from brokerdesk.store.queries import finding, small_lists
from brokerdesk.store.unit_of_work import UnitOfWork

ALREADY_IN_HOUSEHOLD = register("already-in-household")
ADVISER_CODE_MISSING = register("adviser-code-missing")

RELATIONS = ("self", "partner", "child", "parent", "sibling", "other")
OFFICE_FIELDS = frozenset(
    "name street zip city country phone email website register_number product_private product_company language time_zone"
    " send_hour".split()
)


def office_id() -> str:
    """The id of the one office record of a book."""
    return derived_id("office", "own")


def adviser_id(code: str) -> str:
    """The id of the adviser with this code (decisions.md: derived from the code)."""
    return derived_id("adviser", code.strip())


def member_id(household_id: str, party_id: str) -> str:
    """The id of a membership; the same on every desk."""
    return derived_id("household_member", household_id, party_id)


class Households:
    """Use cases of households: they are made with the first member and never doubled (S5.14)."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context

    def add_person(
        self, customer_id: str, *, name: PartyName, relation: str, birth_date: date | None = None
    ) -> Outcome[str]:
        """Add a person to the customer's household; makes the household when it is the first one. Returns the party id."""
        with self._context.book.work() as unit:
            customer = unit.get(Party, customer_id)
            household = self._household_of(unit, customer)
            person = Party(
                id=new_id(self._context.clock),
                birth_date=birth_date,
                street=customer.street,
                zip=customer.zip,
                city=customer.city,
                country=customer.country,
                language=customer.language,
                address_form=customer.address_form,
            )
            person.rename(name)
            person.give_role(Role.CONTRACT_PARTNER)
            unit.add(person)
            self._join(unit, household, person.id, relation)
            changes = unit.commit()
        return Outcome(person.id, changes, unit.id)

    def people(self, customer_id: str, words: str, *, limit: int = 20) -> list[PersonHit]:
        """People of the book, customers or not, who can join the customer's household, by name or another word of theirs.

        Those who live there already, organisations and archived people are left out.
        """
        with self._context.book.read() as connection:
            return finding.people(connection, words, joining=customer_id, limit=limit)

    def join(self, customer_id: str, party_id: str, *, relation: str) -> Outcome[str]:
        """Put an existing party into the customer's household; any other household it leaves today.

        A card shows one household, so a party lives in one. The membership that ended keeps its day (decisions.md: relation,
        from, to), and undo lets it live on. Raises `KnownError(already-in-household | record-gone)`.
        """
        today = local_date(self._context.clock, self._context.time_zone)
        with self._context.book.work() as unit:
            household = self._household_of(unit, unit.get(Party, customer_id))
            unit.get(Party, party_id)
            self._join(unit, household, party_id, relation)
            for other in _living(unit, HouseholdMember.party_id == party_id):
                if other.household_id != household.id:
                    other.until = today
            changes = unit.commit()
        return Outcome(household.id, changes, unit.id)

    def leave(self, household_id: str, party_id: str, *, until: date) -> Outcome[str]:
        """A member left the household on a date; the membership stays in the history."""
        with self._context.book.work() as unit:
            member = unit.get(HouseholdMember, member_id(household_id, party_id))
            member.until = until
            changes = unit.commit()
        return Outcome(household_id, changes, unit.id)

    def _household_of(self, unit: UnitOfWork, customer: Party) -> Household:
        found = unit.session.scalars(
            select(Household)
            .join(HouseholdMember, HouseholdMember.household_id == Household.id)
            .where(HouseholdMember.party_id == customer.id, HouseholdMember.until.is_(None), ~HouseholdMember.archived)
        ).first()
        if found is not None:
            return found
        household = self._own_household(unit, customer)
        self._join(unit, household, customer.id, "self")
        return household

    def _own_household(self, unit: UnitOfWork, customer: Party) -> Household:
        """The household that bears the customer's id: the same on every desk (S5.14), and taken up again after an undo.

        When he left it and others live on in it, he gets another one.
        """
        identity = derived_id("household", customer.id)
        former = unit.find(Household, identity)
        if former is not None and not former.archived and _living(unit, HouseholdMember.household_id == identity):
            former, identity = None, new_id(self._context.clock)
        if former is not None:
            former.archived = False
            return former
        household = Household(id=identity, name=customer.last_name or customer.listed_name)
        unit.add(household)
        return household

    def _join(self, unit: UnitOfWork, household: Household, party_id: str, relation: str) -> None:
        identity = member_id(household.id, party_id)
        known = unit.find(HouseholdMember, identity)
        if known is not None and known.until is None and not known.archived:
            raise KnownError(ALREADY_IN_HOUSEHOLD)
        if known is not None:
            known.until, known.archived, known.relation = None, False, relation
            return
        unit.add(HouseholdMember(id=identity, household_id=household.id, party_id=party_id, relation=relation))


def _living(unit: UnitOfWork, whose: ColumnElement[bool]) -> list[HouseholdMember]:
    """Memberships that neither ended nor were taken back."""
    statement = select(HouseholdMember).where(whose, HouseholdMember.until.is_(None), ~HouseholdMember.archived)
    return list(unit.session.scalars(statement))


class OfficeRecords:
    """The office's profile and its advisers."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context

    def profile(self) -> dict[str, Any]:
        """The office's profile as field → value; empty when nothing was entered."""
        with self._context.book.read() as connection:
            row = connection.exec_driver_sql("SELECT * FROM office WHERE id = ?", (office_id(),)).mappings().first()
        return {field: row[field] for field in sorted(OFFICE_FIELDS)} if row else {}

    def edit(self, *, values: dict[str, Any]) -> Outcome[str]:
        """Change the office's profile."""
        with self._context.book.work() as unit:
            office = unit.find(Office, office_id())
            if office is None:
                office = Office(id=office_id())
                unit.add(office)
            for field in OFFICE_FIELDS & values.keys():
                setattr(office, field, values[field])
            changes = unit.commit()
        return Outcome(office.id, changes, unit.id)

    def advisers(self) -> list[AdviserRow]:
        """All advisers."""
        with self._context.book.read() as connection:
            return small_lists.advisers(connection)

    def save_adviser(self, *, code: str, name: str, email: str | None = None, phone: str | None = None) -> Outcome[str]:
        """Add an adviser or change the one with this code. Raises `KnownError(adviser-code-missing)`."""
        if not code.strip():
            raise KnownError(ADVISER_CODE_MISSING)
        with self._context.book.work() as unit:
            adviser = unit.find(Adviser, adviser_id(code))
            if adviser is None:
                adviser = Adviser(id=adviser_id(code), code=code.strip())
                unit.add(adviser)
            adviser.stub = False
            adviser.name, adviser.email, adviser.phone = name.strip(), email or None, phone or None
            changes = unit.commit()
        return Outcome(adviser.id, changes, unit.id)

    def cities(self, zip_code: str) -> list[str]:
        """Towns known for a postcode."""
        with self._context.book.read() as connection:
            return small_lists.cities(connection, zip_code)
