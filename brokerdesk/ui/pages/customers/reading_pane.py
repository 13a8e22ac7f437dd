"""The pane beside the list: one customer at a glance, 332 wide. Reads off the GUI thread and drops outdated answers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from brokerdesk.models.values.names import PartyKind
from brokerdesk.ui.background.lanes import Job, Lane
from brokerdesk.ui.pages.customers import pane_blocks
from brokerdesk.ui.pages.customers.commands import CustomerCommands, call, mail
from brokerdesk.ui.pages.customers.pane_facts import PaneFacts, read_facts, who_line
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.buttons import Button
from brokerdesk.ui.widgets.labels import ElidingLabel, PlainLabel, plain_tooltip, rule
from brokerdesk.ui.widgets.status import Avatar
from brokerdesk.ui.workplace import Workplace

WIDTH = 332


class ReadingPane(QWidget):
    """`learned` is sent with the facts of the customer asked for last (None when there is none)."""

    learned = Signal(object)

    def __init__(self, place: Workplace, commands: CustomerCommands, parent: QWidget | None = None) -> None:
        """Empty before `show_customer()`."""
        super().__init__(parent)
        self._place, self._commands = place, commands
        self._job: Job | None = None
        self._wanted = ""
        self._facts: PaneFacts | None = None
        kit = place.kit
        self._avatar = Avatar(kit, "", "", size=44)
        self._name = ElidingLabel(kit, type=Type.SECTION, strong=True)
        self._who = ElidingLabel(kit, tone="muted")
        self._call = self._quick("phone", "customers.pane.call", self._on_call)
        self._mail = self._quick("mail", "customers.pane.mail", self._on_mail)
        self._open = self._quick("external-link", "customers.pane.open", self._on_open)
        self._hint = PlainLabel(kit, tone="muted", wrap=True)
        kit.bind(self._hint, self._hint.setText, "customers.pane.nothing")
        self._body = QWidget()
        self._arrange()
        kit.sized(self, self._fit)
        kit.texts.changed.connect(self._redraw)
        kit.theme.changed.connect(self._redraw)
        self.show_customer("")

    @property
    def facts(self) -> PaneFacts | None:
        """What is shown."""
        return self._facts

    def show_customer(self, party_id: str) -> None:
        """Read and show this customer; an empty id shows the hint."""
        self._wanted = party_id
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if not party_id:
            self._show(None)
            return
        desk = self._place.desk
        self._job = self._place.background.run(
            Lane.READ, lambda _job: read_facts(desk, party_id), self, self._show, failed=lambda _: self._show(None)
        )

    def refresh(self) -> None:
        """Read the same customer again."""
        if self._wanted:
            self.show_customer(self._wanted)

    def _quick(self, icon: str, key: str, work: Callable[[], object]) -> Button:
        button = Button(self._place.kit, icon=icon)
        self._place.kit.bind(button, button.setText, key)
        self._place.kit.bind(button, button.setAccessibleName, key)
        button.clicked.connect(lambda _=False: work())
        return button

    def _arrange(self) -> None:
        kit = self._place.kit
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(rule("v"))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        kit.bind(area, area.setAccessibleName, "customers.pane.title")
        outer.addWidget(area, 1)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._head = self._make_head()
        self._column.addWidget(self._head)
        self._line = rule("h")
        self._column.addWidget(self._line)
        self._column.addWidget(self._hint)
        self._column.addWidget(self._body)
        self._column.addStretch(1)
        area.setWidget(inner)
        area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)

    def _make_head(self) -> QWidget:
        kit, host = self._place.kit, QWidget()
        head = QVBoxLayout(host)
        head.setContentsMargins(0, 0, 0, 0)
        name = QHBoxLayout()
        name.setSpacing(kit.u(12))
        name.addWidget(self._avatar)
        words = QVBoxLayout()
        words.setSpacing(kit.u(1))
        words.addWidget(self._name)
        words.addWidget(self._who)
        name.addLayout(words, 1)
        head.addLayout(name)
        quick = QHBoxLayout()
        quick.setSpacing(2)
        for button in (self._call, self._mail, self._open):
            quick.addWidget(button, 1)
        head.addLayout(quick)
        self._head_column = head
        return host

    def _show(self, facts: PaneFacts | None) -> None:
        self._job = None
        if facts is None or facts != self._facts:  # the next letter mostly finds the same customer first
            self._facts = facts
            self._redraw()
        self.learned.emit(facts)

    def _redraw(self) -> None:
        facts = self._facts
        for widget in (self._head, self._line, self._body):
            widget.setVisible(facts is not None)
        self._hint.setVisible(facts is None)
        if facts is None:
            return
        card, texts = facts.card, self._place.kit.texts
        name = card.name.full
        self._avatar.set_person(
            name, card.id, square=card.name.kind == PartyKind.ORGANISATION, letters=card.name.initials
        )
        self._name.setText(name)
        self._who.setText(who_line(card, texts, facts.today))
        self._possible(self._call, card.mobile or card.phone, "customers.why.no-phone")
        self._possible(self._mail, card.email, "app.reason.email")
        self._fill(facts)

    def _possible(self, button: Button, value: str | None, reason_key: str) -> None:
        button.setEnabled(bool(value))
        button.setToolTip(plain_tooltip(value or self._place.text(reason_key)))

    def _fill(self, facts: PaneFacts) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._place.kit.u(14))
        commands, party_id = self._commands, facts.card.id
        for block in (
            pane_blocks.household(self._place, facts),
            pane_blocks.figures(self._place, facts),
            pane_blocks.app_card(self._place, facts, lambda action: commands.act(action, party_id)),
            pane_blocks.contracts(self._place, facts, lambda: commands.open(party_id, "contracts")),
            pane_blocks.events(self._place, facts),
        ):
            if block is not None:
                column.addWidget(block)
        focused = self._body.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self._column.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        body.show()
        if focused:
            self._open.setFocus()

    def _on_call(self) -> None:
        if self._facts is not None:
            call(self._facts.card)

    def _on_mail(self) -> None:
        if self._facts is not None:
            mail(self._facts.card)

    def _on_open(self) -> None:
        if self._facts is not None:
            self._commands.open(self._facts.card.id)

    def _fit(self, units: Units) -> None:
        self.setFixedWidth(units(WIDTH))
        self._column.setContentsMargins(units(16), units(16), units(16), units(16))
        self._column.setSpacing(units(12))
        self._head_column.setSpacing(units(10))
