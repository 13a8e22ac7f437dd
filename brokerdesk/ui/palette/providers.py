"""Hits of the palette beside commands: customers and contracts of the open book, found off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from brokerdesk.models.rows.customers import SearchHit
from brokerdesk.ui.palette.provider import NUMBERS, PEOPLE, Hit
from brokerdesk.ui.workplace import Workplace


class SearchProvider(QObject):
    """Asks the full-text search; an answer to an older question is dropped."""

    prefixes = PEOPLE + NUMBERS

    def __init__(self, place: Workplace) -> None:
        """Searches the book of `place`."""
        super().__init__()
        self._place = place
        self._question = 0

    def find(self, words: str, show: Callable[[Sequence[Hit]], None]) -> None:
        """Later, on the GUI thread; nothing for empty words."""
        self._question += 1
        question = self._question
        if not words.strip():
            show([])
            return

        def done(found: list[SearchHit]) -> None:
            if question == self._question:
                show([self._hit(hit) for hit in found])

        self._place.read(lambda: self._place.desk.customers.search_everything(words), receiver=self, done=done)

    def _hit(self, hit: SearchHit) -> Hit:
        place, contract = self._place, hit.kind == "contract"
        target = (
            {"id": hit.party_id, "section": "contracts", "contract": hit.record_id}
            if contract
            else {"id": hit.party_id}
        )
        return Hit(
            title=hit.title,
            remark=hit.subtitle,
            run=lambda: place.navigate("customer", **target),
            group=place.text("areas.palette.contracts" if contract else "areas.customers"),
            icon="file-text" if contract else "",
            seed="" if contract else hit.record_id,
            letters=hit.initials,
            square=hit.is_organisation,
            score=100.0 if hit.exact else 10.0,
        )
