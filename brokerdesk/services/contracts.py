"""Contracts and claims of customers: lists, cards, create, edit, archive, release for the app."""

from __future__ import annotations

from typing import Any

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import derived_id, new_id
from brokerdesk.models.entities import Claim, Contract, Party
from brokerdesk.models.rows.contracts import ClaimRow, ContractCard, ContractRow, InsurerRow
from brokerdesk.models.values.names import PartyKind, PartyName
from brokerdesk.models.values.states import ClaimStatus, ContractStatus, Frequency, Origin, Role
from brokerdesk.services.context import Context, Outcome
from brokerdesk.store.queries import records, small_lists
from brokerdesk.store.unit_of_work import RECORD_GONE, UnitOfWork

PERIOD_REVERSED = register("period-reversed")
CHOICE_UNKNOWN = register("choice-unknown", "field")
INSURER_MISSING = register("insurer-missing")

EDITABLE = frozenset(
    "adviser_id insurer_id origin number line product status premium_net_cents premium_gross_cents frequency currency start end"
    " main_due parts features risks persons notes".split()
)
CLAIM_EDITABLE = frozenset("number occurred_on reported_on status paid_cents reserve_cents description".split())
_CHOICES: dict[str, set[Any]] = {"origin": set(Origin), "status": set(ContractStatus), "frequency": set(Frequency)}


class Contracts:
    """Use cases around contracts and claims."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context

    def of_customer(self, party_id: str, *, archived: bool = False) -> list[ContractRow]:
        """Contracts of one customer, grouped by line when shown."""
        with self._context.book.read() as connection:
            return records.contract_rows(connection, party_id, archived=archived)

    def all(self) -> list[ContractRow]:
        """Every contract of the book; for scripts and exports."""
        with self._context.book.read() as connection:
            return records.contract_rows(connection, None)

    def all_claims(self) -> list[ClaimRow]:
        """Every claim of the book."""
        with self._context.book.read() as connection:
            return records.claim_rows(connection)

    def card(self, record_id: str) -> ContractCard:
        """Everything of one contract. Raises `KnownError(record-gone)`."""
        with self._context.book.read() as connection:
            card = records.contract_card(connection, record_id)
        if card is None:
            raise KnownError(RECORD_GONE, kind="contract")
        return card

    def claims_of_customer(self, party_id: str) -> list[ClaimRow]:
        """Claims of all contracts of one customer."""
        with self._context.book.read() as connection:
            return records.claim_rows(connection, party_id=party_id)

    def insurers(self, *, numbered: bool = False) -> list[InsurerRow]:
        """Insurers for choices, by name; `numbered` leaves out those without a VU number."""
        with self._context.book.read() as connection:
            return small_lists.insurers(connection, numbered=numbered)

    def insurer_named(self, name: str) -> Outcome[str]:
        """The id of the insurer with this name; made when it is new. Raises `KnownError(insurer-missing)`."""
        clean = " ".join(name.split())
        if not clean:
            raise KnownError(INSURER_MISSING)
        for row in self.insurers():
            if row.name.casefold() == clean.casefold():
                return Outcome(row.id)
        with self._context.book.work() as unit:
            insurer = Party(id=derived_id("insurer-name", clean.casefold()))
            existing = unit.find(Party, insurer.id)
            if existing is not None:
                return Outcome(existing.id)
            insurer.rename(PartyName(kind=PartyKind.ORGANISATION, company_name=clean))
            insurer.give_role(Role.INSURER)
            unit.add(insurer)
            changes = unit.commit()
        return Outcome(insurer.id, changes, unit.id)

    def create(self, party_id: str, *, values: dict[str, Any]) -> Outcome[str]:
        """A new contract of a customer; `line` chosen by hand stays (`line_basis` manual)."""
        _check(values)
        with self._context.book.work() as unit:
            unit.get(Party, party_id)
            contract = Contract(id=new_id(self._context.clock), party_id=party_id, line_basis="manual")
            for field, value in values.items():
                setattr(contract, field, value)
            unit.add(contract)
            changes = unit.commit()
        return Outcome(contract.id, changes, unit.id)

    def edit(self, record_id: str, *, values: dict[str, Any]) -> Outcome[str]:
        """Change fields of a contract; a line chosen here is never changed by an import again (lines.md § 1)."""
        _check(values)
        with self._context.book.work() as unit:
            contract = unit.get(Contract, record_id)
            if "line" in values and values["line"] != contract.line:
                contract.line_basis = "manual"
            for field, value in values.items():
                setattr(contract, field, value)
            _check_period(contract)
            changes = unit.commit()
        return Outcome(record_id, changes, unit.id)

    def archive(self, record_id: str, *, archived: bool = True) -> Outcome[str]:
        """Take a contract out of the lists, or back."""
        with self._context.book.work() as unit:
            unit.get(Contract, record_id).archived = archived
            changes = unit.commit()
        return Outcome(record_id, changes, unit.id)

    def release(self, contract_ids: list[str], *, released: bool) -> Outcome[int]:
        """Show contracts in the customer's app, or hide them (S1.29, S2.53)."""
        with self._context.book.work() as unit:
            for record_id in contract_ids:
                unit.get(Contract, record_id).released = released
            changes = unit.commit()
        return Outcome(len(contract_ids), changes, unit.id)

    def add_claim(self, contract_id: str, *, values: dict[str, Any]) -> Outcome[str]:
        """Record a claim of a contract."""
        _check_claim(values)
        with self._context.book.work() as unit:
            contract = unit.get(Contract, contract_id)
            claim = Claim(id=new_id(self._context.clock), contract_id=contract_id, party_id=contract.party_id)
            _fill(claim, values)
            unit.add(claim)
            changes = unit.commit()
        return Outcome(claim.id, changes, unit.id)

    def edit_claim(self, record_id: str, *, values: dict[str, Any]) -> Outcome[str]:
        """Change fields of a claim."""
        _check_claim(values)
        with self._context.book.work() as unit:
            _fill(unit.get(Claim, record_id), values)
            changes = unit.commit()
        return Outcome(record_id, changes, unit.id)


def _fill(claim: Claim, values: dict[str, Any]) -> None:
    for field, value in values.items():
        setattr(claim, field, value)


def _check(values: dict[str, Any]) -> None:
    for field, value in values.items():
        if field not in EDITABLE or (field in _CHOICES and value is not None and value not in _CHOICES[field]):
            raise KnownError(CHOICE_UNKNOWN, field=field)
    start, end = values.get("start"), values.get("end")
    if start and end and end < start:
        raise KnownError(PERIOD_REVERSED)


def _check_period(contract: Contract) -> None:
    if contract.start and contract.end and contract.end < contract.start:
        raise KnownError(PERIOD_REVERSED)


def _check_claim(values: dict[str, Any]) -> None:
    for field, value in values.items():
        if field not in CLAIM_EDITABLE or (field == "status" and value not in set(ClaimStatus)):
            raise KnownError(CHOICE_UNKNOWN, field=field)


def own_contracts(unit: UnitOfWork, party_id: str) -> list[Contract]:
    """Live own contracts of a customer inside a unit of work; these are released by an invitation (S2.53)."""
    from sqlalchemy import select

    return list(
        unit.session.scalars(
            select(Contract).where(
                Contract.party_id == party_id,
                Contract.archived.is_(False),
                Contract.stub.is_(False),
                Contract.origin != Origin.THIRD_PARTY,
                Contract.status != ContractStatus.ENDED,
            )
        )
    )
