"""Details, claims and commission that were delivered apart from their contract: attached to it, or kept.

Runs over the file a second time, after all contracts are in the book, so that it does not matter what came first and
nothing has to wait in memory.
"""

from __future__ import annotations

from typing import Any

from brokerdesk.formats.gdv.records import ContractBundle
from brokerdesk.models.entities import Contract, ImportKey, RawRecords
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.services.gdv_import.chunk import Chunk, Run, pieces, sighting_of, write_claims, write_commissions
from brokerdesk.services.gdv_import.kept import digest_of, joined, packed
from brokerdesk.services.gdv_import.mapping import claim_row, commission_rows, contract_id, key_prefix
from brokerdesk.services.gdv_import.matching import SOURCE
from brokerdesk.services.gdv_import.objects import details_of, insured_persons, risks_of
from brokerdesk.store.change_capture import as_json
from brokerdesk.store.queries import imports


def attach(run: Run, bundle: ContractBundle) -> None:
    """Bring one bundle without a general part to its contract; without one its records are kept as loose records."""
    found = _contract_of(run, bundle)
    if found is None:
        _keep(run, bundle)
        return
    name, record_id = found
    text = joined(bundle.raw)
    digest = digest_of(text)
    run.sight(name, digest)
    marks = imports.import_keys(run.unit.connection, SOURCE, [name])[name][1]
    if digest in pieces(marks):
        return
    contract = run.unit.get(Contract, record_id)
    _extend(run, contract, bundle)
    rows = [claim_row(claim, record_id, contract.party_id) for claim in bundle.claims]
    write_claims(run, rows, add=True)
    write_commissions(run, commission_rows(bundle.commissions, record_id))
    run.writer.insert(RawRecords, [{"run": run.unit.id, "record_id": record_id, "lines": packed(text)}])
    fingerprint = run.seen[hash(name)]
    run.writer.insert(ImportKey, [{"source": SOURCE, "name": name, "record_id": record_id, "fingerprint": fingerprint}])
    run.unit.settle()


def attach_unowned(run: Run, bundle: ContractBundle) -> None:
    """Bring a contract delivered without a policyholder to the one of the book; without one its records are kept."""
    sighting = sighting_of(bundle)
    keys = imports.import_keys(run.unit.connection, SOURCE, [sighting.name])
    there = imports.known_ids(run.unit.connection, "contract", [keys.get(sighting.name, (contract_id(bundle.key),))[0]])
    if there:
        if sighting.digest not in pieces(keys.get(sighting.name, ("", b""))[1]):
            Chunk(run, [sighting]).apply()
        return
    _keep(run, bundle)
    record = bundle.raw[0].number if bundle.raw else None
    parameters = (("policy", bundle.key.policy),)
    run.tally.find([Finding(severity=Severity.ERROR, code="contract-unassigned", record=record, parameters=parameters)])


def names_nobody(bundle: ContractBundle) -> bool:
    """Whether no policyholder of a delivery has a name or number."""
    return not any(p.name1 or p.name2 or p.name3 or p.insurer_number for p in bundle.policyholders)


def _keep(run: Run, bundle: ContractBundle) -> None:
    run.loose.add(bundle.raw)
    run.tally.unassigned += 1


def _contract_of(run: Run, bundle: ContractBundle) -> tuple[str, str] | None:
    """(import key, contract) of the same policy number and Folgenummer; the one of the same Sparte first."""
    prefix = key_prefix(bundle.key)
    known = imports.keys_from(run.unit.connection, SOURCE, prefix)
    there = imports.known_ids(run.unit.connection, "contract", [record_id for _, record_id in known])
    known = [pair for pair in known if pair[1] in there]
    own = [pair for pair in known if pair[0] == prefix + bundle.key.sparte]
    family = [pair for pair in known if pair[0][len(prefix) :][:2] == bundle.key.sparte[:2]]
    best = own or family or known
    return best[0] if best else None


def _extend(run: Run, contract: Contract, bundle: ContractBundle) -> None:
    """Add what the contract does not say yet; nothing is taken away."""
    details = {
        name: list(entries) if isinstance(entries, list) else entries
        for name, entries in (contract.details or {}).items()
    }
    for name, entries in details_of(bundle).items():
        known = details.setdefault(name, [])
        if isinstance(known, list):
            known += [entry for entry in entries if entry not in known]
    changes: list[tuple[str, Any, Any]] = []
    for field, value in (
        ("risks", _with(contract.risks, risks_of(bundle))),
        ("persons", _with(contract.persons, insured_persons(bundle))),
        ("details", details),
    ):
        old = getattr(contract, field)
        if old != value:
            setattr(contract, field, value)
            changes.append((field, as_json(old), as_json(value)))
    new = run.writer.first_key.get("contract")
    if changes and (new is None or contract.key < new):
        run.tally.change(contract.id, contract.number, changes)


def _with(known: list[Any] | None, more: list[dict[str, Any]]) -> list[Any]:
    have = list(known or [])
    return [*have, *(entry for entry in more if entry not in have)]
