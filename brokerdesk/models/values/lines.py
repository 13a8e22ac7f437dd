"""Lines of business as values: the line, its group, word lists, tax rows, document categories (product/lines.md).

Filled once from `resources/lines.toml` by `tables.parse_lines`; what they mean for a contract is decided in `rules/lines`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from brokerdesk.models.values.findings import Finding
from brokerdesk.models.values.names import Language


class Basis(StrEnum):
    """What a contract's line rests on (lines.md § 1)."""

    MANUAL = "manual"
    FIELD = "field"
    SPARTE = "sparte"
    TEXT = "text"
    DEFAULT = "default"


class Answer(StrEnum):
    """A feature is known to be there, known to be missing, or not stated."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Due(StrEnum):
    """How the due date of a line comes about."""

    MAIN = "main"
    CALENDAR = "calendar"
    PERIOD = "period"
    FIXED = "fixed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Dated:
    """A value that is valid from a day on."""

    valid_from: date
    value: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A need met by a line, when `condition` holds: `part:kh`, `yes:glass`, `not:let`, `fact:earmarked`; "" = always."""

    code: str
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of business. `notice`, `due` and `tax` are by country (`DE`, `NL`); notice in months."""

    code: str
    group: str
    names: Mapping[str, str]
    customers: str
    notice: Mapping[str, tuple[Dated, ...]]
    due: Mapping[str, tuple[Dated, ...]]
    tax: Mapping[str, str]
    tax_unsure: frozenset[str] = frozenset()
    health: bool = False
    investment: bool = False
    home: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    topics: tuple[Topic, ...] = ()
    valid_to: date | None = None

    def name(self, language: Language) -> str:
        """The name in a language, as shown to people."""
        return self.names[language.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Folded words that point to a line in certain Sparten; `whole` words must stand alone."""

    family: str
    name: str
    line: str | None
    sparten: frozenset[str]
    persons: bool
    parts: tuple[str, ...]
    whole: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Which line is assumed for a Sparte and kind of customer (`person`, `organisation`, `any`), and what was missing."""

    sparten: frozenset[str]
    line: str
    customer: str
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Sub-lines that count as their head in a bundle; `when` limits it to one Sparte of the contract."""

    head: str
    sparten: frozenset[str]
    when: str | None = None


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A tax rate from a day on: percent of the net premium, or per mille of the sum insured."""

    valid_from: date
    percent: Decimal | None
    per_mille_of_sum: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxBySparte:
    """The Sparte decides the tax of these lines."""

    country: str
    sparten: frozenset[str]
    lines: frozenset[str]
    key: str
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """The tax of a premium. `percent` is None where no net can be derived; `key` says why (`none`, `by_part`, `crop`)."""

    percent: Decimal | None
    key: str
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCategory:
    """A kind of document and what the app release may do with it (lines.md § 4)."""

    code: str
    names: Mapping[str, str]
    recommended: bool
    never: bool = False
    health: bool = False
    drop_in_health: bool = False

    def name(self, language: Language) -> str:
        """The name in a language."""
        return self.names[language.value]


@dataclass(frozen=True, slots=True)
class Part:
    """What else a contract contains: a line code or one of the vocabulary; `until` = exclusion date."""

    code: str
    until: date | None = None

    def active(self, today: date) -> bool:
        """Whether the part still counts: exclusion on or before today makes it history."""
        return self.until is None or self.until > today


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The line of a contract with what it rests on. `delivered_line` is what a delivery says beside a manual line."""

    line: str
    basis: Basis
    parts: tuple[Part, ...] = ()
    features: Mapping[str, Answer] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    delivered_line: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCatalogue:
    """Everything `resources/lines.toml` says. Mappings keep the order of the file, which breaks ties."""

    lines: Mapping[str, Line]
    groups: Mapping[str, frozenset[str]]
    part_tags: Mapping[str, frozenset[str]]
    feature_tags: Mapping[str, frozenset[str]]
    part_codes: tuple[str, ...]
    feature_codes: tuple[str, ...]
    folds: tuple[Fold, ...]
    vehicle_keys: Mapping[str, tuple[str, ...]]
    words: tuple[WordList, ...]
    assumptions: tuple[Assumption, ...]
    taxes: Mapping[str, Mapping[str, tuple[TaxRow, ...]]]
    tax_by_sparte: tuple[TaxBySparte, ...]
    categories: Mapping[str, DocumentCategory]
    homes: Mapping[str, str]

    def family(self, name: str) -> tuple[WordList, ...]:
        """The word lists of one family in the order they are tried."""
        return tuple(w for w in self.words if w.family == name)

    def vehicle_line(self, key: str) -> str | None:
        """The line of a Wagniskennziffer, or None when it is not listed."""
        digits = key.zfill(3)
        for line, patterns in self.vehicle_keys.items():
            if any(_matches(digits, p) for p in patterns):
                return line
        return None

    def assumption(self, sparte: str, *, organisation: bool) -> Assumption | None:
        """What is assumed for a Sparte when nothing else decides."""
        kinds = ("any", "organisation" if organisation else "person")
        return next((a for a in self.assumptions if sparte in a.sparten and a.customer in kinds), None)


def _matches(digits: str, pattern: str) -> bool:
    return len(digits) == len(pattern) and all(p in ("x", d) for d, p in zip(digits, pattern, strict=True))
