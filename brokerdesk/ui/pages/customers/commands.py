"""What the commands around customers do; shared by list, reading pane and detail.

Asks the use cases on the write lane and tells the outcome with undo. Which customer is meant is the record of the
context; the list adds the ticked ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from brokerdesk.models.rows.activity import AppBlock
from brokerdesk.models.rows.customers import CustomerCard
from brokerdesk.services.context import Outcome
from brokerdesk.services.invitations import InviteResult
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.actions.spec import ActionContext
from brokerdesk.ui.app_status import AppAction
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.dialogs.invite_work import needs_a_look, newly_released, restart_by_default, take_back
from brokerdesk.ui.pages.customers.actions import REASONS, reasons_for
from brokerdesk.ui.workplace import Workplace

SHARED = "customer_commands"


def call(card: CustomerCard) -> None:
    """Hand the number to the telephone program."""
    QDesktopServices.openUrl(QUrl(f"tel:{card.mobile or card.phone}"))


def mail(card: CustomerCard) -> None:
    """Hand the address to the mail program."""
    QDesktopServices.openUrl(QUrl(f"mailto:{card.email}"))


class CustomerCommands(QObject):
    """One per workplace: `CustomerCommands.of(place, window)`."""

    call = staticmethod(call)
    mail = staticmethod(mail)

    def __init__(self, place: Workplace, window: QWidget) -> None:
        """`window` is what dialogs stand on."""
        super().__init__(window)
        self._place, self._window = place, window
        self.dialog: Dialog | None = None
        self.chosen: Callable[[], list[str]] = list
        """Ids of the ticked customers while the list is shown."""
        if isinstance(place.actions, ActionRegistry):
            self._connect(place.actions)

    @classmethod
    def of(cls, place: Workplace, window: QWidget) -> CustomerCommands:
        """The commands of this workplace, made at the first question."""
        found = place.extras.get(SHARED)
        if not isinstance(found, cls):
            found = place.extras[SHARED] = cls(place, window)
        return found

    def context(
        self, page: str, *, card: CustomerCard | None = None, block: AppBlock | None = None, selected: int = 0
    ) -> ActionContext:
        """The context of a page that shows this customer, with the reasons of what is not possible for him."""
        online = self._place.exchange.online
        reasons = reasons_for(card, block, online=online) if card is not None and block is not None else {}
        return ActionContext(
            page=page,
            selected=selected,
            record=card.id if card is not None else "",
            facts={REASONS: reasons, "online": online},
        )

    def open(self, party_id: str, section: str = "") -> None:
        """Show the customer."""
        self._place.navigate("customer", id=party_id, **({"section": section} if section else {}))

    def create(self, *, company: bool = False) -> None:
        """Ask for a new customer."""
        from brokerdesk.ui.dialogs.new_customer import NewCustomerDialog

        dialog = NewCustomerDialog(self._place, company=company, parent=self._window)
        dialog.invite_wanted.connect(lambda party_id: self.invite([party_id]))
        self.dialog = dialog
        dialog.open()

    def overview(self, party_id: str) -> None:
        """Show the contract overview as it will be printed."""
        from brokerdesk.ui.dialogs.overview_preview import OverviewPreview

        name = self._place.desk.customers.card(party_id).name.full
        self.dialog = OverviewPreview(self._place, party_id, name=name, parent=self._window)
        self.dialog.open()

    def invite(self, party_ids: Sequence[str]) -> None:
        """Open the invitation dialog for these customers; it knows their state (S2.47)."""
        if not party_ids:
            return
        from brokerdesk.ui.dialogs.invite import InviteDialog

        dialog = InviteDialog(self._place, list(party_ids), parent=self._window)
        dialog.invited.connect(self.told_invited)
        dialog.asked.connect(lambda key: self._place.notices.toast(self._place.text(key)))
        self.dialog = dialog
        dialog.open()

    def act(self, action: str, party_id: str) -> None:
        """Do what the cell of the list offered: by one click where nothing needs a look, else in the dialog (S1.03)."""
        desk = self._place.desk
        done: Callable[[AppBlock], object] = lambda block: self._act(AppAction(action), block)  # noqa: E731
        self._place.read(lambda: desk.invitations.block(party_id), receiver=self, done=done)

    def _act(self, action: AppAction, block: AppBlock) -> None:
        if action is AppAction.WITHDRAW:
            self.withdraw(block.party_id)
        elif action is AppAction.REVIEW:
            self._place.navigate("sync")
        elif action is AppAction.COMPLETE and "name" in block.missing:
            self.open(block.party_id, "master")
        elif action is AppAction.INVITE and not needs_a_look(block):
            self._invite_now(block)
        elif action is AppAction.RESEND and block.resend.enabled and not block.t_online:
            self._resend_now(block)
        else:
            self.invite([block.party_id])

    def _invite_now(self, block: AppBlock) -> None:
        desk = self._place.desk
        self._place.write(lambda: desk.invitations.invite([block.party_id]), receiver=self, done=self.told_invited)

    def told_invited(self, outcome: Outcome[list[InviteResult]]) -> None:
        """Say how many invitations wait now and offer to take them back."""
        queued = [r.party_id for r in outcome.value if r.status == "queued"]
        skipped = [r for r in outcome.value if r.status != "queued"]
        if not queued:
            reason = self._place.text(skipped[0].reason or "app.reason.unknown") if skipped else ""
            self._place.notices.toast(self._place.text("invite.told.nothing", reason=reason))
            return
        released = newly_released(outcome.changes)
        desk = self._place.desk
        words = self._place.text("invite.told.queued", n=len(queued), contracts=len(released))
        self._place.notices.toast(
            words, undo=lambda: self._place.write(lambda: take_back(desk, queued, released), receiver=self)
        )

    def _resend_now(self, block: AppBlock) -> None:
        desk, party_id = self._place.desk, block.party_id
        restart = restart_by_default(block)

        def told(_outcome: Outcome[str]) -> None:
            key = "invite.told.restarted" if restart else "invite.told.again"
            self._place.notices.toast(
                self._place.text(key),
                undo=lambda: self._place.write(lambda: desk.invitations.withdraw(party_id), receiver=self),
            )

        self._place.write(lambda: desk.invitations.resend(party_id, restart_series=restart), receiver=self, done=told)

    def withdraw(self, party_id: str) -> None:
        """Take back what has not left yet."""
        self._run(lambda: self._place.desk.invitations.withdraw(party_id), "invite.told.withdrawn")

    def stop(self, party_id: str) -> None:
        """No further reminders."""
        self._run(lambda: self._place.desk.invitations.stop(party_id), "invite.told.stopped")

    def copy_link(self, party_id: str) -> None:
        """Put a new link on the clipboard; online only (S2.31)."""
        self._place.exchange.invitation_link(party_id, done=self._copied, failed=self._place.failed)

    def archive(self, party_ids: Sequence[str]) -> None:
        """Take customers out of the lists, with one undo for all."""
        desk, ids = self._place.desk, list(party_ids)

        def told(outcome: Outcome[list[str]]) -> None:
            works = outcome.value
            words = self._place.text("customers.told.archived", n=len(works))
            self._place.notices.toast(words, undo=lambda: self._undo_all(works))

        def work() -> Outcome[list[str]]:
            return Outcome([undo for party_id in ids if (undo := desk.customers.archive(party_id).undo)])

        self._place.write(work, receiver=self, done=told)

    def _copied(self, link: str) -> None:
        QGuiApplication.clipboard().setText(link)
        self._place.notices.toast(self._place.text("invite.told.copied"))

    def _undo_all(self, works: list[str]) -> None:
        desk = self._place.desk
        self._place.write(lambda: [desk.history.undo(work) for work in works][-1], receiver=self)

    def _run(self, work: Callable[[], Outcome[Any]], told: str) -> None:
        self._place.write(work, receiver=self, done=lambda _: self._place.notices.toast(self._place.text(told)))

    def _for_record(self, work: Callable[[str], object]) -> None:
        work(self._place.actions.context.record)

    def _connect(self, actions: ActionRegistry) -> None:
        here: dict[str, Callable[[str], object]] = {
            "customer.open": self.open,
            "customer.edit": lambda party_id: self.open(party_id, "master"),
            "customer.overview": self.overview,
            "customer.resend": lambda party_id: self.invite([party_id]),
            "customer.stop": self.stop,
            "customer.withdraw": self.withdraw,
            "customer.link": self.copy_link,
            "customer.call": lambda party_id: call(self._place.desk.customers.card(party_id)),
            "customer.mail": lambda party_id: mail(self._place.desk.customers.card(party_id)),
        }
        for action_id, work in here.items():
            actions.on(action_id, partial(self._for_record, work))
        actions.on("customer.invite", lambda: self.invite(self.chosen() or [actions.context.record]))
        actions.on("customer.archive", lambda: self.archive(self.chosen() or [actions.context.record]))
        actions.on("customer.new", self.create)
        actions.on("customer.new-company", lambda: self.create(company=True))
