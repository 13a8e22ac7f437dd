"""Insured objects, persons and details of a contract as they stand in its record: which detail goes where, and its label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brokerdesk.formats.gdv.records import RISK_GROUPS, ContractBundle, GeneralPart, PartialDate

_KEPT_OF_GENERAL = (
    "collection frequency status leaving_reason participation share_percent order_number purpose tax_free applied_on left_on"
    " changed_on received_on issued_on reference_policy reference_kind order_term direction termination_clause broker_policy"
    " product_form connection_number"
).split()
_OWN_PLACE = frozenset({*RISK_GROUPS, "person"})


def risks_of(bundle: ContractBundle) -> list[dict[str, Any]]:
    """The insured objects, each with `kind` and, where something identifies it, `label`."""
    found = []
    for group, kind in RISK_GROUPS.items():
        for entry in bundle.details.get(group, ()):
            label = _label(kind, entry)
            found.append({"kind": kind, **({"label": label} if label else {}), **entry})
    return found


def _label(kind: str, entry: Mapping[str, Any]) -> str:
    if kind == "vehicle":
        return str(entry.get("plate") or " ".join(_texts(entry, "manufacturer", "model")) or entry.get("text", ""))
    if kind == "legal":
        return str(entry.get("plate") or entry.get("object") or entry.get("text", ""))
    if kind == "general":
        return " · ".join(_texts(entry, "risk_1", "risk_2", "risk_3"))
    if kind == "liability" and (entry.get("text") or entry.get("description")):
        return str(entry.get("text") or entry["description"])
    place = " ".join(_texts(entry, "zip", "city"))
    return ", ".join(part for part in (str(entry.get("street", "")), place) if part) or str(entry.get("text", ""))


def _texts(entry: Mapping[str, Any], *keys: str) -> list[str]:
    return [str(entry[key]) for key in keys if entry.get(key)]


def insured_persons(bundle: ContractBundle) -> list[dict[str, Any]]:
    """Insured persons of the line's own records; `name` is the family name, as delivered."""
    return [dict(person) for person in bundle.persons]


def details_of(bundle: ContractBundle) -> dict[str, Any]:
    """Everything delivered for the line that has no column and stands neither in risks nor in persons."""
    details: dict[str, Any] = {
        group: [dict(entry) for entry in entries]
        for group, entries in bundle.details.items()
        if group not in _OWN_PLACE and entries
    }
    if bundle.general is not None:
        general = _general(bundle.general)
        if bundle.bundled:
            general["bundled"] = True
        if general:
            details["contract"] = general
    mandates = [_mandate(p.mandate) for p in bundle.parties if p.mandate]
    if mandates:
        details["sepa_mandate"] = mandates
    return details


def _general(part: GeneralPart) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _KEPT_OF_GENERAL:
        value = getattr(part, name)
        if value:
            found[name] = value.iso if isinstance(value, PartialDate) else value
    if part.change_reasons:
        found["change_reasons"] = list(part.change_reasons)
    for name in ("begin", "end", "main_due"):
        value = getattr(part, name)
        if value is not None and value.exact is None:
            found[name] = value.iso
    return found


def _mandate(mandate: Any) -> dict[str, str]:
    values = (
        (name, getattr(mandate, name)) for name in ("creditor_id", "reference", "account", "recurrence", "scheme")
    )
    dates = ((name, getattr(mandate, name)) for name in ("issued", "expires"))
    return {name: text for name, text in values if text} | {name: day.iso for name, day in dates if day}
