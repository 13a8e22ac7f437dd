"""Push and pull end to end: an encrypted book, the engine, HTTP on loopback, a portal in a process of its own."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

from brokerdesk.app.portal_process import PortalProcess, operate
from brokerdesk.core.clock import SystemClock
from brokerdesk.store.book import Book, create_book, open_book
from brokerdesk.sync.engine import Engine
from brokerdesk.sync.pairing import pair
from brokerdesk.sync.pulling import Puller
from brokerdesk.sync.pushing import Pusher
from brokerdesk.sync.report import State, SyncReport
from brokerdesk.sync.round import Round
from tests.benchmarks import big_book
from tests.benchmarks.figures import Figure
from tests.benchmarks.stage import Stage

_CUSTOMERS, _EACH = 6_000, 3
_TABLES = ("party", "contract")


@dataclass(slots=True)
class Clocked:
    """An engine whose pushing and pulling halves are timed, in seconds."""

    book: Book
    push_s: float = 0.0
    pull_s: float = 0.0
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = Engine(self.book, pusher=self._pusher, puller=self._puller)

    def _pusher(self, current: Round) -> Pusher:
        owner = self

        class Timed(Pusher):
            def run(self) -> None:
                begin = perf_counter()
                Pusher.run(self)
                owner.push_s += perf_counter() - begin

        return Timed(current)

    def _puller(self, current: Round) -> Puller:
        owner = self

        class Timed(Puller):
            def run(self) -> None:
                begin = perf_counter()
                Puller.run(self)
                owner.pull_s += perf_counter() - begin

        return Timed(current)

    def round(self) -> SyncReport:
        """One round that has to go through."""
        try:
            report = self.engine.run_once(force=True)
        finally:
            self.engine.close()
        assert report.state is State.IDLE, report
        return report


class Busy:
    """Processor time of both sides of a round: tells a slow program from a busy machine."""

    def __init__(self, server: PortalProcess) -> None:
        self._stat = Path(f"/proc/{server._process.pid}/stat")
        self._desk, self._portal = process_time(), self._spent()

    def _spent(self) -> float:
        if not self._stat.exists():
            return 0.0
        user, system = self._stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def used(self) -> tuple[float, str]:
        """Seconds of both together, and each in words."""
        desk, portal = process_time() - self._desk, self._spent() - self._portal
        return desk + portal, f"processor time of the round: desk {desk:.1f} s, portal {portal:.1f} s"


def _new_book(folder: Path) -> Book:
    key, clock = secrets.token_bytes(32), SystemClock()
    create_book(folder, key, profile_id="bench", clock=clock)
    return open_book(folder, key, profile_id="bench", clock=clock)


def _floors(book: Book, target: Path) -> tuple[float, float]:
    """Records per second of plain SQLite: written in batches of a push, read in pages of a pull."""
    spent, count = 0.0, 0
    plain = sqlite3.connect(target)
    plain.execute("PRAGMA journal_mode = WAL")
    for name in _TABLES:
        with book.read() as connection:
            cursor = connection.exec_driver_sql(f"SELECT * FROM {name}")
            columns, rows = list(cursor.keys()), [tuple(r) for r in cursor]
        plain.execute(f"CREATE TABLE {name} ({', '.join(_quoted(c) for c in columns)})")
        insert = f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})"
        begin = perf_counter()
        for start in range(0, len(rows), 2_000):
            plain.executemany(insert, rows[start : start + 2_000])
            plain.commit()
        spent += perf_counter() - begin
        count += len(rows)
    begin = perf_counter()
    for name in _TABLES:
        cursor = plain.execute(f"SELECT * FROM {name} ORDER BY key")
        while cursor.fetchmany(5_000):
            pass
    read = perf_counter() - begin
    plain.close()
    return count / spent, count / read


def _quoted(name: str) -> str:
    return "key INTEGER PRIMARY KEY" if name == "key" else f'"{name}"'


def exchange(stage: Stage) -> Iterator[Figure]:
    """One desk sends a whole book, another one receives it."""
    folder = stage.fresh("exchange")
    data = folder / "portal"
    tenant = operate(data, "create-tenant", "Benchbüro")["tenant"]
    employee = operate(data, "create-employee", tenant, "Anna", "--role", "admin")["employee"]

    def pairing_code() -> str:
        return str(operate(data, "pairing-code", tenant, "--employee", employee)["code"])

    server = PortalProcess.start(data)
    try:
        yield from _measure(stage, folder, server, pairing_code)
    finally:
        server.stop()


def _measure(stage: Stage, folder: Path, server: PortalProcess, pairing_code: Callable[[], str]) -> Iterator[Figure]:
    with _new_book(folder / "anna") as book:
        big_book.fill(book, customers=_CUSTOMERS // (1 if stage.scale == 1 else 5), each=_EACH)
        pair(book, server.url, pairing_code(), device_name="anna")
        desk = Clocked(book)
        busy = Busy(server)
        sent = desk.round().pushed
        used, busy_s = busy.used()
        write, read = _floors(book, folder / "plain.db")
    yield Figure(
        name="push", unit="records/s", goal=8_000, higher=True, value=sent / desk.push_s, cpu=sent / used, floor=write, count=sent,
        note=f"least wanted 3,000; {busy_s}; from the queue in the book to verdicts recorded in it; the floor inserts the same rows in the same batches",
    )  # fmt: skip
    with _new_book(folder / "ben") as book:
        pair(book, server.url, pairing_code(), device_name="ben")
        desk = Clocked(book)
        busy = Busy(server)
        got = desk.round().pulled
        used, busy_s = busy.used()
    yield Figure(
        name="pull", unit="records/s", goal=15_000, higher=True, value=got / desk.pull_s, cpu=got / used, floor=read, count=got,
        note=f"least wanted 8,000; {busy_s}; whole book into an empty one, pages of 5,000; the floor reads the same rows",
    )  # fmt: skip
