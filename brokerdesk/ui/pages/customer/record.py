"""Everything the page of one customer shows, read in one go off the GUI thread. Holds rows and cards, no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from brokerdesk.core.clock import local_date
from brokerdesk.models.rows.activity import AppBlock, TrackingRow
from brokerdesk.models.rows.contracts import ClaimRow, ContractRow, InsurerRow
from brokerdesk.models.rows.customers import CustomerCard, HouseholdPerson
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.models.values.names import PartyKind
from brokerdesk.models.values.states import ClaimStatus, ContractStatus, Origin, Role
from brokerdesk.services.desk import Desk

CONCERNED = frozenset(
    "party household household_member adviser contract claim invitation access tracking entitlement office".split()
)
"""Kinds of records that the page shows."""
_ALWAYS = frozenset({"office", "entitlement", "access", "household", "household_member"})
"""Kinds that change rarely and whose records do not name the customer in every change."""
_OFTEN_NEW = frozenset({"contract", "claim", "tracking", "invitation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRecord:
    """One customer as the page shows him; `shared` holds the contracts of the other members of the household.

    `insurers` are those of the book that have a VU number.
    """

    card: CustomerCard
    block: AppBlock
    contracts: tuple[ContractRow, ...]
    claims: tuple[ClaimRow, ...]
    trackings: tuple[TrackingRow, ...]
    shared: dict[str, tuple[ContractRow, ...]]
    insurers: tuple[InsurerRow, ...]
    today: date

    @property
    def is_organisation(self) -> bool:
        """Whether the customer is an organisation."""
        return self.card.name.kind is PartyKind.ORGANISATION

    @property
    def is_customer(self) -> bool:
        """Whether the party has the customer role."""
        return Role.CUSTOMER.value in self.card.roles

    @property
    def people(self) -> tuple[HouseholdPerson, ...]:
        """Those who live in the household now, the customer first."""
        present = [p for p in self.card.household if p.until is None or p.until > self.today]
        return tuple(sorted(present, key=lambda p: p.party_id != self.card.id))

    @property
    def live(self) -> tuple[ContractRow, ...]:
        """Contracts that run: neither archived nor ended."""
        return tuple(c for c in self.contracts if is_live(c))

    def contract(self, contract_id: str) -> ContractRow | None:
        """A contract of his or of somebody in his household, or None."""
        rows = (*self.contracts, *(row for rows in self.shared.values() for row in rows))
        return next((row for row in rows if row.id == contract_id), None)

    @property
    def foreign(self) -> int:
        """How many of them others look after."""
        return sum(c.origin == Origin.THIRD_PARTY for c in self.live)

    @property
    def open_claims(self) -> int:
        """Claims that are not closed."""
        return sum(c.status != ClaimStatus.CLOSED for c in self.claims)

    @property
    def titles(self) -> dict[str, str]:
        """Names of people, contracts and claims by id, for history and activities."""
        found = {p.party_id: p.name for p in self.card.household} | {self.card.id: self.card.name.listed}
        found |= {c.id: c.product or c.number for rows in (self.contracts, *self.shared.values()) for c in rows}
        return found | {c.id: c.number or c.contract for c in self.claims}

    @property
    def age(self) -> int | None:
        """Completed years, or None without a birth date."""
        return age_of(self.card.birth_date, self.today)

    def touched_by(self, changes: ChangeSet) -> bool:
        """Whether a change is one of this customer, his household, contracts, claims or access."""
        if changes.everything & CONCERNED:
            return True
        known = {self.card.id, self.card.adviser_id, self.card.household_id, self.block.invitation_id}
        known |= {self.block.access_id, *(p.party_id for p in self.card.household)}
        known |= {c.id for c in self.contracts} | {c.id for c in self.claims}
        known |= {c.id for rows in self.shared.values() for c in rows}
        for change in changes.changes:
            if change.kind not in CONCERNED:
                continue
            new = change.kind in _OFTEN_NEW and change.action == "insert"
            values = {f.new for f in change.fields if isinstance(f.new, str)} if new else set()
            if change.record_id in known or values & known or change.kind in _ALWAYS:
                return True
        return False


def is_live(contract: ContractRow) -> bool:
    """Whether a contract runs: neither archived nor ended."""
    return not contract.archived and contract.status != ContractStatus.ENDED


def age_of(born: date | None, today: date) -> int | None:
    """Completed years on a day."""
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def load(desk: Desk, record_id: str) -> CustomerRecord:
    """Read everything of one customer. Raises `KnownError(record-gone)`. Safe in any thread."""
    card = desk.customers.card(record_id)
    others = [p.party_id for p in card.household if p.party_id != record_id and p.until is None]
    return CustomerRecord(
        card=card,
        block=desk.invitations.block(record_id),
        contracts=tuple(desk.contracts.of_customer(record_id, archived=True)),
        claims=tuple(desk.contracts.claims_of_customer(record_id)),
        trackings=tuple(desk.history.trackings(party_id=record_id, limit=300)),
        shared={party_id: tuple(desk.contracts.of_customer(party_id)) for party_id in others},
        insurers=tuple(desk.contracts.insurers(numbered=True)),
        today=local_date(desk.clock, desk.context.time_zone),
    )
