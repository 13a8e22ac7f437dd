"""The form of master data: which fields a person and an organisation have, in which groups, and how they become values.

Knows no service; `MasterDataSection` loads, saves and keeps drafts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.core.errors import KnownError
from brokerdesk.models.rows.contracts import InsurerRow
from brokerdesk.models.rows.customers import AdviserRow, CustomerCard
from brokerdesk.models.values.contact import Iban
from brokerdesk.models.values.names import AddressForm, Language, PartyKind
from brokerdesk.models.values.party_lists import number_entry
from brokerdesk.models.values.states import CustomerStatus, CustomerType
from brokerdesk.ui.forms.choices import Choice, RadioField
from brokerdesk.ui.forms.date_field import DateField
from brokerdesk.ui.forms.field import Field, LineField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.forms.lines_field import LinesField
from brokerdesk.ui.forms.text_fields import EmailField, IbanField, NoteField, PhoneField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.list_fields import ContactsField, InsurerNumbersField, TagsField
from brokerdesk.ui.units import Units
from brokerdesk.ui.widgets.labels import PlainLabel

MARITAL = ("single", "married", "partnership", "cohabiting", "divorced", "widowed", "separated", "other")
SALUTATIONS = ("mrs", "mr", "neutral")
CONSENTS = ("granted", "refused", "withdrawn")
GROUPS_PERSON: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("person", (("salutation", "title"), ("first_name",), ("name_prefix", "last_name"), ("birth_date", "name_suffix"),
                ("marital_status", "nationality"), ("profession", "tax_id"), ("deceased_on",))),
    ("contact", (("mobile", "phone"), ("email",), ("contacts",))),
    ("address", (("street",), ("zip", "city"), ("country", "po_box"))),
    ("bank", (("iban",), ("bic", "bank_holder"))),
    ("app", (("language", "address_form"), ("consent_email",))),
    ("care", (("adviser_id",), ("customer_number", "customer_since"), ("customer_type", "customer_status"),
              ("insurer_numbers",), ("tags",))),
    ("notes", (("notes",),)),
)  # fmt: skip
"""Groups in reading order, each with its rows of fields."""
GROUPS_COMPANY: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("company", (("company_name",), ("company_addition",), ("legal_form", "birth_date"), ("tax_id",))),
    *GROUPS_PERSON[1:],
)
LEFT = frozenset({"person", "company", "address", "notes"})
"""Groups that stand in the left of the two columns."""
_TEXTS = frozenset(
    "title first_name name_prefix last_name name_suffix company_name company_addition street zip city country po_box".split()
)


def groups_of(kind: PartyKind) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """The groups of a person or an organisation."""
    return GROUPS_COMPANY if kind is PartyKind.ORGANISATION else GROUPS_PERSON


def values_of(card: CustomerCard) -> dict[str, Any]:
    """The editable values of a card under the names of the use case."""
    name = card.name
    found: dict[str, Any] = {
        field: getattr(name, field)
        for field in "title first_name name_prefix last_name name_suffix company_name company_addition".split()
    }
    found["salutation"] = name.salutation.value if name.salutation else None
    for field in (
        "birth_date deceased_on email phone mobile street zip city country po_box iban bic bank_holder marital_status nationality"
        " profession tax_id legal_form adviser_id consent_email notes"
    ).split():
        found[field] = getattr(card, field)
    found |= {"language": card.language.value, "address_form": card.address_form.value}
    found |= {"customer_number": card.number, "customer_type": card.type, "customer_status": card.status}
    found |= {
        "insurer_numbers": [number_entry(vu, number) for vu, number in card.insurer_numbers],
        "tags": list(card.tags),
    }
    found |= {"customer_since": card.since, "contacts": [{"kind": k, "value": v} for k, v in card.contacts]}
    return found


def _space(side: QVBoxLayout, units: Units) -> None:
    side.setSpacing(units(12))


def raw(field: Field) -> Any:
    """What is entered, right or wrong, as a JSON value for the draft."""
    return field.text() if isinstance(field, LineField | LinesField) else field.value()


def put_raw(field: Field, value: Any) -> None:
    """Enter what `raw()` gave."""
    if isinstance(field, LineField):
        field.line.setText(str(value or ""))
    elif isinstance(field, LinesField):
        field.set_text(str(value or ""))
    else:
        field.set_value(value)


class MasterForm(Form):
    """All fields of one kind of party. `zip_entered` asks for the towns of a postcode."""

    zip_entered = Signal(str)

    def __init__(self, kit: Kit, kind: PartyKind, today: Callable[[], date], parent: QWidget | None = None) -> None:
        """Fields of a person or an organisation."""
        super().__init__(kit, parent)
        self.kind, self._today = kind, today
        self.shown: dict[str, Any] = {}
        self._makers = self._special_fields()
        self._towns = QStringListModel(self)
        row, sides = QHBoxLayout(), (QVBoxLayout(), QVBoxLayout())
        for side in sides:
            row.addLayout(side, 1)
            kit.sized(self, partial(_space, side))
        kit.sized(self, lambda u: row.setSpacing(u(28)))
        self.column.addLayout(row)
        for group, lines in groups_of(kind):
            self._add_group(sides[0 if group in LEFT else 1], group, lines)
        for side in sides:
            side.addStretch(1)
        self._wire()

    def show_card(self, card: CustomerCard, insurers: Sequence[InsurerRow] = ()) -> None:
        """Show the saved values; `insurers` are those with a VU number."""
        field = self["insurer_numbers"]
        assert isinstance(field, InsurerNumbersField)
        field.set_insurers(insurers)
        self.shown = values_of(card)
        self.set_values(self.shown)

    def changed_values(self) -> dict[str, Any]:
        """What differs from the saved values. `check()` first."""
        found = {}
        for name, value in self.values().items():
            clean = "" if value is None and name in _TEXTS else value
            if name in self.shown and clean != self.shown[name] and not (not clean and not self.shown[name]):
                found[name] = clean
        return found

    def raw_values(self) -> dict[str, Any]:
        """What is entered in every field, for the draft."""
        return {name: raw(self[name]) for name in self.shown if self.has(name)}

    def put_raw_values(self, values: dict[str, Any]) -> None:
        """Enter a draft; what stands in the book stays what `is_dirty()` compares with."""
        for name, value in values.items():
            if self.has(name):
                put_raw(self[name], value)

    def has(self, name: str) -> bool:
        """Whether there is a field of this name."""
        return name in self._fields

    def set_advisers(self, advisers: Sequence[AdviserRow]) -> None:
        """The answers of „Betreuung“."""
        field = self["adviser_id"]
        assert isinstance(field, Choice)
        options = [("", self.kit.texts("customer.adviser.none"))]
        field.set_options(
            [*options, *((a.id, f"{a.name} ({a.code})" if a.name != a.code else a.code) for a in advisers)]
        )

    def set_known_tags(self, tags: Sequence[str]) -> None:
        """Tags to offer while typing."""
        field = self["tags"]
        assert isinstance(field, TagsField)
        field.offering.set_offers(tags)

    def set_towns(self, towns: Sequence[str]) -> None:
        """Towns known for the postcode: offered, and taken when nothing is entered yet; free text stays allowed (ux 45)."""
        self._towns.setStringList(list(towns))
        city = self["city"]
        assert isinstance(city, LineField)
        if towns and not city.text():
            city.set_value(towns[0])

    def _add_group(self, side: QVBoxLayout, group: str, lines: tuple[tuple[str, ...], ...]) -> None:
        heading = PlainLabel(self.kit, strong=True)
        self.kit.bind(heading, heading.setText, f"customer.master.{group}")
        side.addWidget(heading)
        for names in lines:
            row = QHBoxLayout()
            row.setSpacing(self.kit.u(10))
            for name in names:
                field = self._make(name)
                self.register(name, field)
                row.addWidget(
                    field, 1 if name in {"zip", "title", "name_prefix", "name_suffix"} else 2, Qt.AlignmentFlag.AlignTop
                )
            side.addLayout(row)

    def _make(self, name: str) -> Field:
        make = self._makers.get(name)
        label = f"customer.field.{name}"
        if make is not None:
            return make(label)
        required = name == "company_name"
        return LineField(self.kit, label, required=required, maximum=300 if name.startswith("company") else 200)

    def _special_fields(self) -> dict[str, Callable[[str], Field]]:
        kit, today = self.kit, self._today
        company = self.kind is PartyKind.ORGANISATION
        founded = "customer.field.founded" if company else ""
        return {
            "birth_date": lambda key: DateField(kit, founded or key, today=today, birth=True),
            "deceased_on": lambda key: DateField(kit, key, today=today, birth=True),
            "customer_since": lambda key: DateField(kit, key, today=today, birth=True),
            "email": lambda key: EmailField(kit, key, maximum=320),
            "phone": lambda key: PhoneField(kit, key),
            "mobile": lambda key: PhoneField(kit, key),
            "iban": lambda key: IbanField(kit, key),
            "contacts": lambda key: ContactsField(kit, key, lines=2, hint_key="customer.field.contacts-hint"),
            "insurer_numbers": lambda key: InsurerNumbersField(
                kit, key, hint_key="customer.field.insurer_numbers-hint"
            ),
            "tags": lambda key: TagsField(kit, key, hint_key="customer.field.tags-hint"),
            "notes": lambda key: NoteField(kit, key, lines=5),
            "salutation": lambda key: self._choice(key, "customer.salutation", SALUTATIONS, empty=True),
            "marital_status": lambda key: self._choice(key, "customer.marital", MARITAL, empty=True),
            "consent_email": lambda key: self._choice(key, "customer.consent", CONSENTS, empty=True),
            "language": lambda key: self._choice(key, "customer.language", tuple(Language)),
            "customer_type": lambda key: self._choice(key, "customer.type", tuple(CustomerType)),
            "customer_status": lambda key: self._choice(key, "customer.status", tuple(CustomerStatus)),
            "adviser_id": lambda key: Choice(kit, key, [("", kit.texts("customer.adviser.none"))]),
            "address_form": lambda key: RadioField(
                kit, key, [(f.value, f"customer.form.{f.value}") for f in AddressForm]
            ),
        }

    def _choice(self, key: str, prefix: str, codes: Sequence[str], *, empty: bool = False) -> Field:
        field = Choice(self.kit, key)

        def name() -> None:
            texts = self.kit.texts
            options = [("", texts("customer.choice.none"))] if empty else []
            field.set_options([*options, *((code, texts(f"{prefix}.{code}")) for code in codes)])

        self.kit.on_language(field, name)
        return field

    def _wire(self) -> None:
        town, postcode, iban = self["city"], self["zip"], self["iban"]
        assert isinstance(town, LineField)
        completer = QCompleter(self._towns, town.line)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        if (popup := completer.popup()) is not None:
            popup.setProperty("popup", True)
        town.line.setCompleter(completer)
        postcode.edited.connect(self._ask_towns)
        iban.left.connect(self._fill_bic)

    def _ask_towns(self) -> None:
        words = str(raw(self["zip"]))
        if len(words) >= 4:
            self.zip_entered.emit(words)

    def _fill_bic(self) -> None:
        """The BIC follows from the IBAN while none is entered (ux 43)."""
        if not raw(self["iban"]) or raw(self["bic"]):
            return
        try:
            bic = Iban(self["iban"].value()).bank()[1]
        except KnownError:
            return
        if bic:
            self["bic"].set_value(bic)
