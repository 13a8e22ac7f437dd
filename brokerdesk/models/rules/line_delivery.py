"""How a delivered contract is read when its line is decided: active records, folded text, filled marks. Decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from brokerdesk.models.values.folding import fold_expanded
from brokerdesk.models.values.line_facts import Fact, LineFacts
from brokerdesk.models.values.lines import Answer, Basis, LineCatalogue, Part, WordList

_WORD = re.compile(r"[\w&]+")


def folded(text: str) -> str:
    """Search form of lines.md 3.3: lower case, ä as ae, hyphens and double blanks removed."""
    return " ".join(fold_expanded(text).replace("-", "").split())


def hits(words: WordList, text: str) -> bool:
    """Whether folded `text` holds a word of the list."""
    return any(part in text for part in words.parts) or bool(words.whole & set(_WORD.findall(text)))


def text_of(fact: Fact, *keys: str) -> str:
    """The raw texts of a record, joined by blanks."""
    return " ".join(str(fact.get(key) or "") for key in keys).strip()


def amount(fact: Fact, key: str) -> int:
    """The raw digits of an amount as a number; 0 when blank or not a number."""
    raw = text_of(fact, key)
    return int(raw) if raw.isascii() and raw.isdigit() else 0


def marked(fact: Fact, key: str) -> bool:
    """Whether a mark is filled and neither 0 nor N."""
    return text_of(fact, key).strip("0").upper() not in ("", "N")


def answer(fact: Fact, key: str) -> Answer:
    """A mark as an answer: blank is unknown, 0 and N are no, everything else is yes."""
    if not text_of(fact, key):
        return Answer.UNKNOWN
    return Answer.YES if marked(fact, key) else Answer.NO


def strongest(answers: Iterable[Answer]) -> Answer:
    """Yes beats unknown, unknown beats no; nothing is unknown."""
    found = set(answers)
    return next((a for a in (Answer.YES, Answer.UNKNOWN, Answer.NO) if a in found), Answer.UNKNOWN)


@dataclass(slots=True)
class Verdict:
    """What a family says: the line with its basis, or None to go on; `missing` marks an assumption."""

    line: str | None = None
    basis: Basis = Basis.FIELD
    parts: list[Part] = field(default_factory=list)
    features: dict[str, Answer] = field(default_factory=dict)
    missing: str | None = None

    def add(self, code: str, until: date | None = None) -> None:
        """Add a part once; an active one replaces an excluded one of the same kind."""
        for index, part in enumerate(self.parts):
            if part.code == code:
                if part.until is not None and (until is None or until > part.until):
                    self.parts[index] = Part(code, until)
                return
        self.parts.append(Part(code, until))


@dataclass(frozen=True, slots=True)
class Delivery:
    """The facts of one contract with what is needed to read them."""

    facts: LineFacts
    catalogue: LineCatalogue
    today: date
    private_cover: bool = False

    @property
    def organisation(self) -> bool:
        """Whether the customer is an organisation."""
        return self.facts.customer_is_organisation

    def records(self, satzart: str, sparte: str, td: str | int = 1) -> tuple[Fact, ...]:
        """The records of one kind that still count; excluded ones only when nothing else is left (3.1 step 2)."""
        found = self.facts.of(satzart, sparte, td)
        return tuple(f for f in found if self.is_active(f)) or found

    def is_active(self, fact: Fact) -> bool:
        """Whether the record is not excluded on or before today."""
        until = until_of(fact)
        return until is None or until > self.today

    def product_text(self) -> str:
        """Folded product names and texts of the contract."""
        return folded(" ".join(self.facts.product_texts))

    def first_list(self, family: str, text: str, *, allowed: frozenset[str] | None = None) -> WordList | None:
        """The first list of a family that hits folded `text`; `allowed` limits the lists by name."""
        lists = self.catalogue.family(family)
        return next((w for w in lists if (allowed is None or w.name in allowed) and hits(w, text)), None)


def until_of(fact: Fact | Mapping[str, object]) -> date | None:
    """The exclusion date of a record."""
    raw = fact.get("until")
    return date.fromisoformat(raw) if isinstance(raw, str) and raw else None
