"""Damage and foreign files (C9), read-only places (C8), stock SQLite (S-41), logs without canaries (S-42, S-43).

Detected when opening or by the check, never silently wrong data, never a new book, never plain text; the file stays as it was.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from brokerdesk.core import logs
from brokerdesk.core.errors import DeskError, KnownError
from brokerdesk.models.entities import Party
from brokerdesk.store import engine
from brokerdesk.store.integrity import deep_check
from tests.support.books import BookPlace, add_person, contract, new_place, person
from tests.support.ledger import commit, prepare
from tests.support.repeats import FLIPPED_BYTES, seeded

SENTENCES = {"wrong-key", "book-damaged", "book-foreign", "book-empty", "book-plain", "book-newer"}


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    place = new_place(tmp_path / "book")
    with place.open() as book:
        for number in range(30):
            party = add_person(book, f"Person {number}")
            with book.work() as work:
                work.add(contract(book, party, number=str(number)))
                work.commit()
    return place


def _detected(place: BookPlace) -> str | None:
    """The code with which opening refuses, `check` when the deep check finds the damage, None when nobody notices."""
    try:
        book = place.open()
    except DeskError as problem:
        return problem.code
    with book:
        raw = book.raw_connection()
        try:
            return None if deep_check(raw).whole else "check"
        finally:
            raw.close()


def test_a_whole_book_is_found_whole(place: BookPlace) -> None:
    assert _detected(place) is None


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_flipped_byte_is_detected(place: BookPlace) -> None:
    random = seeded("flip")
    whole = place.file.read_bytes()
    fixed = [0, 15, 16, 20, 100, 4095, 4096, len(whole) - 1]
    for offset in fixed + [random.randrange(len(whole)) for _ in range(FLIPPED_BYTES)]:
        damaged = bytearray(whole)
        damaged[offset] ^= random.randint(1, 255)
        place.file.write_bytes(damaged)
        found = _detected(place)
        assert found in SENTENCES | {"check"}, f"byte {offset}: {found}"
    place.file.write_bytes(whole)
    assert _detected(place) is None


@pytest.mark.slow
def test_every_truncation_is_detected(place: BookPlace) -> None:
    whole = place.file.read_bytes()
    pages = len(whole) // 4096
    random = seeded("truncate")
    cuts = [1, 15, 16, 4095, *(4096 * p + d for p in random.sample(range(1, pages), 12) for d in (-1, 0, 1))]
    for cut in [*cuts, len(whole) - 1]:
        place.file.write_bytes(whole[:cut])
        found = _detected(place)
        assert found in SENTENCES | {"check"}, f"cut at {cut}: {found}"


def test_a_file_that_is_no_book_is_refused_and_left_alone(place: BookPlace, tmp_path: Path) -> None:
    plain = tmp_path / "plain.db"
    with sqlite3.connect(plain) as connection:
        connection.execute("CREATE TABLE book_info(key)")
    connection.close()
    other = new_place(tmp_path / "other")
    cases = {
        "book-empty": b"",
        "book-plain": plain.read_bytes(),
        "wrong-key": other.file.read_bytes(),
    }
    for code, content in cases.items():
        place.file.write_bytes(content)
        with pytest.raises(KnownError) as problem:
            place.open()
        assert problem.value.code == code
        assert place.file.read_bytes() == content
    for content in (b"\x00" * 8192, os.urandom(8192), b"PK\x03\x04" * 4096):
        place.file.write_bytes(content)
        with pytest.raises(KnownError, match="wrong-key"):
            place.open()
        assert place.file.read_bytes() == content


def test_a_missing_book_is_not_made(place: BookPlace) -> None:
    place.file.unlink()
    with pytest.raises(KnownError, match="book-missing"):
        place.open()
    assert not place.file.exists()
    shutil.rmtree(place.folder)
    with pytest.raises(KnownError, match="book-missing"):
        place.open()
    assert not place.folder.exists()


def test_the_book_of_another_profile_with_the_same_key_is_foreign(place: BookPlace) -> None:
    stranger = BookPlace(place.folder, place.key, "019cadd2-42e0-7587-9aa7-9d1cd87f1936")
    with pytest.raises(KnownError, match="book-foreign"):
        stranger.open()


def test_an_encrypted_database_of_another_program_is_foreign(place: BookPlace) -> None:
    raw = engine.connect(place.file, place.key)
    raw.execute("PRAGMA application_id = 7")
    raw.close()
    with pytest.raises(KnownError, match="book-foreign"):
        place.open()


def test_a_book_from_the_future_is_refused(place: BookPlace) -> None:
    raw = engine.connect(place.file, place.key)
    raw.execute("UPDATE book_info SET schema_version = 999")
    raw.close()
    with pytest.raises(KnownError) as problem:
        place.open()
    assert problem.value.code == "book-newer"
    assert problem.value.parameters["found"] == 999


@pytest.mark.parametrize("statement", ["DELETE FROM book_info", "UPDATE book_info SET last_check_at = 'x'"])
def test_a_book_without_its_own_facts_is_damaged(place: BookPlace, statement: str) -> None:
    raw = engine.connect(place.file, place.key)
    raw.execute(statement)
    raw.close()
    with pytest.raises(KnownError, match="book-damaged"):
        place.open()


def test_the_log_of_another_book_is_refused_and_not_written_into_ours(place: BookPlace, tmp_path: Path) -> None:
    other = new_place(tmp_path / "other")
    with other.open() as book:
        prepare(book)
        for number in range(1, 20):
            commit(book, number)
        shutil.copy(other.folder / "book.db-wal", tmp_path / "log")
    before = place.file.read_bytes()
    shutil.copy(tmp_path / "log", place.folder / "book.db-wal")
    for _ in range(2):
        with pytest.raises(KnownError) as problem:
            place.open()
        assert problem.value.code in SENTENCES
        assert place.file.read_bytes() == before
    for part in ("book.db-wal", "book.db-shm"):
        (place.folder / part).unlink(missing_ok=True)
    assert _detected(place) is None


@contextmanager
def as_nobody(*paths: Path) -> Iterator[None]:
    """Give up the rights of root for a while, so that read-only means read-only."""
    if os.name != "posix" or os.geteuid() != 0:
        yield
        return
    for path in paths:
        os.chown(path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_place() -> Iterator[BookPlace]:
    """A book in a folder that an ordinary user can reach."""
    import tempfile

    base = Path(tempfile.mkdtemp())
    base.chmod(0o755)
    yield new_place(base / "book")
    for path in (base / "book", base):
        path.chmod(0o700)
    shutil.rmtree(base)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o400, 0o700), (0o600, 0o500), (0o000, 0o700), (0o400, 0o500)])
def test_read_only_places_are_refused_clearly(open_place: BookPlace, file_mode: int, folder_mode: int) -> None:
    before = open_place.file.read_bytes()
    open_place.file.chmod(file_mode)
    open_place.folder.chmod(folder_mode)
    with as_nobody(open_place.file, open_place.folder):
        with pytest.raises(KnownError, match="book-read-only"):
            open_place.open()
    open_place.file.chmod(0o600)
    open_place.folder.chmod(0o700)
    assert open_place.file.read_bytes() == before
    with as_nobody(open_place.file, open_place.folder, *open_place.folder.iterdir()):
        open_place.open().close()


def test_a_log_that_cannot_be_made_is_a_clear_refusal(place: BookPlace) -> None:
    (place.folder / "book.db-wal").mkdir()
    (place.folder / "book.db-wal" / "x").touch()
    with pytest.raises(KnownError, match="book-read-only"):
        place.open()
    shutil.rmtree(place.folder / "book.db-wal")
    assert _detected(place) is None


def test_a_book_deleted_while_open_does_not_come_back_empty(place: BookPlace) -> None:
    if sys.platform == "win32":
        pytest.skip("an open file cannot be deleted there")
    book = place.open()
    place.file.unlink()
    book.close()
    with pytest.raises(KnownError, match="book-missing"):
        place.open()
    assert not place.file.exists()


_SWAPPED = """
import sqlite3, sys, types
fake = types.ModuleType("sqlcipher3")
fake.dbapi2 = sqlite3
sys.modules["sqlcipher3"], sys.modules["sqlcipher3.dbapi2"] = fake, sqlite3
{lie}
from pathlib import Path
from brokerdesk.core.errors import DeskError
from brokerdesk.store import book
from tests.support.books import clock_at
for call in (
    lambda: book.create_book(Path(sys.argv[1]), bytes(32), profile_id="x", clock=clock_at()),
    lambda: book.open_book(Path(sys.argv[2]), bytes(32), profile_id="x", clock=clock_at()),
):
    try:
        call()
        print("opened")
    except DeskError as problem:
        print(problem.code)
"""


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ("sqlite3.sqlite_version_info = (3, 60, 0)", "cipher-missing"),
        ("sqlite3.sqlite_version_info = (3, 51, 2)", "sqlite-too-old"),
    ],
)
def test_a_stock_sqlite_swapped_in_is_refused(place: BookPlace, tmp_path: Path, lie: str, code: str) -> None:
    root = Path(__file__).resolve().parents[2]
    before = place.file.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", _SWAPPED.format(lie=lie), str(tmp_path / "new"), str(place.folder)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [code, code], done.stderr
    assert not (tmp_path / "new").exists()
    assert place.file.read_bytes() == before


CANARY = "Kanarienvogel Zwitscherle kanarie@kunde.example DE02120300000000202051 Wachtwoord-7391"


def test_database_errors_and_files_show_no_customer(place: BookPlace, capfd: pytest.CaptureFixture[str]) -> None:
    with place.open() as book:
        party = add_person(book, CANARY, email="kanarie@kunde.example")
        with pytest.raises(IntegrityError) as problem, book.work() as work:
            work.add(person(book, CANARY))
            twin = Party(id=party, last_name=CANARY, email="kanarie@kunde.example")
            work.add(twin)
            work.commit()
        shown = f"{problem.value!s} {problem.value!r}"
        assert "anarie" not in shown
        assert book.with_key(bytes).hex() not in repr(book._writer.url) + shown
    for path in place.folder.iterdir():
        assert b"anarie" not in path.read_bytes()
    out, err = capfd.readouterr()
    assert "anarie" not in out + err


def test_a_wrong_key_prints_nothing(place: BookPlace, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KnownError, match="wrong-key"):
        BookPlace(place.folder, bytes(32), place.profile_id).open()
    out, err = capfd.readouterr()
    assert out + err == "", "SQLCipher writes to stderr unless told otherwise"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    logs.configure(tmp_path / "logs")
    yield tmp_path / "logs" / "brokerdesk.log"
    for handler in list(logging.getLogger("brokerdesk").handlers):
        logging.getLogger("brokerdesk").removeHandler(handler)
        handler.close()
    logging.getLogger("brokerdesk").propagate = True


@pytest.mark.noisy("import failed, on purpose")
def test_the_log_holds_no_canary_however_it_is_called(log_file: Path) -> None:
    log = logs.logger("brokerdesk.test")
    log.info("record-saved", name=CANARY, email="kanarie@kunde.example", count=3)
    log.info("secret-seen", value=logs.Secret(CANARY), record_id="019cadd2-42e0-7587-9aa7-9d1cd87f1936")
    plain = logging.getLogger("brokerdesk.library")
    plain.info("mail to %s", "kanarie@kunde.example")
    plain.info("paid from DE02120300000000202051 by phone +49 30 23125 777")
    plain.info("extra", extra={"customer": CANARY})
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as problem:
            raise RuntimeError("passphrase=Wachtwoord-7391") from problem
    except RuntimeError:
        plain.exception("import failed")
        log.info("import-failed", exc_info=True)
    text = log_file.read_text(encoding="utf-8")
    assert "record-saved" in text
    assert '"count": 3' in text
    for part in ("anarie", "Zwitscherle", "Wachtwoord", "202051", "23125"):
        assert part not in text, part


def test_a_refused_open_writes_no_key_into_the_log(place: BookPlace, log_file: Path) -> None:
    logs.logger("brokerdesk.test").info("before")
    with place.open() as book:
        add_person(book, CANARY)
        key = book.with_key(bytes)
    place.file.write_bytes(place.file.read_bytes()[:3000])
    with pytest.raises(KnownError) as problem:
        place.open()
    logs.logger("brokerdesk.test").info("open-refused", code=problem.value.code, key=key.hex(), exc_info=problem.value)
    text = log_file.read_text(encoding="utf-8")
    assert "open-refused" in text
    assert key.hex() not in text
    assert "anarie" not in text
