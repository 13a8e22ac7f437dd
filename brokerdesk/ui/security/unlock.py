"""The unlock page inside the window: one field, focus already there, the reason for the lock, a way on when it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from brokerdesk.core.texts import LANGUAGES
from brokerdesk.ui.dialogs.fitting import ScrollBody
from brokerdesk.ui.forms.choices import CheckField, Choice
from brokerdesk.ui.forms.edges import inner_button
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.buttons import Button, Look, Size
from brokerdesk.ui.widgets.labels import Link, PlainLabel, rule
from brokerdesk.ui.widgets.notices import InfoBar
from brokerdesk.ui.widgets.status import StatusLabel

COLUMN = 336


class LogoMark(QWidget):
    """The umbrella in its blue square."""

    def __init__(self, kit: Kit, size: int = 48) -> None:
        """`size` in units."""
        super().__init__()
        self._kit, self._size = kit, size
        kit.sized(self, lambda units: self.setFixedSize(units(size), units(size)))

    def paintEvent(self, event: QEvent) -> None:
        """Ground and icon."""
        from PySide6.QtGui import QPainter

        painter, kit = QPainter(self), self._kit
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(kit.colour("accent-fill"))
        painter.drawRoundedRect(self.rect(), self.width() * 0.2, self.width() * 0.2)
        icon = self.width() * 0.5
        kit.icons.paint(
            painter, "umbrella", (self.width() - icon) / 2, (self.height() - icon) / 2, icon, kit.colour("on-accent")
        )


class UnlockPage(QWidget):
    """Asks for the passphrase of a profile, or for the recovery code."""

    unlock_wanted = Signal(str, str, bool)
    """Profile name, passphrase, whether to remember it on this device."""
    recovery_wanted = Signal(str, str, str)
    """Profile name, recovery code, new passphrase."""
    restore_wanted = Signal(str)
    """Profile name."""
    demo_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, kit: Kit, *, profiles: Sequence[tuple[str, str]], offers: bool = True) -> None:
        """`profiles` are (key, shown name), the one last used first; `offers` a new profile and the demo."""
        super().__init__()
        self._kit = kit
        self._busy = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._sheet = ScrollBody()
        outer.addWidget(self._sheet, 1)
        self._sheet.column.addStretch(1)
        middle = QHBoxLayout()
        middle.addStretch(1)
        self._column = QFrame()
        middle.addWidget(self._column)
        middle.addStretch(1)
        self._sheet.column.addLayout(middle)
        self._sheet.column.addStretch(1)
        outer.addWidget(rule())
        outer.addWidget(_Foot(kit))
        self._build(profiles, offers=offers)
        kit.sized(self, self._fit)

    def _build(self, profiles: Sequence[tuple[str, str]], *, offers: bool) -> None:
        kit, column = self._kit, QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(LogoMark(kit), 0, Qt.AlignmentFlag.AlignHCenter)
        self.title = PlainLabel(kit, type=Type.TITLE, strong=True)
        self.reason = PlainLabel(kit, tone="muted", wrap=True)
        for label in (self.title, self.reason):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        kit.bind(self.title, self.title.setText, "security.locked")
        column.addSpacing(kit.u(14))
        self.profile = Choice(kit, "security.profile", list(profiles))
        self.profile.set_value(profiles[0][0] if profiles else None)
        self.passphrase = PassphraseField(kit, "security.passphrase")
        self.caps = StatusLabel(kit, Status.WARNING, kit.texts("security.caps"))
        self.caps.hide()
        self.code = LineField(kit, "security.recovery-code", hint_key="security.recovery-hint")
        self.fresh = PassphraseField(kit, "security.passphrase-new")
        self.remember = CheckField(kit, "security.remember")
        self.problem = InfoBar(kit, Status.ERROR, "")
        self.problem.hide()
        self.way_on = Button(kit, icon="history")
        self.way_on.hide()
        for widget in (self.profile, self.passphrase, self.caps, self.code, self.fresh, self.remember, self.problem):
            column.addWidget(widget)
        column.addWidget(self.way_on, 0, Qt.AlignmentFlag.AlignHCenter)
        self.button = Button(kit, look=Look.PRIMARY, size=Size.LARGE)
        column.addWidget(self.button)
        column.addLayout(self._links(offers=offers))
        self.button.clicked.connect(lambda _=False: self.submit())
        self.way_on.clicked.connect(lambda _=False: self._restore())
        self.passphrase.line.returnPressed.connect(self.submit)
        self.fresh.line.returnPressed.connect(self.submit)
        self.passphrase.line.installEventFilter(self)
        self._recovering = False
        kit.on_language(self, self._words)
        self._show_mode()

    def _links(self, *, offers: bool) -> QGridLayout:
        kit, grid = self._kit, QGridLayout()
        self.forgotten, self.restore = Link(kit, ""), Link(kit, "")
        self.new, self.demo = Link(kit, ""), Link(kit, "")
        for number, (link, act) in enumerate(
            (
                (self.forgotten, self.toggle_recovery),
                (self.restore, self._restore),
                (self.new, self.new_wanted.emit),
                (self.demo, self.demo_wanted.emit),
            )
        ):
            link.clicked.connect(act)
            side = Qt.AlignmentFlag.AlignRight if number % 2 else Qt.AlignmentFlag.AlignLeft
            grid.addWidget(link, number // 2, number % 2, side)
        for link in (self.new, self.demo):
            link.setVisible(offers)
        kit.sized(self, lambda units: grid.setVerticalSpacing(units(6)))
        return grid

    def _restore(self) -> None:
        if not self._busy and self.profile.value():
            self.restore_wanted.emit(self.profile.value())

    def _words(self) -> None:
        say = self._kit.texts
        self.caps.set_words(say("security.caps"))
        self.button.setText(say("security.recover" if self._recovering else "security.unlock"))
        self.forgotten.setText(say("security.back" if self._recovering else "security.forgotten"))
        self.new.setText(say("security.new-profile"))
        self.demo.setText(say("security.open-demo"))
        self.restore.setText(say("security.restore.open"))
        self.way_on.setText(say("security.restore.open"))

    def toggle_recovery(self) -> None:
        """Switch between passphrase and recovery code."""
        self._recovering = not self._recovering
        self._show_mode()
        self._words()
        (self.code if self._recovering else self.passphrase).setFocus()

    def _show_mode(self) -> None:
        for field in (self.code, self.fresh):
            field.setVisible(self._recovering)
        self.passphrase.setVisible(not self._recovering)
        self.remember.setVisible(not self._recovering)
        self._withdraw()

    def set_reason(self, text: str) -> None:
        """Why the window is locked."""
        self.reason.setText(text)
        self.reason.setVisible(bool(text))

    def submit(self) -> None:
        """Try what was entered; nothing happens while a try runs."""
        name = self.profile.value() or ""
        if self._busy or not name:
            return
        self._withdraw()
        if self._recovering:
            if self.code.text() and self.fresh.line.text():
                self.set_busy(busy=True)
                self.recovery_wanted.emit(name, self.code.text(), self.fresh.line.text())
            return
        if self.passphrase.line.text():
            self.set_busy(busy=True)
            self.unlock_wanted.emit(name, self.passphrase.line.text(), self.remember.value())

    def _withdraw(self) -> None:
        """No complaint stands here any more."""
        for widget in (self.problem, self.way_on):
            widget.hide()
        self.restore.show()

    def failed(self, sentence: str, *, way_on: bool = False) -> None:
        """The try failed: say why, keep what was entered, put the cursor there.

        `way_on` offers a backup beside the sentence, for a book that no passphrase opens any more.
        """
        self.set_busy(busy=False)
        self.problem.set_words(sentence)
        self.problem.show()
        self.way_on.setVisible(way_on)
        self.restore.setVisible(not way_on)
        QTimer.singleShot(0, self, lambda: self._sheet.ensureWidgetVisible(self.way_on if way_on else self.problem))
        if way_on:
            self.way_on.setFocus()
            return
        field = self.code if self._recovering else self.passphrase
        field.setFocus()
        field.line.selectAll()

    def set_busy(self, *, busy: bool) -> None:
        """A try runs, or not any more."""
        self._busy = busy
        self.button.setEnabled(not busy)

    def _fit(self, units: Units) -> None:
        self._column.setFixedWidth(units(COLUMN))
        layout = self._column.layout()
        if layout is not None:
            layout.setSpacing(units(9))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Guess the caps lock from what a letter key types; Qt does not tell it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.text().isalpha():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps.setVisible(event.text().isupper() != shift)
        return super().eventFilter(watched, event)


class PassphraseField(LineField):
    """A hidden text with an eye to show it; never part of drafts, never trimmed."""

    def __init__(self, kit: Kit, label_key: str) -> None:
        """Hidden at first."""
        super().__init__(kit, label_key, maximum=1000)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setProperty("large", True)
        self.eye = inner_button(kit, "eye")
        self.eye.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # no key of its own does it
        self.eye.clicked.connect(self._toggle)
        self.edges.add_trailing(self.eye)
        kit.on_language(self, self._show_eye)

    def text(self) -> str:
        """What is entered; blanks around it belong to a passphrase."""
        return self.line.text()

    def _toggle(self) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if self._hidden() else QLineEdit.EchoMode.Password)
        self._show_eye()

    def _show_eye(self) -> None:
        self.eye.set_icon_name("eye" if self._hidden() else "eye-off")
        self.eye.set_name(self.kit.texts("security.show" if self._hidden() else "security.hide"))

    def _hidden(self) -> bool:
        return self.line.echoMode() == QLineEdit.EchoMode.Password


class _Foot(QWidget):
    """The three languages, effective at once."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        row = QHBoxLayout(self)
        self._links: dict[str, Link] = {}
        for language in LANGUAGES:
            link = Link(kit, kit.texts(f"security.language.{language}"))
            link.clicked.connect(self._choose(language))
            self._links[language] = link
            row.addWidget(link)
        row.addStretch(1)
        kit.on_language(self, self._mark)
        kit.sized(self, lambda units: row.setContentsMargins(units(19), units(8), units(19), units(8)))

    def _choose(self, language: str) -> Callable[[], None]:
        return lambda: self._kit.texts.set_language(language)

    def _mark(self) -> None:
        for language, link in self._links.items():
            link.set_strong(strong=language == self._kit.texts.language)
