"""Turns the bytes of TOML data files into values. Opens no files: services and portal read them through `core.paths`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from brokerdesk.models.values.lines import (
    Assumption,
    Dated,
    DocumentCategory,
    Fold,
    Line,
    LineCatalogue,
    TaxBySparte,
    TaxRow,
    Topic,
    WordList,
)

_LANGUAGES = ("de", "nl", "en")
_COUNTRIES = ("DE", "NL")


def parse_lines(data: bytes) -> LineCatalogue:
    """The catalogue of `lines.toml`.

    Raises `ValueError` for a file that contradicts itself (two homes of a Sparte, a tax or group that does not exist).
    """
    table = tomllib.loads(data.decode("utf-8"))
    lines = {code: _line(code, entry) for code, entry in table["line"].items()}
    groups = {g["code"]: frozenset(g.get("tags", ())) for g in table["group"]}
    taxes = {c: {k: _tax_rows(rows) for k, rows in keys.items()} for c, keys in table["tax"].items()}
    catalogue = LineCatalogue(
        lines=lines,
        groups=groups,
        part_tags={k: frozenset(v) for k, v in table["part_tags"].items()},
        feature_tags={k: frozenset(v) for k, v in table["feature_tags"].items()},
        part_codes=tuple(table["vocabulary"]["parts"]),
        feature_codes=tuple(table["vocabulary"]["features"]),
        folds=tuple(Fold(head=f["head"], sparten=frozenset(f["sparten"]), when=f.get("when")) for f in table["fold"]),
        vehicle_keys={k: tuple(v) for k, v in table["wkz"].items()},
        words=tuple(_words(w) for w in table["words"]),
        assumptions=tuple(_assumption(a) for a in table["default"]),
        taxes=taxes,
        tax_by_sparte=tuple(_tax_by_sparte(t) for t in table["tax_by_sparte"]),
        categories={code: _category(code, entry) for code, entry in table["category"].items()},
        homes=_homes(lines),
    )
    _check(catalogue)
    return catalogue


def _line(code: str, entry: Mapping[str, Any]) -> Line:
    return Line(
        code=code,
        group=entry["group"],
        names={language: entry[language] for language in _LANGUAGES},
        customers=entry["for"],
        notice={country: _dated(entry, "notice", country) for country in _COUNTRIES},
        due={country: _dated(entry, "due", country) for country in _COUNTRIES},
        tax={country: entry[f"tax_{country.lower()}"] for country in _COUNTRIES},
        tax_unsure=frozenset(c for c in _COUNTRIES if entry.get(f"tax_{c.lower()}_unsure")),
        health=entry.get("health", False),
        investment=entry.get("investment", False),
        home=tuple(entry.get("home", ())),
        tags=frozenset(entry.get("tags", ())),
        topics=tuple(Topic(t["code"], t.get("if", "")) for t in entry.get("topics", ())),
        valid_to=entry.get("valid_to"),
    )


def _dated(entry: Mapping[str, Any], name: str, country: str) -> tuple[Dated, ...]:
    rows = entry.get(f"{name}_{country.lower()}", entry.get(name, ()))
    return tuple(sorted((Dated(r["valid_from"], str(r["value"])) for r in rows), key=lambda d: d.valid_from))


def _tax_rows(rows: list[Mapping[str, Any]]) -> tuple[TaxRow, ...]:
    def amount(row: Mapping[str, Any], key: str) -> Decimal | None:
        return Decimal(row[key]) if key in row else None

    found = [TaxRow(r["valid_from"], amount(r, "percent"), amount(r, "per_mille_of_sum")) for r in rows]
    return tuple(sorted(found, key=lambda r: r.valid_from))


def _words(entry: Mapping[str, Any]) -> WordList:
    words = entry["words"]
    return WordList(
        family=entry["family"],
        name=entry["name"],
        line=entry.get("line"),
        sparten=frozenset(entry["sparten"]),
        persons=entry.get("persons", False),
        parts=tuple(w for w in words if not w.startswith("w:")),
        whole=frozenset(w.removeprefix("w:") for w in words if w.startswith("w:")),
    )


def _assumption(entry: Mapping[str, Any]) -> Assumption:
    return Assumption(
        sparten=frozenset(entry["sparten"]),
        line=entry["line"],
        customer=entry["customer"],
        missing=entry["missing"],
    )


def _tax_by_sparte(entry: Mapping[str, Any]) -> TaxBySparte:
    return TaxBySparte(
        country=entry["country"],
        sparten=frozenset(entry["sparten"]),
        lines=frozenset(entry["lines"]),
        key=entry["tax"],
        unsure=entry.get("unsure", False),
    )


def _category(code: str, entry: Mapping[str, Any]) -> DocumentCategory:
    return DocumentCategory(
        code=code,
        names={language: entry[language] for language in _LANGUAGES},
        recommended=entry["recommended"],
        never=entry.get("never", False),
        health=entry.get("health", False),
        drop_in_health=entry.get("drop_in_health", False),
    )


def _homes(lines: Mapping[str, Line]) -> dict[str, str]:
    homes: dict[str, str] = {}
    for line in lines.values():
        for sparte in line.home:
            if sparte in homes:
                raise ValueError(f"Sparte {sparte} has two homes")
            homes[sparte] = line.code
    return homes


def _check(catalogue: LineCatalogue) -> None:
    named = {w.line for w in catalogue.words if w.line} | {a.line for a in catalogue.assumptions}
    named |= set(catalogue.vehicle_keys) | {code for t in catalogue.tax_by_sparte for code in t.lines}
    if unknown := named - set(catalogue.lines):
        raise ValueError(f"lines that do not exist: {sorted(unknown)}")
    for line in catalogue.lines.values():
        if line.group not in catalogue.groups:
            raise ValueError(f"{line.code}: group {line.group} does not exist")
        for country, key in line.tax.items():
            if key not in catalogue.taxes[country]:
                raise ValueError(f"{line.code}: tax {key} does not exist in {country}")


def valid_value(rows: tuple[Dated, ...], on: date) -> str | None:
    """The value valid on a day, or None before the first row."""
    return next((row.value for row in reversed(rows) if row.valid_from <= on), None)
