"""Fields and values of the exchange in words: for the queue and for conflicts."""

from __future__ import annotations

from datetime import date
from typing import Any

from brokerdesk.models.values.dates import format_cents, format_date
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.pages.customer.number_words import plain_numbers


def field_name(field: str, texts: Translator) -> str:
    """The name of a field; one of a newer portal is shown raw."""
    key = f"field.{field}"
    return texts(key) if texts.has(key) else field


def value_words(field: str, value: Any, texts: Translator) -> str:
    """A wire value in words: groups as their filled parts, dates and amounts as people write them."""
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, dict):
        return ", ".join(value_words(k, v, texts) for k, v in value.items() if v not in (None, "", [], {})) or "–"
    if field == "insurer_numbers":
        return plain_numbers(value)
    if isinstance(value, list):
        return ", ".join(value_words(field, v, texts) for v in value)
    if isinstance(value, bool):
        return texts("field.yes" if value else "field.no")
    if isinstance(value, int) and field.endswith("_cents"):
        return format_cents(value, texts.formats, unit=True)
    if isinstance(value, str):
        return _text(field, value, texts)
    return str(value)


def _text(field: str, value: str, texts: Translator) -> str:
    if len(value) == 10 and value[4:5] == "-":
        try:
            return format_date(date.fromisoformat(value), texts.formats)
        except ValueError:
            return value
    key = f"field.choice.{field}.{value}"
    return texts(key) if texts.has(key) else value
