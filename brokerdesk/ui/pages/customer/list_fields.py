"""The fields of master data that hold several entries: further contact points, numbers at insurers, tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brokerdesk.models.rows.contracts import InsurerRow
from brokerdesk.ui.forms.lines_field import LinesField
from brokerdesk.ui.forms.text_fields import NoteField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.contact_words import contact_of, contact_words
from brokerdesk.ui.pages.customer.number_words import NumberWords


class ContactsField(NoteField):
    """Further contact points, one per line as „Art: Wert“; the value is a list of kind and value."""

    def value(self) -> Any:
        """A line without „Art: “ is a value without a kind; a kind of one's own is kept as typed."""
        lines = (super().value() or "").splitlines()
        return [contact_of(line) for line in lines if line.strip()]

    def set_value(self, value: Any) -> None:
        """One line each."""
        lines = [contact_words(str(v.get("kind", "")), str(v.get("value", "")), self.kit.texts) for v in value or []]
        super().set_value("\n".join(lines))

    def is_empty(self) -> bool:
        """No line."""
        return not self.value()


class InsurerNumbersField(LinesField):
    """Customer numbers at insurers, one per line as „Versicherer: Nummer“; the value is a list of `VU:number`."""

    def __init__(self, kit: Kit, label_key: str, **options: Any) -> None:
        """Knows no insurer before `set_insurers()`."""
        self._words = NumberWords()
        super().__init__(kit, label_key, **options)

    def set_insurers(self, insurers: Sequence[InsurerRow]) -> None:
        """Write and offer these by name; before the value is set."""
        self._words = NumberWords(insurers)
        self.offering.set_offers(self._words.offers)

    def written(self, entry: str) -> str:
        """Name of the insurer and number."""
        return self._words.line(entry)

    def read(self, line: str, number: int) -> list[str]:
        """One entry. Raises `KnownError` for an insurer that is not known or a number that is missing or too long."""
        return [self._words.entry(line, number)]


class TagsField(LinesField):
    """Tags, one per line or with commas between them; the value is a list of texts."""

    between = ","

    def read(self, line: str, number: int) -> list[str]:
        """The tags of a line."""
        return [tag for part in line.split(self.between) if (tag := part.strip())]
