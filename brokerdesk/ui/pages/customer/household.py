"""The section of the household: who belongs to it, how, which contracts they have; nobody is typed twice."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.models.rows.customers import HouseholdPerson
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.household_strip import relation_words
from brokerdesk.ui.pages.customer.record import CustomerRecord, age_of
from brokerdesk.ui.pages.customer.section import Blank, Section, clear
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Size
from brokerdesk.ui.widgets.labels import ElidingLabel, Link, PlainLabel, rule
from brokerdesk.ui.widgets.status import Avatar, StatusLabel

WIDE = 600


class HouseholdSection(Section):
    """`person_wanted` asks for a new person; the others carry the id of a member."""

    person_wanted = Signal()
    person_chosen = Signal(str)
    role_wanted = Signal(str)
    leaving = Signal(str)

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(kit, parent)
        self._wide = True
        self._heading = PlainLabel(kit, type=Type.SECTION, strong=True)
        head = QHBoxLayout()
        head.addWidget(self._heading)
        head.addStretch(1)
        self.add_button = Button(kit, icon="plus", size=Size.SMALL)
        kit.bind(self.add_button, self.add_button.setText, "customer.household.person")
        self.add_button.clicked.connect(self.person_wanted)
        head.addWidget(self.add_button)
        self.column.addLayout(head)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.column.addLayout(self._rows)
        self._blank = Blank(kit, "customer.household", icon="users-group", on_action=self.person_wanted.emit)
        self.column.addWidget(self._blank)
        self.column.addStretch(1)

    def show_record(self, record: CustomerRecord) -> None:
        """Show a customer."""
        super().show_record(record)
        texts, name = self.kit.texts, record.card.household_name
        self._heading.setText(
            texts("customer.household.title", name=name) if name else texts("customer.section.household")
        )
        clear(self._rows)
        present = {p.party_id for p in record.people}
        for person in (*record.people, *(p for p in record.card.household if p.party_id not in present)):
            self._rows.addWidget(self._row(person, record, gone=person.party_id not in present))
            self._rows.addWidget(rule("soft"))
        self._blank.setVisible(not record.card.household)
        self.add_button.setVisible(bool(record.card.household))

    def fit_room(self, units: int) -> None:
        """Buttons become icons."""
        if self._wide is not (units >= WIDE):
            self._wide = units >= WIDE
            if self.record is not None:
                self.show_record(self.record)

    def _row(self, person: HouseholdPerson, record: CustomerRecord, *, gone: bool) -> QWidget:
        kit, texts = self.kit, self.kit.texts
        own = person.party_id == record.card.id
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, kit.u(7), 0, kit.u(7))
        line.setSpacing(kit.u(10))
        line.addWidget(Avatar(kit, person.name, person.party_id, size=28, letters=person.initials))
        words = QVBoxLayout()
        words.setSpacing(0)
        if own:
            words.addWidget(PlainLabel(kit, person.name, strong=True))
        else:
            link = Link(kit, person.name)
            link.clicked.connect(lambda party=person.party_id: self.person_chosen.emit(party))
            words.addWidget(link)
        words.addWidget(ElidingLabel(kit, self._facts(person, record, own=own), type=Type.HINT, tone="muted"))
        line.addLayout(words, 1)
        if gone:
            until = texts("customer.household.left", date=texts.date(person.until))
            line.addWidget(StatusLabel(kit, Status.ENDED, until))
        elif not own:
            self._add_buttons(line, person)
        line.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        return row

    def _add_buttons(self, line: QHBoxLayout, person: HouseholdPerson) -> None:
        offers = (
            ("customer.household.as-customer", "user-check", self.role_wanted, not person.is_customer),
            ("customer.household.leave", "logout", self.leaving, True),
        )
        for key, icon, signal, possible in offers:
            if possible:
                words = self.kit.texts(key)
                button = Button(self.kit, words if self._wide else "", icon=icon, size=Size.SMALL)
                button.set_name(f"{words} · {person.name}")
                button.clicked.connect(lambda _=False, signal=signal: signal.emit(person.party_id))
                line.addWidget(button)

    def _facts(self, person: HouseholdPerson, record: CustomerRecord, *, own: bool) -> str:
        texts, age = self.kit.texts, age_of(person.birth_date, record.today)
        found = [relation_words(person, texts, own=own)]
        if person.birth_date is not None:
            found.append(texts("customer.head.born", date=texts.date(person.birth_date), n=age or 0))
        if person.contracts:
            found.append(texts("customer.household.contracts", n=person.contracts))
        if person.is_customer and not own:
            found.append(texts("customer.household.is-customer"))
        return " · ".join(found)
