"""The section of the history: who changed what, when, from where, old and new in words; undo where it is possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.models.rows.activity import HistoryRow
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.history_words import edit_words, record_words
from brokerdesk.ui.pages.customer.section import Section, clear
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Look, Size
from brokerdesk.ui.widgets.labels import PlainLabel, rule

SHOWN = 60
_ICON = {"insert": "plus", "update": "pencil", "delete": "trash"}


class HistorySection(Section):
    """`undo_wanted` carries a unit of work."""

    undo_wanted = Signal(str)

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_history()`."""
        super().__init__(kit, parent)
        self._rows: Sequence[HistoryRow] = ()
        self._titles: Mapping[str, str] = {}
        self._limit = SHOWN
        self._none = PlainLabel(kit, tone="muted", wrap=True)
        kit.bind(self._none, self._none.setText, "customer.history.none")
        heading = PlainLabel(kit, type=Type.SECTION, strong=True)
        kit.bind(heading, heading.setText, "customer.section.history")
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._more = Button(kit, size=Size.SMALL)
        kit.bind(self._more, self._more.setText, "customer.history.more")
        self._more.clicked.connect(self._show_more)
        for widget in (heading, self._none):
            self.column.addWidget(widget)
        self.column.addLayout(self._list)
        self.column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def show_history(self, rows: Sequence[HistoryRow], titles: Mapping[str, str]) -> None:
        """`rows` newest first; `titles` names records and people by id."""
        self._rows, self._titles = [r for r in rows if r.edits or r.action != "update"], titles
        self._fill()

    def _show_more(self) -> None:
        self._limit += SHOWN
        self._fill()

    def _fill(self) -> None:
        clear(self._list)
        texts, day = self.kit.texts, ""
        undoable: set[str] = set()
        for row in self._rows[: self._limit]:
            if (here := texts.day(row.at)) != day:
                day = here
                label = PlainLabel(self.kit, day, type=Type.HINT, strong=True, tone="muted")
                label.setContentsMargins(0, self.kit.u(8), 0, self.kit.u(4))
                self._list.addWidget(label)
            offer = row.undoable and row.work not in undoable
            undoable.add(row.work)
            self._list.addWidget(self._entry(row, offer=offer))
            self._list.addWidget(rule("soft"))
        self._none.setVisible(not self._rows)
        self._more.setVisible(len(self._rows) > self._limit)

    def _entry(self, row: HistoryRow, *, offer: bool) -> QWidget:
        kit, texts = self.kit, self.kit.texts
        entry = QWidget()
        line = QHBoxLayout(entry)
        line.setContentsMargins(0, kit.u(6), 0, kit.u(6))
        line.setSpacing(kit.u(12))
        time = PlainLabel(kit, texts.time(row.at), tone="muted")
        line.addWidget(time, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(kit.u(1))
        words.addWidget(PlainLabel(kit, record_words(row, self._titles, texts), strong=True, wrap=True))
        for edit in row.edits:
            field, old, new = edit_words(row, edit, texts, self._titles)
            sentence = texts("customer.history.edit", field=field, old=old, new=new)
            words.addWidget(PlainLabel(kit, sentence, wrap=True))
        origin = f"customer.history.origin.{row.origin}"
        who = texts(
            "customer.history.by", who=row.actor or "–", origin=texts(origin) if texts.has(origin) else row.origin
        )
        words.addWidget(PlainLabel(kit, who, type=Type.HINT, tone="muted"))
        line.addLayout(words, 1)
        if offer:
            undo = Button(kit, texts("ui.undo"), icon="arrow-back-up", look=Look.NORMAL, size=Size.SMALL)
            undo.setAccessibleName(f"{texts('ui.undo')}: {record_words(row, self._titles, texts)}")
            undo.clicked.connect(lambda _=False: self.undo_wanted.emit(row.work))
            line.addWidget(undo, 0, Qt.AlignmentFlag.AlignTop)
        return entry
