"""Records in the palette: customers and contracts found by the global search, read off the GUI thread.

An answer to an older question is dropped. `@` asks for people only, `#` for contracts by number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from brokerdesk.models.rows.customers import SearchHit
from brokerdesk.ui.background.lanes import Job
from brokerdesk.ui.palette.provider import NUMBERS, PEOPLE, Hit
from brokerdesk.ui.workplace import Workplace

MOST_HITS = 20


class RecordProvider(QObject):
    """Finds customers and contracts; Enter opens the customer, for a contract at his contracts."""

    prefixes = PEOPLE + NUMBERS

    def __init__(self, place: Workplace, parent: QObject | None = None) -> None:
        """Asks the customers' use cases of `place`."""
        super().__init__(parent)
        self._place = place
        self._job: Job | None = None

    def find(self, words: str, show: Callable[[Sequence[Hit]], None]) -> None:
        """Call `show` later with the hits; at once with none for empty words."""
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
        contract = hit.kind == "contract"
        return Hit(
            title=hit.title,
            remark=hit.subtitle,
            group=self._place.text("customers.search.contracts" if contract else "customers.search.customers"),
            icon="file-text" if contract else "user",
            seed="" if contract else hit.record_id,
            letters=hit.initials,
            square=hit.is_organisation,
            score=100.0 if hit.exact else 0.0,
            run=lambda: self._open(hit),
        )

    def _open(self, hit: SearchHit) -> None:
        if hit.kind == "contract":
            self._place.navigate("customer", id=hit.party_id, section="contracts", contract=hit.record_id)
        else:
            self._place.navigate("customer", id=hit.party_id)
