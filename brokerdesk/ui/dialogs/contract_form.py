"""The form of a contract: fields, choices, and what a year costs while typing. Knows no service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from brokerdesk.core.errors import KnownError
from brokerdesk.models.rows.contracts import ContractCard
from brokerdesk.models.rows.customers import AdviserRow
from brokerdesk.models.values.states import ContractStatus, Frequency, Origin
from brokerdesk.services.lines import Lines
from brokerdesk.ui.dialogs.contract_fields import DayMonthField, InsurerField, ObjectsField
from brokerdesk.ui.forms.choices import Choice, RadioField
from brokerdesk.ui.forms.date_field import DateField
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.forms.text_fields import MoneyField, NoteField
from brokerdesk.ui.kit import Kit

FIELDS = (
    "line product number origin status premium_net_cents premium_gross_cents frequency start end main_due adviser_id risks notes"
).split()
_TEXTS = frozenset({"number", "product"})


class ContractForm(Form):
    """All fields of a contract."""

    def __init__(self, kit: Kit, lines: Lines, today: Callable[[], date]) -> None:
        """Choices of insurers and advisers follow by `set_choices()`."""
        super().__init__(kit)
        texts = kit.texts
        self.insurer = InsurerField(kit, "customer.field.insurer_id", required=True)
        self._frequency = Choice(
            kit, "customer.field.frequency", [(f, texts(f"contract.frequency.{f}")) for f in Frequency]
        )
        self.adviser = Choice(kit, "customer.field.adviser_id")
        self.shown: dict[str, Any] = {}
        self.add_row(
            insurer=self.insurer, line=Choice(kit, "customer.field.line", lines.choices(texts.formats), required=True)
        )
        self.add_row(
            product=LineField(kit, "customer.field.product"), number=LineField(kit, "customer.field.number", maximum=60)
        )
        self.add_row(
            origin=RadioField(kit, "customer.field.origin", [(o.value, f"contract.origin.{o.value}") for o in Origin])
        )
        self.add_row(
            premium_net_cents=MoneyField(kit, "customer.field.premium_net_cents"),
            premium_gross_cents=MoneyField(kit, "customer.field.premium_gross_cents"),
            frequency=self._frequency,
        )
        self.add_row(
            start=DateField(kit, "customer.field.start", today=today),
            end=DateField(kit, "customer.field.end", today=today),
            main_due=DayMonthField(kit, "customer.field.main_due", maximum=6),
        )
        statuses = [(s.value, texts(f"contract.status.{s.value}")) for s in ContractStatus]
        self.add_row(status=Choice(kit, "customer.field.contract.status", statuses), adviser_id=self.adviser)
        self.add_row(risks=ObjectsField(kit, "customer.field.risks", hint_key="contract.risks-hint"))
        self.add_row(notes=NoteField(kit, "customer.field.notes", lines=3))
        self.add_stretch()
        self.changed.connect(self._show_year)

    def set_choices(self, advisers: Sequence[AdviserRow]) -> None:
        """The answers of „Betreuung“."""
        options = [("", self.kit.texts("customer.adviser.none")), *((a.id, a.name) for a in advisers)]
        self.adviser.set_options(options)
        self.adviser.set_value(self.shown.get("adviser_id") or "")

    def show_new(self) -> None:
        """Start values of a new contract."""
        start = {"origin": Origin.OWN.value, "status": ContractStatus.ACTIVE.value, "frequency": Frequency.YEARLY.value}
        self.shown = dict.fromkeys(FIELDS) | start
        self.set_values(self.shown)
        self._show_year()

    def show_card(self, card: ContractCard) -> None:
        """The saved values."""
        self.shown = {name: getattr(card, name) for name in FIELDS}
        self.set_values(self.shown)
        self.insurer.set_value(card.insurer)
        self.mark_saved()
        self._show_year()

    def entered(self) -> dict[str, Any]:
        """Every value under the names of the use case, without the insurer. `check()` first."""
        found = self.values()
        return {name: ("" if found[name] is None and name in _TEXTS else found[name]) for name in FIELDS}

    def changed_values(self) -> dict[str, Any]:
        """What differs from what was shown."""
        return {
            name: value
            for name, value in self.entered().items()
            if _plain(value) != _plain(self.shown[name]) and not (not value and not self.shown[name])
        }

    def _show_year(self) -> None:
        gross, words = self["premium_gross_cents"], ""
        try:
            cents = gross.value() or self["premium_net_cents"].value()
            times = Frequency(self._frequency.value() or Frequency.NONE).per_year
        except KnownError:
            cents = times = None
        if cents and times:
            words = self.kit.texts("contract.per-year", amount=self.kit.texts.cents(cents * times, unit=True))
        gross.set_note(words)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
