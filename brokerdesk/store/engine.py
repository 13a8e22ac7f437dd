"""Connections to the encrypted book: key, pragmas, and transactions that begin as they should.

Writers begin immediately (`BEGIN IMMEDIATE`), readers deferred and read-only; with deferred writers half of the concurrent
read-then-write transactions failed (architecture § 5). The key never enters a URL or a log.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

import sqlcipher3
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from brokerdesk.core.errors import BugError, KnownError, register

CIPHER_MISSING = register("cipher-missing")
SQLITE_TOO_OLD = register("sqlite-too-old", "found")

APPLICATION_ID = 0x42524B44
"""`BRKD`: tells our books from other SQLite files."""
PAGE_SIZE = 4096
BUSY_TIMEOUT_MS = 10_000
READER_CACHE_KB = 32_768
WRITER_CACHE_KB = 16_384
OTHER_CACHE_KB = 8_192
READERS = 4
_OLDEST_SQLITE = (3, 51, 3)


def assert_driver() -> None:
    """Start-up assertion: the driver really encrypts, and its SQLite is newer than the WAL-reset fault.

    Raises `BugError(cipher-missing)` or `KnownError(sqlite-too-old)`.
    """
    if dbapi2.sqlite_version_info < _OLDEST_SQLITE:
        raise KnownError(SQLITE_TOO_OLD, found=str(dbapi2.sqlite_version))
    with dbapi2.connect(":memory:") as probe:
        if not probe.execute("PRAGMA cipher_version").fetchone():
            raise BugError(CIPHER_MISSING)


def connect(
    path: Path,
    key: bytes | None,
    *,
    cache_kb: int = OTHER_CACHE_KB,
    foreign_keys: bool = True,
    journal: Literal["WAL", "DELETE"] = "WAL",
    read_only: bool = False,
) -> Any:
    """One raw connection. `key` is 32 bytes, or None for an unencrypted file (bench floors only).

    `journal` is DELETE for backups, which stay one single file. A `read_only` connection leaves file and log untouched
    even when it is the last one to close.

    A missing file is an error, never a new database. A wrong key shows itself at the first read as "file is not a
    database"; `book.open_book` translates it.
    """
    mode = "ro" if read_only else "rwc" if key is None else "rw"
    connection = dbapi2.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_MS / 1000,
        check_same_thread=False,
        isolation_level=None,
        cached_statements=256,
    )
    try:
        _prepare(connection, key, cache_kb=cache_kb, foreign_keys=foreign_keys, journal=journal)
    except BaseException:
        # the traceback would keep the file open
        connection.close()
        raise
    return connection


def _prepare(connection: Any, key: bytes | None, *, cache_kb: int, foreign_keys: bool, journal: str) -> None:
    run = connection.execute
    if key is not None:
        run("PRAGMA cipher_log_level = NONE")
        run(f"PRAGMA key = \"x'{key.hex()}'\"")
    run(f"PRAGMA journal_mode = {journal}")
    run("PRAGMA synchronous = FULL")
    run(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    run("PRAGMA temp_store = MEMORY")
    run(f"PRAGMA cache_size = -{cache_kb}")
    run(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    if sys.platform == "darwin":
        run("PRAGMA fullfsync = ON")


def make_engine(path: Path, key: bytes | None, *, writer: bool) -> Engine:
    """An engine for the one writer, or for the readers (whose connections refuse to write)."""

    def creator() -> Any:
        connection = connect(path, key, cache_kb=WRITER_CACHE_KB if writer else READER_CACHE_KB // READERS)
        if not writer:
            connection.execute("PRAGMA query_only = ON")
        return connection

    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher3.dbapi2,
        creator=creator,
        poolclass=QueuePool,
        pool_size=1 if writer else READERS,
        max_overflow=0 if writer else 2,
        hide_parameters=True,
    )
    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "reset")
    def _reset(connection: Any, _record: object, _state: object) -> None:
        # a refused COMMIT (deferred reference, disk) leaves its transaction open, and SQLAlchemy takes it for ended
        if connection.in_transaction:
            connection.rollback()

    return engine
