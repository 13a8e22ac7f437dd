"""What the page of one customer does: dialogs, releases, archive, household. Each use case runs on the write lane.

Commands that list and page share (inviting, resending, calling …) belong to the area of the list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from brokerdesk.models.rows.contracts import ContractRow
from brokerdesk.services.context import Outcome
from brokerdesk.ui.dialogs.base import confirm
from brokerdesk.ui.dialogs.claim import ClaimDialog
from brokerdesk.ui.dialogs.contract import ContractDialog
from brokerdesk.ui.dialogs.overview_preview import OverviewPreview
from brokerdesk.ui.dialogs.person import LeaveDialog, PersonDialog
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.widgets.controls import Menu
from brokerdesk.ui.workplace import Workplace


class DetailCommands(QObject):
    """One per page; `record` is the customer shown."""

    def __init__(self, place: Workplace, window: QWidget) -> None:
        """Dialogs stand on `window`."""
        super().__init__(window)
        self._place, self._window = place, window
        self.record: CustomerRecord | None = None
        self.dialog: QDialog | None = None

    def open_contract(self, contract_id: str) -> None:
        """Show a contract and let it be changed."""
        self._show(ContractDialog(self._place, contract_id=contract_id, parent=self._window))

    def new_contract(self) -> None:
        """Ask for a new contract of the customer."""
        if self.record is not None:
            self._show(ContractDialog(self._place, party_id=self.record.card.id, parent=self._window))

    def open_claim(self, claim_id: str) -> None:
        """Show a claim and let it be changed."""
        record = self.record
        claim = next((c for c in record.claims if c.id == claim_id), None) if record is not None else None
        if claim is not None:
            self._show(ClaimDialog(self._place, claim=claim, parent=self._window))

    def new_claim(self, contract_id: str = "") -> None:
        """Ask for a new claim; the contract is chosen in the dialog unless it is given."""
        if self.record is not None and self.record.contracts:
            dialog = ClaimDialog(
                self._place, contracts=self.record.contracts, contract_id=contract_id, parent=self._window
            )
            self._show(dialog)

    def open_person(self, party_id: str) -> None:
        """Show another member of the household."""
        if self.record is not None and party_id != self.record.card.id:
            self._place.navigate("customer", id=party_id)

    def revoke(self) -> None:
        """Take the invitation back after a question: its link dies and cannot be made alive again."""
        record, texts = self.record, self._place.kit.texts
        if record is None:
            return
        words = texts("customer.app.revoke-words", name=record.card.name.full)
        yes = texts("customer.app.revoke-yes")
        if confirm(self._place.kit, self._window, texts("customer.app.revoke-title"), words, yes, danger=True):
            desk, party_id = self._place.desk, record.card.id
            self._run(lambda: desk.invitations.revoke(party_id), "customer.told.revoked")

    def add_person(self) -> None:
        """Ask for a person of the household."""
        if self.record is not None:
            self._show(PersonDialog(self._place, self.record.card, parent=self._window))

    def overview(self) -> None:
        """Show the contract overview as it will be printed."""
        if self.record is not None and self.record.contracts:
            self._show(
                OverviewPreview(self._place, self.record.card.id, name=self.record.card.name.full, parent=self._window)
            )

    def toggle_eye(self, contract_id: str) -> None:
        """Show a contract in the app, or hide it, with undo (S2.54)."""
        row = self.record.contract(contract_id) if self.record is not None else None
        if row is None:
            return
        released, desk = not row.released, self._place.desk
        key = "contract.told.shown" if released else "contract.told.hidden"
        self._run(
            lambda: desk.contracts.release([contract_id], released=released), key, title=row.product or row.number
        )

    def archive_contract(self, row: ContractRow) -> None:
        """Take a contract out of the lists, or back."""
        desk, archived = self._place.desk, not row.archived
        key = "contract.told.archived" if archived else "contract.told.restored"
        self._run(lambda: desk.contracts.archive(row.id, archived=archived), key, title=row.product or row.number)

    def archive_customer(self, *, archived: bool) -> None:
        """Take the customer out of the lists, or back."""
        if self.record is None:
            return
        desk, party_id = self._place.desk, self.record.card.id
        key = "customer.told.archived" if archived else "customer.told.restored"
        self._run(lambda: desk.customers.archive(party_id, archived=archived), key)

    def give_role(self, party_id: str) -> None:
        """Turn a person into a customer (ux 37)."""
        desk = self._place.desk
        self._run(lambda: desk.customers.give_customer_role(party_id), "customer.told.role")

    def leave_household(self, party_id: str) -> None:
        """Ask since when a person no longer belongs to the household."""
        record = self.record
        person = next((p for p in record.card.household if p.party_id == party_id), None) if record else None
        if record is not None and record.card.household_id and person is not None:
            self._show(LeaveDialog(self._place, record.card.household_id, person, parent=self._window))

    def undo(self, work: str) -> None:
        """Put back what one unit of work changed."""
        desk = self._place.desk
        self._run(lambda: desk.history.undo(work), "customer.told.undone")

    def save_note(self, words: str, done: Callable[[Outcome[str]], object]) -> None:
        """Save the note of the customer."""
        if self.record is not None:
            desk, party_id = self._place.desk, self.record.card.id
            self._place.write(
                lambda: desk.customers.edit(party_id, values={"notes": words or None}), receiver=self, done=done
            )

    def contract_menu(self, row: ContractRow) -> QMenu:
        """The context menu of a contract."""
        menu, texts = Menu(self._place.kit, parent=self._window), self._place.kit.texts
        eye = "contract.menu.hide" if row.released else "contract.menu.show"
        archive = "contract.menu.restore" if row.archived else "contract.menu.archive"
        entries: tuple[tuple[str, str, Callable[[], object]], ...] = (
            ("contract.menu.open", "file-text", lambda: self.open_contract(row.id)),
            (eye, "eye-off" if row.released else "eye", lambda: self.toggle_eye(row.id)),
            ("contract.menu.claim", "flame", lambda: self.new_claim(row.id)),
            (archive, "archive", lambda: self.archive_contract(row)),
        )
        for key, icon, work in entries:
            action = QAction(self._place.kit.icons.icon(icon), texts(key), menu)
            action.triggered.connect(lambda _=False, work=work: work())
            menu.addAction(action)
        return menu

    def _show(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(lambda _: self._closed(dialog))
        dialog.open()

    def _closed(self, dialog: QDialog) -> None:
        dialog.deleteLater()
        if self.dialog is dialog:
            self.dialog = None

    def _run(self, work: Callable[[], Outcome[Any]], key: str, **values: object) -> None:
        def told(outcome: Outcome[Any]) -> None:
            self._place.undoable(self._place.text(key, **values), outcome)

        self._place.write(work, receiver=self, done=told)
