"""Crash: kill −9 while writing (C1), torn logs (C5), full disk (C7), two processes (C11)."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.services import profiles
from brokerdesk.store.engine import connect
from brokerdesk.store.integrity import deep_check
from tests.support import ledger
from tests.support.books import PASSPHRASE, BookPlace, make_profile, new_place
from tests.support.processes import child, received
from tests.support.repeats import FULL_DISKS, KILLED_MIGRATIONS, KILLED_RESTORES, KILLS, TORN_LOGS, seeded


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    place = new_place(tmp_path / "book")
    with place.open() as book:
        ledger.prepare(book)
    return place


def _state(place: BookPlace) -> int:
    """Open as the program does, check every page, and return the last commit."""
    with place.open() as book:
        raw = book.raw_connection()
        try:
            report = deep_check(raw)
            assert report.whole, report
            return ledger.last_commit(raw)
        finally:
            raw.close()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_kill_while_writing_loses_nothing_acknowledged(place: BookPlace) -> None:
    random = seeded("kill")
    total = 0
    for _ in range(KILLS):
        before = _state(place)
        with child(ledger.write_until_killed, str(place.folder), place.key, place.profile_id) as (process, pipe):
            told = []
            if random.random() < 0.8:
                # as long as this machine takes for a few commits, so that a busy one is killed in the middle as well
                assert pipe.recv() == before
                began = time.monotonic()
                told = [pipe.recv() for _ in range(random.randint(1, 3))]
                time.sleep(random.uniform(0, (time.monotonic() - began) * 2 / len(told)))
            else:
                time.sleep(random.uniform(0, 0.1))
            process.kill()
            process.join(10)
            told += received(pipe)
        acknowledged = max([before, *told])
        found = _state(place)
        assert acknowledged <= found <= acknowledged + 1, f"{acknowledged} acknowledged, {found} found"
        total = found
    print(f"{KILLS} kills, {total} commits")
    assert total > KILLS, "the child did write"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_torn_log_gives_a_prefix_of_the_commits(place: BookPlace, tmp_path: Path) -> None:
    random = seeded("torn")
    count = 40
    with child(_vanish, str(place.folder), place.key, place.profile_id, count) as (process, _pipe):
        process.join(60)
        assert process.exitcode == 0
    whole, log = place.file.read_bytes(), place.folder.joinpath("book.db-wal").read_bytes()
    assert len(log) > 100_000, "the log was left behind"
    found = set()
    torn = BookPlace(tmp_path / "torn", place.key, place.profile_id)
    for _ in range(TORN_LOGS):
        shutil.rmtree(torn.folder, ignore_errors=True)
        torn.folder.mkdir()
        torn.file.write_bytes(whole)
        torn.folder.joinpath("book.db-wal").write_bytes(_torn(log, random))
        with torn.open() as book:
            raw = book.raw_connection()
            found.add(ledger.last_commit(raw))
            raw.close()
    assert found <= set(range(count + 1))
    assert len(found) > count / 4, "the damage hit many places"


def _vanish(folder: str, key: bytes, profile_id: str, count: int, _pipe: object) -> None:
    ledger.write_and_vanish(folder, key, profile_id, count)


def _torn(log: bytes, random) -> bytes:  # type: ignore[no-untyped-def]
    place = random.randrange(len(log))
    if random.random() < 0.5:
        return log[:place]
    garbled = bytearray(log)
    for offset in range(place, min(len(log), place + random.randint(1, 200))):
        garbled[offset] ^= random.randint(1, 255)
    return bytes(garbled)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_full_disk_loses_nothing_and_works_again_after_freeing(place: BookPlace) -> None:
    book = place.open()
    raw = book.raw_connection()
    number = 0
    for room in range(FULL_DISKS):
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        _limit(book, pages + room % 7)
        with pytest.raises(KnownError) as problem:
            for _ in range(10_000):
                ledger.commit(book, number + 1)
                number += 1
        assert problem.value.code == "disk-full"
        assert raw.execute("SELECT count(*) FROM contract").fetchone() == (number,), "nothing lost"
        if room % 4 == 0:
            assert ledger.last_commit(raw) == number, "nothing half"
        _limit(book, 1 << 30)
        ledger.commit(book, number + 1)
        number += 1
    raw.close()
    book.close()
    assert _state(place) == number


def _limit(book, pages: int) -> None:  # type: ignore[no-untyped-def]
    with book._writer.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_closing_on_a_full_disk_still_closes(place: BookPlace) -> None:
    book = place.open()
    ledger.commit(book, 1)
    with book._writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    book.close()
    assert _state(place) == 1


def test_a_second_process_is_refused_and_the_first_goes_on(place: BookPlace) -> None:
    with place.open() as book:
        with child(ledger.try_to_open, str(place.folder), place.key, place.profile_id) as (_process, pipe):
            assert pipe.recv() == "book-in-use"
        with pytest.raises(KnownError, match="book-in-use"):
            place.open()
        ledger.commit(book, 1)
    with child(ledger.try_to_open, str(place.folder), place.key, place.profile_id) as (_process, pipe):
        assert pipe.recv() == "opened"


def test_the_lock_of_a_killed_process_is_free(place: BookPlace) -> None:
    with child(ledger.write_until_killed, str(place.folder), place.key, place.profile_id) as (process, pipe):
        pipe.recv()
        with pytest.raises(KnownError, match="book-in-use"):
            place.open()
        process.kill()
        process.join(10)
    _state(place)


def test_a_scanner_that_holds_the_file_only_delays(place: BookPlace) -> None:
    with place.open() as book:
        with child(ledger.hold_write_lock, str(place.folder), place.key, 1.0) as (_process, pipe):
            assert pipe.recv() == "held"
            ledger.commit(book, 1)
            ended = time.monotonic()
            assert ended > pipe.recv(), "written before the lock was let go"
    assert _state(place) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kill_while_restoring_leaves_one_state_or_the_other(tmp_path: Path) -> None:
    random = seeded("kill-restore")
    made = make_profile(tmp_path)
    files = []
    with made.unlock() as book:
        ledger.prepare(book)
        for number in range(1, 31):
            ledger.commit(book, number)
            if number in {10, 30}:
                files.append(str(profiles.backup(made.profile, book, tmp_path / "stick").file))
                made.clock.advance(timedelta(minutes=1))
    restores = 0
    for _ in range(KILLED_RESTORES):
        with child(ledger.restore_for_ever, str(made.profile.folder), files, PASSPHRASE) as (process, pipe):
            if random.random() < 0.3:
                pipe.recv()  # a busy machine finishes one as well
                restores += 1
            time.sleep(random.uniform(0.05, 0.4))
            process.kill()
            process.join(10)
            restores += len(received(pipe))
        shutil.rmtree(made.profile.folder / "aside", ignore_errors=True)
        with made.unlock() as book:
            assert profiles.verify(made.profile, book).whole
            raw = book.raw_connection()
            assert ledger.last_commit(raw) in {10, 30}
            raw.close()
    assert restores > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kill_while_migrating_leaves_the_old_or_the_new_schema(place: BookPlace) -> None:
    random = seeded("kill-migrate")
    with place.open() as book:
        for number in range(1, 31):
            ledger.commit(book, number)
    steps = 0
    for _ in range(KILLED_MIGRATIONS):
        with child(ledger.migrate_for_ever, str(place.folder), place.key) as (process, pipe):
            if random.random() < 0.8:
                pipe.recv()
                steps += 1
            time.sleep(random.uniform(0.0, 0.1))
            process.kill()
            process.join(10)
            steps += len(received(pipe))
        raw = connect(place.file, place.key)
        assert deep_check(raw).whole
        assert ledger.last_commit(raw) == 30
        assert not raw.execute("SELECT name FROM sqlite_master WHERE name LIKE '_alembic%'").fetchall()
        raw.close()
    assert steps > 0


def test_the_check_can_fail(place: BookPlace) -> None:
    with place.open() as book:
        for number in range(1, 4):
            ledger.commit(book, number)
    for damage in (
        "DELETE FROM outbox WHERE operation = 'contract.create' AND record_id = (SELECT max(id) FROM contract)",
        "DELETE FROM contract WHERE number = '2'",
        "UPDATE party SET phone = '1' WHERE phone = '3'",
        "INSERT INTO outbox(kind, record_id, operation, urgency, state, fields, payload, created_at)"
        " VALUES ('contract', 'x', 'contract.create', 2, 'soft', '{}', '{}', '')",
    ):
        raw = connect(place.file, place.key, foreign_keys=False)
        raw.execute("BEGIN")
        raw.execute(damage)
        with pytest.raises(AssertionError):
            ledger.last_commit(raw)
        raw.execute("ROLLBACK")
        raw.close()
