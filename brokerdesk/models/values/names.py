"""Names of people and organisations: how they are written, greeted and sorted (decisions.md, party)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from brokerdesk.models.values.folding import fold_expanded


class PartyKind(StrEnum):
    """A natural person or an organisation."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Salutation(StrEnum):
    """How a party is addressed; never guessed from the given name."""

    MRS = "mrs"
    MR = "mr"
    NEUTRAL = "neutral"
    COMPANY = "company"


class AddressForm(StrEnum):
    """Du or Sie in letters, mails and chat."""

    SIE = "sie"
    DU = "du"


class Language(StrEnum):
    """Language of the program and of letters."""

    DE = "de"
    NL = "nl"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyName:
    """The name group of a party. For organisations `company_name` (and `company_addition`) count, else the rest."""

    kind: PartyKind = PartyKind.PERSON
    salutation: Salutation | None = None
    title: str = ""
    first_name: str = ""
    name_prefix: str = ""
    last_name: str = ""
    name_suffix: str = ""
    company_name: str = ""
    company_addition: str = ""

    @property
    def full(self) -> str:
        """As spoken: `Dr. Theodora von der Heide`; for an organisation its name."""
        if self.kind is PartyKind.ORGANISATION:
            return " ".join(p for p in (self.company_name, self.company_addition) if p)
        parts = (self.title, self.first_name, self.name_prefix, self.last_name, self.name_suffix)
        return " ".join(p for p in parts if p)

    @property
    def listed(self) -> str:
        """As in a list, family name first: `Heide, Dr. Theodora von der`."""
        if self.kind is PartyKind.ORGANISATION:
            return self.full
        family = " ".join(p for p in (self.last_name, self.name_suffix) if p)
        given = " ".join(p for p in (self.title, self.first_name, self.name_prefix) if p)
        return ", ".join(p for p in (family, given) if p)

    @property
    def sort_key(self) -> str:
        """Folded by DIN 5007-2 (ä sorts as ae), family name first, prefixes ignored."""
        if self.kind is PartyKind.ORGANISATION:
            return fold_expanded(self.full)
        return fold_expanded(" ".join(p for p in (self.last_name, self.first_name, self.name_prefix) if p))

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        if self.kind is PartyKind.ORGANISATION:
            words = self.company_name.split()
        else:
            words = [w for w in (self.first_name, self.last_name) if w]
        return "".join(w[0] for w in words[:2] if w).upper() or "?"

    @property
    def is_empty(self) -> bool:
        """Whether nothing that names the party is filled."""
        return not (self.last_name or self.first_name or self.company_name)


_LEADING_PREFIXES = (
    "von der",
    "von den",
    "van der",
    "van den",
    "van de",
    "von",
    "van",
    "vom",
    "zu",
    "zur",
    "de",
    "den",
    "der",
    "ter",
    "ten",
)


def split_person_name(text: str) -> PartyName:
    """A typed name as a person's name: last word is the family name, known prefixes (`von der`) stay apart.

    A comma puts the family name first: `Heide, Theodora`.
    """
    clean = " ".join(text.split())
    if "," in clean:
        family, _, given = (part.strip() for part in clean.partition(","))
    else:
        given, _, family = clean.rpartition(" ")
    prefix = ""
    lowered = given.lower()
    for candidate in _LEADING_PREFIXES:
        if lowered == candidate or lowered.endswith(" " + candidate):
            prefix = given[len(given) - len(candidate) :]
            given = given[: len(given) - len(candidate)].strip()
            break
    return PartyName(first_name=given, name_prefix=prefix, last_name=family)
