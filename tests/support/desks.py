"""A desk with the demo book and a workplace around it, for tests of pages and dialogs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from brokerdesk.core.clock import FixedClock
from brokerdesk.core.errors import DeskError, KnownError
from brokerdesk.models.entities import Access, Entitlement, Invitation, Party, SyncMeta
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.services import demo_book
from brokerdesk.services.contracts import own_contracts
from brokerdesk.services.desk import Desk
from brokerdesk.store.book import create_book, open_book
from brokerdesk.ui.background.lanes import Background
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.workplace import Changes, Workplace

KEY = bytes(range(32))
MOMENT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
"""Saturday, 21 November 2026, 09:00 in Berlin."""


@contextmanager
def demo_desk(folder: Path, *, customers: int = 40, paired: bool = True, states: bool = True) -> Iterator[Desk]:
    """A real encrypted book with invented customers; `states` gives some of them invitations and logins."""
    shutil.copytree(_made_book(customers, paired=paired, states=states), folder)
    clock = FixedClock(MOMENT)
    desk = Desk(open_book(folder, KEY, profile_id="p-1", clock=clock), clock)
    try:
        yield desk
    finally:
        desk.close()


@cache
def _made_book(customers: int, *, paired: bool, states: bool) -> Path:
    """A closed book with this content, made once per run; tests get copies."""
    keeper = TemporaryDirectory(prefix="brokerdesk-book-")
    _keepers.append(keeper)
    folder, clock = Path(keeper.name) / "book", FixedClock(MOMENT)
    create_book(folder, KEY, profile_id="p-1", clock=clock)
    desk = Desk(open_book(folder, KEY, profile_id="p-1", clock=clock), clock)
    try:
        if customers:
            demo_book.fill(desk.context, customers=customers)
        if paired:
            pair(desk)
        if states and customers:
            give_states(desk)
    finally:
        desk.close()
    return folder


_keepers: list[TemporaryDirectory[str]] = []
"""Holds the folders until the run ends."""


def pair(desk: Desk) -> None:
    """As if the book had been paired by an adviser."""
    with desk.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.add(
            SyncMeta(
                portal_url="https://portal.example",
                tenant="t",
                device_id="d",
                last_success_at=MOMENT,
                employee={"name": "Alina Weberling", "rights": ["read", "write", "invite"]},
            ),
            Entitlement(id="e", kundenapp=True, investment=False, broker_code="BD7K2M"),
        )
        unit.commit()


_STATES = (
    "sent",
    "registered",
    "expired",
    "stopped",
    "",
    "registered",
    "bounced",
    "reminder1",
    "",
    "revoked",
    "queued",
)


def give_states(desk: Desk) -> None:
    """Every second customer gets the next state of a fixed row, as if the portal had told it; some lose their address."""
    keys = list(desk.customers.keys(_everyone()))
    rows = desk.customers.rows(keys)
    with desk.book.work(origin=ChangeOrigin.FEED) as unit:
        for number, row in enumerate(rows):
            if number % 9 == 4:
                unit.get(Party, row.id).email = None
                continue
            state = _STATES[number // 2 % len(_STATES)] if number % 2 == 0 and row.has_email else ""
            if state:
                _invited(unit, row.id, state, day=1 + number % 20)
        unit.commit()


def _everyone() -> Any:
    from brokerdesk.models.values.paging import ListQuery

    return ListQuery()


def _invited(unit: Any, party_id: str, state: str, *, day: int) -> None:
    when = datetime(2026, 11, day, 9, 0, tzinfo=UTC)
    ended = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
    unit.add(
        Invitation(
            id=f"invitation-{party_id}",
            party_id=party_id,
            state=state,
            channel="mail",
            email="kunde@example.org",
            address_form="sie",
            reminders=True,
            requested_at=when,
            invited_at=when,
            first_invited_at=when,
            attempt=1,
            copies=1,
            server_rev=3,
            mail_code="550" if state == "bounced" else None,
            expires_at=ended if state == "expired" else None,
            stop_by="Alina Weberling" if state == "stopped" else None,
            stopped_at=ended if state == "stopped" else None,
            revoked_at=when if state == "revoked" else None,
        )
    )
    shown = own_contracts(unit, party_id)
    for contract in shown[1:] if state == "registered" and len(shown) > 1 else shown:
        contract.released = state != "revoked"
    if state == "registered":
        unit.add(
            Access(
                id=f"access-{party_id}",
                party_ids=[party_id],
                email="kunde@example.org",
                state="active",
                origin="invitation",
                registered_at=when,
                last_seen=MOMENT,
                server_rev=4,
            )
        )


@dataclass
class HeardNotices:
    """The window's notices at the edge of a page test: keeps what was said and can take it back."""

    said: list[str] = field(default_factory=list)
    problems: list[DeskError] = field(default_factory=list)
    undo: Callable[[], object] | None = None

    def toast(self, text: str, *, undo: Callable[[], object] | None = None) -> None:
        self.said.append(text)
        self.undo = undo

    def problem(self, problem: DeskError) -> None:
        self.problems.append(problem)


@dataclass
class SwitchedExchange:
    """The exchange at the edge of a page test: on or off, hands out one link, counts rounds."""

    online: bool = True
    rounds: int = 0
    link: str = "https://portal.example/e/abc"
    refusal: KnownError | None = None

    def sync_now(self) -> None:
        self.rounds += 1

    def invitation_link(
        self, party_id: str, *, done: Callable[[str], object], failed: Callable[[DeskError], object]
    ) -> None:
        if self.refusal is not None:
            failed(self.refusal)
        else:
            done(self.link)

    def pair(self, url: str, code: str, *, done: Callable[[], object], failed: Callable[[DeskError], object]) -> None:
        done()


@dataclass
class Visits:
    """Where pages asked to go."""

    places: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, page: str, **what: Any) -> None:
        self.places.append((page, what))


@dataclass
class Office:
    """A workplace with its edges in reach of the test."""

    place: Workplace
    notices: HeardNotices
    exchange: SwitchedExchange
    visits: Visits

    @property
    def desk(self) -> Desk:
        return self.place.desk


@contextmanager
def office(kit: Kit, desk: Desk, *, online: bool = True) -> Iterator[Office]:
    """A workplace on `desk`; changes reach its pages as in the window, threads are gone at the end."""
    background, changes = Background(), Changes()
    notices, exchange, visits = HeardNotices(), SwitchedExchange(online=online), Visits()
    leave = desk.book.subscribe(changes.publish)
    place = Workplace(
        kit=kit, background=background, desk=desk, changes=changes, notices=notices, exchange=exchange, navigate=visits
    )
    try:
        yield Office(place, notices, exchange, visits)
    finally:
        background.shutdown()
        leave()
