"""Chooses a person who is already in the book: search by name, with birth date and place to tell namesakes apart."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from brokerdesk.models.rows.customers import PersonHit
from brokerdesk.ui.background.lanes import Job
from brokerdesk.ui.forms.choices import SearchField
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.tables.columns import Cell, Column, Kind
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.notices import announce
from brokerdesk.ui.workplace import Workplace

PAUSE_MS = 150


def _name(row: PersonHit, _texts: Translator) -> Cell:
    return Cell(text=row.name, seed=row.party_id, letters=row.initials)


def _born(row: PersonHit, texts: Translator) -> Cell:
    return Cell(text=texts.date(row.birth_date) if row.birth_date else "–", muted=row.birth_date is None)


def _place(row: PersonHit, _texts: Translator) -> Cell:
    return Cell(text=row.place or "–", muted=not row.place)


COLUMNS: tuple[Column[PersonHit], ...] = (
    Column(key="name", title_key="customer.person.name", kind=Kind.AVATAR, cell=_name, stretch=True),
    Column(key="born", title_key="customer.field.birth_date", cell=_born, width=112),
    Column(key="place", title_key="customer.person.place", cell=_place, width=170),
)


class PersonFinder(QWidget):
    """`chosen` tells that another person, or none, is chosen; `settled` that the choice is made by Enter or double click."""

    chosen = Signal()
    settled = Signal()

    def __init__(self, place: Workplace, customer_id: str, parent: QWidget | None = None) -> None:
        """Offers who can join the household of this customer."""
        super().__init__(parent)
        self._place, self._customer_id, kit = place, customer_id, place.kit
        self._job: Job | None = None
        self.search = SearchField(kit, "customer.person.search", small=False, delay_ms=PAUSE_MS)
        self.model: StaticTableModel[PersonHit] = StaticTableModel(kit, COLUMNS, self)
        self.table = TableView(kit, self.model, name_key="customer.person.found", tint_current=True)
        self.words = PlainLabel(kit, tone="muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.search, self.words, self.table):
            column.addWidget(widget)
        column.setStretchFactor(self.table, 1)
        column.addStretch()
        self.search.searched.connect(self._look)
        self.search.go_down.connect(self._into_the_list)
        self.table.current_changed.connect(lambda _: self._changed())
        self.table.opened.connect(lambda _: self.settled.emit())
        self.table.typed.connect(self.search.type_text)
        self.table.installEventFilter(self)
        self.setFocusProxy(self.search)
        kit.sized(self, lambda units: column.setSpacing(units(8)))
        kit.sized(self.table, lambda units: self.table.setMinimumHeight(units(100)))
        self._show(None)

    def current(self) -> PersonHit | None:
        """The chosen person."""
        return self.model.row_with(self.table.current_id())

    def choose(self, party_id: str) -> None:
        """Choose one of those shown."""
        rows = [self.model.row_with(row_id) for row_id in self.model.all_ids()]
        self.table.set_current_id(
            next(at for at, row in enumerate(rows) if row is not None and row.party_id == party_id)
        )

    def complain(self) -> None:
        """Say that somebody has to be chosen, and go to the search."""
        self.words.setText(self._place.text("customer.person.choose"))
        self.words.set_tone("error")
        self.words.show()
        announce(self, self.words.text())
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def hasHeightForWidth(self) -> bool:
        """The height is the same with and without people found, so that the dialog does not jump."""
        return False

    def sizeHint(self) -> QSize:
        """Search and five people; less where the window is low."""
        return QSize(super().sizeHint().width(), self._place.kit.u(234))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up from the first row of the list goes back to the search."""
        up = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Up
        if watched is self.table and up and self.table.currentIndex().row() <= 0:
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().eventFilter(watched, event)

    def _look(self, words: str) -> None:
        """Ask for people; an older answer is dropped."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if not words:
            self._show(None)
            return
        desk, customer_id = self._place.desk, self._customer_id
        self._job = self._place.read(lambda: desk.households.people(customer_id, words), receiver=self, done=self._show)

    def _show(self, hits: list[PersonHit] | None) -> None:
        self.model.set_rows(hits or ())
        key = "customer.person.begin" if hits is None else "customer.person.nobody"
        self.words.setText(self._place.text(key))
        self.words.set_tone("muted")
        self.words.setVisible(not hits)
        self.table.setVisible(bool(hits))
        self.chosen.emit()

    def _changed(self) -> None:
        self.words.hide()
        self.chosen.emit()

    def _into_the_list(self) -> None:
        if self.model.rowCount():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
