"""Who is who: leads every delivered block of a chunk to one party of the book, known or new.

Never merges two records that exist; what looks alike becomes a proposal. Knows the values of one chunk at a time; what it
learned is written by `flush` before the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from operator import attrgetter
from typing import Any

from brokerdesk.core.ids import derived_id
from brokerdesk.formats.gdv.records import PartyBlock
from brokerdesk.models.entities import DuplicateProposal, Household, HouseholdMember, ImportKey, Party
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.models.values.names import PartyKind
from brokerdesk.models.values.states import CustomerStatus, CustomerType, Role
from brokerdesk.services.gdv_import.identity import Identity, Namesakes, identity_of
from brokerdesk.services.gdv_import.people import DeliveredParty, delivered_party
from brokerdesk.services.households import member_id
from brokerdesk.store.bulk import BulkWriter, name_of
from brokerdesk.store.queries import imports
from brokerdesk.store.unit_of_work import UnitOfWork

SOURCE = "gdv"


@dataclass(slots=True)
class Person:
    """One delivered block on its way to its party."""

    block: PartyBlock
    vu: str
    delivered: DeliveredParty
    identity: Identity | None

    def with_more(self, other: Person) -> Person:
        """This person, with what another address of the same one says in addition."""
        values = other.delivered.values | self.delivered.values
        more = [c for c in other.delivered.contacts if c not in self.delivered.contacts]
        delivered = DeliveredParty(values, [*self.delivered.contacts, *more], self.delivered.findings)
        return Person(self.block, self.vu, delivered, self.identity)


_SAID: Callable[[PartyBlock], tuple[Any, ...]] = attrgetter(*(f.name for f in fields(PartyBlock) if f.name != "record"))
"""Everything a block says but its place in the file."""


@dataclass(slots=True)
class PeopleFound:
    """What happened to parties in the whole run: id → `new`, `changed` or `same`, and which of them are customers."""

    fate: dict[str, str] = field(default_factory=dict)
    customers: set[str] = field(default_factory=set)
    proposed: int = 0

    def seen(self, record_id: str, *, customer: bool, fate: str = "same") -> None:
        """Remember a party; `new` stays new, `changed` stays changed."""
        before = self.fate.get(record_id, "same")
        self.fate[record_id] = before if before != "same" else fate
        if customer:
            self.customers.add(record_id)

    def change(self, record_id: str) -> None:
        """A party that was seen has changed."""
        if self.fate.get(record_id) == "same":
            self.fate[record_id] = "changed"

    def counted(self, *, customers: bool) -> dict[str, int]:
        """`{"new", "changed", "same"}` of customers, or of all others."""
        counts = {"new": 0, "changed": 0, "same": 0}
        for record_id, fate in self.fate.items():
            if (record_id in self.customers) == customers:
                counts[fate] += 1
        return counts


class Matcher:
    """Leads blocks to parties. Use per chunk: `prepare`, then `resolve` in the order of the file, then `flush`."""

    def __init__(self, unit: UnitOfWork, writer: BulkWriter, people: PeopleFound, numbers: CustomerNumbers) -> None:
        self._unit, self._writer, self._people, self._numbers = unit, writer, people, numbers
        self._keys: dict[str, tuple[str, bytes]] = {}
        self._new_keys: dict[str, tuple[str, bytes]] = {}
        self._rows: dict[str, dict[str, Any]] = {}
        self._drafts: dict[str, dict[str, Any]] = {}
        self._changes: dict[str, dict[str, Any]] = {}
        self._named: dict[str, Namesakes] = {}
        self._pairs: dict[tuple[str, str], str] = {}
        self._couples: dict[str, str] = {}
        self._owned: dict[str, tuple[bool, set[str]]] = {}
        self._persons: dict[tuple[Any, ...], Person] = {}
        self._resolved: dict[tuple[int, bool], str] = {}

    def person(self, block: PartyBlock, vu: str) -> Person:
        """Values and identity of a block; the same words again, as insurers repeat them per contract, are read once."""
        key = (vu, _SAID(block))
        found = self._persons.get(key)
        if found is None:
            delivered = delivered_party(block)
            found = self._persons[key] = Person(block, vu, delivered, identity_of(block, delivered.values, vu=vu))
        return found

    def prepare(self, persons: Iterable[Person]) -> None:
        """Ask the book once for everything this chunk may need."""
        known = [p.identity for p in persons if p.identity]
        connection = self._unit.connection
        self._keys = imports.import_keys(connection, SOURCE, {key for i in known for key in i.keys})
        ids = {i.record_id for i in known} | {record_id for record_id, _ in self._keys.values()}
        self._rows = imports.parties(connection, ids)
        for sort_key, rows in imports.customers_named(connection, {i.sort_key for i in known}).items():
            self._named[sort_key] = names = Namesakes()
            for row in rows:
                names.add(self._rows.setdefault(row["id"], row))
        self._numbers.look_up(connection, {p.block.broker_number for p in persons if p.block.broker_number})

    def resolve(
        self, person: Person, *, customer: bool, adviser: str | None, since: date | None, findings: list[Finding]
    ) -> str | None:
        """The id of the party of a block, None when the block names nobody."""
        identity = person.identity
        if identity is None:
            return None
        place = (id(person), customer)
        record_id = self._resolved.get(place)
        if record_id is not None:
            return record_id
        findings += person.delivered.findings
        record_id = self._known(identity, person.delivered.values)
        if record_id is None:
            record_id = self._new(person, identity, customer=customer, adviser=adviser, since=since)
        else:
            self._update(record_id, person, customer=customer, adviser=adviser, since=since, findings=findings)
        self._remember(identity, record_id)
        self._resolved[place] = record_id
        if person.block.is_couple and customer:
            self._couples[record_id] = person.delivered.values.get("last_name", "")
        return record_id

    def _current(self, record_id: str) -> dict[str, Any] | None:
        return self._drafts.get(record_id) or self._rows.get(record_id)

    def _lookup(self, key: str) -> tuple[str, bytes] | None:
        found = (self._new_keys.get(key) or self._keys.get(key)) if key else None
        return found if found and self._current(found[0]) is not None else None

    def _known(self, identity: Identity, values: Mapping[str, Any]) -> str | None:
        number, across = self._lookup(identity.by_number), self._lookup(identity.across)
        if number:
            if across and across[0] != number[0]:
                self._propose(number[0], across[0], "same-person")
            return number[0]
        content = self._lookup(identity.by_content)
        own = identity.number.encode()
        if content and (not own or content[1] in (b"", own)):
            return content[0]
        if across:
            return across[0]
        names = self._named.get(identity.sort_key)
        same = names.same(values) if names else None
        if same:
            return same
        return identity.record_id if self._current(identity.record_id) is not None else None

    def _remember(self, identity: Identity, record_id: str) -> None:
        own = identity.number.encode()
        for key in identity.keys:
            known = self._lookup(key)
            if known is None:
                self._new_keys[key] = (record_id, own if key == identity.by_content else b"")
            elif key == identity.by_content and own and not known[1] and known[0] == record_id:
                self._new_keys[key] = (record_id, own)

    def _new(
        self, person: Person, identity: Identity, *, customer: bool, adviser: str | None, since: date | None
    ) -> str:
        values = {
            "id": identity.record_id,
            **person.delivered.values,
            "contacts": list(person.delivered.contacts),
            "insurer_numbers": [_number_entry(person)] if identity.number else [],
            "roles": [Role.CONTRACT_PARTNER.value],
            "language": "de",
            "address_form": "sie",
            "sort_key": identity.sort_key,
        }
        self._drafts[identity.record_id] = values
        if customer:
            values["roles"] = []
            values |= self._customer_values(values, person, adviser, since)
            self._propose_alike(identity, values)
            self._named.setdefault(identity.sort_key, Namesakes()).add_new(values)
        self._people.seen(identity.record_id, customer=customer, fate="new")
        return identity.record_id

    def _customer_values(
        self, current: Mapping[str, Any], person: Person, adviser: str | None, since: date | None
    ) -> dict[str, Any]:
        company = current["kind"] == PartyKind.ORGANISATION
        return {
            "roles": sorted({*(current.get("roles") or ()), Role.CUSTOMER.value}),
            "customer_number": self._numbers.free(person.block.broker_number),
            "customer_type": (CustomerType.COMPANY if company else CustomerType.PRIVATE).value,
            "customer_status": CustomerStatus.ACTIVE.value,
            "customer_since": since,
            "adviser_id": current.get("adviser_id") or adviser,
        }

    def _propose_alike(self, identity: Identity, values: Mapping[str, Any]) -> None:
        names = self._named.get(identity.sort_key)
        for record_id, reason in names.alike(values) if names else ():
            if record_id != identity.record_id:
                self._propose(identity.record_id, record_id, reason)

    def _propose(self, one: str, other: str, reason: str) -> None:
        first, second = sorted((one, other))
        self._pairs.setdefault((first, second), reason)

    def _update(
        self,
        record_id: str,
        person: Person,
        *,
        customer: bool,
        adviser: str | None,
        since: date | None,
        findings: list[Finding],
    ) -> None:
        """Fill what is empty; a policyholder's street-address block also replaces what differs and is not the user's."""
        draft = self._drafts.get(record_id)
        current = draft if draft is not None else self._rows[record_id]
        changes = _additions(current, person)
        replaces = customer and person.block.role in {"01", ""}
        for column, value in person.delivered.values.items():
            shown = current.get(column)
            if shown in (None, ""):
                changes[column] = value
            elif replaces and column != "kind" and not _equal(shown, value):
                if draft is None and self._is_users(record_id, column):
                    findings.append(_kept(column, person))
                else:
                    changes[column] = value
        if customer and Role.CUSTOMER.value not in current["roles"]:
            changes |= self._customer_values(current, person, adviser, since)
        elif customer and adviser and not current.get("adviser_id"):
            changes["adviser_id"] = adviser
        if draft is not None:
            draft |= changes
            if customer and since and draft.get("customer_since") and since < draft["customer_since"]:
                draft["customer_since"] = since
        elif changes:
            self._change(record_id, current, changes)
        is_customer = customer or Role.CUSTOMER.value in current["roles"]
        self._people.seen(record_id, customer=is_customer)

    def _change(self, record_id: str, current: dict[str, Any], changes: dict[str, Any]) -> None:
        current |= {name: _stored(value) for name, value in changes.items()}
        self._changes.setdefault(record_id, {}).update(changes)
        if changes.keys() & {"zip", "birth_date"} and current["sort_key"] in self._named:
            self._named[current["sort_key"]].add(current)

    def _is_users(self, record_id: str, column: str) -> bool:
        if record_id not in self._owned:
            self._owned[record_id] = imports.fields_set_by_user(self._unit.connection, record_id)
        made, fields = self._owned[record_id]
        return made or column in fields

    def flush(self) -> None:
        """Write new parties, changes, keys, households and proposals of this chunk, and forget it."""
        self._writer.insert(Party, [d | _derived(d) for d in self._drafts.values()])
        self._change_existing()
        self._writer.insert(
            ImportKey,
            [
                {"source": SOURCE, "name": name, "record_id": record_id, "fingerprint": mark or None}
                for name, (record_id, mark) in self._new_keys.items()
            ],
        )
        self._make_households()
        self._write_proposals()
        for memory in (self._keys, self._new_keys, self._rows, self._drafts, self._changes, self._named):
            memory.clear()
        self._pairs.clear()
        self._couples.clear()
        self._owned.clear()
        self._persons.clear()
        self._resolved.clear()

    def _change_existing(self) -> None:
        if not self._changes:
            return
        from sqlalchemy import select

        session = self._unit.session
        found = session.scalars(select(Party).where(Party.id.in_(list(self._changes))))
        for party in found.all():
            changes = {c: v for c, v in self._changes[party.id].items() if getattr(party, c) != v}
            for column, value in changes.items():
                setattr(party, column, value)
            party.stub = False
            if changes:
                self._people.change(party.id)
        session.flush()

    def _make_households(self) -> None:
        wanted = {derived_id("household", party): (party, name) for party, name in self._couples.items()}
        known = imports.known_ids(self._unit.connection, "household", wanted)
        living = imports.household_members(self._unit.connection, self._couples)
        new = {
            household: pair for household, pair in wanted.items() if household not in known and pair[0] not in living
        }
        self._writer.insert(Household, [{"id": household, "name": name} for household, (_, name) in new.items()])
        self._writer.insert(
            HouseholdMember,
            [
                {"id": member_id(household, party), "household_id": household, "party_id": party, "relation": "self"}
                for household, (party, _) in new.items()
            ],
        )

    def _write_proposals(self) -> None:
        if not self._pairs:
            return
        known = imports.pairs_proposed(self._unit.connection, {first for first, _ in self._pairs})
        fresh = {pair: reason for pair, reason in self._pairs.items() if pair not in known}
        self._people.proposed += len(fresh)
        self._writer.insert(
            DuplicateProposal,
            [{"party_a": a, "party_b": b, "reason": reason} for (a, b), reason in fresh.items()],
        )


class CustomerNumbers:
    """Own customer numbers: the one the broker's own number says when it is free, else the next free one."""

    def __init__(self, highest: int) -> None:
        self._next = max(highest, 10_000) + 1
        self._used: set[str] = set()

    def look_up(self, connection: Any, numbers: set[str]) -> None:
        """Learn which of these are taken in the book."""
        self._used = imports.used_customer_numbers(connection, numbers) if numbers else set()

    def free(self, wanted: str) -> str:
        """A number that nobody has."""
        if wanted and wanted not in self._used:
            self._used.add(wanted)
            if wanted.isdecimal() and len(wanted) < 10:
                self._next = max(self._next, int(wanted) + 1)
            return wanted
        number = str(self._next)
        self._next += 1
        return number


def _number_entry(person: Person) -> str:
    return f"{person.vu}:{person.block.insurer_number}"


def _additions(current: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """Contact points and insurers' numbers that the party does not have yet; nothing is taken away."""
    changes: dict[str, Any] = {}
    contacts = current.get("contacts") or []
    missing = [c for c in person.delivered.contacts if c not in contacts]
    if missing:
        changes["contacts"] = [*contacts, *missing]
    numbers = current.get("insurer_numbers") or []
    if person.block.insurer_number and (entry := _number_entry(person)) not in numbers:
        changes["insurer_numbers"] = sorted([*numbers, entry])
    return changes


def _equal(shown: Any, value: Any) -> bool:
    return bool(shown == _stored(value) or shown == value)


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _derived(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"sort_key": name_of(values).sort_key}


def _kept(column: str, person: Person) -> Finding:
    return Finding(
        severity=Severity.INFO, code="kept-own-value", record=person.block.record or None, field=column, parameters=()
    )
