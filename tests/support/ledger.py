"""A numbered history of commits in a book, and the check that what is found is a prefix of it with nothing torn.

Commit n writes, in one unit of work: a new contract with number n, and n as the phone of one of ten customers. In a paired
book each of them owes an outbox row (INV-09), a change log row and search words.
"""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import select

from brokerdesk.core.ids import derived_id, new_id
from brokerdesk.models.entities import Contract, Party
from brokerdesk.store.book import Book
from tests.support.books import BookPlace, clock_at, pair, person

PEOPLE = 10


def prepare(book: Book) -> None:
    """Ten customers whom the portal knows already, in a paired book."""
    with book.work() as work:
        for number in range(PEOPLE):
            party = person(book, f"Nummer {number}", server_rev=1)
            party.id = derived_id("party", str(number))
            work.add(party)
        work.commit()
    pair(book)


def commit(book: Book, number: int) -> None:
    """The commit with this number."""
    owner = derived_id("party", str(number % PEOPLE))
    with book.work() as work:
        party = work.session.scalars(select(Party).where(Party.id == owner)).one()
        party.phone = str(number)
        work.add(Contract(id=new_id(book.clock), party_id=owner, number=str(number), premium_gross_cents=100))
        work.commit()


def last_commit(connection: Any) -> int:
    """The number of the last commit in the book. Raises `AssertionError` when anything is missing, torn or there twice."""

    def column(sql: str) -> list[Any]:
        return [row[0] for row in connection.execute(sql).fetchall()]

    numbers = sorted(int(n) for n in column("SELECT number FROM contract"))
    last = len(numbers)
    assert numbers == list(range(1, last + 1)), "commits missing or twice"
    phones = {int(p) for p in column("SELECT phone FROM party WHERE phone IS NOT NULL")}
    assert phones == set(range(max(1, last - PEOPLE + 1), last + 1)), "torn commit"
    contracts = set(column("SELECT id FROM contract"))
    creates = column("SELECT record_id FROM outbox WHERE operation = 'contract.create'")
    assert len(creates) == len(set(creates))
    assert set(creates) == contracts, "outbox row without change or change without outbox row"
    edited = set(column("SELECT id FROM party WHERE phone IS NOT NULL"))
    patches = column("SELECT record_id FROM outbox WHERE operation = 'party.patch'")
    assert len(patches) == len(set(patches))
    assert set(patches) == edited
    assert len(column("SELECT key FROM change_log WHERE kind = 'contract'")) == last
    assert sum(column("SELECT contracts_own FROM party")) == last
    assert column("SELECT count(*) FROM contract_search WHERE words MATCH '1*'") == [
        sum(str(n).startswith("1") for n in numbers)
    ]
    return last


def write_until_killed(folder: str, key: bytes, profile_id: str, pipe: Connection) -> None:
    """In a child process: commit on, and tell each number after its commit has returned."""
    place = BookPlace(Path(folder), key, profile_id)
    book = place.open(clock_at())
    raw = book.raw_connection()
    number = last_commit(raw)
    raw.close()
    pipe.send(number)
    while True:
        number += 1
        commit(book, number)
        pipe.send(number)


def write_and_vanish(folder: str, key: bytes, profile_id: str, count: int) -> None:
    """In a child process: some commits, then death without closing anything, so that the log stays."""
    book = BookPlace(Path(folder), key, profile_id).open(clock_at())
    for number in range(1, count + 1):
        commit(book, number)
    os._exit(0)


def hold_write_lock(folder: str, key: bytes, seconds: float, pipe: Connection) -> None:
    """In a child process: keep the write lock of the database for a while, like a scanner; tells when it let go."""
    import time

    from brokerdesk.store.engine import connect

    connection = connect(Path(folder) / "book.db", key)
    connection.execute("BEGIN IMMEDIATE")
    pipe.send("held")
    time.sleep(seconds)
    until = time.monotonic()
    connection.execute("ROLLBACK")
    connection.close()
    pipe.send(until)


def try_to_open(folder: str, key: bytes, profile_id: str, pipe: Connection) -> None:
    """In a child process: open the book and tell the code of the error, or `opened`."""
    from brokerdesk.core.errors import KnownError

    try:
        with BookPlace(Path(folder), key, profile_id).open(clock_at()):
            pipe.send("opened")
    except KnownError as problem:
        pipe.send(problem.code)


def restore_for_ever(profile_folder: str, backups: list[str], passphrase: str, pipe: Connection) -> None:
    """In a child process: restore one backup after the other."""
    from itertools import cycle

    from brokerdesk.services import profiles
    from tests.support.fake_keyring import absent_vault

    profile = profiles.Profile("x", Path(profile_folder))
    for file in cycle(backups):
        profiles.restore(profile, Path(file), clock=clock_at(), vault=absent_vault(), passphrase=passphrase)
        pipe.send(file)


def migrate_for_ever(folder: str, key: bytes, pipe: Connection) -> None:
    """In a child process: run one rebuilding step after the other."""
    from itertools import count

    from brokerdesk.store.migrations import Step, runner

    for version in count(_version(folder, key) + 1):
        runner.migrate(Path(folder) / "book.db", key, steps=(Step(version, rebuild_contracts),))
        pipe.send(version)


def _version(folder: str, key: bytes) -> int:
    from brokerdesk.store.engine import connect

    connection = connect(Path(folder) / "book.db", key)
    try:
        return int(connection.execute("SELECT schema_version FROM book_info").fetchone()[0])
    finally:
        connection.close()


def rebuild_contracts(op: Any) -> None:
    """A migration that copies the table of contracts, drops it and renames the copy."""
    with op.batch_alter_table("contract", recreate="always"):
        pass
