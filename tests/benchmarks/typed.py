"""What people type into the search field: names, towns and numbers of the big book, key by key."""

from __future__ import annotations

from tests.benchmarks.big_book import FIRST

_LAST = (
    "Bergenhof", "Steinwald", "Mannbach", "Feldburg", "Thalrode", "Heimdorf", "Brückberg", "Waldheim", "Hofstein",
    "Bachfeld", "Burgmann", "Rodethal", "Dorfgen", "Genbrück", "Steinstein", "Feldfeld", "Waldbach", "Mannheim",
)  # fmt: skip
_TOWNS = ("Köln", "Bonn", "Aachen", "Jülich", "Düren", "Koeln", "Julich", "50004", "50120", "50396")
_TWO = tuple(f"{first} {last[:5]}" for first, last in zip(FIRST, _LAST, strict=False))
_NUMBERS = ("10017", "12345", "19999", "54321", "KF-0004", "HF-0012345", "BF-0044", "k4711@kunden", "k99@", "RF-00023")
_NOTHING = ("Xylophon", "zzz")


def words() -> list[str]:
    """Some sixty things to look for."""
    return [*FIRST, *_LAST, *_TOWNS, *_TWO, *_NUMBERS, *_NOTHING]


def prefixes() -> list[str]:
    """Every state of the search field while they are typed one after the other."""
    return [word[:end] for word in words() for end in range(1, len(word) + 1)]
