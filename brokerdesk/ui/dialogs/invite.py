"""The invitation dialog: for one customer with his state (S2.28, S2.46, S2.47), for several with the preflight list.

Everything it does goes into the outgoing queue; it may be closed at once. Links are made by the portal, so only online.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.core.clock import local_date
from brokerdesk.core.errors import DeskError, KnownError
from brokerdesk.models.values.states import AppState
from brokerdesk.services.context import Outcome
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.dialogs.fitting import fit_height
from brokerdesk.ui.dialogs.invite_form import InviteForm, consequences, copy_link_row, tall
from brokerdesk.ui.dialogs.invite_list import InviteList
from brokerdesk.ui.dialogs.invite_work import InviteFacts, Order, carry_out, read_invite_facts, send_again
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.labels import PlainLabel, rule
from brokerdesk.ui.widgets.notices import InfoBar
from brokerdesk.ui.workplace import Workplace

_IN = frozenset({AppState.REGISTERED, AppState.DEACTIVATED})
WIDTH = 780
LIST_HEIGHT, MANY_HEIGHT = 150, 600


class InviteDialog(Dialog):
    """`invited` is sent with the outcome of new invitations, `asked` with the key of what else was queued."""

    invited = Signal(object)
    asked = Signal(str)
    ready = Signal()

    def __init__(self, place: Workplace, party_ids: Sequence[str], *, parent: QWidget | None = None) -> None:
        """Reads the customers off the GUI thread; `ready` is sent when they are shown."""
        super().__init__(place.kit, place.text("invite.title", product=""), parent=parent, width=WIDTH)
        self._place = place
        self.form: InviteForm | None = None
        self.listing: InviteList | None = None
        self.primary: Button | None = None
        self.stop_button: Button | None = None
        self.problem: InfoBar | None = None
        self._right: QWidget | None = None
        self._waiting = PlainLabel(place.kit, place.text("invite.reading"), tone="muted")
        self.body.addWidget(self._waiting)
        ids = list(party_ids)
        place.read(lambda: read_invite_facts(place.desk, ids), receiver=self, done=self._show)

    def _show(self, facts: list[InviteFacts]) -> None:
        self._waiting.hide()
        if not facts:
            self.reject()
            return
        self.set_title(self._place.text("invite.title", product=facts[0].block.product))
        offline = "" if self._place.exchange.online else self._place.text("invite.offline")
        self.set_remark(offline or self._place.text("invite.remark"))
        if len(facts) == 1:
            self._show_one(facts[0])
        else:
            self._show_many(facts)
        fit_height(self, at_least=0 if len(facts) == 1 else self.kit.u(MANY_HEIGHT))
        QTimer.singleShot(0, self, self._focus_first)
        self.ready.emit()

    # ---- one customer ----

    def _show_one(self, facts: InviteFacts) -> None:
        self.set_title(self._place.text("invite.title", product=facts.block.product), facts.name)
        self.form = form = InviteForm(self._place, facts)
        form.changed.connect(self._follow)
        row = QHBoxLayout()
        row.setSpacing(self.kit.u(20))
        left = QVBoxLayout()
        left.addWidget(form, 1)
        if facts.block.invitation_id is not None and facts.block.state not in _IN:
            left.addWidget(copy_link_row(self._place, facts, lambda: self._copy_link(facts)))
        row.addLayout(left, 1)
        row.addWidget(rule("v"))
        self._right_row = row
        self.body.addLayout(row, 1)
        buttons = self._buttons_for(facts)
        self.set_buttons(self.primary, *buttons)
        self._follow()

    def _focus_first(self) -> None:
        """Where something is missing, else the primary button: Enter sends."""
        if self.form is not None and self.form.focus_first():
            return
        if self.primary is not None and self.primary.isEnabled():
            self.primary.setFocus()

    def _buttons_for(self, facts: InviteFacts) -> list[Button]:
        block, text, kit = facts.block, self._place.text, self.kit
        others: list[Button] = []
        if block.withdraw.enabled:
            self.primary = Button(kit, text("invite.withdraw"), icon="arrow-back-up", look=Look.PRIMARY)
            self.primary.clicked.connect(lambda _=False: self._ask("withdraw", facts))
        elif block.resend.enabled:
            self.primary = Button(kit, text("invite.send-again"), icon="send", look=Look.PRIMARY)
            self.primary.clicked.connect(lambda _=False: self._send_again(facts))
        elif block.invite.enabled or facts.email_problem:
            self.primary = Button(kit, text("invite.send"), icon="send", look=Look.PRIMARY)
            self.primary.clicked.connect(lambda _=False: self._send(facts))
        else:
            words = text("invite.not-possible", reason=text(block.invite.reason or "app.reason.unknown"))
            self.body.insertWidget(0, tall(InfoBar(kit, Status.INFO, words)))
            self.set_remark("")
        if block.invitation_id is not None and not block.withdraw.enabled and block.state not in _IN:
            others.append(self._make_stop(facts))
        others.append(self._plain("ui.close" if self.primary is None else "ui.dialog.cancel", self.reject))
        return others

    def _make_stop(self, facts: InviteFacts) -> Button:
        block, text = facts.block, self._place.text
        self.stop_button = button = self._plain("invite.stop", lambda: self._ask("stop", facts))
        button.setEnabled(block.stop.enabled)
        button.setToolTip(text(block.stop.reason) if block.stop.reason else "")
        if block.stop.enabled and block.next_reminder is not None and not self._place.exchange.online:
            late = text("invite.stop-late", date=self.kit.texts.day(block.next_reminder))
            self.body.insertWidget(0, tall(InfoBar(self.kit, Status.WARNING, late)))
        return button

    def _follow(self) -> None:
        """Show what the present answers lead to."""
        form = self.form
        if form is None:
            return
        today = local_date(self._place.desk.clock)
        if self._right is not None:
            self._right_row.removeWidget(self._right)
            self._right.deleteLater()
        block = form.facts.block
        sends = self.primary is not None and not block.withdraw.enabled
        self._right = consequences(self._place, form.facts, form, today) if sends else QWidget()
        self._right.setFixedWidth(self.kit.u(256))
        self._right_row.addWidget(self._right)
        fit_height(self)
        if self.primary is not None and not block.withdraw.enabled:
            self.primary.setEnabled(form.email_fits() or (form.link_only() and not form.typed_email()))

    def _order(self, facts: InviteFacts) -> Order:
        form = self.form
        assert form is not None
        emails = {facts.party_id: form.typed_email()} if form.email_changed() and form.typed_email() else {}
        return Order(
            party_ids=(facts.party_id,), emails=emails, address_form=form.form.value(), link_only=form.link_only()
        )

    def _send(self, facts: InviteFacts) -> None:
        order, desk = self._order(facts), self._place.desk
        self._place.write(lambda: carry_out(desk, order), receiver=self, done=self._sent, failed=self._refused)

    def _send_again(self, facts: InviteFacts) -> None:
        order, desk, form = self._order(facts), self._place.desk, self.form
        restart = bool(form and form.restart.value())
        told = "invite.told.restarted" if restart else "invite.told.again"
        self._place.write(
            lambda: send_again(desk, order, restart=restart), receiver=self,
            done=lambda _: self._done(told), failed=self._refused,
        )  # fmt: skip

    def _ask(self, verb: str, facts: InviteFacts) -> None:
        invitations = self._place.desk.invitations
        work = invitations.stop if verb == "stop" else invitations.withdraw
        told = "invite.told.stopped" if verb == "stop" else "invite.told.withdrawn"
        self._place.write(
            lambda: work(facts.party_id), receiver=self, done=lambda _: self._done(told), failed=self._refused
        )

    def _copy_link(self, facts: InviteFacts) -> None:
        self._place.exchange.invitation_link(facts.party_id, done=self._copied, failed=self._refused)

    def _copied(self, link: str) -> None:
        QGuiApplication.clipboard().setText(link)
        self._place.notices.toast(self._place.text("invite.told.copied"))

    # ---- several customers ----

    def _show_many(self, facts: list[InviteFacts]) -> None:
        self.set_title(
            self._place.text("invite.title", product=facts[0].block.product),
            self._place.text("invite.chosen", n=len(facts)),
        )
        self.listing = InviteList(self._place, facts)
        self.listing.changed.connect(self._follow_list)
        self.listing.table.setMinimumHeight(self.kit.u(LIST_HEIGHT))
        self.body.addWidget(self.listing, 1)
        self.primary = Button(self.kit, icon="send", look=Look.PRIMARY)
        self.primary.clicked.connect(lambda _=False: self._send_many())
        self.set_buttons(self.primary, self._plain("ui.dialog.cancel", self.reject))
        self._follow_list()

    def _follow_list(self) -> None:
        if self.listing is not None and self.primary is not None:
            ready = len(self.listing.ready())
            self.primary.setText(self._place.text("invite.send-many", n=ready))
            self.primary.setEnabled(ready > 0)
            self.primary.updateGeometry()

    def _send_many(self) -> None:
        listing, desk = self.listing, self._place.desk
        assert listing is not None
        order = Order(
            party_ids=tuple(listing.ready()), emails=dict(listing.emails), address_form=listing.address_form()
        )
        self._place.write(lambda: carry_out(desk, order), receiver=self, done=self._sent, failed=self._refused)

    # ---- the end ----

    def _sent(self, outcome: Outcome[list[object]]) -> None:
        self.accept()
        self.invited.emit(outcome)

    def _done(self, told: str) -> None:
        self.accept()
        self.asked.emit(told)

    def _refused(self, problem: DeskError) -> None:
        """Say at the address what is wrong with it, everything else above."""
        if self.form is not None and isinstance(problem, KnownError) and problem.code.startswith("email"):
            self.form.email.set_problem(self._place.sentence(problem))
            return
        if self.problem is not None:
            self.problem.deleteLater()
        self.problem = tall(InfoBar(self.kit, Status.ERROR, self._place.sentence(problem)))
        self.body.insertWidget(0, self.problem)
        fit_height(self)

    def _plain(self, key: str, work: object) -> Button:
        button = Button(self.kit, self._place.text(key))
        button.clicked.connect(lambda _=False: work())  # type: ignore[operator]
        return button
