"""The section of master data: everything saved in groups, and the form to change it, with a draft that survives.

Saving passes only what was changed. A draft is kept while typing and offered again after a crash, a lock or a look
elsewhere (ux.md 27).
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.core.errors import DeskError, KnownError
from brokerdesk.models.rows.customers import AdviserRow
from brokerdesk.models.values.states import AppState
from brokerdesk.services.context import Outcome
from brokerdesk.services.drafts import SavedDraft
from brokerdesk.ui.pages.customer.master_form import MasterForm
from brokerdesk.ui.pages.customer.master_view import MasterView
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.pages.customer.section import Section
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Look, Size
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar
from brokerdesk.ui.workplace import Workplace

DRAFT_DELAY_MS = 800
_BOUND = frozenset(
    (AppState.QUEUED, AppState.INVITED, AppState.STOPPED, AppState.EXPIRED, AppState.REGISTERED, AppState.DEACTIVATED,
     AppState.WAITING, AppState.LEGACY)
)  # fmt: skip
"""States in which an access or a living link hangs on the address (S1.44)."""
_FIELD_OF_CODE = {
    "email-invalid": "email", "phone-invalid": "mobile", "name-missing": "last_name", "tag-too-long": "tags",
    "insurer-number-invalid": "insurer_numbers",
}  # fmt: skip


class MasterDataSection(Section):
    """`editing` tells that the form is shown or gone, `kept` when a draft was saved."""

    editing = Signal(bool)
    kept = Signal(str)

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(place.kit, parent)
        self._place = place
        self.form: MasterForm | None = None
        self._draft_of = ""
        self.view = MasterView(place.kit)
        self._bars = QVBoxLayout()
        self._slot = QVBoxLayout()
        self._slot.addWidget(self.view)
        self._head = self._make_head()
        self.column.addWidget(self._head)
        self.column.addLayout(self._bars)
        self.column.addLayout(self._slot)
        self.column.addStretch(1)
        self._email_bar: InfoBar | None = None
        self._conflict_bar: InfoBar | None = None
        self._draft_bar: InfoBar | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_DELAY_MS)
        self._timer.timeout.connect(self.keep_draft)

    @property
    def is_editing(self) -> bool:
        """Whether the form is shown."""
        return self.form is not None

    def show_record(self, record: CustomerRecord) -> None:
        """Show a customer; while he is being edited only what stands around the form follows."""
        if self.record is not None and self.record.card.id != record.card.id:
            self.leave()
        first = self.record is None or self.record.card.id != record.card.id
        super().show_record(record)
        self.view.show_record(record)
        self._show_conflicts(record)
        if first:
            self._look_for_draft(record.card.id)

    def begin(self, field: str = "") -> None:
        """Show the form, with the cursor in `field`."""
        record = self.record
        if record is None:
            return
        if self.form is None:
            self.form = form = MasterForm(self.kit, record.card.name.kind, lambda: record.today)
            form.show_card(record.card, record.insurers)
            form.changed.connect(self._typed)
            form.zip_entered.connect(self._towns)
            self._slot.addWidget(form)
            self.view.hide()
            self._buttons(editing=True)
            self.editing.emit(True)
            self._load_choices()
        first = "company_name" if record.is_organisation else "first_name"
        target = field if self.form.has(field) else first
        self.form[target].setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Check and save what was changed; problems stand at their fields."""
        form, record = self.form, self.record
        if form is None or record is None or not form.check():
            return
        values = form.changed_values()
        if not values:
            self.finish()
            return
        desk, party_id = self._place.desk, record.card.id

        def work() -> Outcome[str]:
            outcome = desk.customers.edit(party_id, values=values)
            desk.drafts.discard(_form_name(party_id))
            return outcome

        self._timer.stop()
        self._place.write(work, receiver=self, done=self._saved, failed=self._refused)

    def cancel(self) -> None:
        """Close the form and forget what was typed; the words can be taken back by „Rückgängig“."""
        form, record = self.form, self.record
        if form is None or record is None:
            return
        typed = form.raw_values() if form.is_dirty() else None
        self.finish()
        drafts, name = self._place.desk.drafts, _form_name(record.card.id)
        self._place.write(lambda: drafts.discard(name), receiver=self)
        if typed is not None:
            self._place.notices.toast(self.kit.texts("customer.draft.discarded"), undo=lambda: self._restore(typed))

    def finish(self) -> None:
        """Back to the saved values."""
        self._timer.stop()
        self._close_bar("_draft_bar")
        self._close_bar("_email_bar")
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
            self.form = None
            self.view.show()
            self._buttons(editing=False)
            self.editing.emit(False)

    def leave(self) -> None:
        """Another customer is shown: keep what was typed."""
        if self.form is not None:
            if self.form.is_dirty():
                self.keep_draft()
            self.finish()
        self._draft_of = ""

    def keep_draft(self) -> None:
        """Save the draft now."""
        self._timer.stop()
        if self.form is None or self.record is None:
            return
        drafts, values, party_id = self._place.desk.drafts, self.form.raw_values(), self.record.card.id
        texts = self.kit.texts

        def kept(outcome: Outcome[Any]) -> None:
            self.kept.emit(texts("customer.draft.kept", time=texts.time(outcome.value)))

        self._place.write(lambda: drafts.save(_form_name(party_id), values), receiver=self, done=kept)

    def _make_head(self) -> QWidget:
        head, kit = QWidget(), self.kit
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        title = PlainLabel(kit, type=Type.SECTION, strong=True)
        kit.bind(title, title.setText, "customer.section.master")
        self._edit = Button(kit, icon="pencil", size=Size.SMALL)
        self._cancel = Button(kit, size=Size.SMALL)
        self._save = Button(kit, look=Look.PRIMARY, size=Size.SMALL)
        for button, key, work in (
            (self._edit, "customer.master.edit", self.begin),
            (self._cancel, "ui.dialog.cancel", self.cancel),
            (self._save, "customer.master.save", self.save),
        ):
            kit.bind(button, button.setText, key)
            button.clicked.connect(lambda _=False, work=work: work())
        row.addWidget(title)
        row.addStretch(1)
        for button in (self._edit, self._cancel, self._save):
            row.addWidget(button)
        self._buttons(editing=False)
        return head

    def _buttons(self, *, editing: bool) -> None:
        self._edit.setVisible(not editing)
        self._cancel.setVisible(editing)
        self._save.setVisible(editing)

    def _saved(self, outcome: Outcome[str]) -> None:
        self.finish()
        self._place.undoable(self.kit.texts("customer.told.saved"), outcome)

    def _refused(self, problem: DeskError) -> None:
        code = problem.code
        name = "iban" if code.startswith("iban") else _FIELD_OF_CODE.get(code, "")
        if self.record is not None and name == "last_name" and self.record.is_organisation:
            name = "company_name"
        if self.form is not None and isinstance(problem, KnownError) and self.form.has(name):
            self.form.set_problem(name, problem)
        else:
            self._place.failed(problem)

    def _typed(self) -> None:
        self._timer.start()
        form, record = self.form, self.record
        if form is None or record is None or not form.has("email"):
            return
        now = form.raw_values()["email"]
        bound = record.block.state in _BOUND and now != (record.card.email or "")
        if bound and self._email_bar is None:
            key = "registered" if record.block.state in {AppState.REGISTERED, AppState.DEACTIVATED} else "invited"
            words = self.kit.texts(f"customer.email-warning.{key}", email=record.card.email or "–")
            self._email_bar = self._bar(Status.WARNING, words)
        elif not bound:
            self._close_bar("_email_bar")

    def _bar(self, status: Status, words: str, **options: Any) -> InfoBar:
        bar = InfoBar(self.kit, status, words, **options)
        self._bars.addWidget(bar)
        return bar

    def _close_bar(self, name: str) -> None:
        bar: InfoBar | None = getattr(self, name)
        if bar is not None:
            bar.hide()
            bar.deleteLater()
            setattr(self, name, None)

    def _show_conflicts(self, record: CustomerRecord) -> None:
        self._close_bar("_conflict_bar")
        if record.card.open_conflicts:
            texts = self.kit.texts
            self._conflict_bar = self._bar(
                Status.WARNING,
                texts("customer.conflicts.words", n=record.card.open_conflicts),
                action=texts("customer.conflicts.open"),
                on_action=lambda: self._place.navigate("sync"),
            )

    def _look_for_draft(self, party_id: str) -> None:
        drafts = self._place.desk.drafts
        self._draft_of = party_id

        def found(draft: SavedDraft | None) -> None:
            if draft is not None and self._draft_of == party_id and self.form is None:
                self._restore(draft.values)
                words = self.kit.texts("customer.draft.restored", time=self.kit.texts.moment(draft.saved_at))
                self._close_bar("_draft_bar")
                self._draft_bar = self._bar(
                    Status.INFO, words, action=self.kit.texts("customer.draft.discard"), on_action=self.cancel
                )

        self._place.read(lambda: drafts.find(_form_name(party_id)), receiver=self, done=found)

    def _restore(self, values: dict[str, Any]) -> None:
        self.begin()
        if self.form is not None:
            self.form.put_raw_values(values)
            self._typed()

    def _towns(self, postcode: str) -> None:
        office = self._place.desk.office

        def found(towns: list[str]) -> None:
            if self.form is not None:
                self.form.set_towns(towns)

        self._place.read(lambda: office.cities(postcode), receiver=self, done=found)

    def _load_choices(self) -> None:
        desk = self._place.desk

        def found(answers: tuple[list[AdviserRow], list[str]]) -> None:
            if self.form is not None:
                self.form.set_advisers(answers[0])
                self.form.set_known_tags(answers[1])

        self._place.read(lambda: (desk.office.advisers(), desk.customers.tags()), receiver=self, done=found)


def _form_name(party_id: str) -> str:
    return f"party:{party_id}"
