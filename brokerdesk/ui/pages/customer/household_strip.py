"""The strip of the household: one cell per person with dividers, first names only, and a cell that adds a person."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from brokerdesk.models.rows.customers import HouseholdPerson
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.record import CustomerRecord, age_of
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.labels import rule


def relation_words(person: HouseholdPerson, texts: Translator, *, own: bool) -> str:
    """How somebody belongs to the household, seen from the customer."""
    if own:
        return texts("customer.relation.self" if person.is_customer else "customer.relation.person")
    key = f"customer.relation.{person.relation}"
    return texts(key if texts.has(key) and person.relation != "self" else "customer.relation.member")


class _Cell(QAbstractButton):
    """A person, or the plus."""

    def __init__(self, kit: Kit, person: HouseholdPerson | None, words: str, *, own: bool = False) -> None:
        super().__init__()
        self._kit, self._person, self._words, self._own = kit, person, words, own
        self.setText(person.first_name if person is not None else words)
        self.setAccessibleName(f"{self.text()}, {words}" if person is not None else words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        grow = QSizePolicy.Policy.Expanding if person is not None else QSizePolicy.Policy.Fixed
        self.setSizePolicy(grow, QSizePolicy.Policy.Fixed)

    def name(self, words: str) -> None:
        """What it says, in the language in force."""
        self._words = words
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        u = self._kit.u
        if self._person is None:
            width = QFontMetrics(self._kit.units.font()).horizontalAdvance(self.text())
            return QSize(width + u(14 + 16 + 6 + 14), u(48))
        return QSize(u(150), u(48))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() if self._person is None else self._kit.u(96), self._kit.u(48))

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Enter, QEvent.Type.Leave}:
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        kit, u, painter, box = self._kit, self._kit.units.exact, QPainter(self), QRectF(self.rect())
        if self.underMouse():
            painting.frame(painter, box.adjusted(1, 1, -1, -1), u(7), fill=kit.colour("hover"))
        if self.hasFocus():
            painting.focus_ring(painter, kit, box.adjusted(1, 1, -1, -1), u(7))
        if self._person is None:
            top = painting.middle(0, box.height(), u(16))
            kit.icons.paint(painter, "plus", u(14), top, u(16), kit.colour("muted"))
            area = box.adjusted(u(14 + 16 + 6), 0, 0, 0)
            painting.text(painter, area, self.text(), kit.units.font(), kit.colour("muted"), elide=False)
            return
        painting.avatar(
            painter, kit, u(12), painting.middle(0, box.height(), u(28)), 28,
            seed=self._person.party_id, letters=self._person.initials,
        )  # fmt: skip
        left = u(12 + 28 + 9)
        upper = QRectF(left, u(6), box.width() - left - u(6), u(18))
        painting.text(painter, upper, self.text(), kit.units.font(strong=self._own), kit.colour("text"))
        lower = QRectF(left, u(24), box.width() - left - u(6), u(16))
        painting.text(painter, lower, self._words, kit.units.font(Type.HINT), kit.colour("muted"))


class HouseholdStrip(QFrame):
    """Persons who live together. `person_chosen` carries an id, `person_wanted` asks for a new person."""

    person_chosen = Signal(str)
    person_wanted = Signal()

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(parent)
        self._kit = kit
        self.setProperty("surface", "card")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(1, 1, 1, 1)
        self._row.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._plus = _Cell(kit, None, "")
        self._plus.clicked.connect(self.person_wanted)
        self._row.addWidget(self._plus)
        kit.sized(self, lambda units: self.setFixedHeight(units(50)))

    def show_record(self, record: CustomerRecord, *, limit: int = 4) -> None:
        """Show up to `limit` people of the household; the customer himself while it has none yet."""
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None and old is not self._plus:
                old.hide()
                old.deleteLater()
        texts, people = self._kit.texts, record.people
        for number, person in enumerate(people[:limit]):
            if number:
                self._row.addWidget(rule("v"))
            own = person.party_id == record.card.id
            cell = _Cell(self._kit, person, self._remark(person, record, own=own), own=own)
            cell.clicked.connect(lambda _=False, party=person.party_id: self.person_chosen.emit(party))
            self._row.addWidget(cell, 1)
            QWidget.setTabOrder(cell, self._plus)
        if people:
            self._row.addWidget(rule("v"))
        self._plus.name(texts("customer.household.person"))
        self._row.addWidget(self._plus)
        if not people:
            self._row.addStretch(1)

    def _remark(self, person: HouseholdPerson, record: CustomerRecord, *, own: bool) -> str:
        texts, age = self._kit.texts, age_of(person.birth_date, record.today)
        relation = relation_words(person, texts, own=own)
        first = relation if age is None else texts("customer.household.aged", relation=relation, age=age)
        if not person.contracts:
            return first
        return texts("customer.household.with-contracts", n=person.contracts, who=first)
