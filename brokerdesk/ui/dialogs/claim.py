"""The dialog of one claim: report it for a contract, or change what is known of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from brokerdesk.core.clock import local_date
from brokerdesk.core.errors import DeskError
from brokerdesk.models.rows.contracts import ClaimRow, ContractRow
from brokerdesk.models.values.states import ClaimStatus
from brokerdesk.services.context import Outcome
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.forms.choices import Choice
from brokerdesk.ui.forms.date_field import DateField
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.forms.text_fields import MoneyField, NoteField
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.workplace import Workplace

FIELDS = "number occurred_on reported_on status paid_cents reserve_cents description".split()


class ClaimDialog(Dialog):
    """With `claim` an existing one, else a new one of one of `contracts`."""

    def __init__(
        self, place: Workplace, *, claim: ClaimRow | None = None, contracts: Sequence[ContractRow] = (),
        contract_id: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`contract_id` chooses the contract of a new claim."""
        title = place.text("claim.dialog.title" if claim is not None else "claim.dialog.new")
        super().__init__(place.kit, title, parent=parent, width=520)
        self._place, self._claim = place, claim
        self.form = Form(place.kit)
        self._add_fields(contracts, contract_id)
        self.body.addWidget(self.form)
        cancel, self.save_button = Button(place.kit), Button(place.kit, look=Look.PRIMARY)
        place.kit.bind(cancel, cancel.setText, "ui.dialog.cancel")
        place.kit.bind(self.save_button, self.save_button.setText, "claim.dialog.save")
        cancel.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)
        self.set_buttons(self.save_button, cancel)
        if claim is not None:
            self.set_title(title, claim.contract)
            self.form.set_values({name: getattr(claim, name) for name in FIELDS})
        self.form["occurred_on"].setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Check and save."""
        if not self.form.check():
            return
        values = self.form.values()
        contract_id = values.pop("contract", None)
        values["number"] = values["number"] or ""
        desk, claim = self._place.desk, self._claim
        self.save_button.setEnabled(False)

        def work() -> Outcome[str]:
            if claim is None:
                return desk.contracts.add_claim(str(contract_id), values=values)
            return desk.contracts.edit_claim(claim.id, values=values)

        self._place.write(work, receiver=self, done=self._saved, failed=self._refused)

    def _add_fields(self, contracts: Sequence[ContractRow], contract_id: str) -> None:
        kit, desk, form = self.kit, self._place.desk, self.form
        today = local_date(desk.clock, desk.context.time_zone)
        if self._claim is None:
            options = [(c.id, " · ".join(p for p in (c.product, c.insurer, c.number) if p)) for c in contracts]
            choice = Choice(kit, "claim.field.contract", options, required=True)
            choice.set_value(contract_id or (options[0][0] if len(options) == 1 else None))
            form.add_row(contract=choice)
        form.add_row(
            occurred_on=DateField(kit, "customer.field.occurred_on", today=lambda: today, birth=True, required=True),
            reported_on=DateField(kit, "customer.field.reported_on", today=lambda: today, birth=True),
        )
        statuses = [(s.value, kit.texts(f"claim.status.{s.value}")) for s in ClaimStatus]
        form.add_row(
            number=LineField(kit, "customer.field.claim.number", maximum=40),
            status=Choice(kit, "customer.field.claim.status", statuses),
        )
        form.add_row(
            paid_cents=MoneyField(kit, "customer.field.paid_cents"),
            reserve_cents=MoneyField(kit, "customer.field.reserve_cents"),
        )
        form.add_row(description=NoteField(kit, "customer.field.description"))
        if self._claim is None:
            form.set_values({"status": ClaimStatus.REPORTED.value, "reported_on": today})

    def _saved(self, outcome: Outcome[str]) -> None:
        key = "claim.told.saved" if self._claim is not None else "claim.told.created"
        self._place.undoable(self.kit.texts(key), outcome)
        self.accept()

    def _refused(self, problem: DeskError) -> None:
        self.save_button.setEnabled(True)
        self._place.failed(problem)
