"""The two lists of a party that people edit line by line: customer numbers at insurers, and tags.

What stands in the book already is never respelled, however odd it is: a delivery or another desk wrote it. Only what is
new is checked and brought into its usual spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from brokerdesk.core.errors import KnownError, register

INSURER_NUMBER_INVALID = register("insurer-number-invalid")
TAG_TOO_LONG = register("tag-too-long", "limit")

LONGEST_NUMBER, LONGEST_TAG = 60, 60
_VU = re.compile(r"(?=.*\d)[A-Z0-9]{1,5}", re.ASCII)


def number_parts(stored: str) -> tuple[str, str]:
    """VU number and customer number of an entry such as `5555:4711003`; without a VU number all of it is the number."""
    vu, colon, number = stored.partition(":")
    return (vu, number) if vu and colon else ("", stored)


def number_entry(vu: str, number: str) -> str:
    """The entry of two parts, as imports write it; what `number_parts` took apart is put together again exactly."""
    return f"{vu}:{number}" if vu else number


def vu_of(text: str) -> str:
    """A typed VU number in its stored spelling, an empty text when it cannot be one: up to five signs, one a digit."""
    plain = text.strip().upper()
    return plain if _VU.fullmatch(plain) else ""


def checked_numbers(wanted: Iterable[str], stored: Sequence[str]) -> list[str]:
    """The numbers of a party after an edit. Raises `KnownError(insurer-number-invalid)` for a new one that is none."""
    return _checked(wanted, stored, _number, str)


def checked_tags(wanted: Iterable[str], stored: Sequence[str]) -> list[str]:
    """The tags of a party after an edit, without blank and repeated ones. Raises `KnownError(tag-too-long)`."""
    return _checked(wanted, stored, _tag, str.casefold)


def _checked(
    wanted: Iterable[str], stored: Sequence[str], spelled: Callable[[str], str], key: Callable[[str], str]
) -> list[str]:
    wanted = list(wanted)
    seen = {key(entry) for entry in wanted if entry in stored}
    found: list[str] = []
    for entry in wanted:
        if entry in stored:
            if entry not in found:
                found.append(entry)
        elif (new := spelled(entry)) and key(new) not in seen:
            seen.add(key(new))
            found.append(new)
    return found


def _number(entry: str) -> str:
    vu, number = number_parts(entry)
    vu, number = vu_of(vu), " ".join(number.split())
    if not vu or not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise KnownError(INSURER_NUMBER_INVALID)
    return number_entry(vu, number)


def _tag(entry: str) -> str:
    tag = " ".join(entry.split())
    if len(tag) > LONGEST_TAG:
        raise KnownError(TAG_TOO_LONG, limit=LONGEST_TAG)
    return tag
