"""The list of 100,000 customers: what opening, sorting, filtering, jumping and selecting cost does not grow with the total.

Counts statements and calls of the model, never seconds; the times stand in `dev.py bench` (ux.md § 6.7).
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import event

from brokerdesk.core.clock import SystemClock
from brokerdesk.models.values.paging import SortKey
from brokerdesk.services.desk import Desk
from brokerdesk.store.book import Book, create_book, open_book
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.base_model import CellTableModel
from tests.benchmarks import big_book
from tests.support.desks import office
from tests.ui.customers.conftest import Room, open_room

SMALL, BIG = 1_000, 100_000
MOST_STATEMENTS = 48
"""Of one step: ids, the page's rows, the reading pane, counts; begin and rollback of each read are statements too."""
MOST_CALLS = 1_000
"""Of the model in one step: some twenty rows with ten columns, asked for a handful of roles, painted a few times."""


@contextmanager
def _book(folder: Path, customers: int) -> Iterator[Book]:
    key, clock = secrets.token_bytes(32), SystemClock()
    create_book(folder, key, profile_id="big", clock=clock)
    with open_book(folder, key, profile_id="big", clock=clock) as book:
        big_book.fill(book, customers=customers, each=0)
        yield book


class Meter:
    """Statements on all reading connections of a book, and calls of every table model."""

    def __init__(self, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements, self.calls = Counter[str](), 0
        event.listen(book._readers, "checkout", self._watch)
        original = CellTableModel.data

        def data(model: CellTableModel, *arguments: Any) -> Any:
            self.calls += 1
            return original(model, *arguments)

        monkeypatch.setattr(CellTableModel, "data", data)

    def _watch(self, connection: Any, _record: object, _proxy: object) -> None:
        connection.set_trace_callback(lambda sql: self.statements.update([sql]))

    def of(self, work: Callable[[], object]) -> tuple[int, int]:
        """Statements and calls of one step."""
        self.statements.clear()
        self.calls = 0
        work()
        return sum(self.statements.values()), self.calls


def _walk(room: Room, meter: Meter) -> dict[str, tuple[int, int]]:
    page = room.page
    bar = page.table.verticalScrollBar()

    def step(act: Callable[[], object]) -> tuple[int, int]:
        def work() -> None:
            act()
            room.settle()
            QApplication.processEvents()

        return meter.of(work)

    return {
        "sort": step(lambda: page.model.set_sort(SortKey("number", descending=True))),
        "search": step(lambda: page.filters.search.setText("Berg")),
        "search again": step(lambda: page.filters.search.setText("Bergenh")),
        "clear": step(page.filters.search.clear),
        "filter": step(lambda: page.filters.set_filter("zip", "501")),
        "take off": step(lambda: page.filters.remove("zip")),
        "jump": step(lambda: bar.setValue(bar.maximum())),
        "last row": step(lambda: page.table.go_to(page.model.rowCount() - 1)),
        "select all": step(page.panel.bar.select_all.emit),
    }


def _measured(kit: Kit, bot: QtBot, folder: Path, customers: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    with (
        _book(folder, customers) as book,
        monkeypatch.context() as patch,
        office(kit, Desk(book, book.clock)) as around,
    ):
        meter = Meter(book, patch)
        rooms: list[Room] = []
        found = {"open": meter.of(lambda: rooms.append(open_room(bot, around)))}
        room = rooms[0]
        assert room.page.model.rowCount() == customers
        found |= _walk(room, meter)
        assert len(room.page.model.checked) == customers
        room.window.close()
        room.settle()
        return found


@pytest.mark.gui
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_cost_does_not_grow_with_the_total(
    kit: Kit, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = _measured(kit, qtbot, tmp_path / "small", SMALL, monkeypatch)
    big = _measured(kit, qtbot, tmp_path / "big", BIG, monkeypatch)
    assert small.keys() == big.keys()
    for name, (statements, calls) in big.items():
        assert statements <= MOST_STATEMENTS, (name, statements)
        assert calls <= MOST_CALLS, (name, calls)
        assert statements <= small[name][0] + 12, (name, statements, small[name])
        assert calls <= 2 * small[name][1] + 300, (name, calls, small[name])
    assert all(statements for statements, _ in (big["open"], big["sort"], big["search"]))
