"""The dialog of one contract: create it, or see everything known of it and change it.

At the right stands what deliveries brought: parts, facts of the line, persons, claims, commission lines. It is read only.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from brokerdesk.core.clock import local_date
from brokerdesk.core.errors import DeskError, KnownError
from brokerdesk.models.rows.contracts import ContractCard, InsurerRow
from brokerdesk.models.rows.customers import AdviserRow
from brokerdesk.services.context import Outcome
from brokerdesk.services.desk import Desk
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.dialogs.contract_facts import ContractFacts
from brokerdesk.ui.dialogs.contract_form import ContractForm
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.labels import rule
from brokerdesk.ui.workplace import Workplace

_FIELD_OF_CODE = {"period-reversed": "end", "insurer-missing": "insurer"}
_Read = tuple[ContractCard | None, list[InsurerRow], list[AdviserRow]]


class ContractDialog(Dialog):
    """With `contract_id` an existing contract, else a new one of `party_id`."""

    def __init__(
        self, place: Workplace, *, contract_id: str = "", party_id: str = "", parent: QWidget | None = None
    ) -> None:
        """Reads off the GUI thread; can be shown at once."""
        known = bool(contract_id)
        title = place.text("contract.dialog.title" if known else "contract.dialog.new")
        super().__init__(place.kit, title, parent=parent, width=1000 if known else 600, height=680)
        self._place, self._contract_id, self._party_id = place, contract_id, party_id
        desk = place.desk
        self.form = ContractForm(place.kit, desk.lines, lambda: local_date(desk.clock, desk.context.time_zone))
        self.facts: ContractFacts | None = ContractFacts(place.kit) if known else None
        self._lay_out()
        cancel, self.save_button = Button(place.kit), Button(place.kit, look=Look.PRIMARY)
        place.kit.bind(cancel, cancel.setText, "ui.dialog.cancel")
        place.kit.bind(
            self.save_button, self.save_button.setText, "contract.dialog.save" if known else "contract.dialog.create"
        )
        cancel.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)
        self.set_buttons(self.save_button, cancel)
        if not known:
            self.form.show_new()
        self.save_button.setEnabled(not known)
        place.read(lambda: _read(desk, contract_id), receiver=self, done=self._show)
        self.form.insurer.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Check and save; a new insurer is made on the way."""
        if not self.form.check():
            return
        desk, name, insurer_id = self._place.desk, self.form.insurer.text(), self.form.insurer.known_id()
        contract_id, party_id = self._contract_id, self._party_id
        values = self.form.changed_values() if contract_id else self.form.entered()

        def work() -> Outcome[str]:
            chosen = insurer_id or desk.contracts.insurer_named(name).value
            if contract_id:
                if chosen != desk.contracts.card(contract_id).insurer_id:
                    values["insurer_id"] = chosen
                return desk.contracts.edit(contract_id, values=values) if values else Outcome(contract_id)
            return desk.contracts.create(party_id, values={**values, "insurer_id": chosen})

        self.save_button.setEnabled(False)
        self._place.write(work, receiver=self, done=self._saved, failed=self._refused)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(_scrolled(self.form), 5)
        if self.facts is not None:
            row.addSpacing(self.kit.u(16))
            row.addWidget(rule("v"))
            row.addSpacing(self.kit.u(16))
            row.addWidget(_scrolled(self.facts, sideways=True), 4)
        self.body.addLayout(row, 1)

    def _show(self, found: _Read) -> None:
        card, insurers, advisers = found
        self.form.insurer.set_insurers(insurers)
        if card is not None:
            self.form.show_card(card)
            self.set_title(
                card.product or self.kit.texts("contract.dialog.title"), f"{card.insurer} · {card.number}".strip(" ·")
            )
            if self.facts is not None:
                self.facts.show_card(card, self._place.desk.lines)
        self.form.set_choices(advisers)
        self.save_button.setEnabled(True)

    def _saved(self, outcome: Outcome[str]) -> None:
        if outcome.undo is not None:
            key = "contract.told.saved" if self._contract_id else "contract.told.created"
            self._place.undoable(self.kit.texts(key), outcome)
        self.accept()

    def _refused(self, problem: DeskError) -> None:
        self.save_button.setEnabled(True)
        name = _FIELD_OF_CODE.get(problem.code)
        if name is not None and isinstance(problem, KnownError):
            self.form.set_problem(name, problem)
        else:
            self._place.failed(problem)


def _read(desk: Desk, contract_id: str) -> _Read:
    card = desk.contracts.card(contract_id) if contract_id else None
    return card, desk.contracts.insurers(), desk.office.advisers()


def _scrolled(inner: QWidget, *, sideways: bool = False) -> QScrollArea:
    area: Any = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    if not sideways:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    inner.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area  # type: ignore[no-any-return]
