"""What makes two deliveries the same person (gdv.md § 7, "Matching of customers"): keys and comparisons, no database.

Three keys: the customer number at one insurer; name, birth date, postcode and street at one insurer (an unknown birth date
equals an unknown one); and the same across insurers, only with a full birth date, or for a company with its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from brokerdesk.core.ids import derived_id
from brokerdesk.formats.gdv.records import PartyBlock
from brokerdesk.models.values.folding import fold_expanded
from brokerdesk.models.values.names import PartyKind
from brokerdesk.store.bulk import name_of

_NOISE = re.compile(r"[^0-9a-z]")


@lru_cache(maxsize=65536)
def folded_street(street: str) -> str:
    """A street for comparison: `Hauptstraße 5`, `Hauptstr. 5` and `HAUPTSTRASSE 5` are one."""
    return _NOISE.sub("", fold_expanded(street).replace("strasse", "str"))


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of one delivered block. `across` is "" when the block says too little to be known at another insurer."""

    number: str
    sort_key: str
    by_number: str
    by_content: str
    across: str
    record_id: str

    @property
    def keys(self) -> tuple[str, ...]:
        """All import keys that are to lead to this party."""
        return tuple(key for key in (self.by_number, self.by_content, self.across) if key)


def identity_of(block: PartyBlock, values: Mapping[str, Any], *, vu: str) -> Identity | None:
    """The identity of a block with its values; None when it names nobody."""
    name = name_of(values)
    if name.is_empty:
        return None
    sort_key, number = name.sort_key, block.insurer_number
    street, birth = folded_street(block.street), block.birth.iso if block.birth else ""
    organisation = values["kind"] == PartyKind.ORGANISATION
    content = (values["kind"][0], sort_key, fold_expanded(values.get("name_suffix", "")), block.zip, street)
    full = bool(block.zip and street) and (organisation or bool(block.birth and block.birth.exact))
    key = _digest(*content, "" if organisation else birth)
    return Identity(
        number=number,
        sort_key=sort_key,
        by_number="\x1f".join(("p", vu, number)) if number else "",
        by_content="\x1f".join(("q", vu, key if not organisation else _digest(*content, birth))),
        across="g\x1f" + key if full else "",
        record_id=derived_id("party", "gdv", vu, number)
        if number
        else derived_id(
            "party", "gdv", vu, sort_key, fold_expanded(values.get("name_suffix", "")), birth, block.zip, street
        ),
    )


def _digest(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def is_same(known: Mapping[str, Any], delivered: Mapping[str, Any]) -> bool:
    """Whether a customer of the book with an equal sort key is surely the delivered one."""
    if known["kind"] != delivered["kind"] or not (delivered.get("zip") and delivered.get("street")):
        return False
    if fold_expanded(known["name_suffix"] or "") != fold_expanded(delivered.get("name_suffix", "")):
        return False
    if known["zip"] != delivered["zip"] or folded_street(known["street"] or "") != folded_street(delivered["street"]):
        return False
    if delivered["kind"] == PartyKind.ORGANISATION:
        return True
    birth = delivered.get("birth_date")
    return birth is not None and known["birth_date"] == birth.isoformat()


class Namesakes:
    """Customers with an equal sort key, by birth date and by postcode: one comparison asks the few it can match.

    A customer whose values change is added again; where he stood before, `is_same` and `likeness` turn him down.
    """

    def __init__(self) -> None:
        self._by_birth: dict[str, list[Mapping[str, Any]]] = {}
        self._by_zip: dict[str, list[Mapping[str, Any]]] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in a row of the book, or what looks like one; later changes of it are seen."""
        if row["birth_date"]:
            self._by_birth.setdefault(row["birth_date"], []).append(row)
        if row["zip"]:
            self._by_zip.setdefault(row["zip"], []).append(row)

    def add_new(self, values: Mapping[str, Any]) -> None:
        """Take in a customer who is not in the book yet, as he is now."""
        birth = values.get("birth_date")
        row = {name: values.get(name, "") for name in ("id", "kind", "name_suffix", "zip", "street")}
        self.add(row | {"birth_date": None if birth is None else birth.isoformat()})

    def same(self, delivered: Mapping[str, Any]) -> str | None:
        """The id of the first who is surely the delivered one."""
        rows = self._by_zip.get(delivered.get("zip") or "", ())
        return next((str(row["id"]) for row in rows if is_same(row, delivered)), None)

    def alike(self, delivered: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Ids of those who may be the delivered one, each with the reason."""
        birth = delivered.get("birth_date")
        born = self._by_birth.get(birth.isoformat(), ()) if birth is not None else ()
        for row in (*born, *self._by_zip.get(delivered.get("zip") or "", ())):
            reason = likeness(row, delivered)
            if reason:
                yield str(row["id"]), reason


def likeness(known: Mapping[str, Any], delivered: Mapping[str, Any]) -> str | None:
    """Why a customer with an equal sort key may be the delivered one (`name-birth`, `name-zip`); None when unlikely."""
    birth, known_birth = delivered.get("birth_date"), known["birth_date"]
    if birth is not None and known_birth == birth.isoformat():
        return "name-birth"
    if birth is not None and known_birth and delivered["kind"] == PartyKind.PERSON:
        return None
    return "name-zip" if delivered.get("zip") and known["zip"] == delivered["zip"] else None
