"""Master data to read: labels and values in the same groups as the form. Empty values are left out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.models.values.party_lists import number_entry
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.contact_words import contact_words
from brokerdesk.ui.pages.customer.master_form import LEFT, groups_of, values_of
from brokerdesk.ui.pages.customer.number_words import NumberWords
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.pages.customer.section import clear
from brokerdesk.ui.pages.customer.spelling import iban_words, phone_words
from brokerdesk.ui.widgets.labels import ElidingLabel, PlainLabel

_CODES = {
    "salutation": "customer.salutation",
    "marital_status": "customer.marital",
    "language": "customer.language",
    "address_form": "customer.form",
    "consent_email": "customer.consent",
    "customer_type": "customer.type",
    "customer_status": "customer.status",
}


_LONG = 60


class MasterView(QWidget):
    """Two columns of groups."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(parent)
        self._kit = kit
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._sides = (QVBoxLayout(), QVBoxLayout())
        for side in self._sides:
            row.addLayout(side, 1)
            side.setSpacing(kit.u(6))
        kit.sized(self, lambda u: row.setSpacing(u(28)))

    def show_record(self, record: CustomerRecord) -> None:
        """Show the saved values."""
        for side in self._sides:
            clear(side)
        values = values_of(record.card)
        for group, lines in groups_of(record.card.name.kind):
            pairs = [
                (self._label(name, record), shown)
                for names in lines
                for name in names
                if (shown := self._shown(name, values.get(name), record))
            ]
            if pairs:
                self._add(self._sides[0 if group in LEFT else 1], group, pairs)
        for side in self._sides:
            side.addStretch(1)

    def _add(self, side: QVBoxLayout, group: str, pairs: list[tuple[str, str]]) -> None:
        kit = self._kit
        side.addWidget(PlainLabel(kit, kit.texts(f"customer.master.{group}"), strong=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(kit.u(14))
        grid.setVerticalSpacing(kit.u(5))
        grid.setColumnMinimumWidth(0, kit.u(112))
        grid.setColumnStretch(1, 1)
        for line, (label, value) in enumerate(pairs):
            words = (
                PlainLabel(kit, value, wrap=True) if "\n" in value or len(value) > _LONG else ElidingLabel(kit, value)
            )
            grid.addWidget(PlainLabel(kit, label, tone="muted"), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, line, 1)
        side.addLayout(grid)
        side.addSpacing(kit.u(14))

    def _label(self, name: str, record: CustomerRecord) -> str:
        founded = name == "birth_date" and record.is_organisation
        return self._kit.texts("customer.field.founded" if founded else f"customer.field.{name}")

    def _shown(self, name: str, value: object, record: CustomerRecord) -> str:
        texts = self._kit.texts
        if name == "adviser_id":
            return record.card.adviser_name
        if value in (None, "", []):
            return ""
        if name == "iban":
            return iban_words(str(value), bank=True)
        if name in {"phone", "mobile"}:
            return phone_words(str(value))
        if name in {"birth_date", "deceased_on", "customer_since"}:
            return texts.date(value)  # type: ignore[arg-type]
        if name == "contacts":
            return "\n".join(contact_words(kind, words, texts) for kind, words in record.card.contacts)
        if name == "insurer_numbers":
            words = NumberWords(record.insurers)
            return "\n".join(words.line(number_entry(vu, number)) for vu, number in record.card.insurer_numbers)
        if name == "tags":
            return "\n".join(record.card.tags)
        if name in _CODES:
            key = f"{_CODES[name]}.{value}"
            return texts(key) if texts.has(key) else str(value)
        return str(value)
