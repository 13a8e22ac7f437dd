"""What the reading pane shows of one customer, read in one go off the GUI thread, and how it is put into words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from brokerdesk.core.clock import local_date
from brokerdesk.models.rows.activity import AppBlock, HistoryRow
from brokerdesk.models.rows.contracts import ContractRow
from brokerdesk.models.rows.customers import CustomerCard
from brokerdesk.models.values.states import ContractStatus, Origin
from brokerdesk.services.desk import Desk
from brokerdesk.ui.i18n.translator import Translator

MOST_CONTRACTS, MOST_EVENTS = 6, 4
_WEIGHT = ("invitation", "access", "party", "claim", "contract")
GROUP_ICON = {
    "motor": "car",
    "liability": "shield",
    "property": "home",
    "legal": "gavel",
    "accident": "activity",
    "income_protection": "heartbeat",
    "life_pension": "umbrella",
    "health": "heartbeat",
    "care": "home-heart",
    "investment": "report-analytics",
    "financing": "receipt-euro",
    "technical_transport": "package",
}
"""Icon of a group of lines; others show a sheet of paper."""
EVENT_ICON = {"invitation": "device-mobile", "access": "device-mobile", "contract": "file-text", "claim": "flame"}


@dataclass(frozen=True, slots=True)
class PaneFacts:
    """Card, app block, contracts and history of one customer."""

    card: CustomerCard
    block: AppBlock
    contracts: tuple[ContractRow, ...]
    events: tuple[HistoryRow, ...]
    today: date


def read_facts(desk: Desk, party_id: str) -> PaneFacts:
    """All of it. Raises `KnownError(record-gone)`."""
    return PaneFacts(
        card=desk.customers.card(party_id),
        block=desk.invitations.block(party_id),
        contracts=tuple(_listed(desk.contracts.of_customer(party_id))),
        events=tuple(_latest(desk.history.of_customer(party_id))),
        today=local_date(desk.clock),
    )


def _listed(contracts: Sequence[ContractRow]) -> list[ContractRow]:
    live = [c for c in contracts if c.status != ContractStatus.ENDED]
    return sorted(live, key=lambda c: (c.origin == Origin.THIRD_PARTY, -(c.premium_year_cents or 0)))


def _latest(rows: Sequence[HistoryRow]) -> list[HistoryRow]:
    """The newest events, one per unit of work: the one that says most."""
    best: dict[str, HistoryRow] = {}
    for row in rows:
        before = best.get(row.work)
        if before is None or _rank(row) < _rank(before):
            best[row.work] = row
    return list(best.values())[:MOST_EVENTS]


def _rank(row: HistoryRow) -> int:
    return _WEIGHT.index(row.kind) if row.kind in _WEIGHT else len(_WEIGHT)


def age(born: date, today: date) -> int:
    """Full years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def who_line(card: CustomerCard, texts: Translator, today: date) -> str:
    """The grey line below the name: age, place, form of address."""
    parts = []
    if card.birth_date is not None:
        parts.append(texts("customers.pane.age", n=age(card.birth_date, today)))
    parts.append(f"{card.zip} {card.city}".strip())
    parts.append(texts(f"customers.pane.form.{card.address_form.value}"))
    return " · ".join(part for part in parts if part)


def monthly(year_cents: int) -> int:
    """A yearly premium per month, half a cent up."""
    return (year_cents + 6) // 12


def event_words(row: HistoryRow, texts: Translator) -> str:
    """One event in a few words."""
    for edit in row.edits:
        key = f"customers.event.{row.kind}.{edit.field}.{str(edit.new).lower()}"
        if texts.has(key):
            return texts(key)
    key = f"customers.event.{row.kind}.{row.action}"
    return texts(key if texts.has(key) else "customers.event.other")


def event_time(row: HistoryRow, texts: Translator, today: date) -> str:
    """The time of today's events, day and month of this year's, else the date."""
    day = texts.day(row.at)
    if day == texts.date(today):
        return texts.time(row.at)
    return re.sub(r"[-/]?\d{4}$", "", day) if row.at.year == today.year else day
