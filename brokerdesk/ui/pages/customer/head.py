"""The head of the page: where we are, who it is, what is legally relevant, one grey line of facts, the few big buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.pages.customer.spelling import phone_words
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.buttons import Button, Look, button_row
from brokerdesk.ui.widgets.controls import Menu
from brokerdesk.ui.widgets.labels import ElidingLabel, Link, PlainLabel, plain_tooltip
from brokerdesk.ui.widgets.status import Avatar, Pill

MENU = ("call", "mail", "edit", "overview", "invite", "contract", "claim", "person", "role", "archive", "restore")
_ICON = {
    "call": "phone",
    "mail": "mail",
    "edit": "pencil",
    "overview": "printer",
    "invite": "device-mobile",
    "contract": "file-plus",
    "claim": "flame",
    "person": "user-plus",
    "role": "user-check",
    "archive": "archive",
    "restore": "arrow-back-up",
}
WIDE = 860
"""Width in units from which all buttons are shown."""
NO_CONSENT = frozenset({"refused", "withdrawn"})
"""Values of the consent to mails that forbid them; nothing stated is no pill."""


class Head(QWidget):
    """`wanted` carries one of `MENU`, `call`, `mail`, `list`, `previous` or `next`."""

    wanted = Signal(str)

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(parent)
        self._kit = kit
        self._record: CustomerRecord | None = None
        self._list = Link(kit, type=Type.HINT)
        self._list.clicked.connect(lambda: self.wanted.emit("list"))
        kit.bind(self, self._list.setText, "customer.head.list")
        self._crumb = ElidingLabel(kit, type=Type.HINT, tone="muted")
        self._kept = PlainLabel(kit, type=Type.HINT, tone="muted")
        self._place = PlainLabel(kit, type=Type.HINT, tone="muted")
        self._previous = self._small("chevron-up", "previous")
        self._next = self._small("chevron-down", "next")
        self._avatar = Avatar(kit, "", "", size=48)
        self._name = ElidingLabel(kit, type=Type.TITLE, strong=True)
        self._pills = QHBoxLayout()
        self._facts = ElidingLabel(kit, tone="muted")
        self._phone = Link(kit)
        self._phone.clicked.connect(lambda: self.wanted.emit("call"))
        self.call, self.mail = self._button("phone", "call"), self._button("mail", "mail")
        self.menu = Menu(kit, parent=self)
        self._more = Button(kit)
        kit.bind(self, self._more.setText, "customer.head.actions")
        self._more.set_menu(self.menu)
        self.primary = self._button("printer", "overview", look=Look.PRIMARY)
        self.call.hide()
        self.mail.hide()
        self._entries = {key: self._entry(key) for key in MENU}
        self._lay_out()
        kit.on_language(self, self._write)

    def show_record(self, record: CustomerRecord) -> None:
        """Show another customer or another state of him."""
        self._record = record
        self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two buttons give way on narrow pages; the menu has them as well."""
        super().resizeEvent(event)
        wide = event.size().width() >= self._kit.u(WIDE)
        self.call.setVisible(wide)
        self.mail.setVisible(wide)

    def show_place(self, number: int, total: int) -> None:
        """Where the customer stands in the list he was opened from; nothing when it is not known."""
        known = 0 < number <= total
        self._place.setText(self._kit.texts("customer.head.place", number=number, total=total) if known else "")
        for widget in (self._place, self._previous, self._next):
            widget.setVisible(known)
        self._previous.setEnabled(number > 1)
        self._next.setEnabled(number < total)

    def show_kept(self, words: str) -> None:
        """When the draft below was kept; empty while nothing is edited."""
        self._kept.setText(words)

    def set_quiet(self, *, quiet: bool) -> None:
        """While something is edited below, the filled button belongs to saving."""
        self.primary.look = Look.NORMAL if quiet else Look.PRIMARY
        self.primary.update()

    def _small(self, icon: str, action: str) -> Button:
        button = Button(self._kit, icon=icon, look=Look.QUIET)
        self._kit.bind(button, button.set_name, f"customer.head.{action}")
        button.clicked.connect(lambda _=False: self.wanted.emit(action))
        return button

    def _button(self, icon: str, action: str, *, look: Look = Look.NORMAL) -> Button:
        button = Button(self._kit, icon=icon, look=look)
        self._kit.bind(button, button.setText, f"customer.head.{action}")
        button.clicked.connect(lambda _=False: self.wanted.emit(action))
        return button

    def _entry(self, key: str) -> QAction:
        if key in {"edit", "contract", "role", "archive"}:
            self.menu.addSeparator()
        action = QAction(self._kit.icons.icon(_ICON[key]), "", self)
        self._kit.bind(action, action.setText, f"customer.menu.{key}")
        action.triggered.connect(lambda _=False: self.wanted.emit(key))
        self.menu.addAction(action)
        return action

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setSpacing(0)
        crumbs = QHBoxLayout()
        arrow = PlainLabel(self._kit, "›", type=Type.HINT, tone="muted")
        crumbs.addWidget(self._list, 0, Qt.AlignmentFlag.AlignVCenter)
        crumbs.addWidget(arrow)
        crumbs.addWidget(self._crumb, 1)
        for widget in (self._kept, self._place, self._previous, self._next):
            crumbs.addWidget(widget)
        outer.addLayout(crumbs)
        row, titles, first, second = QHBoxLayout(), QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        titles.setSpacing(0)
        first.addWidget(self._name)
        first.addLayout(self._pills)
        first.addStretch(1)
        second.addWidget(self._facts)
        second.addWidget(self._phone)
        second.addStretch(1)
        titles.addLayout(first)
        titles.addLayout(second)
        row.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(titles, 1)
        row.addLayout(button_row(self.call, self.mail, self._more, self.primary))
        outer.addLayout(row)
        outer.addStretch(1)

        def fit(units: Units) -> None:
            self.setFixedHeight(units(101))
            outer.setContentsMargins(units(20), units(7), units(17), 0)
            crumbs.setSpacing(units(8))
            self._crumb.setMinimumHeight(units(32))
            row.setSpacing(units(12))
            first.setSpacing(units(8))
            second.setSpacing(units(5))
            self._pills.setSpacing(units(8))

        self._kit.sized(self, fit)

    def _write(self) -> None:
        record, texts = self._record, self._kit.texts
        if record is None:
            return
        card = record.card
        self._crumb.setText(card.name.listed)
        self._name.setText(card.name.full)
        self._avatar.set_person(card.name.full, card.id, square=record.is_organisation, letters=card.name.initials)
        self._facts.setText(" · ".join(self._fact_list(record)))
        number = card.mobile or card.phone
        self._phone.setText(phone_words(number) if number else "")
        self._phone.setVisible(bool(number))
        self._write_pills(record)
        for button, there, key in (
            (self.call, number, "customer.head.no-phone"),
            (self.mail, card.email, "app.reason.email"),
        ):
            button.setEnabled(bool(there))
            button.setToolTip(plain_tooltip("" if there else texts(key)))
        printable = card.contracts_own + card.contracts_other > 0
        self.primary.setEnabled(printable)
        self.primary.setToolTip(plain_tooltip("" if printable else texts("customer.head.nothing-to-print")))
        self._write_menu(record, printable=printable)

    def _write_menu(self, record: CustomerRecord, *, printable: bool) -> None:
        texts, card, block = self._kit.texts, record.card, record.block
        shown = {
            "claim": bool(record.contracts),
            "person": not record.is_organisation,
            "role": not record.is_customer,
            "archive": not card.archived,
            "restore": card.archived,
        }
        for key, action in self._entries.items():
            action.setVisible(shown.get(key, True))
        reason = block.invite.reason if block.invite.reason and not block.resend.enabled else ""
        self._entries["invite"].setEnabled(not reason)
        self._entries["invite"].setProperty("keys", texts(reason) if reason else "")
        for key, possible in (
            ("overview", printable),
            ("call", self.call.isEnabled()),
            ("mail", self.mail.isEnabled()),
        ):
            self._entries[key].setEnabled(possible)

    def _fact_list(self, record: CustomerRecord) -> list[str]:
        texts, card = self._kit.texts, record.card
        found = []
        if card.birth_date is not None:
            key = "customer.head.founded" if record.is_organisation else "customer.head.born"
            found.append(texts(key, date=texts.date(card.birth_date), n=record.age or 0))
        if card.since is not None:
            found.append(texts("customer.head.since", year=card.since.year))
        if card.adviser_name:
            found.append(texts("customer.head.adviser", name=card.adviser_name))
        found.append(texts(f"customer.head.form.{card.address_form.value}"))
        return found

    def _write_pills(self, record: CustomerRecord) -> None:
        while (item := self._pills.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        card, texts = record.card, self._kit.texts
        pills = []
        if card.deceased_on is not None:
            words = texts("customer.pill.deceased", date=texts.date(card.deceased_on))
            pills.append((Status.NEUTRAL, words, "certificate"))
        if card.archived:
            pills.append((Status.ENDED, texts("customer.pill.archived"), "archive"))
        if not record.is_customer:
            pills.append((Status.NEUTRAL, texts("customer.pill.no-customer"), "user"))
        if card.consent_email in NO_CONSENT:
            pills.append((Status.WARNING, texts("customer.pill.no-consent"), ""))
        for status, words, icon in pills:
            self._pills.addWidget(Pill(self._kit, status, words, icon=icon))
