"""GDV import: records per second of a generated delivery, into an empty and into the big book."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from brokerdesk.core.clock import SystemClock
from brokerdesk.formats.gdv.records import PartyBlock
from brokerdesk.services.desk import Desk
from brokerdesk.services.gdv_import import GdvImport
from brokerdesk.store.book import Book, create_book, open_book
from tests.benchmarks.figures import Figure
from tests.benchmarks.stage import Stage
from tests.support.gdv_files import party, portfolio

_CONTRACTS = 8_000
_BEGIN = ("Acker", "Birken", "Dorn", "Eichen", "Falken", "Grün", "Hasel", "Kirsch", "Linden", "Mühl", "Oster", "Sommer")
_END = ("bach", "berg", "brück", "feld", "hagen", "hof", "kamp", "mann", "ried", "stein", "thal", "wald")
_SKIPPED = ("sqlite_", "party_search", "contract_search")


def _customer(index: int) -> PartyBlock:
    """Somebody whose name a few others have as well: 1,152 names."""
    return party(index, name1=_BEGIN[index // 8 % 12] + _END[index // 96 % 12])


def _delivery(stage: Stage) -> Path:
    path = stage.root / f"named-delivery-{_CONTRACTS // stage.scale}.gdv"
    if not path.exists():
        path.write_bytes(portfolio(_CONTRACTS // stage.scale, who=_customer))
    return path


def _run(book: Book, path: Path) -> tuple[int, float, float]:
    begin, cpu = perf_counter(), process_time()
    report = GdvImport(Desk(book, book.clock).context).run(path)
    assert report.run is not None
    return sum(report.records.values()), perf_counter() - begin, process_time() - cpu


def _rows(book: Book) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    found = {}
    with book.read() as connection:
        names = [
            row[0]
            for row in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            )
            if not row[0].startswith(_SKIPPED)
        ]
        for name in names:
            cursor = connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            found[name] = (list(cursor.keys()), [tuple(row) for row in cursor])
    return found


def _floor(book: Book, target: Path) -> float:
    """Seconds that plain SQLite needs for the rows that the import has made."""
    tables = _rows(book)
    plain = sqlite3.connect(target)
    plain.execute("PRAGMA journal_mode = WAL")
    begin = perf_counter()
    for name, (columns, rows) in tables.items():
        quoted = ", ".join(f'"{c}"' for c in columns)
        plain.execute(f'CREATE TABLE "{name}" ({quoted})')
        plain.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', rows)
    plain.commit()
    spent = perf_counter() - begin
    plain.close()
    return spent


def gdv(stage: Stage) -> Iterator[Figure]:
    """A stock of all lines; records are those of the file, the floor writes the rows they became."""
    path, clock = _delivery(stage), SystemClock()
    folder, key = stage.fresh("import"), secrets.token_bytes(32)
    create_book(folder / "book", key, profile_id="bench", clock=clock)
    with open_book(folder / "book", key, profile_id="bench", clock=clock) as book:
        records, spent, cpu = _run(book, path)
        plain = _floor(book, folder / "plain.db")
    yield Figure(
        name="GDV import", unit="records/s", goal=20_000, higher=True, value=records / spent, floor=records / plain,
        cpu=records / cpu, count=records, note="into an empty encrypted book; the floor inserts the rows it made, without indexes and checks",
    )  # fmt: skip
    yield _into_big(stage, path, folder)


def _into_big(stage: Stage, path: Path, folder: Path) -> Figure:
    """The same delivery into a copy of the big book, whose customers' figures are brought up to date at the end."""
    home = stage.home
    copied = Stage(folder, stage.scale, stage.each)
    shutil.copytree(home, copied.home, ignore=shutil.ignore_patterns("plain.db", "logs"))
    with copied.book() as book:
        records, spent, cpu = _run(book, path)
    shutil.rmtree(copied.home)
    return Figure(
        name="GDV import into the big book",
        unit="records/s",
        higher=True,
        value=records / spent,
        cpu=records / cpu,
        count=records,
    )
