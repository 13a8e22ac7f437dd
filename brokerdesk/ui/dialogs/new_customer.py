"""The short form for a new customer (S1.34): a name and an address are enough; similar customers show while typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from brokerdesk.core.errors import DeskError, KnownError
from brokerdesk.models.rows.customers import SearchHit
from brokerdesk.models.values.names import PartyKind, PartyName, split_person_name
from brokerdesk.services.context import Outcome
from brokerdesk.ui.background.lanes import Job
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.dialogs.fitting import fit_height
from brokerdesk.ui.forms.choices import RadioField
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.forms.text_fields import EmailField
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.chips import Segmented
from brokerdesk.ui.widgets.labels import Link, PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar
from brokerdesk.ui.workplace import Workplace

PAUSE_MS = 150


class SimilarCustomers(QWidget):
    """Existing customers that may be the one being typed; a click opens one instead."""

    chosen = Signal(str)
    resized = Signal()

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        """Hidden while there is none."""
        super().__init__(parent)
        self._place = place
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(place.kit.u(4))
        self.links: list[Link] = []
        self._title = InfoBar(place.kit, Status.WARNING, place.text("customers.new.similar"))
        self._column.addWidget(self._title)
        self.hide()

    def show_hits(self, hits: list[SearchHit]) -> None:
        """Name them, or hide."""
        for link in self.links:
            self._column.removeWidget(link)
            link.deleteLater()
        self.links = []
        for hit in hits:
            words = " · ".join(part for part in (hit.title, hit.subtitle) if part)
            link = Link(self._place.kit, words)
            link.clicked.connect(lambda party_id=hit.party_id: self.chosen.emit(party_id))
            self._column.addWidget(link)
            self.links.append(link)
        self.setVisible(bool(hits))
        self.resized.emit()


class NewCustomerDialog(Dialog):
    """`created` is sent with the new id, `invite_wanted` too when an invitation shall follow."""

    created = Signal(str)
    invite_wanted = Signal(str)

    def __init__(self, place: Workplace, *, company: bool = False, parent: QWidget | None = None) -> None:
        """`company` starts with the form of an organisation."""
        super().__init__(place.kit, place.text("customers.new.title"), parent=parent, width=520)
        self._place, kit = place, place.kit
        self._job: Job | None = None
        self.kind = Segmented(
            kit,
            [
                ("person", place.text("customers.new.person"), "user"),
                ("company", place.text("customers.new.company"), "building"),
            ],
            name=place.text("customers.new.kind"),
        )
        self.form = Form(kit)
        self.name = LineField(kit, "customers.new.name", required=True, placeholder_key="customers.new.name-example")
        self.company = LineField(kit, "customers.new.company-name", required=False)
        self.email = EmailField(kit, "customers.new.email")
        self.address_form = RadioField(kit, "invite.form", [("sie", "invite.sie"), ("du", "invite.du")])
        self.address_form.set_value("sie")
        self.similar = SimilarCustomers(place)
        self.problem: InfoBar | None = None
        self._arrange()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._look)
        self.form.changed.connect(self._timer.start)
        self.similar.chosen.connect(self._open_instead)
        self.similar.resized.connect(lambda: fit_height(self))
        self.kind.chosen.connect(lambda key: self._switch(company=key == "company"))
        self._switch(company=company)

    def _arrange(self) -> None:
        kit, text = self.kit, self._place.text
        self.body.addWidget(self.kind)
        self.form.add_row(name=self.name)
        self.form.add_row(company=self.company)
        self.form.add_row(email=self.email)
        self.form.add_row(address_form=self.address_form)
        self.body.addWidget(self.form)
        self.body.addWidget(self.similar)
        self.body.addWidget(PlainLabel(kit, text("customers.new.enough"), type=Type.HINT, tone="muted", wrap=True))
        full = Link(kit, text("customers.new.full"))
        full.clicked.connect(lambda: self._create(self._open_full))
        self.body.addWidget(full)
        self.body.addStretch(1)
        self.plain = Button(kit, text("customers.new.create"))
        self.plain.clicked.connect(lambda _=False: self._create(self._finish))
        self.primary = Button(kit, text("customers.new.create-and-invite"), icon="device-mobile", look=Look.PRIMARY)
        self.primary.clicked.connect(lambda _=False: self._create(self._finish_and_invite, invite=True))
        cancel = Button(kit, text("ui.dialog.cancel"))
        cancel.clicked.connect(lambda _=False: self.reject())
        self.set_buttons(self.primary, cancel, self.plain)

    def _switch(self, *, company: bool) -> None:
        self.kind.set_current("company" if company else "person")
        self.name.setVisible(not company)
        self.company.setVisible(company)
        self.name.required, self.company.required = not company, company
        (self.company if company else self.name).setFocus()
        self._timer.start()
        fit_height(self)

    def _typed(self) -> PartyName:
        if self.kind.current() == "company":
            return PartyName(kind=PartyKind.ORGANISATION, company_name=self.company.text())
        return split_person_name(self.name.text())

    def _look(self) -> None:
        """Ask for similar customers; an older answer is dropped."""
        if self._job is not None:
            self._job.cancel()
        name, email, desk = self._typed(), self.email.text(), self._place.desk
        if name.is_empty and not email:
            self.similar.show_hits([])
            return
        self._job = self._place.read(
            lambda: desk.customers.similar(name=name, birth_date=None, zip_code="", email=email),
            receiver=self, done=self.similar.show_hits,
        )  # fmt: skip

    def _create(self, done: Callable[[str], object], *, invite: bool = False) -> None:
        self.email.required = invite
        if not self.form.check():
            fit_height(self)
            return
        values, desk = self._values(), self._place.desk
        self.setEnabled(False)
        self._place.write(
            lambda: desk.customers.create(values=values), receiver=self,
            done=lambda outcome: self._made(outcome, done), failed=self._refused,
        )  # fmt: skip

    def _values(self) -> dict[str, Any]:
        name = self._typed()
        values: dict[str, Any] = {"email": self.email.text(), "address_form": self.address_form.value() or "sie"}
        if name.kind is PartyKind.ORGANISATION:
            return values | {"kind": name.kind.value, "company_name": name.company_name}
        return values | {
            "first_name": name.first_name, "name_prefix": name.name_prefix, "last_name": name.last_name, "title": name.title,
        }  # fmt: skip

    def _made(self, outcome: Outcome[str], done: Callable[[str], object]) -> None:
        self.setEnabled(True)
        self.accept()
        self._place.undoable(self._place.text("customers.told.created"), outcome)
        self.created.emit(outcome.value)
        done(outcome.value)

    def _finish(self, party_id: str) -> None:
        """Nothing more: the list shows the new row by its own."""

    def _finish_and_invite(self, party_id: str) -> None:
        self.invite_wanted.emit(party_id)

    def _open_full(self, party_id: str) -> None:
        self._place.navigate("customer", id=party_id, section="master")

    def _open_instead(self, party_id: str) -> None:
        self.reject()
        self._place.navigate("customer", id=party_id)

    def _refused(self, problem: DeskError) -> None:
        self.setEnabled(True)
        if isinstance(problem, KnownError) and problem.code.startswith("email"):
            self.form.set_problem("email", problem)
            return
        if self.problem is not None:
            self.problem.deleteLater()
        self.problem = InfoBar(self.kit, Status.ERROR, self._place.sentence(problem))
        self.body.insertWidget(0, self.problem)
        fit_height(self)
