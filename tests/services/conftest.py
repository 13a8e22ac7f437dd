"""A real encrypted book with a desk on it, for the use cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brokerdesk.core.clock import FixedClock
from brokerdesk.models.entities import Entitlement, SyncMeta
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.services.desk import Desk
from brokerdesk.store.book import create_book, open_book

KEY = bytes(range(32))


@pytest.fixture
def clock() -> FixedClock:
    """Saturday, 21 November 2026, 09:00 in Berlin."""
    return FixedClock(datetime(2026, 11, 21, 8, 0, tzinfo=UTC))


@pytest.fixture
def desk(tmp_path: Path, clock: FixedClock) -> Iterator[Desk]:
    """An empty, unpaired book."""
    folder = tmp_path / "book"
    create_book(folder, KEY, profile_id="p-1", clock=clock)
    desk = Desk(open_book(folder, KEY, profile_id="p-1", clock=clock), clock)
    yield desk
    desk.close()


@pytest.fixture
def paired(desk: Desk) -> Desk:
    """The same book as if it had been paired by an adviser."""
    with desk.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.add(
            SyncMeta(
                portal_url="https://portal.example",
                tenant="t",
                device_id="d",
                employee={"name": "Alina Weberling", "rights": ["read", "write", "invite"]},
            ),
            Entitlement(id="e", kundenapp=True, investment=False, broker_code="BD7K2M"),
        )
        unit.commit()
    return desk
