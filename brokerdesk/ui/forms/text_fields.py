"""Fields for the checked values of people and money: e-mail, phone, IBAN, amount; and notes of several lines."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QPlainTextEdit

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.contact import EmailAddress, Iban, PhoneNumber
from brokerdesk.models.values.dates import format_cents, parse_cents
from brokerdesk.ui.forms.field import Field, LineField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.units import Units

_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34


class EmailField(LineField):
    """An e-mail address; the value is its normal form."""

    def parse(self, text: str) -> str:
        """Raises `KnownError` for an address that cannot be one."""
        return EmailAddress.parse(text).value


class PhoneField(LineField):
    """A phone number in any spelling; the value is E.164, shown with blanks."""

    def __init__(self, kit: Kit, label_key: str, *, region: str = "DE", **options: Any) -> None:
        """`region` is the country of numbers without +."""
        self._region = region
        super().__init__(kit, label_key, **options)

    def parse(self, text: str) -> str:
        """Raises `KnownError` for something that is no number."""
        return PhoneNumber.parse(text, region=self._region).value

    def format(self, value: str) -> str:
        """International spelling."""
        return PhoneNumber(value).formatted()


class MoneyField(LineField):
    """An amount in euros; the value is integer cents."""

    def __init__(self, kit: Kit, label_key: str, *, unit: str = "€", **options: Any) -> None:
        """`unit` stands at the right edge."""
        super().__init__(kit, label_key, unit=unit, **options)
        kit.on_language(self, self._rewrite)

    def parse(self, text: str) -> int:
        """Raises `KnownError` for a wrong separator rather than guessing."""
        cents = parse_cents(text, self.kit.texts.formats)
        self._cents = cents
        return cents

    def format(self, value: int) -> str:
        """With grouping and two places."""
        self._cents = value
        return format_cents(value, self.kit.texts.formats)

    def _rewrite(self) -> None:
        if self.text() and not self._problem:
            self.line.setText(self.format(self._cents))


class IbanField(LineField):
    """An IBAN, grouped in fours while typing; shows its bank. The value has no blanks."""

    def __init__(self, kit: Kit, label_key: str, **options: Any) -> None:
        """The bank appears as soon as the number is complete."""
        super().__init__(kit, label_key, maximum=48, **options)
        self.line.textEdited.connect(self._group)

    def parse(self, text: str) -> str:
        """Raises `KnownError` naming what is wrong."""
        return Iban.parse(text).value

    def format(self, value: str) -> str:
        """Groups of four."""
        self._show_bank(value)
        return Iban(value).formatted()

    def _group(self, text: str) -> None:
        before = "".join(text[: self.line.cursorPosition()].split())
        compact = "".join(text.split()).upper()[:_LONGEST_IBAN]
        grouped = " ".join(compact[i : i + 4] for i in range(0, len(compact), 4))
        if grouped != text:
            self.line.setText(grouped)
            count = len(before)
            self.line.setCursorPosition(min(len(grouped), count + max(0, count - 1) // 4))
        self._show_bank(compact)

    def _show_bank(self, compact: str) -> None:
        words = ""
        if len(compact) >= _SHORTEST_IBAN:
            try:
                words = " · ".join(part for part in Iban.parse(compact).bank() if part)
            except KnownError:
                words = ""
        self.set_note(words)


class NoteField(Field):
    """Several lines of text; Tab moves on instead of indenting."""

    def __init__(
        self, kit: Kit, label_key: str, *, lines: int = 4, area: QPlainTextEdit | None = None, **options: Any
    ) -> None:
        """`lines` high; `area` is an editor that can do more."""
        self.area = area or QPlainTextEdit()
        self.area.setTabChangesFocus(True)
        self._lines = lines
        super().__init__(kit, label_key, self.area, **options)
        self.area.textChanged.connect(self._on_edited)

    def value(self) -> str | None:
        """The text without blanks around it, or None."""
        return self.area.toPlainText().strip() or None

    def set_value(self, value: str | None) -> None:
        """Show a text."""
        self.area.blockSignals(True)
        self.area.setPlainText(value or "")
        self.area.blockSignals(False)
        self.set_problem("")

    def _fit(self, units: Units) -> None:
        super()._fit(units)
        self.area.setFixedHeight(units(18 * self._lines + 14))
