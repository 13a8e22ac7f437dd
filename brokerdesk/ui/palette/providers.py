"""Hits of the palette beside commands: customers and contracts of the open book, found off the GUI thread.

An answer to an older question is dropped. `@` asks for people only, `#` for contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from brokerdesk.models.rows.customers import SearchHit
from brokerdesk.ui.background.lanes import Job
from brokerdesk.ui.palette.provider import NUMBERS, PEOPLE, Hit
from brokerdesk.ui.workplace import Workplace

MOST_HITS = 20


class SearchProvider(QObject):
    """Asks the full-text search. Enter opens the customer, for a contract at his contracts."""

    prefixes = PEOPLE + NUMBERS

    def __init__(self, place: Workplace) -> None:
        """Searches the book of `place`."""
        super().__init__()
        self._place = place
        self._job: Job | None = None

    def find(self, words: str, show: Callable[[Sequence[Hit]], None]) -> None:
        """Call `show` later, on the GUI thread; at once with nothing for empty words."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        wanted = {PEOPLE: "customer", NUMBERS: "contract"}.get(words[:1], "")
        asked = words[1:].strip() if wanted else words.strip()
        if not asked:
            show([])
            return
        customers = self._place.desk.customers
        self._job = self._place.read(
            lambda: customers.search_everything(asked, limit=MOST_HITS), receiver=self,
            done=lambda found: show([self._hit(hit) for hit in found if wanted in {"", hit.kind}]),
        )  # fmt: skip

    def _hit(self, hit: SearchHit) -> Hit:
        place, contract = self._place, hit.kind == "contract"
        target = {"id": hit.party_id}
        if contract:
            target |= {"section": "contracts", "contract": hit.record_id}
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
