"""What is known of a contract beside its form: parts, facts of its line, persons, claims, commission lines. Read only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.models.rows.contracts import ContractCard
from brokerdesk.services.lines import Lines
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.widgets.labels import PlainLabel

_LIMIT = 40


class ContractFacts(QWidget):
    """A column of small groups; groups without content are left out."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_card()`."""
        super().__init__(parent)
        self._kit = kit
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        kit.sized(self, lambda u: self._column.setSpacing(u(5)))

    def show_card(self, card: ContractCard, lines: Lines) -> None:
        """Show everything that is not in the form. Call once."""
        texts = self._kit.texts
        self._group("contract.facts.line", self._line(card, lines))
        self._group("contract.facts.parts", ((self._part(part), "") for part in card.parts))
        features = (
            (self._name("lines.feature", key), self._name("lines.answer", str(value)))
            for key, value in card.features.items()
        )
        self._group("contract.facts.features", features)
        self._group("contract.facts.persons", ((_label(p), self._role(p)) for p in card.persons))
        self._group("contract.facts.details", ((k, v) for k, v in _flat(card.details)))
        claims = ((texts.date(c.occurred_on), texts(f"claim.status.{c.status}")) for c in card.claims)
        self._group("contract.facts.claims", claims)
        commission = ((texts.date(c.booked_on), texts.cents(c.commission_cents, unit=True)) for c in card.commission)
        self._group("contract.facts.commission", commission)
        self._column.addStretch(1)

    def _line(self, card: ContractCard, lines: Lines) -> list[tuple[str, str]]:
        texts = self._kit.texts
        found = [(lines.name(card.line, texts.formats), self._name("lines.basis", card.line_basis))]
        if card.gdv_sparte:
            found.append((texts("contract.facts.sparte"), card.gdv_sparte))
        shown = texts("contract.eye.shown" if card.released else "contract.eye.hidden")
        return [*found, (texts("contract.column.app"), shown)]

    def _part(self, part: dict[str, Any]) -> str:
        return self._name("lines.part", str(part.get("part", "")))

    def _role(self, person: dict[str, Any]) -> str:
        return self._name("contract.role", str(person.get("role", "")))

    def _name(self, prefix: str, code: str) -> str:
        key = f"{prefix}.{code}"
        return self._kit.texts(key) if code and self._kit.texts.has(key) else code

    def _group(self, key: str, pairs: Iterable[tuple[str, str]]) -> None:
        pairs = list(pairs)[:_LIMIT]
        if not pairs:
            return
        heading = PlainLabel(self._kit, strong=True)
        self._kit.bind(heading, heading.setText, key)
        self._column.addWidget(heading)
        for label, value in pairs:
            row = QHBoxLayout()
            row.setSpacing(self._kit.u(8))
            row.addWidget(PlainLabel(self._kit, label, wrap=True), 3, Qt.AlignmentFlag.AlignTop)
            if value:
                row.addWidget(PlainLabel(self._kit, value, tone="muted", wrap=True), 2, Qt.AlignmentFlag.AlignTop)
            self._column.addLayout(row)
        self._column.addSpacing(self._kit.u(10))


def _label(person: dict[str, Any]) -> str:
    names = (person.get("first_name"), person.get("last_name"))
    return str(person.get("name") or person.get("label") or " ".join(str(n) for n in names if n) or "–")


def _flat(value: Any, path: str = "") -> Iterable[tuple[str, str]]:
    """Nested facts as (path, text); codes of deliveries are shown as they came."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path} {key}".strip())
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, path)
    elif value not in (None, ""):
        yield path, str(value)
