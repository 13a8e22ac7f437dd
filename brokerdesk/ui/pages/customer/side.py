"""The column at the right: how complete the file is, what the customer did lately, and the note."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.app_section import TRACKING_ICON, tracking_words
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.pages.customer.section import clear
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.cards import IconBullet
from brokerdesk.ui.widgets.labels import Link, PlainLabel
from brokerdesk.ui.widgets.status import Ring

NOTE_DELAY_MS = 1200
_NEWEST = 4
_NAMED = 3


class NoteArea(QPlainTextEdit):
    """The note of the customer; tells the text when typing pauses or the focus leaves."""

    written = Signal(str)

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Tab moves on."""
        super().__init__(parent)
        self.setTabChangesFocus(True)
        kit.bind(self, self.setAccessibleName, "customer.side.note")
        kit.bind(self, self.setPlaceholderText, "customer.side.note-hint")
        self._saved = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NOTE_DELAY_MS)
        self._timer.timeout.connect(self.flush)
        self.textChanged.connect(self._timer.start)

    def show_note(self, words: str) -> None:
        """Show what is saved; something just being typed is not overwritten."""
        if self.pending() and self.hasFocus():
            return
        self._saved = words
        if self.toPlainText() != words:
            self.blockSignals(True)
            self.setPlainText(words)
            self.blockSignals(False)

    def pending(self) -> bool:
        """Whether something typed is not saved."""
        return self.toPlainText().strip() != self._saved.strip()

    def flush(self) -> None:
        """Hand out what was typed."""
        self._timer.stop()
        if self.pending():
            self._saved = self.toPlainText()
            self.written.emit(self._saved.strip())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving saves."""
        super().focusOutEvent(event)
        self.flush()


class Side(QWidget):
    """`complete_wanted` asks for the form of master data, `activities_wanted` for all activities."""

    complete_wanted = Signal(str)
    activities_wanted = Signal()

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(parent)
        self._kit = kit
        self._column = QVBoxLayout(self)
        self._file, self._file_box = self._block("customer.side.file")
        self._recent, self._recent_box = self._block("customer.side.recent")
        self._missing = ""
        self._fill_file()
        note_head = QHBoxLayout()
        label = PlainLabel(kit, strong=True)
        kit.bind(label, label.setText, "customer.side.note")
        self._kept = PlainLabel(kit, type=Type.HINT, tone="muted")
        note_head.addWidget(label)
        note_head.addStretch(1)
        note_head.addWidget(self._kept)
        self.note = NoteArea(kit)
        self._column.addLayout(note_head)
        self._column.addWidget(self.note)
        self._column.addStretch(1)
        kit.sized(self, self._fit)

    def show_record(self, record: CustomerRecord) -> None:
        """Show a customer."""
        self.note.show_note(record.card.notes or "")
        self._show_file(record)
        self._show_recent(record)

    def show_kept(self, words: str) -> None:
        """When the note was saved, in words."""
        self._kept.setText(words)

    def _block(self, key: str) -> tuple[QVBoxLayout, QWidget]:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        heading = PlainLabel(self._kit, strong=True)
        self._kit.bind(heading, heading.setText, key)
        column.addWidget(heading)
        inner = QVBoxLayout()
        column.addLayout(inner)
        self._kit.sized(box, lambda u: column.setSpacing(u(8)))
        self._column.addWidget(box)
        return inner, box

    def _fill_file(self) -> None:
        kit = self._kit
        self._ring = Ring(kit, kit.texts("customer.side.file"), 0, size=44)
        self._words = PlainLabel(kit, wrap=True)
        self._complete = Link(kit)
        kit.bind(self._complete, self._complete.setText, "customer.side.complete-now")
        self._complete.clicked.connect(lambda: self.complete_wanted.emit(self._missing))
        row, words = QHBoxLayout(), QVBoxLayout()
        row.addWidget(self._ring)
        words.addWidget(self._words)
        words.addWidget(self._complete, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(words, 1)
        self._file.addLayout(row)
        kit.sized(self._ring, lambda u: row.setSpacing(u(12)))
        kit.sized(self._words, lambda u: words.setSpacing(u(1)))

    def _show_file(self, record: CustomerRecord) -> None:
        texts, card = self._kit.texts, record.card
        missing = [texts(f"customer.field.{name}") for name in card.missing]
        listed = ", ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
        key = "customer.side.missing" if missing else "customer.side.complete"
        self._words.setText(texts(key, n=len(missing), names=listed))
        self._missing = card.missing[0] if missing else ""
        self._complete.setVisible(bool(missing))
        self._ring.set_share(card.completeness / 100, name=texts("customer.side.file"))

    def _show_recent(self, record: CustomerRecord) -> None:
        kit, texts = self._kit, self._kit.texts
        clear(self._recent)
        self._recent_box.setVisible(bool(record.trackings))
        for tracking in record.trackings[:_NEWEST]:
            icon, status = TRACKING_ICON.get(tracking.event, ("activity", Status.NEUTRAL))
            self._recent.addWidget(
                IconBullet(
                    kit, icon, tracking_words(tracking, texts, record.titles), texts.moment(tracking.at), status=status
                )
            )
        if len(record.trackings) > _NEWEST:
            link = Link(kit, texts("customer.side.all", n=len(record.trackings)))
            link.clicked.connect(self.activities_wanted)
            self._recent.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def _fit(self, units: Units) -> None:
        self.setFixedWidth(units(256))
        self._column.setContentsMargins(units(16), units(18), units(16), units(14))
        self._column.setSpacing(units(16))
        self.note.setFixedHeight(units(104))
