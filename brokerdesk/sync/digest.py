"""Compares what the book holds with what the portal says it should hold (protocol.md § 7.4). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brokerdesk.wire.digest import MODULUS, check_of
from brokerdesk.wire.pull import DigestEntry


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind whose records differ: how many there are here and there (equal counts differ in content)."""

    kind: str
    here: int
    there: int


def compare(here: Mapping[str, Sequence[tuple[str, int]]], there: Mapping[str, DigestEntry]) -> list[Difference]:
    """Kinds whose count or checksum differ."""
    found = []
    for kind in sorted(here.keys() | there.keys()):
        records = here.get(kind, ())
        entry = there.get(kind)
        total = sum(check_of(kind, i, rev) for i, rev in records) % MODULUS
        count, stated = (entry.count, entry.sum) if entry else (0, "0")
        if count != len(records) or stated != str(total):
            found.append(Difference(kind, len(records), count))
    return found
