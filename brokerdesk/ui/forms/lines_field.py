"""A field of several entries, one per line: what was given stays as it was given, known words are offered while typing.

Subclasses say how an entry is written and what a typed line means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRect, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QPlainTextEdit

from brokerdesk.ui.forms.text_fields import NoteField
from brokerdesk.ui.kit import Kit

_CHOOSING = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab}


class OfferingArea(QPlainTextEdit):
    """An editor that offers known words for what is being typed; Down chooses, Enter takes, Escape closes."""

    def __init__(self, between: str = "") -> None:
        """An entry begins with its line, or after the sign `between`."""
        super().__init__()
        self._between = between
        self._words = QStringListModel(self)
        self.completer = QCompleter(self._words, self)
        self.completer.setWidget(self)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        if (popup := self.completer.popup()) is not None:
            popup.setProperty("popup", True)
        self.completer.activated.connect(self._take)

    def set_offers(self, words: Sequence[str]) -> None:
        """Offer these."""
        self._words.setStringList(list(words))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """While words are offered, the keys that choose belong to the list; after a typed sign the list follows."""
        popup = self.completer.popup()
        if popup is not None and popup.isVisible() and event.key() in _CHOOSING:
            event.ignore()
            return
        before = self.toPlainText()
        super().keyPressEvent(event)
        if self.toPlainText() != before:
            self._offer()

    def _typed(self) -> str:
        """The beginning of the entry at the cursor; empty when words stand behind it."""
        cursor = self.textCursor()
        line, at = cursor.block().text(), cursor.positionInBlock()
        if line[at:].strip():
            return ""
        return (line[:at].rpartition(self._between)[2] if self._between else line[:at]).lstrip()

    def _offer(self) -> None:
        popup, typed = self.completer.popup(), self._typed()
        self.completer.setCompletionPrefix(typed)
        if popup is None or not typed or not self.completer.completionCount():
            if popup is not None:
                popup.hide()
            return
        popup.setAccessibleName(self.accessibleName())
        place = self.cursorRect()
        width = popup.sizeHintForColumn(0) + popup.verticalScrollBar().sizeHint().width() + 2 * popup.frameWidth()
        self.completer.complete(
            QRect(self.viewport().mapTo(self, place.topLeft()), place.size()).adjusted(0, 0, width, 2)
        )

    def _take(self, word: str) -> None:
        cursor = self.textCursor()
        cursor.movePosition(
            QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor, len(self._typed())
        )
        cursor.insertText(word)
        self.setTextCursor(cursor)


class LinesField(NoteField):
    """The value is the list of entries; those whose line still stands as shown keep their stored form exactly."""

    between = ""
    """A sign that separates entries within a line, besides its end."""

    def __init__(self, kit: Kit, label_key: str, *, lines: int = 3, **options: Any) -> None:
        """`lines` high."""
        self._given: list[str] = []
        self._untouched = ""
        self.offering = OfferingArea(self.between)
        super().__init__(kit, label_key, lines=lines, area=self.offering, **options)

    def written(self, entry: str) -> str:
        """The line of an entry."""
        return " ".join(entry.split())

    def read(self, line: str, number: int) -> list[str]:
        """The entries of a typed line, the `number`th. Raises `KnownError`."""
        return [line]

    def text(self) -> str:
        """What is entered, right or wrong."""
        return self.area.toPlainText()

    def set_text(self, text: str) -> None:
        """Enter a text without forgetting what was given."""
        super().set_value(text)

    def value(self) -> Any:
        """A list of entries. Raises `KnownError` naming the line that cannot be taken."""
        if self.text() == self._untouched:
            return list(self._given)
        left = [(self.written(entry), entry) for entry in self._given]
        found: list[str] = []
        for number, text in enumerate(self.text().splitlines(), start=1):
            line = " ".join(text.split())
            known = next((pair for pair in left if pair[0] == line), None)
            if known is not None:
                left.remove(known)
                found.append(known[1])
            elif line:
                found += self.read(line, number)
        return found

    def set_value(self, value: Any) -> None:
        """One line each."""
        self._given = [str(entry) for entry in value or ()]
        super().set_value("\n".join(self.written(entry) for entry in self._given))
        self._untouched = self.text()

    def is_empty(self) -> bool:
        """No line."""
        return not self.text().strip()
