"""One open book: create, safe open, close, re-key. Knows the key as bytes and nothing of where it comes from.

A missing or empty file never becomes a new book, a wrong key never a damaged one, and nothing is ever plain text
(reliability.md § 3, S3–S6).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlcipher3 import dbapi2

from brokerdesk.core.clock import Clock, from_wire, to_wire
from brokerdesk.core.errors import BUG, BugError, KnownError, register
from brokerdesk.core.logs import logger
from brokerdesk.models.values.changes import ChangeOrigin, ChangeSet
from brokerdesk.store import migrations
from brokerdesk.store.engine import APPLICATION_ID, PAGE_SIZE, assert_driver, connect, make_engine
from brokerdesk.store.lock import InstanceLock
from brokerdesk.store.migrations import runner
from brokerdesk.store.unit_of_work import UnitOfWork

BOOK_MISSING = register("book-missing")
BOOK_EMPTY = register("book-empty")
BOOK_PLAIN = register("book-plain")
BOOK_DAMAGED = register("book-damaged")
BOOK_EXISTS = register("book-exists")
BOOK_FOREIGN = register("book-foreign")
BOOK_READ_ONLY = register("book-read-only")
WRONG_KEY = register("wrong-key")
DISK_FULL = register("disk-full")

FILE_NAME = "book.db"
_PLAIN_HEADER = b"SQLite format 3\x00"
_CHECK_EVERY = timedelta(days=7)
_log = logger(__name__)
T = TypeVar("T")


def create_book(folder: Path, key: bytes, *, profile_id: str, clock: Clock) -> None:
    """Make an empty book in `folder`. Raises `KnownError(book-exists)` when a file is already there."""
    assert_driver()
    path = folder / FILE_NAME
    if path.exists():
        raise KnownError(BOOK_EXISTS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with translated():
        connection = connect(path, key)
        try:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("BEGIN IMMEDIATE")
            runner.create_schema(connection)
            connection.execute(
                "INSERT INTO book_info(key, profile_id, schema_version, created_at, last_check_at) VALUES (1, ?, ?, ?, ?)",
                (profile_id, migrations.current_version(), to_wire(clock.now()), to_wire(clock.now())),
            )
            connection.execute("COMMIT")
        finally:
            connection.close()


def open_book(
    folder: Path, key: bytes, *, profile_id: str, clock: Clock, before_migration: Callable[[], object] | None = None
) -> Book:
    """Open safely: lock → file there, not empty, not plain → key → ours → check when due → migrate.

    Raises `KnownError` with book-in-use, book-missing, book-empty, book-plain, wrong-key, book-foreign, book-damaged,
    book-newer or book-read-only; the file is untouched in every case.
    """
    assert_driver()
    if not (folder / FILE_NAME).exists():
        raise KnownError(BOOK_MISSING)
    lock = _lock(folder)
    try:
        _check_file(folder / FILE_NAME)
        checked = _check_log(folder / FILE_NAME, key)
        pending, crashed = _inspect(folder / FILE_NAME, key, profile_id=profile_id, clock=clock, checked=checked)
        if pending:
            if before_migration:
                before_migration()
            runner.migrate(folder / FILE_NAME, key)
        return Book(folder, key, profile_id=profile_id, clock=clock, lock=lock, crashed=crashed)
    except BaseException:
        lock.release()
        raise


def _lock(folder: Path) -> InstanceLock:
    try:
        return InstanceLock(folder)
    except OSError as problem:
        raise KnownError(BOOK_READ_ONLY) from problem


def _check_file(path: Path) -> None:
    """Looks at size and first bytes before SQLite has the file open; never afterwards (locks would be lost)."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            plain = stream.read(16) == _PLAIN_HEADER
    except OSError as problem:
        raise KnownError(BOOK_READ_ONLY) from problem
    if plain:
        raise KnownError(BOOK_PLAIN)
    if size < PAGE_SIZE:
        raise KnownError(BOOK_EMPTY)
    if not _writable(path) or not _writable(path.parent):
        raise KnownError(BOOK_READ_ONLY)


def _writable(path: Path) -> bool:
    """Asked before SQLite opens the file: its read-only fall-back leaves side files that stay read-only."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _check_log(path: Path, key: bytes) -> bool:
    """Look at a log left by a crash before anything may write it into the book; returns whether there was one.

    SQLite takes any well-formed log for its own and would copy the pages of another book over ours.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists() or log.stat().st_size == 0:
        return False
    try:
        connection = connect(path, key, read_only=True)
        try:
            _quick_check(connection)
            return True
        finally:
            connection.close()
    except dbapi2.DatabaseError as problem:
        raise _translate(problem) or problem from problem


def _inspect(path: Path, key: bytes, *, profile_id: str, clock: Clock, checked: bool) -> tuple[bool, bool]:
    """Whether migrations are due, and whether the book was left open; verifies key, identity and, when due, the pages.

    `checked` pages are not checked again.
    """
    try:
        connection = connect(path, key)
    except dbapi2.DatabaseError as problem:
        raise _translate(problem) or problem from problem
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if application != APPLICATION_ID:
            raise KnownError(BOOK_FOREIGN)
        found, version, last, open_since = connection.execute(
            "SELECT profile_id, schema_version, last_check_at, open_since FROM book_info"
        ).fetchone()
        if found != profile_id:
            raise KnownError(BOOK_FOREIGN)
        if version > migrations.current_version():
            raise KnownError(runner.BOOK_NEWER, found=version, known=migrations.current_version())
        due = last is None or clock.now() - from_wire(last) > _CHECK_EVERY
        if open_since is not None or due:
            if not checked:
                _quick_check(connection)
            connection.execute("UPDATE book_info SET last_check_at = ?", (to_wire(clock.now()),))
        connection.execute("UPDATE book_info SET open_since = ?", (to_wire(clock.now()),))
        return version < migrations.current_version(), open_since is not None
    except dbapi2.DatabaseError as problem:
        raise _translate(problem) or problem from problem
    except (TypeError, ValueError) as problem:
        raise KnownError(BOOK_DAMAGED) from problem
    finally:
        connection.close()


def key_fits(folder: Path, key: bytes, *, profile_id: str) -> bool:
    """Whether `key` reads the book of this profile; used before an older way to the key is given up."""
    if not (folder / FILE_NAME).exists():
        return False
    try:
        connection = connect(folder / FILE_NAME, key, read_only=True)
        try:
            found = connection.execute("SELECT profile_id FROM book_info").fetchone()
        finally:
            connection.close()
    except dbapi2.DatabaseError:
        return False
    return bool(found == (profile_id,))


def _quick_check(connection: Any) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise KnownError(BOOK_DAMAGED)


def _translate(problem: BaseException) -> KnownError | None:
    words = str(problem)
    if "not a database" in words:
        return KnownError(WRONG_KEY)
    if "malformed" in words or "no such table" in words:
        return KnownError(BOOK_DAMAGED)
    if "readonly" in words or "unable to open" in words:
        return KnownError(BOOK_READ_ONLY)
    if "is full" in words:
        return KnownError(DISK_FULL)
    return None


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database says about disk, file and key into errors of ours."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as problem:
        known = _translate(problem.orig or problem)
        if known is None:
            raise
        raise known from problem
    except dbapi2.DatabaseError as problem:
        known = _translate(problem)
        if known is None:
            raise
        raise known from problem


class Book:
    """An open book: one writer, several readers, listeners that hear every committed change."""

    def __init__(
        self, folder: Path, key: bytes, *, profile_id: str, clock: Clock, lock: InstanceLock, crashed: bool = False
    ) -> None:
        """Use `open_book`. `crashed` tells that the last program that had it open did not close it."""
        self.folder = folder
        self.profile_id = profile_id
        self.clock = clock
        self.actor = ""
        self.crashed = crashed
        self._key = key
        self._lock = lock
        self._writer: Engine = make_engine(folder / FILE_NAME, key, writer=True)
        self._readers: Engine = make_engine(folder / FILE_NAME, key, writer=False)
        self._one_writer = threading.RLock()
        self._listeners: list[Callable[[ChangeSet], None]] = []
        self.version = 0
        """Rises with every commit; caches of lists are valid for one version."""

    @contextmanager
    def work(self, *, origin: ChangeOrigin = ChangeOrigin.USER, actor: str | None = None) -> Iterator[UnitOfWork]:
        """One unit of work; leaving it without `commit()` rolls back. Listeners hear what was committed."""
        with self._one_writer, translated():
            unit = UnitOfWork(
                self._writer, clock=self.clock, actor=self.actor if actor is None else actor, origin=origin
            )
            try:
                yield unit
            finally:
                unit.close()
            changes = unit.committed
        if changes is not None:
            self.version += 1
            for listener in list(self._listeners):
                listener(changes)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only snapshot; queries on it see one state of the book."""
        with translated(), self._readers.connect() as connection:
            yield connection

    def subscribe(self, listener: Callable[[ChangeSet], None]) -> Callable[[], None]:
        """Hear every committed ChangeSet, in the thread that committed; returns how to stop hearing."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def with_key(self, use: Callable[[bytes], T]) -> T:
        """Let `use` wrap the key of this open book for another slot, backup or copy; it must not keep it."""
        if not self._key:
            raise BugError(BUG, place="book closed")
        return use(self._key)

    def raw_connection(self) -> Any:
        """A connection of its own for backups and checks; the caller closes it."""
        return connect(self.folder / FILE_NAME, self._key)

    def close(self) -> None:
        """Close every connection, forget the key, free the lock. The book can be opened again."""
        if not self._key:
            return
        with self._one_writer:
            try:
                with self._writer.begin() as connection:
                    connection.exec_driver_sql("UPDATE book_info SET open_since = NULL")
            except Exception:  # noqa: BLE001 - a full disk must not keep the book open
                _log.info("close-without-mark")
            self._readers.dispose()
            self._writer.dispose()
            self._key = b""
            self._lock.release()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()
