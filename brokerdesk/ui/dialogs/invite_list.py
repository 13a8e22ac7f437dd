"""The preflight of an invitation for several customers: who is ready, who is left out and why, addresses completed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.contact import EmailAddress
from brokerdesk.ui.dialogs.invite_work import InviteFacts
from brokerdesk.ui.forms.choices import RadioField
from brokerdesk.ui.forms.text_fields import EmailField
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.tables.columns import Cell, Column, Kind
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.buttons import Button
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.workplace import Workplace


class InviteList(QWidget):
    """`changed` is sent when the number of those who are ready changes."""

    changed = Signal()

    def __init__(self, place: Workplace, facts: Sequence[InviteFacts], parent: QWidget | None = None) -> None:
        """Gaps first, then who is skipped, then who is ready."""
        super().__init__(parent)
        self._place = place
        self.emails: dict[str, str] = {}
        self._facts = sorted(facts, key=lambda f: (not f.email_problem, f.block.invite.enabled, f.name.casefold()))
        kit = place.kit
        self.model: StaticTableModel[InviteFacts] = StaticTableModel(kit, self._columns())
        self.table = TableView(kit, self.model, name_key="invite.list.name")
        self.count = PlainLabel(kit, strong=True)
        self.form = RadioField(
            kit, "invite.form", [("own", "invite.form-own"), ("sie", "invite.form-sie"), ("du", "invite.form-du")]
        )
        self.form.set_value("own")
        self.email = EmailField(kit, "invite.list.email")
        self._take_button = Button(kit, place.text("invite.list.take"))
        self._arrange()
        self.table.current_changed.connect(lambda _row: self._show_gap())
        self.table.acted.connect(lambda _row, _action: self.email.setFocus())
        self._take_button.clicked.connect(lambda _=False: self.take())
        self.email.line.returnPressed.connect(self.take)
        self._refill()
        if self._facts:
            self.table.go_to(0)

    def ready(self) -> list[str]:
        """Whom an invitation can go to now."""
        return [f.party_id for f in self._facts if self._reason(f) is None]

    def address_form(self) -> str | None:
        """Du or Sie for all, or None for each customer's own."""
        value = self.form.value()
        return None if value == "own" else value

    def take(self) -> None:
        """Take the typed address for the current row and go to the next gap."""
        facts = self._current()
        if facts is None or not facts.email_problem or not self.email.check() or self.email.is_empty():
            return
        self.emails[facts.party_id] = str(self.email.value())
        row = self.table.currentIndex().row()
        self._refill()
        self.table.go_to(next((i for i, f in enumerate(self._facts) if self._reason(f) and f.email_problem), row))
        self._show_gap()
        self.changed.emit()
        if self._gap() is not None:
            self.email.setFocus()
        else:
            self.table.setFocus()

    def _arrange(self) -> None:
        kit = self._place.kit
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(kit.u(12))
        column.addWidget(self.count)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.addWidget(self.email, 1)
        row.addWidget(self._take_button, 0, Qt.AlignmentFlag.AlignBottom)
        self._gap_row = QWidget()
        self._gap_row.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._gap_row)
        column.addWidget(self.form)

    def _refill(self) -> None:
        self.model.set_rows(self._facts)
        ready = len(self.ready())
        self.count.setText(
            self._place.text("invite.list.count", n=ready, total=len(self._facts), skipped=len(self._facts) - ready)
        )

    def _current(self) -> InviteFacts | None:
        row = self.table.currentIndex().row()
        return self.model.row_at(row) if row >= 0 else None

    def _gap(self) -> InviteFacts | None:
        facts = self._current()
        return facts if facts is not None and facts.email_problem and self._reason(facts) else None

    def _show_gap(self) -> None:
        gap = self._gap()
        self._gap_row.setEnabled(gap is not None)
        self.email.set_value(None)
        self.email.line.setText((gap.block.email or "") if gap is not None else "")

    def _reason(self, facts: InviteFacts) -> str | None:
        reason = facts.block.invite.reason
        if facts.email_problem and _fits(self.emails.get(facts.party_id, "")):
            return None
        return reason

    def _columns(self) -> tuple[Column[Any], ...]:
        return (
            Column(key="name", title_key="customers.column.name", kind=Kind.AVATAR, cell=_name, stretch=True),
            Column(key="email", title_key="invite.email", cell=self._email, width=240),
            Column(key="form", title_key="invite.form", cell=_form, width=56),
            Column(key="state", title_key="invite.list.state", kind=Kind.STATUS, cell=self._state, width=200),
        )

    def _email(self, facts: InviteFacts, texts: Translator) -> Cell:
        return Cell(text=self.emails.get(facts.party_id) or facts.block.email or "–", muted=not facts.block.email)

    def _state(self, facts: InviteFacts, texts: Translator) -> Cell:
        reason = self._reason(facts)
        if reason is None:
            key = "invite.list.completed" if facts.party_id in self.emails else "invite.list.ready"
            return Cell(text=texts(key), status=Status.OK)
        if facts.email_problem:
            return Cell(
                text=texts(reason), status=Status.WARNING, action=texts("customers.app.action.complete"),
                action_id="complete", action_icon="pencil",
            )  # fmt: skip
        return Cell(
            text=texts(reason), status=Status.NEUTRAL, spoken=texts("invite.list.skipped", reason=texts(reason))
        )


def _name(facts: InviteFacts, texts: Translator) -> Cell:
    return Cell(text=facts.name, seed=facts.party_id, letters=facts.initials, square=facts.is_organisation)


def _form(facts: InviteFacts, texts: Translator) -> Cell:
    return Cell(text=texts(f"invite.{facts.address_form}"), muted=True)


def _fits(text: str) -> bool:
    try:
        EmailAddress.parse(text)
    except KnownError:
        return False
    return True
