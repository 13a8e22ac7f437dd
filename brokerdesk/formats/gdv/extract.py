"""Precompiled extraction: per Teildatensatz one cut for exactly the fields that `mapping.toml` names, nothing else."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from brokerdesk.core.paths import resource
from brokerdesk.formats.gdv.fields import Bad, Converter, Value, converter, kind_of_damage, signed, split_key
from brokerdesk.formats.gdv.layouts import Field, Layout, layouts
from brokerdesk.models.values.findings import Finding, Severity

OWN_RECORDS = frozenset({"header", "trailer", "party", "general", "claim", "commission"})
"""Groups that become dataclasses; all others are details."""
_NOTHING = slice(0, 0)
_Plan = tuple[str, Converter, Field]


@dataclass(frozen=True, slots=True, eq=False)
class Extractor:
    """Takes the mapped fields of one kind of record."""

    layout: Layout
    group: str
    join: slice
    product: slice | None
    texts: tuple[slice, ...]
    facts: tuple[tuple[str, slice], ...]
    reference: slice | None
    until: slice | None
    plan: tuple[_Plan, ...]
    cut: Callable[[str], tuple[str, ...]]

    def read(self, text: str, number: int, findings: list[Finding]) -> dict[str, Value]:
        """The values that are filled; unreadable ones are left out and become findings of record `number`."""
        found: dict[str, Value] = {}
        for (key, convert, field), raw in zip(self.plan, self.cut(text), strict=False):
            if raw.isspace():
                continue
            value = convert(raw)
            if value is None:
                continue
            if field.sign:
                value = signed(value, text[field.sign - 1]) if isinstance(value, int) else value
            if isinstance(value, Bad):
                findings.append(damage(self.layout, field, raw, number))
            elif value is not None:
                found[key] = value
        return found


def damage(layout: Layout, field: Field, raw: str, number: int) -> Finding:
    """The finding for characters that are no value of their field; it names the place and shows the characters."""
    return Finding(
        severity=Severity.WARNING,
        code=kind_of_damage(field),
        record=number,
        field=field.name,
        parameters=(("raw", raw.strip()), ("place", f"{layout.record[:8]} {field.start}")),
    )


def _compile(layout: Layout, entry: Mapping[str, Any]) -> Extractor:
    detail = entry["group"] not in OWN_RECORDS
    plan: list[_Plan] = []
    for byte, spec in entry.items():
        if byte.isdigit():
            field = layout.at(int(byte))
            plan.append((split_key(spec)[0], converter(field, spec, detail=detail), field))
    cuts = [field.cut for _, _, field in plan]
    first, last = entry.get("join", (1, 0))
    getter: Any = itemgetter
    references = [f.cut for f in layout.fields if f.key == "referenznummer"]
    return Extractor(
        layout=layout,
        group=entry["group"],
        join=slice(first - 1, last) if last else _NOTHING,
        product=layout.at(entry["product"]).cut if "product" in entry else None,
        texts=tuple(layout.at(byte).cut for byte in entry.get("texts", ())),
        facts=tuple((f"b{byte}", layout.at(byte).cut) for byte in entry.get("facts", ())),
        reference=references[0] if references else None,
        until=layout.at(entry["until"]).cut if "until" in entry else None,
        plan=tuple(plan),
        cut=getter(*cuts, _NOTHING),
    )


@cache
def extractors() -> Mapping[str, Extractor]:
    """All extractors by the id of their Teildatensatz."""
    with resource("gdv/mapping.toml").open("rb") as stream:
        mapping = tomllib.load(stream)
    return {record: _compile(layouts()[record], entry) for record, entry in mapping.items()}
