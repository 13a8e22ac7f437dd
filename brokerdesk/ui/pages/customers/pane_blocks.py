"""The blocks of the reading pane, always in the same order; a block without content is left out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from brokerdesk.models.values.names import Language
from brokerdesk.models.values.states import Origin
from brokerdesk.ui import app_status
from brokerdesk.ui.app_status import AppAction
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customers import pane_facts
from brokerdesk.ui.pages.customers.pane_facts import PaneFacts
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.buttons import Button, Size
from brokerdesk.ui.widgets.cards import Card, Heading
from brokerdesk.ui.widgets.labels import ElidingLabel, Link, PlainLabel
from brokerdesk.ui.widgets.status import Avatar, Pill, Ring
from brokerdesk.ui.workplace import Workplace

MOST_FACES = 5


class FactLine(QWidget):
    """An icon, what it is, a grey addition that gives way, and a value at the right edge."""

    def __init__(self, kit: Kit, icon: str, text: str, *, rest: str = "", value: str = "", muted: bool = False) -> None:
        """`muted` greys the value of what does not count, and of times."""
        super().__init__()
        self._kit, self._icon, self._text, self._rest, self._value, self._muted = kit, icon, text, rest, value, muted
        self.setAccessibleName(" ".join(part for part in (text, rest, value) if part))
        self.setToolTip(self.accessibleName())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """26 high."""
        return QSize(self._kit.u(160), self._kit.u(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        kit, u, painter, box = self._kit, self._kit.units.exact, QPainter(self), QRectF(self.rect())
        kit.icons.paint(painter, self._icon, 0, painting.middle(0, box.height(), u(16)), u(16), kit.colour("muted"))
        font = kit.units.font()
        ink = kit.colour("muted" if self._muted else "text")
        used = painting.text(painter, box, self._value, font, ink, align=Qt.AlignmentFlag.AlignRight, elide=False)
        area = box.adjusted(u(24), 0, -(used + u(8)), 0)
        width = painting.text(painter, area, self._text, font, kit.colour("text"))
        area.setLeft(area.left() + width)
        if self._rest and area.width() > u(20):
            painting.text(painter, area, f" · {self._rest}", font, kit.colour("muted"))


def household(place: Workplace, facts: PaneFacts) -> QWidget | None:
    """The name of the household and the faces of its members."""
    kit, card = place.kit, facts.card
    members = [p for p in card.household if p.until is None]
    if len(members) < 2:
        return None
    host = QWidget()
    row = QHBoxLayout(host)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(kit.u(3))
    row.addWidget(ElidingLabel(kit, place.text("customers.pane.household", name=card.household_name), tone="muted"), 1)
    for person in members[:MOST_FACES]:
        row.addWidget(Avatar(kit, person.name, person.party_id, size=22, letters=person.initials))
    row.addSpacing(kit.u(4))
    row.addWidget(PlainLabel(kit, place.text("customers.pane.persons", n=len(members))))
    return host


def figures(place: Workplace, facts: PaneFacts) -> QWidget:
    """Contracts, premium per month, how complete the record is."""
    kit, card, texts = place.kit, facts.card, place.kit.texts
    host = QWidget()
    row = QHBoxLayout(host)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(kit.u(10))
    other = place.text("customers.pane.other", n=card.contracts_other) if card.contracts_other else ""
    row.addLayout(_figure(kit, place.text("customers.pane.contracts"), texts.count(card.contracts_own), other), 1)
    premium = texts.cents(pane_facts.monthly(card.premium_year_cents), unit=True)
    row.addLayout(_figure(kit, place.text("customers.pane.premium"), premium), 1)
    record = place.text("customers.pane.record")
    row.addLayout(_figure(kit, record, f"{card.completeness}\u00a0%"))
    row.addWidget(Ring(kit, record, card.completeness / 100))
    return host


def _figure(kit: Kit, label: str, value: str, remark: str = "") -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(kit.u(2))
    column.addWidget(PlainLabel(kit, label, type=Type.HINT, tone="muted"))
    row = QHBoxLayout()
    row.setSpacing(kit.u(5))
    row.addWidget(PlainLabel(kit, value, type=Type.SECTION, strong=True))
    if remark:
        row.addWidget(PlainLabel(kit, remark, type=Type.HINT, tone="muted"))
    row.addStretch(1)
    column.addLayout(row)
    return column


def app_card(place: Workplace, facts: PaneFacts, act: Callable[[str], object]) -> QWidget:
    """State of app access with its date, its age, and the action it offers (S1.10)."""
    kit, block, texts = place.kit, facts.block, place.kit.texts
    look = app_status.LOOKS[block.state]
    card = Card(kit)
    head = QHBoxLayout()
    head.addWidget(ElidingLabel(kit, block.product, strong=True), 1)
    head.addWidget(Pill(kit, look.status, app_status.word(block.state, texts), icon=look.icon))
    card.body.addLayout(head)
    words = app_status.detail_words(block, texts)
    if block.last_seen is not None:
        words = place.text("customers.pane.seen", words=words, when=texts.moment(block.last_seen))
    card.body.addWidget(PlainLabel(kit, words, type=Type.HINT, tone="muted", wrap=True))
    visible = place.text(
        "customers.pane.visible", shown=texts.count(block.contracts_released), total=texts.count(block.contracts_own)
    )
    card.body.addWidget(FactLine(kit, "eye" if block.contracts_released else "eye-off", visible))
    row = QHBoxLayout()
    if look.action is not None:
        action: AppAction = look.action
        button = Button(
            kit, app_status.action_text(action, texts), icon=app_status.ACTION_ICON[action], size=Size.SMALL
        )
        button.clicked.connect(lambda _=False: act(action.value))
        row.addWidget(button)
    row.addStretch(1)
    if block.known_at is not None:
        known = place.text("customers.pane.known", when=_when(texts.moment(block.known_at), texts.date(facts.today)))
        row.addWidget(PlainLabel(kit, known, type=Type.HINT, tone="muted"))
    card.body.addLayout(row)
    return card


def _when(moment: str, today: str) -> str:
    """A moment without its date when that is today."""
    return moment.removeprefix(f"{today} ")


def contracts(place: Workplace, facts: PaneFacts, show_all: Callable[[], object]) -> QWidget | None:
    """The largest contracts with line, insurer and premium per month; others' contracts are grey."""
    if not facts.contracts:
        return None
    kit, texts, lines = place.kit, place.kit.texts, place.desk.lines
    host, column = _section(kit)
    link = Link(kit, place.text("customers.pane.all", n=len(facts.contracts)), type=Type.HINT)
    link.clicked.connect(show_all)
    column.addWidget(
        Heading(
            kit, place.text("customers.pane.by-line"), remark=place.text("customers.pane.per-month"), trailing=link,
            small=True,
        )
    )  # fmt: skip
    language: Language = texts.formats
    for contract in facts.contracts[: pane_facts.MOST_CONTRACTS]:
        icon = pane_facts.GROUP_ICON.get(lines.group(contract.line), "file-text")
        year = contract.premium_year_cents
        column.addWidget(
            FactLine(
                kit,
                icon,
                lines.name(contract.line, language),
                rest=contract.insurer,
                value=texts.cents(pane_facts.monthly(year), unit=True) if year is not None else "–",
                muted=contract.origin == Origin.THIRD_PARTY,
            )
        )
    return host


def events(place: Workplace, facts: PaneFacts) -> QWidget | None:
    """What happened last."""
    if not facts.events:
        return None
    kit, texts = place.kit, place.kit.texts
    host, column = _section(kit)
    column.addWidget(Heading(kit, place.text("customers.pane.latest"), small=True))
    for row in facts.events:
        icon = pane_facts.EVENT_ICON.get(row.kind, "user")
        when = pane_facts.event_time(row, texts, facts.today)
        column.addWidget(FactLine(kit, icon, pane_facts.event_words(row, texts), value=when, muted=True))
    return host


def _section(kit: Kit) -> tuple[QWidget, QVBoxLayout]:
    host = QWidget()
    column = QVBoxLayout(host)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(kit.u(2))
    return host, column
