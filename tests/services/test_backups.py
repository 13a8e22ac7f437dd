"""Backups of a profile: verified, described, thinned; restored anywhere and compared (C12, S7, S8)."""

from __future__ import annotations

import errno
import json
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.services import profiles
from brokerdesk.services.exchange import rounds
from brokerdesk.services.profiles import restoring
from brokerdesk.store import space
from brokerdesk.store.book import Book
from brokerdesk.sync.engine import Engine
from brokerdesk.sync.report import State
from tests.support.books import (
    PASSPHRASE,
    QUICK,
    MadeProfile,
    add_person,
    contract,
    folders_in,
    make_profile,
    pair,
)
from tests.support.fake_keyring import absent_vault, memory_vault
from tests.support.repeats import RESTORED_PROFILES, seeded


@pytest.fixture
def made(tmp_path: Path) -> MadeProfile:
    return make_profile(tmp_path)


def everything(book: Book) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, except what opening and restoring write."""
    with book.read() as connection:
        tables = [
            r[0]
            for r in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%search%'"
            )
        ]
        found = {t: [tuple(r) for r in connection.exec_driver_sql(f'SELECT * FROM "{t}" ORDER BY 1')] for t in tables}
        columns = "portal_url, tenant, device_id, epoch, employee, next_seq, cursor, failures, paused"
        found["sync_meta"] = [tuple(r) for r in connection.exec_driver_sql(f"SELECT {columns} FROM sync_meta")]
    found.pop("book_info")
    return found


def _filled(book: Book, random: Any) -> None:
    for number in range(random.randint(3, 25)):
        party = add_person(book, f"Person {number}", email=f"p{number}@kunde.example")
        with book.work() as work:
            for line in range(random.randint(0, 4)):
                work.add(contract(book, party, number=f"{number}/{line}", premium_gross_cents=random.randint(0, 10**6)))
            work.commit()


@pytest.mark.parametrize("turn", range(RESTORED_PROFILES))
def test_backup_change_restore_compare(tmp_path: Path, turn: int) -> None:
    random = seeded(f"restore-{turn}")
    made = make_profile(tmp_path)
    with made.unlock() as book:
        if random.random() < 0.5:
            pair(book)
        _filled(book, random)
        kept = everything(book)
        info = profiles.backup(made.profile, book, tmp_path / "stick")
        add_person(book, "Danach")
        made.clock.advance(timedelta(minutes=5))
    assert info.rows is not None
    assert info.rows["contract"] == len(kept["contract"])
    done = profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    assert done.rows == info.rows
    with made.unlock() as book:
        assert everything(book) == kept
        assert profiles.verify(made.profile, book).whole
        add_person(book, "Und weiter")
    assert done.aside is not None
    assert {p.name for p in done.aside.iterdir()} >= {"book.db", "keyslots.json"}
    # the state put aside is a whole book that can be brought back the same way
    shutil.rmtree(made.profile.folder / "backups", ignore_errors=True)
    back = profiles.restore(
        made.profile, done.aside / "book.db", clock=made.clock, vault=made.vault, passphrase=PASSPHRASE
    )
    assert back.rows["party"] == len(kept["party"]) + 1


def test_a_restored_paired_book_sends_nothing_until_it_is_paired_again(made: MadeProfile) -> None:
    with made.unlock() as book:
        pair(book)
        rounds.save_tokens(book, {"access": "a", "refresh": "r"})
        info = profiles.backup(made.profile, book)
    profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    with made.unlock() as book:
        assert Engine(book).run_once().state is State.FORKED
        assert rounds.load_tokens(book) is None


def test_a_restored_book_that_was_never_paired_stays_alone(made: MadeProfile) -> None:
    with made.unlock() as book:
        info = profiles.backup(made.profile, book)
    profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    with made.unlock() as book:
        assert Engine(book).run_once().state is State.UNPAIRED


def test_a_backup_opens_on_another_machine_by_passphrase_or_recovery_code(tmp_path: Path, made: MadeProfile) -> None:
    with made.unlock() as book:
        add_person(book, "Umzug")
        info = profiles.backup(made.profile, book, tmp_path / "stick")
    there = folders_in(tmp_path / "other machine")
    for name, way in (("A", {"passphrase": PASSPHRASE}), ("B", {"recovery": made.recovery})):
        profile = profiles.new_profile(there, name)
        with pytest.raises(KnownError):
            profiles.restore(profile, info.file, clock=made.clock, vault=absent_vault(), passphrase="falsch")
        assert not profile.folder.exists(), "a refused restore leaves nothing behind"
        done = profiles.restore(profile, info.file, clock=made.clock, vault=absent_vault(), **way)
        assert done.aside is None
        with profiles.unlock(profile, clock=made.clock, vault=absent_vault(), cost=QUICK, **way) as book:
            with book.read() as connection:
                assert connection.exec_driver_sql("SELECT last_name FROM party").scalar_one() == "Umzug"


def test_lost_slots_come_back_with_a_backup(made: MadeProfile) -> None:
    with made.unlock() as book:
        info = profiles.backup(made.profile, book)
    for name in ("keyslots.json", "keyslots.older.json"):
        (made.profile.folder / name).unlink(missing_ok=True)
    with pytest.raises(KnownError, match="key-slots-missing"):
        made.unlock()
    profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, recovery=made.recovery)
    made.unlock().close()


def test_the_passphrase_of_the_time_of_the_backup_also_restores(made: MadeProfile) -> None:
    with made.unlock() as book:
        info = profiles.backup(made.profile, book)
    profiles.change_passphrase(made.profile, "neu", passphrase=PASSPHRASE, vault=made.vault, cost=QUICK)
    for passphrase in ("neu", PASSPHRASE):
        profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=passphrase)
        made.unlock(passphrase="neu").close()
    with pytest.raises(KnownError, match="wrong-key"):
        made.unlock(passphrase=PASSPHRASE)


def test_restoring_needs_the_book_closed_and_a_right_file(tmp_path: Path, made: MadeProfile) -> None:
    def attempt(file: Path) -> str:
        before = (made.profile.folder / "book.db").read_bytes()
        with pytest.raises(KnownError) as problem:
            profiles.restore(made.profile, file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
        assert (made.profile.folder / "book.db").read_bytes() == before
        assert not list(made.profile.folder.glob(".book.db*"))
        return problem.value.code

    with made.unlock() as book:
        info = profiles.backup(made.profile, book, tmp_path / "stick")
        with pytest.raises(KnownError, match="book-in-use"):
            profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    other = make_profile(tmp_path, name="Anderes")
    with other.unlock() as book:
        foreign = profiles.backup(other.profile, book, tmp_path / "stick")
    assert attempt(tmp_path / "none.bdbook") == "backup-missing"
    assert attempt(foreign.file) == "book-foreign"
    alone = shutil.copy(foreign.file, tmp_path / "alone.bdbook")
    assert attempt(alone) == "backup-bad"
    whole = info.file.read_bytes()
    for damaged in (
        b"",
        whole[:100],
        whole[:-4096],
        whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:],
        b"SQLite format 3\x00" * 999,
    ):
        info.file.write_bytes(damaged)
        assert attempt(info.file) == "backup-bad"
    info.file.write_bytes(whole)
    profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)


def test_a_backup_of_another_time_with_this_description_is_noticed(made: MadeProfile) -> None:
    with made.unlock() as book:
        first = profiles.backup(made.profile, book)
        made.clock.advance(timedelta(hours=1))
        add_person(book)
        second = profiles.backup(made.profile, book)
    shutil.copy(first.file, second.file)
    with pytest.raises(KnownError, match="backup-bad"):
        profiles.restore(made.profile, second.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)


@pytest.mark.parametrize("moment", ["_checked_copy", "_stop_exchange", "_put_aside", "sync_folder"])
def test_a_restore_that_breaks_off_leaves_a_whole_book(
    made: MadeProfile, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    with made.unlock() as book:
        info = profiles.backup(made.profile, book)
        add_person(book, "Jetzt")

    def broken(*_args: object, **_more: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(restoring, moment, broken)
    with pytest.raises(OSError, match="Input"):
        profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    monkeypatch.undo()
    with made.unlock() as book:
        with book.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM party").scalar_one() == 1
        assert profiles.verify(made.profile, book).whole
    profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)


def test_a_sound_state_is_backed_up_before_it_is_replaced(made: MadeProfile) -> None:
    with made.unlock() as book:
        info = profiles.backup(made.profile, book)
        add_person(book, "Danach")
    made.clock.advance(timedelta(minutes=5))
    profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    before, *older = profiles.list_backups(made.profile)
    assert [b.file for b in older] == [info.file]
    assert before.reason == "restore"
    assert before.rows is not None
    assert before.rows["party"] == 1
    profiles.restore(made.profile, before.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    with made.unlock() as book, book.read() as connection:
        assert connection.exec_driver_sql("SELECT last_name FROM party").scalar_one() == "Danach"


def test_a_broken_state_is_only_put_aside(made: MadeProfile) -> None:
    with made.unlock() as book:
        info = profiles.backup(made.profile, book)
    (made.profile.folder / "book.db").write_bytes(b"\x17" * 65536)
    done = profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    assert [b.file for b in profiles.list_backups(made.profile)] == [info.file]
    assert done.aside is not None
    assert (done.aside / "book.db").read_bytes() == b"\x17" * 65536


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk-full"), (errno.EACCES, "book-read-only"), (errno.EROFS, "book-read-only")]
)
def test_a_disk_that_refuses_a_restore_is_named(
    made: MadeProfile, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    with made.unlock() as book:
        info = profiles.backup(made.profile, book)
        add_person(book, "Jetzt")

    def refuse(*_args: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(restoring, "_put_aside", refuse)
    with pytest.raises(KnownError) as problem:
        profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    assert problem.value.code == code
    with made.unlock() as book, book.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM party").scalar_one() == 1


def test_a_description_tells_whether_the_book_was_paired(made: MadeProfile) -> None:
    with made.unlock() as book:
        alone = profiles.backup(made.profile, book)
        pair(book)
        together = profiles.backup(made.profile, book)
    alone.file.with_name(alone.file.name + ".json").replace(alone.file.parent / "gone.json")
    assert (alone.paired, together.paired, profiles.read_info(alone.file).paired) == (False, True, None)


def test_the_list_shows_what_is_inside_without_a_key(tmp_path: Path, made: MadeProfile) -> None:
    with made.unlock() as book:
        for _ in range(3):
            add_person(book)
            profiles.backup(made.profile, book, tmp_path / "stick")
            made.clock.advance(timedelta(hours=2))
        profiles.backup(made.profile, book, tmp_path / "stick")
        same_second = profiles.backup(made.profile, book, tmp_path / "stick")
    shutil.copy(same_second.file, tmp_path / "stick" / "bare.bdbook")
    (tmp_path / "stick" / "broken.bdbook").write_bytes(b"x")
    (tmp_path / "stick" / "broken.bdbook.json").write_text('{"at": 3}', encoding="utf-8")
    found = profiles.list_backups(made.profile, tmp_path / "stick")
    assert len(found) == 7
    assert [b.rows["party"] for b in found[:5] if b.rows] == [3, 3, 3, 2, 1]
    assert {b.file.name for b in found[5:]} == {"bare.bdbook", "broken.bdbook"}
    assert found[0].program
    assert found[0].schema_version == 1
    assert found[0].newest_change is not None
    assert profiles.list_backups(made.profile) == []


def test_automatic_backups_keep_their_distance_and_are_thinned(made: MadeProfile) -> None:
    with made.unlock() as book:
        assert profiles.automatic_backup(made.profile, book) is not None
        assert profiles.automatic_backup(made.profile, book) is None
        assert profiles.automatic_backup(made.profile, book, force=True, reason="import") is not None
        made.clock.advance(timedelta(minutes=31))
        assert profiles.automatic_backup(made.profile, book) is not None
        for _ in range(16):
            made.clock.advance(timedelta(days=1))
            profiles.automatic_backup(made.profile, book)
    found = profiles.list_backups(made.profile)
    days = [b.at.date() for b in found if b.at]
    assert len(days) == len(set(days))
    assert len(days) == 12 + 1, "twelve days, then the newest of the week before them"
    names = {p.name for p in made.profile.backups.iterdir()}
    assert len(names) == 2 * len(found), "descriptions go with their files"


def test_a_file_without_a_description_is_never_thinned(made: MadeProfile) -> None:
    made.profile.backups.mkdir()
    mine = made.profile.backups / "mine.bdbook"
    mine.write_bytes(b"?")
    assert profiles.thin_backups(made.profile) == []
    assert mine.exists()


def test_a_description_holds_no_key_and_no_person(made: MadeProfile) -> None:
    with made.unlock() as book:
        add_person(book, "Kanarienvogel", email="kanarie@kunde.example")
        info = profiles.backup(made.profile, book)
        key = book.with_key(bytes)
    text = info.file.with_name(info.file.name + ".json").read_text(encoding="utf-8")
    assert "anarie" not in text
    assert key.hex() not in text
    assert b"Kanarienvogel" not in info.file.read_bytes()
    assert json.loads(text)["rows"]["party"] == 1


def test_a_short_disk_stops_a_backup_and_leaves_nothing(made: MadeProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    with made.unlock() as book:
        monkeypatch.setattr(space.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=100_100_000))
        with pytest.raises(KnownError) as problem:
            profiles.backup(made.profile, book)
        assert problem.value.code == "disk-low"
        add_person(book, "Bearbeiten geht")
    assert list(made.profile.backups.iterdir()) == []


def test_remembered_devices_restore_by_the_key_store(tmp_path: Path) -> None:
    made = make_profile(tmp_path, vault=memory_vault(), remember=True)
    with made.unlock(passphrase=PASSPHRASE) as book:
        info = profiles.backup(made.profile, book)
    profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault)
    profiles.unlock(made.profile, clock=made.clock, vault=made.vault).close()
