"""One folding of names for search, sorting and comparison, so that ß, umlauts, Ł and accents are found by any spelling."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "ss",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ŋ": "n",
        "ħ": "h",
    }
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def _strip_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case without marks: `Müller-Łukasz` → `muller-lukasz` (search form 1)."""
    if text.isascii():
        return text.lower()
    return _strip_marks(text.casefold().translate(_LETTERS))


@lru_cache(maxsize=65536)
def fold_expanded(text: str) -> str:
    """As `fold`, but ä, ö, ü become ae, oe, ue: `Müller` → `mueller` (search form 2, sort form of DIN 5007-2)."""
    if text.isascii():
        return text.lower()
    composed = unicodedata.normalize("NFC", text).casefold()
    return _strip_marks(composed.translate(_UMLAUTS).translate(_LETTERS))


def digits(text: str) -> str:
    """Only the letters and digits of a number: `KF-77120 4` → `kf771204`, so that separators do not matter."""
    lowered = text.lower()
    return lowered if lowered.isalnum() else "".join(filter(str.isalnum, lowered))


def search_text(*parts: str | None) -> str:
    """The folded text of a record for the full-text index: both foldings, and numbers without separators."""
    words: dict[str, None] = {}
    for part in parts:
        if not part:
            continue
        words.setdefault(fold(part))
        if not part.isascii():
            words.setdefault(fold_expanded(part))
        if any(map(str.isdigit, part)):
            words.setdefault(digits(part))
    return " ".join(words)
