"""What a later delivery may change on a contract or claim of the book, and what it may not."""

from __future__ import annotations

from typing import Any

from brokerdesk.models.entities import Claim, Contract
from brokerdesk.models.rules.lines import may_replace
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.models.values.lines import Basis
from brokerdesk.store.change_capture import as_json

Change = tuple[str, Any, Any]
_LINE = frozenset({"line", "line_basis", "parts"})
_ONLY_WHEN_EMPTY = frozenset({"adviser_id"})
_NEVER_EMPTIED = frozenset({"party_id", "insurer_id", "number", "product", "premium_net_cents", "start"})


def update_contract(contract: Contract, values: dict[str, Any], findings: list[Finding]) -> list[Change]:
    """Take over what the insurer delivers; returns the changes as (field, old, new).

    A line chosen by a user stays, a worse basis does not replace a better one (lines.md § 1). An adviser once set stays.
    Features the delivery does not name stay too. Adds a finding where the user's line differs from the delivered one.
    """
    wanted = {name: value for name, value in values.items() if name not in _LINE}
    basis = Basis(contract.line_basis) if contract.line_basis in set(Basis) else Basis.DEFAULT
    if basis is Basis.MANUAL:
        wanted["parts"] = [p for p in values["parts"] if p["code"] != contract.line]
        if values["line"] != contract.line:
            parameters = (("line", values["line"]),)
            findings.append(Finding(severity=Severity.INFO, code="line-kept", field="line", parameters=parameters))
    elif may_replace(basis, Basis(values["line_basis"])) or contract.stub:
        wanted |= {name: values[name] for name in _LINE}
    wanted["features"] = {**(contract.features or {}), **values["features"]}
    changes = []
    for name, value in wanted.items():
        old = getattr(contract, name)
        if old == value or (name in _ONLY_WHEN_EMPTY and old) or (name in _NEVER_EMPTIED and value in (None, "")):
            continue
        setattr(contract, name, value)
        changes.append((name, as_json(old), as_json(value)))
    contract.stub = False
    return changes


def update_claim(claim: Claim, row: dict[str, Any], *, add: bool = False) -> bool:
    """Take over the newest state of a claim; returns whether anything changed. Empty values change nothing."""
    changed = False
    for name, value in row.items():
        if name in {"id", "contract_id"} or value in (None, ""):
            continue
        if add and name in {"paid_cents", "details"}:
            value = _on_top(claim, name, value)
        if getattr(claim, name) != value:
            setattr(claim, name, value)
            changed = True
    claim.stub = False
    return changed


def _on_top(claim: Claim, name: str, value: Any) -> Any:
    if name == "paid_cents":
        return (claim.paid_cents or 0) + value
    details = dict(claim.details or {})
    for key in ("handling_cents", "bookings"):
        if key in value:
            details[key] = details.get(key, 0) + value[key]
    return {**value, **details}
