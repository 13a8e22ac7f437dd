"""Fields with given answers: choice (searchable when long), check, radio group; and the search field of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QWidget,
)

from brokerdesk.ui.forms.edges import Edges, InnerSign, inner_button
from brokerdesk.ui.forms.field import Field
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.widgets.controls import CheckBox, ComboBox, RadioButton

SEARCHABLE_FROM = 11


class Choice(Field):
    """One of several answers; more than ten become searchable. The value is the key of the answer."""

    def __init__(
        self, kit: Kit, label_key: str, options: Sequence[tuple[str, str]] = (), *, small: bool = False, **more: Any
    ) -> None:
        """`options` are (key, text) in the order shown; an optional first (`""`, text) stands for no answer."""
        self.combo = ComboBox(kit, small=small)
        self.combo.setMaxVisibleItems(14)
        self._unlisted: str | None = None
        super().__init__(kit, label_key, self.combo, **more)
        self.set_options(options)
        self.combo.activated.connect(lambda _: self._on_edited())

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace the answers; the present one stays."""
        before = self.value()
        self.combo.clear()
        for key, text in options:
            self.combo.addItem(text, key)
        self._make_searchable(searchable=len(options) >= SEARCHABLE_FROM)
        self.set_value(before)

    def value(self) -> str | None:
        """Key of the answer, or None."""
        return self._unlisted if self.combo.currentIndex() < 0 else self.combo.currentData() or None

    def set_value(self, value: str | None) -> None:
        """Choose by key. One that is no answer, or not yet, shows as none and is kept until somebody chooses."""
        index = self.combo.findData(value if value is not None else "")
        self._unlisted = value if index < 0 else None
        self.combo.setCurrentIndex(index)
        self.set_problem("")

    def _make_searchable(self, *, searchable: bool) -> None:
        self.combo.setEditable(searchable)
        if not searchable:
            return
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.combo.lineEdit()
        if line is None:
            return
        line.setProperty("bare", True)
        line.setAccessibleName(self.label.text())
        line.editingFinished.connect(self._settle)
        completer = QCompleter(self.combo.model(), self.combo)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        if (popup := completer.popup()) is not None:
            popup.setProperty("popup", True)
        self.combo.setCompleter(completer)

    def _name(self, words: str) -> None:
        super()._name(words)
        line = self.combo.lineEdit()
        if line is not None:
            line.setAccessibleName(words)

    def _settle(self) -> None:
        """A typed text that is no answer goes back to the last one."""
        found = self.combo.findText(self.combo.currentText(), Qt.MatchFlag.MatchFixedString)
        index = found if found >= 0 else self.combo.currentIndex()
        changed = index != self.combo.currentIndex()
        self.combo.setCurrentIndex(index)
        self.combo.setEditText(self.combo.itemText(index) if index >= 0 else "")
        if changed:
            self._on_edited()


class CheckField(Field):
    """A yes-or-no with its text at the right of the box. The value is a bool."""

    def __init__(self, kit: Kit, label_key: str, **more: Any) -> None:
        """`label_key` is the text beside the box."""
        self.box = CheckBox(kit)
        super().__init__(kit, label_key, self.box, hide_label=True, **more)
        kit.bind(self, self.box.setText, label_key)
        self.box.toggled.connect(lambda _: self._on_edited())

    def value(self) -> bool:
        """Whether it is ticked."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """Tick or untick."""
        self.box.blockSignals(True)
        self.box.setChecked(bool(value))
        self.box.blockSignals(False)
        self.box.update()


class RadioField(Field):
    """Two to four answers, all visible. The value is the key of the answer."""

    def __init__(self, kit: Kit, label_key: str, options: Sequence[tuple[str, str]], **more: Any) -> None:
        """`options` are (key, text key)."""
        host = QWidget()
        row = QHBoxLayout(host)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(kit.u(14))
        self._group = QButtonGroup(host)
        self._radios: dict[str, RadioButton] = {}
        super().__init__(kit, label_key, host, **more)
        for key, text_key in options:
            radio = RadioButton(kit)
            kit.bind(radio, radio.setText, text_key)
            radio.clicked.connect(lambda _: self._on_edited())
            self._group.addButton(radio)
            self._radios[key] = radio
            row.addWidget(radio)
        row.addStretch(1)
        host.setFocusProxy(next(iter(self._radios.values())))

    def value(self) -> str | None:
        """Key of the answer, or None."""
        return next((key for key, radio in self._radios.items() if radio.isChecked()), None)

    def set_value(self, value: str | None) -> None:
        """Choose by key; None clears."""
        self._group.setExclusive(False)
        for key, radio in self._radios.items():
            radio.setChecked(key == value)
        self._group.setExclusive(True)
        self.set_problem("")


class SearchField(QLineEdit):
    """The search field of a list: `searched` follows the typing, Escape clears, Down moves into the list."""

    searched = Signal(str)
    go_down = Signal()

    def __init__(
        self, kit: Kit, placeholder_key: str, *, small: bool = True, delay_ms: int = 0, parent: QWidget | None = None
    ) -> None:
        """`delay_ms` waits for the next key when searching is slow; the placeholder is also the accessible name."""
        super().__init__(parent)
        self.setProperty("small", small)
        self.setClearButtonEnabled(False)
        kit.bind(self, self.setPlaceholderText, placeholder_key)
        kit.bind(self, self.setAccessibleName, placeholder_key)
        self._edges = Edges(kit, self)
        self._edges.add_leading(InnerSign(kit, "search"))
        self._clear = inner_button(kit, "x")
        kit.bind(self, self._clear.set_name, "ui.search.clear")
        self._clear.clicked.connect(self.clear)
        self._edges.add_trailing(self._clear, shown=False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(self._on_text)

    def type_text(self, text: str) -> None:
        """Take letters typed elsewhere, in the list."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setText(self.text() + text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears first; Down leaves into the list."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.go_down.emit()
        else:
            super().keyPressEvent(event)

    def _on_text(self, text: str) -> None:
        self._edges.show(self._clear, shown=bool(text))
        if not text or self._timer.interval() == 0:
            self._timer.stop()
            self.searched.emit(text.strip())
        else:
            self._timer.start()
