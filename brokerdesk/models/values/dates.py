"""Dates as people type and read them, in three languages. Fixed patterns, never month first (ux.md 41)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.values.names import Language

DATE_INVALID = register("date-invalid")
AMOUNT_INVALID = register("amount-invalid")
_PATTERN = {Language.DE: "%d.%m.%Y", Language.NL: "%d-%m-%Y", Language.EN: "%d/%m/%Y"}


def format_date(value: date, language: Language) -> str:
    """`14.03.1981` · `14-03-1981` · `14/03/1981`."""
    return value.strftime(_PATTERN[language])


def parse_date(text: str, *, today: date, birth: bool = False) -> date:
    """A typed date: `14.3.81`, `140381`, `14.03.1981`, ISO, `h` (today), `m` (tomorrow), `+14` (days).

    Two-digit years go to the past for birth dates, else to the nearest future-friendly century (50 years ahead).
    Raises `KnownError(date-invalid)`.
    """
    clean = text.strip().lower()
    if clean in {"h", "heute", "today", "vandaag"}:
        return today
    if clean in {"m", "morgen", "tomorrow"}:
        return today + timedelta(days=1)
    if re.fullmatch(r"[+-]\d{1,4}", clean):
        return today + timedelta(days=int(clean))
    try:
        return _calendar_date(clean, today=today, birth=birth)
    except ValueError as problem:
        raise KnownError(DATE_INVALID) from problem


def _calendar_date(clean: str, *, today: date, birth: bool) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", clean):
        return date.fromisoformat(clean)
    if re.fullmatch(r"\d{6}|\d{8}", clean):
        day, month, year = clean[:2], clean[2:4], clean[4:]
    else:
        found = re.fullmatch(r"(\d{1,2})[.\-/ ](\d{1,2})[.\-/ ](\d{4}|\d{2})", clean)
        if not found:
            raise ValueError("no date")
        day, month, year = found.groups()
    number = int(year)
    if len(year) == 2:
        number += today.year // 100 * 100
        if (birth and number > today.year) or number > today.year + 50:
            number -= 100
    return date(number, int(month), int(day))


def parse_cents(text: str, language: Language) -> int:
    """A typed amount as cents: `1.234,56` (de, nl) or `1,234.56` (en); grouping optional, wrong separators refused.

    Raises `KnownError(amount-invalid)`.
    """
    clean = re.sub(r"[\s€\u00a0\u202f]", "", text).replace("\u2212", "-")
    point, group = (".", ",") if language is Language.EN else (",", ".")
    pattern = rf"(-?)(\d{{1,3}}(?:{re.escape(group)}\d{{3}})+|\d+)(?:{re.escape(point)}(\d{{1,2}}))?"
    found = re.fullmatch(pattern, clean)
    if not found or len(clean) > 18:
        raise KnownError(AMOUNT_INVALID)
    sign, whole, fraction = found.groups()
    cents = int(whole.replace(group, "")) * 100 + int((fraction or "").ljust(2, "0"))
    return -cents if sign else cents


def format_cents(cents: int, language: Language, *, unit: bool = False) -> str:
    """`1.234,56` (de, nl) or `1,234.56` (en), with U+2212 for a minus and, on demand, a no-break space and €."""
    whole, fraction = divmod(abs(cents), 100)
    grouped = f"{whole:,}"
    text = f"{grouped}.{fraction:02d}" if language is Language.EN else f"{grouped.replace(',', '.')},{fraction:02d}"
    return ("\u2212" if cents < 0 else "") + text + ("\u00a0€" if unit else "")
