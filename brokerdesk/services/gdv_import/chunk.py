"""Writes one chunk of delivered contracts: new ones in bulk, changed ones through the session, unchanged ones not at all.

What makes the same file twice change nothing: every contract keeps the digests of the physical records that its newest
delivery brought. A delivery whose digest is among them is skipped; another one is applied, and from then on the digests
seen in this run are the ones that count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from brokerdesk.formats.gdv.records import ContractBundle, PartyBlock
from brokerdesk.models.entities import Claim, CommissionLine, Contract, ImportKey, RawRecords
from brokerdesk.models.values.findings import Finding
from brokerdesk.models.values.lines import LineCatalogue
from brokerdesk.services.gdv_import.kept import LooseRecords, digest_of, joined, packed
from brokerdesk.services.gdv_import.mapping import (
    Classifier,
    claim_row,
    commission_rows,
    contract_id,
    key_name,
)
from brokerdesk.services.gdv_import.matching import (
    SOURCE,
    CustomerNumbers,
    Matcher,
    PeopleFound,
    Person,
)
from brokerdesk.services.gdv_import.report import Tally
from brokerdesk.services.gdv_import.small import Advisers, Insurers
from brokerdesk.services.gdv_import.updating import update_claim, update_contract
from brokerdesk.store.bulk import BulkWriter
from brokerdesk.store.queries import imports
from brokerdesk.store.unit_of_work import UnitOfWork


@dataclass(slots=True)
class Sighting:
    """One delivery of one contract: its import key, its digest, and who stands in it."""

    bundle: ContractBundle
    name: str
    text: bytes
    digest: bytes
    record_id: str = ""
    known: bool = False
    fingerprint: bytes = b""
    before: bytes = b""
    holders: tuple[Person, ...] = ()
    partners: tuple[Person, ...] = ()

    @property
    def first(self) -> bool:
        """Whether this run sees the contract for the first time."""
        return not self.before


def sighting_of(bundle: ContractBundle) -> Sighting:
    """A delivery before the book was asked."""
    text = joined(bundle.raw)
    return Sighting(bundle, key_name(bundle.key), text, digest_of(text))


class Run:
    """Everything one import remembers from its first chunk to its last."""

    def __init__(self, unit: UnitOfWork, *, catalogue: LineCatalogue, today: date) -> None:
        self.unit = unit
        self.classifier = Classifier(catalogue, today)
        self.writer = BulkWriter(unit)
        self.people = PeopleFound()
        self.tally = Tally()
        self.loose = LooseRecords()
        self.insurers = Insurers(unit, self.writer)
        self.advisers = Advisers(unit, self.writer)
        self.numbers = CustomerNumbers(imports.highest_customer_number(unit.connection))
        self.matcher = Matcher(unit, self.writer, self.people, self.numbers)
        self.seen: dict[int, bytes] = {}
        """Hash of the import key → digests of this run."""
        self.claims_seen: set[str] = set()
        self.vus: dict[str, None] = {}
        self.waiting = 0
        """Deliveries left to the second pass."""

    def sight(self, name: str, digest: bytes) -> bytes:
        """Remember a delivery; returns the digests of this contract in this run before it."""
        place = hash(name)
        before = self.seen.get(place, b"")
        if digest not in pieces(before):
            self.seen[place] = before + digest
        return before

    def wait(self, sighting: Sighting) -> None:
        """Nobody to belong to, so far: the second pass decides, when all contracts are known; as if it was never seen."""
        self.waiting += 1
        if sighting.before:
            self.seen[hash(sighting.name)] = sighting.before
        else:
            del self.seen[hash(sighting.name)]


def pieces(digests: bytes) -> list[bytes]:
    """Single digests of a fingerprint."""
    return [digests[i : i + 8] for i in range(0, len(digests), 8)]


class Chunk:
    """Applies some sightings, each contract at most once."""

    def __init__(self, run: Run, sightings: Sequence[Sighting]) -> None:
        self._run, self._unit = run, run.unit
        self._new: list[dict[str, Any]] = []
        self._updates: list[tuple[Sighting, dict[str, Any]]] = []
        self._claims: list[dict[str, Any]] = []
        self._commissions: list[dict[str, Any]] = []
        self._applied: list[Sighting] = []
        self._sightings = sightings

    def apply(self) -> None:
        """Write what is new or changed."""
        unseen = self._unseen()
        self._people(unseen)
        for sighting in unseen:
            self._one(sighting)
        run = self._run
        run.matcher.flush()
        run.writer.insert(Contract, self._new)
        self._update_contracts()
        write_claims(run, self._claims)
        write_commissions(run, self._commissions)
        self._keep_raw()
        self._remember()
        self._unit.settle()

    def _unseen(self) -> list[Sighting]:
        """The sightings that say something new; the others are counted."""
        keys = imports.import_keys(self._unit.connection, SOURCE, [s.name for s in self._sightings])
        unseen, same = [], []
        for sighting in self._sightings:
            record_id, marks = keys.get(sighting.name, ("", b""))
            before = self._run.sight(sighting.name, sighting.digest)
            sighting.before = before
            sighting.known = bool(record_id)
            sighting.record_id = record_id or contract_id(sighting.bundle.key)
            if record_id and sighting.digest in pieces(marks):
                same.append(sighting)
                continue
            sighting.fingerprint = self._run.seen[hash(sighting.name)]
            unseen.append(sighting)
        self._count_same(same)
        asked = {s.record_id for s in unseen}
        there = imports.known_ids(self._unit.connection, "contract", asked)
        for sighting in unseen:
            sighting.known = sighting.record_id in there
        return unseen

    def _count_same(self, same: list[Sighting]) -> None:
        if not same:
            return
        run, connection = self._run, self._unit.connection
        people = imports.people_of_contracts(connection, [s.record_id for s in same])
        customers = imports.customers_among(
            connection, {p for holder, others in people.values() for p in (holder, *others)}
        )
        for sighting in same:
            holder, others = people.get(sighting.record_id, ("", []))
            for party in (holder, *others) if holder else ():
                run.people.seen(party, customer=party in customers)
            run.tally.contracts["same"] += sighting.first
            for claim in sighting.bundle.claims:
                count_claim(run, claim_row(claim, sighting.record_id, holder)["id"], "same")

    def _people(self, unseen: list[Sighting]) -> None:
        for sighting in unseen:
            vu = sighting.bundle.key.vu
            holders, partners = _split(sighting.bundle.parties)
            known = self._run.matcher.person
            sighting.holders = tuple(_merged([known(block, vu) for block in holders]))
            sighting.partners = tuple(known(block, vu) for block in partners)
        self._run.matcher.prepare([p for s in unseen for p in (*s.holders, *s.partners)])

    def _one(self, sighting: Sighting) -> None:
        run, bundle = self._run, sighting.bundle
        holders = [p for p in sighting.holders if p.identity]
        if not holders and not sighting.known:
            self._run.wait(sighting)
            return
        delivered = run.classifier.contract(bundle)
        findings = delivered.findings
        adviser = run.advisers.id_of(bundle.key.vu, bundle.broker_number)
        people = self._resolve(sighting, adviser, delivered.values["start"], findings)
        values = delivered.values
        values["persons"] = [entry for _, entry in people[1:]] + values["persons"]
        values["insurer_id"] = run.insurers.id_of(bundle.key.vu)
        values["adviser_id"] = adviser
        if holders:
            values["party_id"] = people[0][0]
        run.tally.lines_by_text += delivered.line.basis.value == "text"
        run.tally.find(findings)
        self._applied.append(sighting)
        if sighting.known:
            self._updates.append((sighting, values))
        else:
            run.tally.contracts["new"] += 1
            self._new.append({"id": sighting.record_id, **values})
            self._bookings(sighting, values["party_id"])

    def _resolve(
        self, sighting: Sighting, adviser: str | None, since: date | None, findings: list[Finding]
    ) -> list[tuple[str, dict[str, str]]]:
        """(party, entry in `persons`) of every block that names somebody, the first policyholder first."""
        matcher, found = self._run.matcher, []
        for customer, persons in ((True, sighting.holders), (False, sighting.partners)):
            for person in persons:
                party = matcher.resolve(person, customer=customer, adviser=adviser, since=since, findings=findings)
                if party is not None:
                    found.append((party, {"party_id": party, "role": person.block.base_role}))
        if not any(p.identity for p in sighting.holders):
            found.insert(0, ("", {}))
        return found

    def _bookings(self, sighting: Sighting, party: str) -> None:
        bundle = sighting.bundle
        self._claims += [claim_row(claim, sighting.record_id, party) for claim in bundle.claims]
        if bundle.commissions:
            self._commissions += commission_rows(bundle.commissions, sighting.record_id)

    def _update_contracts(self) -> None:
        if not self._updates:
            return
        run = self._run
        wanted = [s.record_id for s, _ in self._updates]
        found = {c.id: c for c in self._unit.session.scalars(select(Contract).where(Contract.id.in_(wanted)))}
        for sighting, values in self._updates:
            contract = found[sighting.record_id]
            findings: list[Finding] = []
            changes = update_contract(contract, values, findings)
            run.tally.find(_about(findings, sighting.bundle))
            if sighting.first:
                run.tally.contracts["changed" if changes else "same"] += 1
            if changes:
                run.tally.change(contract.id, contract.number, changes)
            self._bookings(sighting, contract.party_id)

    def _keep_raw(self) -> None:
        run = self._run
        outdated = [s.record_id for s in self._applied if s.known and s.first]
        drop_raw(self._unit, outdated)
        run.writer.insert(
            RawRecords,
            [{"run": self._unit.id, "record_id": s.record_id, "lines": packed(s.text)} for s in self._applied],
        )

    def _remember(self) -> None:
        self._run.writer.insert(
            ImportKey,
            [
                {"source": SOURCE, "name": s.name, "record_id": s.record_id, "fingerprint": s.fingerprint}
                for s in self._applied
            ],
        )


def drop_raw(unit: UnitOfWork, record_ids: list[str]) -> None:
    """Forget the raw records of former deliveries of these contracts."""
    if record_ids:
        unit.connection.exec_driver_sql(
            "DELETE FROM raw_records WHERE record_id = ? AND run <> ?", [(r, unit.id) for r in record_ids]
        )


def count_claim(run: Run, claim: str, fate: str) -> bool:
    """Count a claim once per run; returns whether it was the first time."""
    if claim in run.claims_seen:
        return False
    run.claims_seen.add(claim)
    run.tally.claims[fate] += 1
    return True


def write_claims(run: Run, rows: Sequence[dict[str, Any]], *, add: bool = False) -> None:
    """Write new claims and change known ones; `add` puts amounts on top of those of the same delivery."""
    if not rows:
        return
    unique = {row["id"]: row for row in rows}
    session = run.unit.session
    known = {c.id: c for c in session.scalars(select(Claim).where(Claim.id.in_(list(unique))))}
    run.writer.insert(Claim, [row for key, row in unique.items() if key not in known])
    for key, row in unique.items():
        claim = known.get(key)
        if claim is None:
            count_claim(run, key, "new")
            continue
        on_top = add and key in run.claims_seen
        changed = update_claim(claim, row, add=on_top)
        count_claim(run, key, "changed" if changed else "same")


def write_commissions(run: Run, rows: Sequence[dict[str, Any]]) -> None:
    """Write commission lines that the book does not have; booked lines never change."""
    unique = {row["id"]: row for row in rows}
    known = imports.known_ids(run.unit.connection, "commission_line", unique) if unique else set()
    fresh = [row for key, row in unique.items() if key not in known]
    run.tally.commission_lines += len(fresh)
    run.writer.insert(CommissionLine, fresh)


def _split(blocks: Iterable[PartyBlock]) -> tuple[list[PartyBlock], list[PartyBlock]]:
    holders: list[PartyBlock] = []
    partners: list[PartyBlock] = []
    for block in blocks:
        (holders if block.is_policyholder else partners).append(block)
    return holders, partners


def _merged(holders: list[Person]) -> list[Person]:
    """A P.O. box or bulk address of a policyholder is one more address of the same person, not one more customer."""
    if len(holders) < 2:
        return holders
    found: list[Person] = []
    for person in holders:
        place = next((i for i, f in enumerate(found) if _one_person(f, person)), None)
        if place is None:
            found.append(person)
        else:
            found[place] = found[place].with_more(person)
    return found


def _one_person(one: Person, other: Person) -> bool:
    if one.identity is None or other.identity is None or {one.block.role, other.block.role} == {"01"}:
        return False
    if one.identity.number and other.identity.number:
        return one.identity.number == other.identity.number
    return one.identity.sort_key == other.identity.sort_key


def _about(findings: list[Finding], bundle: ContractBundle) -> list[Finding]:
    record = bundle.general.record if bundle.general else None
    return [
        Finding(
            severity=f.severity,
            code=f.code,
            record=record,
            field=f.field,
            parameters=tuple(sorted({"policy": bundle.key.policy, **dict(f.parameters)}.items())),
        )
        for f in findings
    ]
