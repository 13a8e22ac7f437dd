"""The strip KundenApp at the top of the overview: state, dates, age of the news, and what can be done now (S1.10–S1.17).

Shows an `AppBlock`; the page carries out what is asked for.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.models.rows.activity import ActionState, AppBlock
from brokerdesk.models.values.states import AppState
from brokerdesk.ui.app_status import ACTION_ICON, LOOKS, AppAction, action_text, detail_words, word
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.buttons import Button, Look, Size
from brokerdesk.ui.widgets.cards import Card
from brokerdesk.ui.widgets.controls import Menu
from brokerdesk.ui.widgets.labels import ElidingLabel, PlainLabel, plain_tooltip
from brokerdesk.ui.widgets.status import IconDisc, StatusLabel

FURTHER = ("invite", "resend", "stop", "revoke", "withdraw", "link", "releases", "app")
"""Entries of the menu of the strip, in order; each is possible, or says why not."""
_MENU_ICON = {
    "invite": "device-mobile",
    "resend": "send",
    "stop": "bell-off",
    "revoke": "trash",
    "withdraw": "arrow-back-up",
    "link": "link",
    "releases": "eye",
    "app": "activity",
}
_BLANK = ActionState(enabled=True)
_WITHOUT_FACTS, _FACT, _WITH_NAME = 400, 96, 560
"""Units that the strip needs for everything but the facts, for each of these, and to spell out its name."""


class _Fact(QWidget):
    """A small grey label above a value."""

    def __init__(self, kit: Kit, label_key: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._label = PlainLabel(kit, type=Type.HINT, tone="muted")
        kit.bind(self, self._label.setText, label_key)
        self.value = PlainLabel(kit)
        column.addWidget(self._label)
        column.addWidget(self.value)

    def show_words(self, words: str) -> None:
        """Show a value; nothing hides the fact."""
        self.value.setText(words)
        self.setVisible(bool(words))


class AppStrip(Card):
    """`pressed` carries the `AppAction` of the button (or `releases`), `wanted` an entry of the menu."""

    pressed = Signal(str)
    wanted = Signal(str)

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_block()`."""
        super().__init__(kit, padding=0, parent=parent)
        self._block: AppBlock | None = None
        self._online = False
        self._room = 0
        self._disc = IconDisc(kit, "device-mobile", status=Status.NEUTRAL, size=34, square=True)
        self._name = PlainLabel(kit, strong=True)
        self._state = StatusLabel(kit, Status.NEUTRAL, "", strong=True)
        self._words = ElidingLabel(kit, type=Type.HINT, tone="muted")
        self._facts = {key: _Fact(kit, f"customer.app.{key}") for key in ("first", "seen", "visible")}
        self._button = Button(kit, size=Size.SMALL)
        self._button.clicked.connect(self._main)
        self._menu = Menu(kit, parent=self)
        self._more = Button(kit, icon="dots", look=Look.QUIET, size=Size.SMALL)
        kit.bind(self, self._more.set_name, "customer.app.more")
        self._more.set_menu(self._menu)
        self._actions = {key: self._entry(key) for key in FURTHER}
        self._lay_out()
        kit.on_language(self, self._write)
        self._name_menu()

    def show_block(self, block: AppBlock, *, online: bool) -> None:
        """Show another state."""
        self._block, self._online = block, online
        self._write()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        self.body.addLayout(row)
        titles = QVBoxLayout()
        titles.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(self._kit.u(6))
        first.addWidget(self._name)
        first.addWidget(self._state)
        first.addStretch(1)
        titles.addLayout(first)
        titles.addWidget(self._words)
        row.addWidget(self._disc)
        row.addLayout(titles, 5)
        for fact in self._facts.values():
            row.addWidget(fact)
        row.addWidget(self._button)
        row.addWidget(self._more)

        def fit(units: Units) -> None:
            row.setSpacing(units(11))
            row.setContentsMargins(units(14), units(9), units(10), units(9))
            self.setMinimumHeight(units(58))

        self._kit.sized(self, fit)

    def set_room(self, units: int) -> None:
        """How wide it may be; dates give way first, the section App shows them all."""
        self._room = units
        self._write()

    def _entry(self, key: str) -> QAction:
        action = QAction(self._kit.icons.icon(_MENU_ICON[key]), "", self)
        action.triggered.connect(lambda _=False: self.wanted.emit(key))
        self._menu.addAction(action)
        return action

    def _write(self) -> None:
        block, texts = self._block, self._kit.texts
        if block is None:
            return
        look = LOOKS[block.state]
        self._name.setText(block.product)
        self._state.set_status(look.status, word(block.state, texts), icon=look.icon)
        registered = block.state is AppState.REGISTERED
        self._disc.set_icon("device-mobile-check" if registered else "device-mobile", look.status)
        known = texts("customer.app.known", time=texts.time(block.known_at)) if block.known_at else ""
        self._words.setText(" · ".join(part for part in (detail_words(block, texts), known) if part))
        visible = texts("customer.app.visible-count", n=block.contracts_released) if block.contracts_own else ""
        values = {
            "first": texts.day(block.first_invited_at) if block.first_invited_at else "",
            "seen": self._seen(block),
            "visible": visible,
        }
        self._name.setVisible(self._room >= _WITH_NAME)
        room = self._room - _WITHOUT_FACTS
        for key, words in values.items():
            room -= _FACT
            self._facts[key].show_words(words if room >= 0 else "")
        self._write_button(look.action)
        self._name_menu()

    def _seen(self, block: AppBlock) -> str:
        texts, seen, known = self._kit.texts, block.last_seen, block.known_at
        if seen is None:
            return ""
        if known is not None and texts.day(seen) == texts.day(known):
            return texts("customer.app.today", time=texts.time(seen))
        return texts.day(seen)

    def _write_button(self, action: AppAction | None) -> None:
        texts = self._kit.texts
        if action is None:
            self._button.setText(texts("customer.app.releases"))
            self._button.set_icon_name("")
            reason = ""
        else:
            key = "customer.app.invite" if action is AppAction.INVITE else ""
            self._button.setText(texts(key) if key else action_text(action, texts))
            self._button.set_icon_name(ACTION_ICON[action])
            reason = self._reason(action)
        self._button.setEnabled(not reason)
        self._button.setToolTip(plain_tooltip(reason))
        self._button.setAccessibleName(self._button.text())
        self._button.setAccessibleDescription(reason)

    def _reason(self, action: AppAction) -> str:
        assert self._block is not None
        state = {AppAction.INVITE: self._block.invite, AppAction.RESEND: self._block.resend}.get(action, _BLANK)
        return self._kit.texts(state.reason) if state.reason else ""

    def _name_menu(self) -> None:
        texts, block = self._kit.texts, self._block
        for key, action in self._actions.items():
            reason = ""
            if block is not None and key not in {"releases", "app"}:
                found: ActionState = getattr(block, key)
                reason = found.reason or ("customer.app.offline" if key == "link" and not self._online else "")
            action.setText(texts(f"customer.app.menu.{key}"))
            action.setEnabled(not reason)
            action.setProperty("keys", texts(reason) if reason else "")
            action.setToolTip(plain_tooltip(texts(reason) if reason else ""))

    def _main(self) -> None:
        if self._block is not None:
            action = LOOKS[self._block.state].action
            self.pressed.emit(action.value if action is not None else "releases")
