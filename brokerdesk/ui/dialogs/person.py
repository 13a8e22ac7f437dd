"""Dialogs of the household: add a person, new or known, and say since when somebody no longer belongs to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from brokerdesk.core.clock import local_date
from brokerdesk.core.errors import DeskError
from brokerdesk.models.rows.customers import CustomerCard, HouseholdPerson
from brokerdesk.models.values.names import PartyName
from brokerdesk.services.context import Outcome
from brokerdesk.services.households import RELATIONS
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.dialogs.fitting import fit_height
from brokerdesk.ui.dialogs.person_finder import PersonFinder
from brokerdesk.ui.forms.choices import Choice
from brokerdesk.ui.forms.date_field import DateField
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.chips import Segmented
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar, announce
from brokerdesk.ui.workplace import Workplace


class _FormDialog(Dialog):
    """A small form with one command."""

    def __init__(
        self, place: Workplace, title_key: str, save_key: str, *, parent: QWidget | None, width: int = 460
    ) -> None:
        super().__init__(place.kit, place.text(title_key), parent=parent, width=width)
        self.place = place
        self.today = local_date(place.desk.clock, place.desk.context.time_zone)
        self.form = Form(place.kit)
        self.body.addWidget(self.form)
        cancel, self.save_button = Button(place.kit), Button(place.kit, look=Look.PRIMARY)
        place.kit.bind(cancel, cancel.setText, "ui.dialog.cancel")
        place.kit.bind(self.save_button, self.save_button.setText, save_key)
        cancel.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)
        self.set_buttons(self.save_button, cancel)

    def save(self) -> None:
        """Check and run the use case."""
        if self.form.check():
            self.save_button.setEnabled(False)
            self.place.write(self.work(), receiver=self, done=self._saved, failed=self._refused)

    def work(self) -> Any:
        """The use case with the entered values bound."""
        raise NotImplementedError

    def told(self) -> str:
        """What is said afterwards."""
        raise NotImplementedError

    def _saved(self, outcome: Outcome[str]) -> None:
        self.place.undoable(self.told(), outcome)
        self.accept()

    def _refused(self, problem: DeskError) -> None:
        self.save_button.setEnabled(True)
        self.place.failed(problem)


class PersonDialog(_FormDialog):
    """Somebody for the household: a new person, who takes over address and language, or one who is in the book already."""

    def __init__(self, place: Workplace, card: CustomerCard, *, parent: QWidget | None = None) -> None:
        """`card` is the customer whose household it is."""
        super().__init__(place, "customer.person.title", "customer.person.add", parent=parent, width=540)
        self._card, kit = card, place.kit
        ways = [
            ("new", place.text("customer.person.new"), "plus"),
            ("known", place.text("customer.person.known"), "search"),
        ]
        self.way = Segmented(kit, ways, name=place.text("customer.person.way"))
        self.finder = PersonFinder(place, card.id)
        self.body.insertWidget(0, self.way)
        self.body.insertWidget(1, self.finder)
        self.form.add_row(
            first_name=LineField(kit, "customer.field.first_name", required=True),
            last_name=LineField(kit, "customer.field.last_name", required=True),
        )
        relations = [(r, kit.texts(f"customer.relation.{r}")) for r in RELATIONS if r != "self"]
        self.form.add_row(
            relation=Choice(kit, "customer.field.relation", relations, required=True),
            birth_date=DateField(kit, "customer.field.birth_date", today=lambda: self.today, birth=True),
        )
        self.hint = PlainLabel(kit, tone="muted", wrap=True)
        self.leaves = InfoBar(kit, Status.WARNING, "")
        self.body.addWidget(self.hint)
        self.body.addWidget(self.leaves)
        self.body.addStretch(1)
        self.form.set_values({"last_name": card.name.last_name, "relation": RELATIONS[1]})
        self.way.chosen.connect(lambda _: self._switch())
        self.finder.chosen.connect(self._show_choice)
        self.finder.settled.connect(lambda: self.form["relation"].setFocus(Qt.FocusReason.OtherFocusReason))
        self._switch()

    @property
    def is_known(self) -> bool:
        """Whether somebody of the book is wanted."""
        return self.way.current() == "known"

    def save(self) -> None:
        """Check and run the use case; somebody of the book has to be chosen first."""
        if self.is_known and self.finder.current() is None:
            self.finder.complain()
            fit_height(self)
            return
        super().save()
        fit_height(self)

    def work(self) -> Any:
        """Add the person."""
        values, card, desk, known = self.form.values(), self._card, self.place.desk, self.finder.current()
        if self.is_known and known is not None:
            return lambda: desk.households.join(card.id, known.party_id, relation=values["relation"])
        name = PartyName(first_name=values["first_name"], last_name=values["last_name"])
        return lambda: desk.households.add_person(
            card.id, name=name, relation=values["relation"], birth_date=values["birth_date"]
        )

    def told(self) -> str:
        """Who was added."""
        known = self.finder.current()
        name = known.name if self.is_known and known is not None else self.form["first_name"].value()
        return self.kit.texts("customer.told.person", name=name)

    def _switch(self) -> None:
        known, text = self.is_known, self.place.text
        self.finder.setVisible(known)
        for name in ("first_name", "last_name", "birth_date"):
            self.form[name].setVisible(not known)
            self.form[name].required = not known and name != "birth_date"
        self.form.summary.show_problems([])
        self.save_button.setText(text("customer.person.join" if known else "customer.person.add"))
        self.hint.setText(text("customer.person.join-hint" if known else "customer.person.hint"))
        target: QWidget = self.finder if known else self.form["first_name"]
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_choice()

    def _show_choice(self) -> None:
        """Say which household the chosen person leaves."""
        known = self.finder.current() if self.is_known else None
        leaves = known is not None and bool(known.household)
        if known is not None and leaves:
            words = self.place.text("customer.person.leaves", name=known.name, household=known.household)
            self.leaves.set_words(words)
            announce(self, words)
        self.leaves.setVisible(leaves)
        self.hint.setVisible(not leaves)
        fit_height(self)


class LeaveDialog(_FormDialog):
    """Since when a person no longer belongs to the household."""

    def __init__(
        self, place: Workplace, household_id: str, person: HouseholdPerson, *, parent: QWidget | None = None
    ) -> None:
        """Asks for the day, today unless changed."""
        super().__init__(place, "customer.leave.title", "customer.leave.save", parent=parent)
        self._household_id, self._person = household_id, person
        self.set_title(place.text("customer.leave.title"), person.name)
        self.form.add_row(until=DateField(place.kit, "customer.leave.day", today=lambda: self.today, required=True))
        hint = PlainLabel(place.kit, tone="muted", wrap=True)
        place.kit.bind(hint, hint.setText, "customer.leave.hint")
        self.body.addWidget(hint)
        self.form.set_values({"until": self.today})
        self.form["until"].setFocus(Qt.FocusReason.OtherFocusReason)

    def work(self) -> Any:
        """Note the day."""
        until, desk = self.form["until"].value(), self.place.desk
        household, party = self._household_id, self._person.party_id
        return lambda: desk.households.leave(household, party, until=until)

    def told(self) -> str:
        """Who left."""
        return self.kit.texts("customer.told.left", name=self._person.first_name)
