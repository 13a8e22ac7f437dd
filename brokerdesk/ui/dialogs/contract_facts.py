"""What is known of a contract beside its form: parts, persons, claims, commission lines, what was delivered. Read only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from brokerdesk.models.rows.contracts import ContractCard
from brokerdesk.services.lines import Lines
from brokerdesk.ui.dialogs.contract_words import Facts, delivered_facts, part_words, person_words
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.widgets.labels import PlainLabel

_MOST_ROWS = 300


class ContractFacts(QWidget):
    """A column of small groups; groups without content are left out."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_card()`."""
        super().__init__(parent)
        self._kit = kit
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 6)
        kit.sized(self, lambda u: grid.setVerticalSpacing(u(5)))
        kit.sized(self, lambda u: grid.setHorizontalSpacing(u(10)))

    def show_card(self, card: ContractCard, lines: Lines) -> None:
        """Show everything that is not in the form; of endless deliveries the first rows and how many more there are."""
        left, hidden = _MOST_ROWS, 0
        for group in self._groups(card, lines):
            shown = group.rows[:left]
            left, hidden = left - len(shown), hidden + len(group.rows) - len(shown)
            if shown:
                self._group(group.title, shown)
        if hidden:
            more = self._kit.texts("contract.facts.more", n=hidden)
            self._across(PlainLabel(self._kit, more, tone="muted", wrap=True))
        self._grid.setRowStretch(self._grid.rowCount(), 1)

    def _groups(self, card: ContractCard, lines: Lines) -> Iterator[Facts]:
        texts = self._kit.texts

        def group(key: str, rows: Iterable[tuple[str, str]]) -> Facts:
            return Facts(texts(f"contract.facts.{key}"), tuple(rows))

        yield group("line", self._line(card, lines))
        yield group("parts", (part_words(part, lines, texts) for part in card.parts))
        yield group(
            "features",
            ((self._name("lines.feature", k), self._name("lines.answer", v)) for k, v in card.features.items()),
        )
        yield group("persons", (person_words(person, texts) for person in card.persons))
        yield group("claims", ((texts.date(c.occurred_on), texts(f"claim.status.{c.status}")) for c in card.claims))
        yield group(
            "commission",
            ((texts.date(c.booked_on), texts.cents(c.commission_cents, unit=True)) for c in card.commission),
        )
        yield from delivered_facts(card, lines, texts)

    def _line(self, card: ContractCard, lines: Lines) -> list[tuple[str, str]]:
        texts = self._kit.texts
        found = [(lines.name(card.line, texts.formats), self._name("lines.basis", card.line_basis))]
        if card.gdv_sparte:
            sparte = " · ".join(filter(None, (card.gdv_sparte, lines.sparte(card.gdv_sparte))))
            found.append((texts("contract.facts.sparte"), sparte))
        shown = texts("contract.eye.shown" if card.released else "contract.eye.hidden")
        return [*found, (texts("contract.column.app"), shown)]

    def _name(self, prefix: str, code: str) -> str:
        key = f"{prefix}.{code}"
        return self._kit.texts(key) if code and self._kit.texts.has(key) else code

    def _group(self, title: str, rows: Iterable[tuple[str, str]]) -> None:
        self._across(PlainLabel(self._kit, title, strong=True, wrap=True))
        for label, value in rows:
            named = PlainLabel(self._kit, label, wrap=True)
            if value:
                row = self._grid.rowCount()
                self._grid.addWidget(named, row, 0, Qt.AlignmentFlag.AlignTop)
                told = PlainLabel(self._kit, value, tone="muted", wrap=True)
                self._grid.addWidget(told, row, 1, Qt.AlignmentFlag.AlignTop)
            else:
                self._across(named)
        self._grid.setRowMinimumHeight(self._grid.rowCount(), self._kit.u(8))

    def _across(self, widget: QWidget) -> None:
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)
