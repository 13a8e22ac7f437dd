"""The parts of the invitation dialog for one customer: what is asked at the left, what will happen at the right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.contact import EmailAddress
from brokerdesk.ui import app_status
from brokerdesk.ui.dialogs.invite_work import InviteFacts, link_end, planned_mails, restart_by_default
from brokerdesk.ui.forms.choices import CheckField, RadioField
from brokerdesk.ui.forms.text_fields import EmailField
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.cards import Heading, IconBullet
from brokerdesk.ui.widgets.labels import Link, PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar
from brokerdesk.ui.widgets.status import Pill
from brokerdesk.ui.workplace import Workplace


class InviteForm(QWidget):
    """Address, Du or Sie, mail or link; for an invited customer the state and „Erinnerungen neu starten".

    `changed` is sent when an answer changes. Decides nothing: the dialog reads the answers.
    """

    changed = Signal()

    def __init__(self, place: Workplace, facts: InviteFacts, parent: QWidget | None = None) -> None:
        """Preset from the record (S2.28)."""
        super().__init__(parent)
        self._place, self.facts = place, facts
        kit, block = place.kit, facts.block
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(kit.u(12))
        self.email = EmailField(kit, "invite.email")
        self.email.set_value(None)
        self.email.line.setText(block.email or "")
        self.form = RadioField(kit, "invite.form", [("sie", "invite.sie"), ("du", "invite.du")])
        self.form.set_value(block.address_form or facts.address_form)
        self.channel = RadioField(kit, "invite.channel", [("mail", "invite.mail"), ("link", "invite.link-only")])
        self.channel.set_value("mail")
        self.restart = CheckField(kit, "invite.restart")
        self.restart.set_value(restart_by_default(block))
        self._hints: list[QWidget] = []
        again = block.resend.enabled
        if block.invitation_id is not None or block.state.value not in {"not_invited", "data_missing"}:
            self._add_state()
        if block.invite.enabled or facts.email_problem or again:
            self._column.addWidget(self.email)
        if block.invite.enabled or facts.email_problem:
            self._column.addWidget(self.form)
            self._column.addWidget(self.channel)
        if again:
            self._column.addWidget(self.restart)
        self._hint_column = QVBoxLayout()
        self._hint_column.setSpacing(kit.u(8))
        self._column.addLayout(self._hint_column)
        self._column.addStretch(1)
        for one in (self.email, self.form, self.channel, self.restart):
            one.edited.connect(self._on_edited)
        self.show_hints()

    def typed_email(self) -> str:
        """What stands in the field of the address."""
        return self.email.text()

    def email_fits(self) -> bool:
        """Whether the address can be one."""
        return _address(self.typed_email()) is not None

    def email_changed(self) -> bool:
        """Whether the record's address has to be changed."""
        return self.typed_email() != (self.facts.block.email or "")

    def link_only(self) -> bool:
        """Whether no mail is wanted."""
        return self.channel.value() == "link"

    def show_hints(self) -> None:
        """The warnings that fit the present answers (S2.57, shared addresses)."""
        for old in self._hints:
            self._hint_column.removeWidget(old)
            old.deleteLater()
        self._hints = []
        block, text = self.facts.block, self._place.text
        address = _address(self.typed_email())
        if block.shared_with and not self.email_changed():
            names = ", ".join(block.shared_with)
            self._hint(Status.WARNING, text("invite.hint.shared", name=self.facts.name, others=names))
        if address is not None and address.blocks_invitations and not self.link_only():
            self._hint(Status.WARNING, text("invite.hint.t-online"))
            link = Link(self._place.kit, text("invite.hint.copy"), type=Type.HINT)
            link.clicked.connect(lambda: self._copy(text("invite.hint.t-online-steps")))
            self._keep_hint(link)
        if self.email_changed() and block.invitation_id is not None:
            self._hint(Status.INFO, text("invite.hint.new-address"))

    def focus_first(self) -> bool:
        """Put the focus where something is missing; False when nothing is."""
        if self.facts.email_problem:
            self.email.setFocus()
            return True
        return False

    def _add_state(self) -> None:
        kit, block, texts = self._place.kit, self.facts.block, self._place.kit.texts
        look = app_status.LOOKS[block.state]
        row = QHBoxLayout()
        row.setSpacing(kit.u(10))
        row.addWidget(Pill(kit, look.status, app_status.word(block.state, texts), icon=look.icon))
        row.addWidget(PlainLabel(kit, app_status.detail_words(block, texts), tone="muted", wrap=True), 1)
        self._column.addLayout(row)
        if block.next_reminder is not None and block.next_reminder > self._place.desk.clock.now():
            words = self._place.text("invite.next-reminder", date=texts.day(block.next_reminder))
            self._column.addWidget(PlainLabel(kit, words, type=Type.HINT, tone="muted", wrap=True))

    def _hint(self, status: Status, words: str) -> None:
        self._keep_hint(tall(InfoBar(self._place.kit, status, words)))

    def _keep_hint(self, hint: QWidget) -> None:
        self._hints.append(hint)
        self._hint_column.addWidget(hint)

    def _copy(self, words: str) -> None:
        QGuiApplication.clipboard().setText(words)
        self._place.notices.toast(self._place.text("invite.told.steps"))

    def _on_edited(self) -> None:
        self.show_hints()
        self.changed.emit()


def consequences(place: Workplace, facts: InviteFacts, form: InviteForm, today: date) -> QWidget:
    """What sending does, in plain words with numbers: contracts and claims (S2.53), mails with dates, life of the link."""
    kit, texts, block = place.kit, place.kit.texts, facts.block
    host = QWidget()
    column = QVBoxLayout(host)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(kit.u(8))
    column.addWidget(Heading(kit, place.text("invite.happens.title"), small=True))
    if not block.resend.enabled:
        what = place.text("invite.happens.released", contracts=block.contracts_own, claims=facts.claims)
        column.addWidget(IconBullet(kit, "file-text", what, place.text("invite.happens.released-note")))
    dates = [texts.date(day) for day in planned_mails(today)]
    again = block.resend.enabled and not form.restart.value()
    if form.link_only() and not block.resend.enabled:
        column.addWidget(
            IconBullet(kit, "link", place.text("invite.happens.no-mail"), place.text("invite.happens.no-mail-note"))
        )
    elif again:
        column.addWidget(
            IconBullet(kit, "mail", place.text("invite.happens.copy"), place.text("invite.happens.copy-note"))
        )
    else:
        column.addWidget(
            IconBullet(
                kit, "mail", place.text("invite.happens.first", date=dates[0]), place.text("invite.happens.first-note")
            )
        )
        reminders = place.text("invite.happens.reminders", first=dates[1], second=dates[2])
        column.addWidget(IconBullet(kit, "bell", reminders, place.text("invite.happens.reminders-note")))
    if not again:
        until = place.text("invite.happens.until", date=texts.date(link_end(today)))
        column.addWidget(IconBullet(kit, "clock", place.text("invite.happens.link"), until))
    column.addStretch(1)
    return host


def copy_link_row(place: Workplace, facts: InviteFacts, copy: Callable[[], object]) -> QWidget:
    """„Link kopieren" with the reason when it is not possible now (S2.31)."""
    kit = place.kit
    host = QWidget()
    row = QHBoxLayout(host)
    row.setContentsMargins(0, 0, 0, 0)
    reason = facts.block.link.reason or ("" if place.exchange.online else "customers.why.offline")
    link = Link(kit, place.text("invite.copy-link"))
    link.clicked.connect(copy)
    link.setEnabled(not reason)
    row.addWidget(link)
    if reason:
        row.addWidget(PlainLabel(kit, place.text(reason), type=Type.HINT, tone="muted", wrap=True), 1)
    row.addStretch(0)
    return host


def tall(bar: InfoBar) -> InfoBar:
    """Let a notice grow with its lines."""
    bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return bar


def _address(text: str) -> EmailAddress | None:
    try:
        return EmailAddress.parse(text)
    except KnownError:
        return None
