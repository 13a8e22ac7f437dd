"""One delivered contract → values of contract, claims and commission lines. Pure apart from the catalogue of lines.

Amounts stay per instalment; health (020) is monthly whatever the delivery says about its frequency (gdv.md § 7).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from brokerdesk.core.ids import derived_id
from brokerdesk.formats.gdv.layouts import sparte_name
from brokerdesk.formats.gdv.records import Claim, CommissionLine, ContractBundle, ContractKey, PartialDate
from brokerdesk.models.rules.lines import classify
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.models.values.line_facts import Fact, LineFacts
from brokerdesk.models.values.lines import Classification, LineCatalogue
from brokerdesk.models.values.states import ClaimStatus, ContractStatus, Frequency
from brokerdesk.services.gdv_import import codes
from brokerdesk.services.gdv_import.objects import details_of, insured_persons, risks_of
from brokerdesk.services.gdv_import.tax import tax_findings

_CURRENCY = re.compile(r"[A-Z]{3}")
_HEALTH = "020"
_REMEMBERED = 4096


def contract_id(key: ContractKey) -> str:
    """The id of a delivered contract; the same on every desk."""
    return derived_id("contract", key.vu, key.sparte, key.policy, key.sequence)


def key_name(key: ContractKey) -> str:
    """Name of the import key of a contract: the Sparte comes last, so that a detail without it finds its contract."""
    return key_prefix(key) + key.sparte


def key_prefix(key: ContractKey) -> str:
    """What all contracts of one policy number and Folgenummer share."""
    return "\x1f".join(("c", key.vu, key.policy, key.sequence, ""))


@dataclass(frozen=True, slots=True)
class DeliveredContract:
    """Columns of `contract` as delivered, the verdict about the line, and remarks."""

    values: dict[str, Any]
    line: Classification
    findings: list[Finding]


class Classifier:
    """Decides the line of contracts; contracts with equal facts, and most are, are decided once."""

    def __init__(self, catalogue: LineCatalogue, today: date) -> None:
        self._catalogue, self._today = catalogue, today
        self._known: dict[tuple[Any, ...], Classification] = {}

    def classified(self, facts: LineFacts) -> Classification:
        """The verdict about the line of one delivery."""
        key = (
            facts.sparte,
            facts.bundled,
            facts.customer_is_organisation,
            facts.details,
            facts.product_texts,
            *((name, *map(_content, found)) for name, found in facts.facts.items()),
        )
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[key] = classify(facts, catalogue=self._catalogue, today=self._today)
        return found

    def contract(self, bundle: ContractBundle) -> DeliveredContract:
        """The values of a contract with a general part; people, insurer and adviser are filled in by the import."""
        line = self.classified(bundle.facts)
        return delivered_contract(
            bundle, line, tax_findings(bundle, line, catalogue=self._catalogue, today=self._today)
        )


def _content(fact: Fact) -> tuple[Any, ...]:
    """Everything a fact says but its place in the file."""
    return tuple([value for name, value in fact.items() if name != "record"])


def delivered_contract(bundle: ContractBundle, line: Classification, about_tax: list[Finding]) -> DeliveredContract:
    """The values of a contract whose line is decided."""
    general = bundle.general
    if general is None:
        raise ValueError("a contract needs its general part")
    findings: list[Finding] = []
    status = codes.STATUS.get(general.status, ContractStatus.ACTIVE)
    if general.status and general.status not in codes.STATUS:
        findings.append(_finding("status-other", bundle, status=general.status))
    frequency = codes.FREQUENCY.get(general.frequency)
    gross = general.gross_cents
    if bundle.key.sparte == _HEALTH:
        gross = gross if general.frequency == "8" else None
        frequency = Frequency.MONTHLY
    details = details_of(bundle)
    if gross is None and general.gross_cents is not None:
        details.setdefault("contract", {})["gross_cents"] = general.gross_cents
    end = general.left_on if status is ContractStatus.ENDED and general.left_on else general.end
    values: dict[str, Any] = {
        "number": bundle.shown_number,
        "sequence": bundle.key.sequence,
        "gdv_sparte": bundle.key.sparte or None,
        "product": general.product_name or bundle.product or sparte_name(bundle.key.sparte),
        "status": status.value,
        "premium_net_cents": general.net_cents,
        "premium_gross_cents": gross,
        "frequency": frequency.value if frequency else None,
        "currency": _currency(general.currency, details, bundle, findings),
        "start": _exact(general.begin),
        "end": _exact(end),
        "main_due": _month_day(general.main_due),
        "line": line.line,
        "line_basis": line.basis.value,
        "parts": [{"code": p.code} | ({"until": p.until.isoformat()} if p.until else {}) for p in line.parts],
        "features": {name: answer.value for name, answer in line.features.items()},
        "risks": risks_of(bundle),
        "persons": insured_persons(bundle),
        "details": details,
    }
    findings += [_placed(finding, bundle) for finding in (*line.findings, *about_tax)]
    return DeliveredContract(values, line, findings)


def _exact(value: PartialDate | None) -> date | None:
    return value.exact if value else None


def _month_day(value: PartialDate | None) -> str | None:
    return f"{value.month:02d}-{value.day:02d}" if value and value.month and value.day else None


def _currency(raw: str, details: dict[str, Any], bundle: ContractBundle, findings: list[Finding]) -> str | None:
    """A real currency as it is; blank and unreadable ones are unknown and count as EUR, the raw text stays in details."""
    if raw == "EUR" or not raw:
        return "EUR"
    if _CURRENCY.fullmatch(raw) and raw != "XXX":
        findings.append(_finding("currency-foreign", bundle, currency=raw))
        return raw
    details.setdefault("contract", {})["currency"] = raw
    return None


def _placed(finding: Finding, bundle: ContractBundle) -> Finding:
    record = finding.record or (bundle.general.record if bundle.general else None) or None
    known = dict(finding.parameters)
    extra = {"policy": bundle.key.policy, "sparte": bundle.key.sparte}
    return Finding(
        severity=finding.severity,
        code=finding.code,
        record=record,
        field=finding.field,
        parameters=tuple(sorted((extra | known).items())),
    )


def _finding(code: str, bundle: ContractBundle, **parameters: str) -> Finding:
    return _placed(Finding(severity=Severity.WARNING, code=code, parameters=tuple(parameters.items())), bundle)


def claim_row(claim: Claim, contract: str, party: str) -> dict[str, Any]:
    """Columns of `claim`."""
    details: dict[str, Any] = {
        "sparte": claim.sparte,
        "cause": claim.cause,
        "settled": claim.settled,
        "handling_cents": claim.handling_cents,
        "bookings": claim.bookings,
        "currency": "" if claim.currency == "EUR" else claim.currency,
        "broker_number": claim.broker_number,
    }
    for name in ("occurred_on", "reported_on"):
        day = getattr(claim, name)
        if day is not None and day.exact is None:
            details[name] = day.iso
    return {
        "id": derived_id("claim", contract, claim.number),
        "contract_id": contract,
        "party_id": party,
        "number": claim.number,
        "occurred_on": _exact(claim.occurred_on),
        "reported_on": _exact(claim.reported_on),
        "status": (ClaimStatus.CLOSED if claim.is_closed else ClaimStatus.OPEN).value,
        "paid_cents": claim.paid_cents,
        "reserve_cents": claim.reserve_cents,
        "description": claim.text or None,
        "details": {name: value for name, value in details.items() if value not in ("", None, 0)},
    }


_COMMISSION_FIELDS = [f.name for f in fields(CommissionLine) if f.name not in {"record", "parts"}]


def commission_rows(lines: tuple[CommissionLine, ...], contract: str) -> list[dict[str, Any]]:
    """Columns of `commission_line`; equal lines of one delivery are told apart by a running number."""
    seen: Counter[tuple[str, ...]] = Counter()
    rows = []
    for line in lines:
        content = {name: _plain(getattr(line, name)) for name in _COMMISSION_FIELDS}
        filled = {name: value for name, value in content.items() if value not in ("", None)}
        if line.parts:
            filled["parts"] = [dict(part) for part in line.parts]
        key = tuple(f"{name}={value}" for name, value in filled.items())
        seen[key] += 1
        rows.append(
            {
                "id": derived_id("commission_line", contract, *key, str(seen[key])),
                "contract_id": contract,
                "booked_on": _exact(line.booked_on),
                "gross_cents": line.gross_cents,
                "commission_cents": line.commission_cents,
                "details": filled,
            }
        )
    return rows


def _plain(value: Any) -> Any:
    return value.iso if isinstance(value, PartialDate) else value
