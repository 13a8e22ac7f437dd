"""What deliveries tell of a contract, in words: groups of (label, value). Pure: a card and texts in, words out.

Names of fields and groups are the texts `gdv.field.*` and `gdv.group.*`; what this version does not know is named as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from brokerdesk.models.rows.contracts import ContractCard
from brokerdesk.services.lines import Lines
from brokerdesk.ui.i18n.translator import Translator

_TABLES = {
    "frequency": "gdv.frequency",
    "pension_frequency": "gdv.frequency",
    "status": "gdv.status",
    "risk_kind": "gdv.risk_kind",
}
_FLAGS = {"J": "yes", "N": "no"}
_FLAGS_BY_NUMBER = {"tax_free": {"0": "no", "1": "yes"}}
_NUMBERED = re.compile(r"_(\d+)(?=_|$)")
_UNIT = re.compile(r"_(cents|on|percent)$")
_DAY = re.compile(r"\d{4}(-\d{2}){0,2}")
_SILENT = frozenset({"label", "kind", "party_id"})


@dataclass(frozen=True, slots=True)
class Facts:
    """One group: its heading and its rows of label and value."""

    title: str
    rows: tuple[tuple[str, str], ...]


def delivered_facts(card: ContractCard, lines: Lines, texts: Translator) -> Iterator[Facts]:
    """Insured objects, then everything else that was delivered, each entry a group of its own."""
    words = _Words(card.gdv_sparte or "", lines, texts)
    for risk in card.risks:
        told = {name: value for name, value in risk.items() if name != "label"}
        if set(told) - {"kind", "sparte"}:
            yield Facts(_joined(words.group(f"risk_{risk.get('kind')}"), str(risk.get("label", ""))), words.rows(told))
    for group, found in card.details.items():
        entries = found if isinstance(found, list) else [found]
        for number, entry in enumerate(entries, start=1):
            if isinstance(entry, Mapping):
                rows = words.rows(entry)
                title = words.group(group)
                if rows:
                    yield Facts(f"{title} {number}" if len(entries) > 1 else title, rows)


def part_words(part: Mapping[str, Any], lines: Lines, texts: Translator) -> tuple[str, str]:
    """A part of a bundle or a cover, and until when it holds."""
    code, until = str(part.get("code", "")), _day(str(part.get("until") or ""), texts)
    known = f"lines.part.{code}"
    name = texts(known) if texts.has(known) else lines.name(code, texts.formats)
    return name, texts("contract.facts.until", day=until) if until else ""


def person_words(person: Mapping[str, Any], texts: Translator) -> tuple[str, str]:
    """A person and what she is for the contract."""
    given = " ".join(str(person[n]) for n in ("title", "first_name") if person.get(n))
    name = ", ".join(filter(None, (str(person.get("name") or ""), given)))
    role = f"gdv.role.{person.get('role')}"
    told = [texts(role) if texts.has(role) else texts("contract.role.insured")]
    if born := _day(str(person.get("born_on") or ""), texts):
        told.append(texts("contract.facts.born", day=born))
    if person.get("profession"):
        told.append(str(person["profession"]))
    return str(person.get("label") or name or "–"), " · ".join(told)


@dataclass(frozen=True, slots=True)
class _Words:
    own_sparte: str
    lines: Lines
    texts: Translator

    def group(self, code: str) -> str:
        key = f"gdv.group.{code}"
        return self.texts(key) if self.texts.has(key) else code

    def rows(self, entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        return tuple(
            (self._label(name), self._value(name, value))
            for name, value in entry.items()
            if name not in _SILENT and value not in (None, "", [], {}) and not self._is_own(name, value)
        )

    def _is_own(self, name: str, value: Any) -> bool:
        return name == "sparte" and value == self.own_sparte

    def _label(self, name: str) -> str:
        if name == "sparte":
            return self.texts("contract.facts.sparte")
        base = _UNIT.sub("", name)
        number = _NUMBERED.search(base)
        key = f"gdv.field.{_NUMBERED.sub('', base)}"
        label = self.texts(key) if self.texts.has(key) else base
        return f"{label} {number[1]}" if number else label

    def _value(self, name: str, value: Any) -> str:
        texts = self.texts
        if isinstance(value, bool):
            return texts("lines.answer.yes" if value else "lines.answer.no")
        if name.endswith("_cents") and isinstance(value, int):
            return texts.cents(value, unit=True)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ", ".join(self._value(name, inner) for inner in value)
        text = str(value)
        if name.endswith("_percent"):
            return f"{texts.decimal(text)} %"
        if _DAY.fullmatch(text) and (name.endswith("_on") or len(text) > 4):
            return _day(text, texts)
        if name == "sparte":
            return _joined(text, self.lines.sparte(text))
        answer = _FLAGS.get(text) or _FLAGS_BY_NUMBER.get(name, {}).get(text)
        key = f"lines.answer.{answer}" if answer else f"{_TABLES.get(name, '')}.{text}"
        return texts(key) if texts.has(key) else text


def _joined(first: str, second: str) -> str:
    return " · ".join(filter(None, (first, second)))


def _day(iso: str, texts: Translator) -> str:
    """A date, `06.2026`, a year, or nothing."""
    year, *rest = iso.split("-")
    if len(rest) == 2:
        return texts.date(date.fromisoformat(iso))
    return f"{rest[0]}.{year}" if rest else year
