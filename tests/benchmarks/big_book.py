"""A book of 100 000 invented customers and 500 000 contracts, and the same rows in a plain SQLite file as the floor."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

from brokerdesk.core.ids import derived_id
from brokerdesk.models.values.folding import fold_expanded
from brokerdesk.models.values.states import AppState
from brokerdesk.store import derived, search
from brokerdesk.store.book import Book

FIRST = ["Anneliese", "Łukasz", "Ayşe", "Mia", "Friederike", "Jörg", "Can", "Ole", "Balthasar", "Henriëtte"]
SYLLABLES = [
    "ber",
    "gen",
    "hof",
    "stein",
    "wald",
    "mann",
    "bach",
    "feld",
    "burg",
    "thal",
    "rode",
    "heim",
    "dorf",
    "brück",
]
CITIES = [
    (f"{z:05d}", c)
    for z, c in zip(range(50000, 50400, 4), ["Köln", "Bonn", "Aachen", "Jülich", "Düren"] * 20, strict=False)
]
LINES = ["motor_car", "liability_private", "household", "legal_private", "disability", "accident"]
PARTY = (
    "key id kind title first_name name_prefix last_name name_suffix company_name company_addition contacts street zip city country"
    " po_box language address_form roles insurer_numbers tags email customer_number customer_type customer_status sort_key"
    " listed_name app_state birth_date".split()
)
CONTRACT = (
    "key id party_id origin number sequence line line_basis product status premium_gross_cents frequency currency parts features"
    " risks persons details released premium_year_cents start main_due insurer_id".split()
)


def _parties(count: int, draw: random.Random) -> list[tuple[Any, ...]]:
    rows = []
    for key in range(1, count + 1):
        first = draw.choice(FIRST)
        last = "".join(draw.choices(SYLLABLES, k=3)).capitalize()
        zip_code, city = draw.choice(CITIES)
        rows.append(
            (
                key, derived_id("bench-party", str(key)), "person", "", first, "", last, "", "", "", "[]", f"Probeweg {key % 99}",
                zip_code, city, "DE", "", "de", "sie", '["customer"]', "[]", "[]", f"k{key}@kunden.example", str(10_000 + key),
                "private", "active", fold_expanded(f"{last} {first}"), f"{last}, {first}", AppState.NOT_INVITED.value, "1980-01-01",
            )
        )  # fmt: skip
    return rows


def _contracts(parties: list[tuple[Any, ...]], each: int, insurer: str, draw: random.Random) -> list[tuple[Any, ...]]:
    rows = []
    key = 0
    for party in parties:
        for _ in range(each):
            key += 1
            cents = draw.randrange(1_000, 90_000)
            rows.append(
                (
                    key, derived_id("bench-contract", str(key)), party[1], "own", f"{draw.choice('KHRBU')}F-{key:07d}", "",
                    draw.choice(LINES), "manual", "Komfort", "active", cents, "yearly", "EUR", "[]", "{}", "[]", "[]", "{}", 0, cents,
                    "2020-01-01", "01-01", insurer,
                )
            )  # fmt: skip
    return rows


def _insert(table: str, columns: list[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def fill(book: Book, *, customers: int, each: int, seed: int = 7) -> None:
    """Write the rows through the writer connection, then everything that is derived from them."""
    draw = random.Random(seed)
    parties = _parties(customers, draw)
    insurer = derived_id("insurer", "99999")
    with book.work() as unit:
        run = unit.connection.exec_driver_sql
        run(_insert("party", PARTY), parties)
        first = list(parties[0])
        first[0], first[1], first[18], first[25], first[26] = (
            customers + 1,
            insurer,
            '["insurer"]',
            "bench vu",
            "Bench VU",
        )
        run(_insert("party", PARTY), tuple(first))
        contracts = _contracts(parties, each, insurer, draw)
        if contracts:
            run(_insert("contract", CONTRACT), contracts)
        search.index(
            unit.connection, "party",
            ((p[0], search.party_words(names=(f"{p[4]} {p[6]}",), city=p[13], zip_code=p[12], email=p[21], phones=(), numbers=(p[22],))) for p in parties),
        )  # fmt: skip
        search.index(
            unit.connection, "contract",
            ((c[0], search.contract_words(number=c[4], product=c[8], line_name=None, objects=())) for c in contracts),
        )  # fmt: skip
        derived.refresh_all(unit.connection)
        unit.commit()


def plain_copy(book: Book, target: Path) -> sqlite3.Connection:
    """The same tables in a plain SQLite file, opened by the standard library: the floor of the figures."""
    floor = sqlite3.connect(target)
    floor.execute("PRAGMA journal_mode = WAL")
    with book.read() as connection:
        for table in ("party", "contract"):
            cursor = connection.exec_driver_sql(f"SELECT * FROM {table}")
            names = list(cursor.keys())
            floor.execute(
                f"CREATE TABLE {table} ({', '.join(n if n != 'key' else 'key INTEGER PRIMARY KEY' for n in map(_quoted, names))})"
            )
            marks = ", ".join("?" * len(names))
            while rows := cursor.fetchmany(20_000):
                floor.executemany(f"INSERT INTO {table} VALUES ({marks})", [tuple(r) for r in rows])
    floor.execute("CREATE INDEX name ON party (sort_key, key)")
    floor.execute("CREATE INDEX premium ON party (premium_year_cents, key)")
    floor.execute("CREATE INDEX of_party ON contract (party_id)")
    floor.execute("CREATE INDEX ids ON party (id)")
    _plain_words(book, floor)
    floor.commit()
    return floor


def _plain_words(book: Book, floor: sqlite3.Connection) -> None:
    """The words of the book's own indexes, in the same kind of index."""
    for table in ("party_words", "contract_words"):
        floor.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5(words, content='', tokenize=\"unicode61 remove_diacritics 0\", prefix='1 2 3')"
        )
    with book.read() as connection:
        people = connection.exec_driver_sql(
            "SELECT key, first_name, last_name, city, zip, email, customer_number FROM party"
        ).all()
        contracts = connection.exec_driver_sql("SELECT key, number, product FROM contract").all()
    floor.executemany("INSERT INTO party_words(rowid, words) VALUES (?, ?)", [(r[0], _party_words(r)) for r in people])
    floor.executemany(
        "INSERT INTO contract_words(rowid, words) VALUES (?, ?)", [(r[0], _contract_words(r)) for r in contracts]
    )


def _party_words(row: Any) -> str:
    return search.party_words(
        names=(f"{row[1]} {row[2]}",), city=row[3], zip_code=row[4], email=row[5], phones=(), numbers=(row[6],)
    )


def _contract_words(row: Any) -> str:
    return search.contract_words(number=row[1], product=row[2], line_name=None, objects=())


def _quoted(name: str) -> str:
    return name if name == "key" else f'"{name}"'
