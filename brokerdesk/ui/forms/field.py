"""The base of every field: label above, editor, message below, and three levels of being checked.

While typing a field is quiet (it only withdraws a complaint); on leaving it is clear; on saving the form lists every
problem. Each editor is named by its label for screen readers and described by its message.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from brokerdesk.core.errors import KnownError
from brokerdesk.ui.forms.edges import Edges, InnerSign
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.labels import PlainLabel, Tone


class Field(QWidget):
    """Label, editor, message. Subclasses parse and format their value.

    `edited` is sent on every change by the user, `left` when the focus leaves.
    """

    edited = Signal()
    left = Signal()

    def __init__(
        self, kit: Kit, label_key: str, editor: QWidget, *, required: bool = False, hint_key: str = "", hide_label: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`hint_key` names a grey remark below; a hidden label still names the editor."""
        super().__init__(parent)
        self.kit, self.editor, self.required = kit, editor, required
        self._hint_key, self._problem, self._note = hint_key, "", ""
        self.label = PlainLabel(kit, type=Type.HINT, tone="muted")
        self.label.setBuddy(editor)
        self.label.setVisible(not hide_label)
        self.message = PlainLabel(kit, type=Type.HINT, tone="muted", wrap=True)
        self.message.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.label)
        self._column.addWidget(editor)
        self._column.addWidget(self.message)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setFocusProxy(editor)
        editor.installEventFilter(self)
        kit.bind(self, self._name, label_key)
        if hint_key:
            kit.on_language(self, self._show_message)
        kit.sized(self, self._fit)

    def value(self) -> Any:
        """The checked value; None when empty. Raises `KnownError` when it is not one."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value; withdraws any complaint."""
        raise NotImplementedError

    def is_empty(self) -> bool:
        """Whether nothing is entered."""
        return self.value() is None

    def problem(self) -> str:
        """The complaint about the present content in words, or an empty text; shows nothing."""
        try:
            if self.is_empty():
                return self.kit.texts("ui.field.required", name=self.label.text()) if self.required else ""
            self.value()
        except KnownError as error:
            return self.kit.texts(f"error.{error.code}", **error.parameters)
        return ""

    def check(self) -> bool:
        """Check now and show the complaint, if any."""
        self.set_problem(self.problem())
        return not self._problem

    def set_problem(self, words: str) -> None:
        """Show a complaint (also one the portal or a rule made), or withdraw it with an empty text."""
        self._problem = words
        self.editor.setProperty("state", "error" if words else "")
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)
        self.editor.update()
        self.editor.setAccessibleDescription(words)
        self._mark_problem(words)
        self._show_message()

    def set_note(self, words: str) -> None:
        """A grey remark below, such as the bank of an IBAN; a complaint hides it."""
        self._note = words
        self._show_message()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leaving the editor checks what was entered."""
        if watched is self.editor and event.type() == QEvent.Type.FocusOut:
            self._on_left()
        return super().eventFilter(watched, event)

    def _on_edited(self) -> None:
        if self._problem and not self.problem():
            self.set_problem("")
        self.edited.emit()

    def _on_left(self) -> None:
        if not self.is_entered_empty():
            self.check()
        self.left.emit()

    def is_entered_empty(self) -> bool:
        """Whether the editor shows nothing; an empty field is only complained about on saving."""
        try:
            return self.is_empty()
        except KnownError:
            return False

    def _mark_problem(self, words: str) -> None:
        """Subclasses may show a mark inside the editor."""

    def _name(self, words: str) -> None:
        self.label.setText(words)
        self.editor.setAccessibleName(words)

    def _show_message(self) -> None:
        hint = self.kit.texts(self._hint_key) if self._hint_key else ""
        words = self._problem or self._note or hint
        tone: Tone = "error" if self._problem else "muted"
        self.message.setText(words)
        self.message.set_tone(tone)
        self.message.setVisible(bool(words))

    def _fit(self, units: Units) -> None:
        self.label.setContentsMargins(0, 0, 0, units(4))
        self.message.setContentsMargins(0, units(3), 0, 0)


class LineField(Field):
    """One line of text. The value is the text without blanks around it, or None."""

    def __init__(
        self, kit: Kit, label_key: str, *, required: bool = False, hint_key: str = "", placeholder_key: str = "", unit: str = "",
        hide_label: bool = False, maximum: int = 200, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`unit` stands inside at the right edge (€, %, years)."""
        self.line = QLineEdit()
        self.line.setMaxLength(maximum)
        super().__init__(
            kit, label_key, self.line, required=required, hint_key=hint_key, hide_label=hide_label, parent=parent
        )
        self.edges = Edges(kit, self.line)
        if unit:
            self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.edges.add_trailing(PlainLabel(kit, unit, tone="muted"))
        if placeholder_key:
            kit.bind(self, self.line.setPlaceholderText, placeholder_key)
        self._warning = InnerSign(kit, "alert-octagon", status=Status.ERROR)
        self.edges.add_trailing(self._warning, shown=False)
        self.line.textEdited.connect(lambda _: self._on_edited())

    def parse(self, text: str) -> Any:
        """The value of a text that is not empty. Raises `KnownError`."""
        return text

    def format(self, value: Any) -> str:
        """How a value is written."""
        return str(value)

    def text(self) -> str:
        """What is entered, without blanks around it."""
        return self.line.text().strip()

    def value(self) -> Any:
        """The checked value; None when empty."""
        return self.parse(self.text()) if self.text() else None

    def set_value(self, value: Any) -> None:
        """Show a value."""
        self.line.setText("" if value is None else self.format(value))
        self.set_problem("")

    def is_empty(self) -> bool:
        """Whether nothing is entered."""
        return not self.text()

    def check(self) -> bool:
        """Check, and write the value in its usual spelling."""
        fine = super().check()
        if fine and self.text() and not self.line.isReadOnly():
            self.line.setText(self.format(self.value()))
        return fine

    def _mark_problem(self, words: str) -> None:
        self._warning.set_words(words)
        self.edges.show(self._warning, shown=bool(words))
