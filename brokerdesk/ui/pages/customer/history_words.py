"""The history in words: which record, which field, from what to what. Pure: rows and texts in, sentences out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from brokerdesk.core.clock import from_wire
from brokerdesk.models.rows.activity import FieldEdit, HistoryRow
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.pages.customer.number_words import plain_numbers
from brokerdesk.ui.pages.customer.spelling import iban_words, phone_words

_DATES = frozenset(
    "birth_date deceased_on customer_since start end occurred_on reported_on since until end_date".split()
)
_TIMES = frozenset("at requested_at invited_at first_invited_at expires_at registered_at last_seen stopped_at".split())
_CODES = {
    "salutation": "customer.salutation",
    "kind": "customer.kind",
    "language": "customer.language",
    "address_form": "customer.form",
    "marital_status": "customer.marital",
    "customer_status": "customer.status",
    "customer_type": "customer.type",
    "consent_email": "customer.consent",
    "relation": "customer.relation",
    "origin": "contract.origin",
    "frequency": "contract.frequency",
    "line_basis": "lines.basis",
}
_STATUS = {"contract": "contract.status", "claim": "claim.status"}


def record_words(row: HistoryRow, titles: Mapping[str, str], texts: Translator) -> str:
    """What the entry is about: „Vertrag „Hausrat" angelegt", „Stammdaten geändert"."""
    known = f"customer.history.{row.kind}.{row.action}"
    if not texts.has(known):
        known = f"customer.history.record.{row.action if row.action in {'insert', 'update', 'delete'} else 'update'}"
    return texts(known, title=titles.get(row.record_id, ""))


def field_words(kind: str, field: str, texts: Translator) -> str:
    """The name of a field; one that this version does not know is named as it came."""
    for key in (f"customer.field.{kind}.{field}", f"customer.field.{field}"):
        if texts.has(key):
            return texts(key)
    return field


def value_words(kind: str, field: str, value: Any, texts: Translator, names: Mapping[str, str] | None = None) -> str:
    """A JSON value as people read it; lists and objects only say that they changed."""
    if value is None or value in ("", [], {}):
        return texts("customer.history.empty")
    if isinstance(value, bool):
        return texts("customer.history.yes" if value else "customer.history.no")
    if isinstance(value, int) and field.endswith("_cents"):
        return texts.cents(value, unit=True)
    if field == "insurer_numbers":
        return plain_numbers(value)
    if isinstance(value, list | dict):
        return _items(value)
    return _text_words(kind, field, str(value), texts, names or {})


def _text_words(kind: str, field: str, value: str, texts: Translator, names: Mapping[str, str]) -> str:
    if field in _DATES:
        return texts.date(date.fromisoformat(value))
    if field in _TIMES:
        return texts.moment(from_wire(value))
    if field == "iban":
        return iban_words(value)
    if field in {"phone", "mobile"}:
        return phone_words(value)
    prefix = _STATUS.get(kind, "") if field == "status" else _CODES.get(field, "")
    if prefix and texts.has(f"{prefix}.{value}"):
        return texts(f"{prefix}.{value}")
    return names.get(value, value)


def _items(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    words = [str(v.get("label") or v.get("name") or v.get("value") or "") for v in value if isinstance(v, dict)]
    return ", ".join(w for w in words if w) or "…"


def edit_words(row: HistoryRow, edit: FieldEdit, texts: Translator, names: Mapping[str, str]) -> tuple[str, str, str]:
    """Field, old and new value of one edit in words."""
    return (
        field_words(row.kind, edit.field, texts),
        value_words(row.kind, edit.field, edit.old, texts, names),
        value_words(row.kind, edit.field, edit.new, texts, names),
    )
