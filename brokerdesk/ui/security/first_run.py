"""The first-run assistant: language and name, passphrase, recovery code typed back. Three steps to a usable window.

Makes nothing itself: it asks for a profile by signal and is told the outcome, so that slow key derivation stays off the
GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from brokerdesk.core.logs import Secret
from brokerdesk.ui.forms.choices import CheckField, Choice
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.security.unlock import COLUMN, LogoMark, PassphraseField
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Look, Size
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar

_WIDTH = COLUMN + 100


class FirstRunPage(QWidget):
    """The assistant; `create_wanted` → `created()` or `failed()`, then `typed_back` → `confirmed()` or `failed()`."""

    create_wanted = Signal(str, str, bool)
    """Name, passphrase, whether to remember it on this device."""
    sheet_wanted = Signal(str)
    """Where to save the recovery sheet."""
    typed_back = Signal(str)
    demo_wanted = Signal()
    left = Signal()

    def __init__(self, kit: Kit, *, can_leave: bool = False) -> None:
        """Starts with the language, effective at once; `can_leave` when there is a profile to go back to."""
        super().__init__()
        self._kit = kit
        self._can_leave = can_leave
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        column = QVBoxLayout()
        outer.addLayout(column)
        outer.addStretch(1)
        column.addStretch(1)
        column.addWidget(LogoMark(kit), 0, Qt.AlignmentFlag.AlignHCenter)
        self.step = PlainLabel(kit, type=Type.HINT, tone="muted")
        self.title = PlainLabel(kit, type=Type.TITLE, strong=True)
        self.text = PlainLabel(kit, tone="muted", wrap=True)
        for label in (self.step, self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        self.problem = InfoBar(kit, Status.ERROR, "")
        self.problem.hide()
        column.addWidget(self.problem)
        self.pages = QStackedWidget()
        column.addWidget(self.pages)
        for page in (self._first(), self._second(), self._third()):
            self.pages.addWidget(page)
        column.addLayout(self._buttons())
        column.addStretch(2)
        kit.sized(self, lambda units: self.pages.setFixedWidth(units(_WIDTH)))
        kit.sized(self, lambda units: column.setSpacing(units(10)))
        kit.on_language(self, self._words)

    def _first(self) -> QWidget:
        kit = self._kit
        names = [(code, kit.texts(f"security.language.{code}")) for code in ("de", "nl", "en")]
        self.language = Choice(kit, "security.first.language", names)
        self.language.set_value(kit.texts.language)
        self.language.edited.connect(lambda: kit.texts.set_language(self.language.value() or "de"))
        self.name = LineField(
            kit, "security.first.name", required=True, hint_key="security.first.name-hint", maximum=80
        )
        return self._page(self.language, self.name)

    def _second(self) -> QWidget:
        kit = self._kit
        self.passphrase = PassphraseField(kit, "security.passphrase")
        self.again = PassphraseField(kit, "security.passphrase-repeat")
        self.remember = CheckField(kit, "security.remember", hint_key="security.first.remember-hint")
        return self._page(self.passphrase, self.again, self.remember)

    def _third(self) -> QWidget:
        kit = self._kit
        self.code = PlainLabel(kit, type=Type.SECTION, strong=True, wrap=True)
        self.code.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save = Button(kit, icon="printer")
        kit.bind(self.save, self.save.setText, "security.first.print")
        self.save.clicked.connect(lambda _=False: self._ask_where())
        self.typed = LineField(kit, "security.first.typed", required=True)
        return self._page(self.code, self.save, self.typed)

    def _page(self, *widgets: QWidget) -> QFrame:
        page = QFrame()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        self._kit.sized(page, lambda units: column.setSpacing(units(12)))
        for widget in widgets:
            column.addWidget(widget)
        column.addStretch(1)
        return page

    def _buttons(self) -> QHBoxLayout:
        kit, row = self._kit, QHBoxLayout()
        self.back = Button(kit, size=Size.LARGE)
        self.demo = Button(kit, size=Size.LARGE, look=Look.QUIET)
        self.next = Button(kit, look=Look.PRIMARY, size=Size.LARGE)
        kit.bind(self.back, self.back.setText, "security.first.back")
        kit.bind(self.demo, self.demo.setText, "security.open-demo")
        self.back.clicked.connect(lambda _=False: self._back())
        for field in (self.name, self.passphrase, self.again, self.typed):
            field.line.returnPressed.connect(self.forward)
        self.demo.clicked.connect(lambda _=False: self.demo_wanted.emit())
        self.next.clicked.connect(lambda _=False: self.forward())
        for button in (self.back, self.demo):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.next)
        return row

    def _words(self) -> None:
        say, index = self._kit.texts, self.pages.currentIndex()
        part = ("welcome", "protect", "recovery")[index]
        self.step.setText(say("security.first.step", step=index + 1))
        self.title.setText(say(f"security.first.{part}"))
        self.text.setText(say(f"security.first.{part}-text"))
        self.next.setText(say(f"security.first.{('next', 'create', 'finish')[index]}"))
        self.back.setVisible(index == 1 or (index == 0 and self._can_leave))
        self.demo.setVisible(index == 0)

    def _show(self, index: int) -> None:
        self.problem.hide()
        self.pages.setCurrentIndex(max(0, index))
        self._words()
        (self.name, self.passphrase, self.typed)[self.pages.currentIndex()].setFocus()

    def _back(self) -> None:
        if self.pages.currentIndex() == 0:
            self.left.emit()
        else:
            self._show(self.pages.currentIndex() - 1)

    def forward(self) -> None:
        """Check this step and go on; nothing happens while something runs."""
        index = self.pages.currentIndex()
        if not self.next.isEnabled():
            return
        self.problem.hide()
        if index == 0 and self.name.check():
            self._show(1)
        elif index == 1:
            self._create()
        elif index == 2 and self.typed.check():
            self.next.setEnabled(False)
            self.typed_back.emit(self.typed.text())

    def _create(self) -> None:
        first, second = self.passphrase.line.text(), self.again.line.text()
        if first != second or not first:
            self.failed(self._kit.texts("security.first.differs"))
            return
        self.next.setEnabled(False)
        self.create_wanted.emit(self.name.text(), first, self.remember.value())

    def created(self, code: Secret) -> None:
        """The profile is there: show the code to print and type back."""
        self.code.setText(code.reveal())
        self.next.setEnabled(True)
        self.passphrase.line.clear()
        self.again.line.clear()
        self._show(2)

    def failed(self, sentence: str) -> None:
        """Say what was wrong; everything entered stays."""
        self.next.setEnabled(True)
        self.problem.set_words(sentence)
        self.problem.show()

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "", self._kit.texts("security.first.sheet-name"), "PDF (*.pdf)")
        if name:
            self.sheet_wanted.emit(name)
