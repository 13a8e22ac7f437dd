"""Customer numbers at insurers as lines such as „Alte Weser: 4711003“: the insurer by name where the book knows it, and back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.rows.contracts import InsurerRow
from brokerdesk.models.values.party_lists import LONGEST_NUMBER, number_entry, number_parts, vu_of

NUMBER_INCOMPLETE = register("insurer-number-incomplete", "line")
INSURER_UNKNOWN = register("insurer-number-unknown", "line")
NUMBER_TOO_LONG = register("insurer-number-too-long", "line", "limit")

_BETWEEN = ": "
_MARK = re.compile(r"^VU\s*", re.IGNORECASE)


class NumberWords:
    """The insurers of a book that have a VU number, and lines with their names."""

    def __init__(self, insurers: Sequence[InsurerRow] = ()) -> None:
        """The first insurer of a VU number counts; a name that several have is told apart by its number."""
        first = {row.vu_number: " ".join(row.name.split()) for row in reversed(insurers)}
        often = Counter(name.casefold() for name in first.values())
        self._names = {vu: f"{name} (VU {vu})" if often[name.casefold()] > 1 else name for vu, name in first.items()}
        self._numbers = {name.casefold(): vu for vu, name in self._names.items()}

    @property
    def offers(self) -> list[str]:
        """Beginnings of lines, by name."""
        return [name + _BETWEEN for name in sorted(self._names.values(), key=str.casefold)]

    def line(self, entry: str) -> str:
        """The line of a stored entry `VU:number`."""
        vu, number = number_parts(entry)
        name = self._names.get(vu, f"VU {vu}") if vu else ""
        return " ".join(f"{name}{_BETWEEN}{number}".split()) if name else " ".join(number.split())

    def entry(self, line: str, number: int) -> str:
        """The stored entry of a typed line, the `number`th: name or VU number of the insurer, colon, number.

        Raises `KnownError(insurer-number-incomplete | insurer-number-unknown | insurer-number-too-long)`.
        """
        places = [at for at, sign in enumerate(line) if sign == ":"]
        if not places:
            raise KnownError(NUMBER_INCOMPLETE, line=number)
        for at in places:
            vu, rest = self._vu(line[:at].strip()), line[at + 1 :].strip()
            if vu and not rest:
                raise KnownError(NUMBER_INCOMPLETE, line=number)
            if vu and len(rest) > LONGEST_NUMBER:
                raise KnownError(NUMBER_TOO_LONG, line=number, limit=LONGEST_NUMBER)
            if vu:
                return number_entry(vu, rest)
        raise KnownError(INSURER_UNKNOWN, line=number)

    def _vu(self, words: str) -> str:
        """The VU number of an insurer's name, or a typed VU number; empty when neither."""
        return self._numbers.get(words.casefold()) or vu_of(_MARK.sub("", words))


def plain_numbers(entries: Sequence[str]) -> str:
    """Stored entries in one line, insurers by VU number: for histories and conflicts, which know no insurers."""
    words = NumberWords()
    return ", ".join(words.line(entry) for entry in entries)
