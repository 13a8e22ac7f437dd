"""Characters of a field → value: dates, amounts, numbers. What cannot be read is `BAD`, never a guess and never an error.

Every converter returns None for an initial value (blank, zeros of a date).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final

from brokerdesk.formats.gdv.layouts import Field
from brokerdesk.formats.gdv.records import PartialDate


class Bad:
    """The type of `BAD`."""

    __slots__ = ()


BAD: Final = Bad()
"""Marks characters that are no value of their type."""
Value = str | int | PartialDate
Converter = Callable[[str], Value | Bad | None]
EARLIEST_YEAR = 1800
"""Dates before are initial values of foreign systems (01.01.0001), not facts."""


@lru_cache(maxsize=16384)
def read_date(raw: str) -> PartialDate | Bad | None:
    """`TTMMJJJJ` or `MMJJJJ`; unknown day or month is 00. Blanks and zeros → None, impossible dates → BAD."""
    text = raw.strip()
    if not text.strip("0"):
        return None
    if len(text) == 6:
        text = "00" + text
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return BAD
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:])
    if year < EARLIEST_YEAR or (day and not month):
        return BAD
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return BAD
    return PartialDate(year, month or None, day or None)


@lru_cache(maxsize=16384)
def read_iso(raw: str) -> str | Bad | None:
    """Like `read_date`, as ISO text."""
    found = read_date(raw)
    return found.iso if isinstance(found, PartialDate) else found


def number_reader(*, times: int = 1, cut: int = 1, keep_zero: bool = False) -> Converter:
    """Reads digits, right aligned and zero filled, as `digits * times // cut`. Blank → None, zero too unless kept."""

    def read(raw: str) -> int | Bad | None:
        if raw.isdigit() and raw.isascii():
            return int(raw) * times // cut or (0 if keep_zero else None)
        return None if raw.isspace() else BAD

    return read


def cents_reader(*, decimals: int, times: int = 1, keep_zero: bool = False) -> Converter:
    """Implied decimals → cents; digits behind the cent are cut off (only fields with more than two decimals have them)."""
    spare = max(0, decimals - 2)
    return number_reader(times=times * 10 ** max(0, 2 - decimals), cut=10**spare, keep_zero=keep_zero)


def decimal_reader(*, decimals: int) -> Converter:
    """Implied decimals → `12.5` (no trailing zeros); zero → None."""

    def read(raw: str) -> str | Bad | None:
        if not (raw.isdigit() and raw.isascii()):
            return None if raw.isspace() else BAD
        whole, fraction = divmod(int(raw), 10**decimals)
        if not whole and not fraction:
            return None
        return f"{whole}.{fraction:0{decimals}d}".rstrip("0").rstrip(".") if decimals else str(whole)

    return read


def read_text(raw: str) -> str | None:
    """Trimmed characters; blank → None."""
    return raw.strip() or None


def read_digits(raw: str) -> str | None:
    """Trimmed characters of a key with leading zeros; blank or zeros only → None."""
    text = raw.strip()
    return text if text.strip("0") else None


def signed(amount: int | Bad | None, sign: str) -> int | Bad | None:
    """The amount with its trailing sign: `-` negative, `+` and blank positive, anything else BAD."""
    if isinstance(amount, int) and sign != "+" and not sign.isspace():
        return -amount if sign == "-" else BAD
    return amount


def split_key(spec: str) -> tuple[str, str, int]:
    """`sum_cents*1000` → (`sum_cents`, ``, 1000); `wkz:text` → (`wkz`, `text`, 1)."""
    spec, _, times = spec.partition("*")
    key, _, mode = spec.partition(":")
    return key, mode, int(times or 1)


def converter(field: Field, spec: str, *, detail: bool) -> Converter:
    """How the characters of `field` become the value of `spec` (key with its marks, see mapping.toml).

    `detail` chooses ISO text for dates and leaves out zero amounts; else dates are `PartialDate` and zero is a value.
    """
    key, mode, times = split_key(spec)
    if field.type[0] == "D":
        return read_iso if detail else read_date
    if mode == "text":
        return read_digits
    if key.endswith("_cents"):
        return cents_reader(decimals=field.decimals, times=times, keep_zero=not detail)
    if field.type[0] == "F":
        return decimal_reader(decimals=field.decimals)
    if field.type == "N":
        return number_reader(keep_zero=not detail)
    return read_text


def kind_of_damage(field: Field) -> str:
    """The code of the finding for an unreadable field."""
    if field.type[0] == "D":
        return "date-invalid"
    return "amount-invalid" if field.type[0] == "F" else "number-invalid"
