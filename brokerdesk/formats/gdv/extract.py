"""Precompiled extraction: per Teildatensatz one cut for exactly the fields that `mapping.toml` names, nothing else."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from brokerdesk.core.paths import resource
from brokerdesk.formats.gdv.fields import (
    BAD,
    Bad,
    Converter,
    Value,
    converter,
    kind_of_damage,
    read_text,
    signed,
    split_key,
)
from brokerdesk.formats.gdv.layouts import Field, Layout, layouts
from brokerdesk.models.values.findings import Finding, Severity

OWN_RECORDS = frozenset({"header", "trailer", "party", "general", "claim", "commission"})
"""Groups that become dataclasses; all others are details."""
_NOTHING = slice(0, 0)
_Cut = Callable[[str], tuple[str, ...]]
_Typed = tuple[str, Converter, Field, frozenset[str]]
"""Key, converter, field, and the characters that mean "nothing here" (blanks; zeros where zero is no value)."""


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
    plan: tuple[tuple[str, Field], ...]
    specs: tuple[tuple[int, str], ...]
    text_keys: tuple[str, ...]
    cut_texts: _Cut
    typed: tuple[_Typed, ...]
    cut_typed: _Cut

    def read(self, text: str, number: int, findings: list[Finding]) -> dict[str, Value]:
        """The values that are filled; unreadable ones are left out and become findings of record `number`."""
        trimmed = map(str.strip, self.cut_texts(text))
        found: dict[str, Value] = {key: raw for key, raw in zip(self.text_keys, trimmed, strict=False) if raw}
        for (key, convert, field, initial), raw in zip(self.typed, self.cut_typed(text), strict=False):
            if raw in initial:
                continue
            value = convert(raw)
            if field.sign and isinstance(value, int):
                value = signed(value, text[field.sign - 1])
            if value is BAD:
                findings.append(damage(self.layout, field, raw, number))
            elif value is not None and not isinstance(value, Bad):
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
    specs = tuple((int(byte), str(spec)) for byte, spec in entry.items() if byte.isdigit())
    plan = tuple((split_key(spec)[0], layout.at(byte)) for byte, spec in specs)
    converters = [converter(layout.at(byte), spec, detail=detail) for byte, spec in specs]
    texts = [(key, field) for (key, field), convert in zip(plan, converters, strict=True) if convert is read_text]
    typed = tuple(
        (key, convert, field, _initial(field, key, detail=detail))
        for (key, field), convert in zip(plan, converters, strict=True)
        if convert is not read_text
    )
    first, last = entry.get("join", (1, 0))
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
        plan=plan,
        specs=specs,
        text_keys=tuple(key for key, _ in texts),
        cut_texts=_cut([field for _, field in texts]),
        typed=typed,
        cut_typed=_cut([field for _, _, field, _ in typed]),
    )


def _initial(field: Field, key: str, *, detail: bool) -> frozenset[str]:
    blank, zeros = " " * field.length, "0" * field.length
    return frozenset({blank} if not detail and (key.endswith("_cents") or field.type == "N") else {blank, zeros})


def _cut(fields: list[Field]) -> _Cut:
    getter: Any = itemgetter
    cut: _Cut = getter(*(field.cut for field in fields), _NOTHING, _NOTHING)
    return cut


@cache
def extractors() -> Mapping[str, Extractor]:
    """All extractors by the id of their Teildatensatz."""
    with resource("gdv/mapping.toml").open("rb") as stream:
        mapping = tomllib.load(stream)
    return {record: _compile(layouts()[record], entry) for record, entry in mapping.items()}
