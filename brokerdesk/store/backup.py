"""Verified copies of a book (reliability.md S8). A copy that did not pass every check never gets its final name.

API copy to a temporary file in the target folder → close → reopen → page seals, structure, profile id and row counts
equal to the snapshot → fsync → rename. Knows nothing of key slots, names or thinning: that is `services.profiles`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.files import sync_file, sync_folder
from brokerdesk.store import migrations
from brokerdesk.store.book import BOOK_FOREIGN, WRONG_KEY, translated
from brokerdesk.store.engine import APPLICATION_ID, PAGE_SIZE, connect
from brokerdesk.store.integrity import quick_complaints, row_counts
from brokerdesk.store.migrations.runner import BOOK_NEWER
from brokerdesk.store.space import require_space

BACKUP_BAD = register("backup-bad")
BACKUP_MISSING = register("backup-missing")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a copy holds: whose it is, its schema, rows per table, and when the newest change was made (wire text)."""

    profile_id: str
    schema_version: int
    rows: dict[str, int]
    newest_change: str | None


def snapshot(connection: Any) -> Snapshot:
    """Describe the book behind a raw connection."""
    profile_id, version = connection.execute("SELECT profile_id, schema_version FROM book_info").fetchone()
    (newest,) = connection.execute("SELECT max(at) FROM change_log").fetchone()
    return Snapshot(profile_id, version, row_counts(connection), newest)


def size_of(connection: Any) -> int:
    """Bytes that a copy of the book behind a raw connection needs."""
    return int(connection.execute("PRAGMA page_count").fetchone()[0]) * PAGE_SIZE


def copy_book(
    source: Any, key: bytes, target: Path, *, before_rename: Callable[[Snapshot], object] | None = None
) -> Snapshot:
    """Write a verified copy of the book behind `source` (a raw connection) to `target`, with the same key.

    Readers and the writer go on meanwhile. `before_rename` may put something beside the copy. Raises
    `KnownError` with disk-low, disk-full or backup-bad; then `target` does not exist.
    """
    require_space(target.parent, size_of(source))
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.unlink(missing_ok=True)
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with translated():
            taken = _copy(source, key, temporary)
        if verify_copy(temporary, key, profile_id=taken.profile_id) != taken:
            raise KnownError(BACKUP_BAD)
        sync_file(temporary)
        if before_rename is not None:
            before_rename(taken)
        temporary.replace(target)
    finally:
        for rest in (temporary, temporary.with_name(temporary.name + "-journal")):
            rest.unlink(missing_ok=True)
    sync_folder(target.parent)
    return taken


def _copy(source: Any, key: bytes, temporary: Path) -> Snapshot:
    target = connect(temporary, key, journal="DELETE")
    try:
        source.execute("BEGIN")
        try:
            taken = snapshot(source)
            source.backup(target)
        finally:
            if source.in_transaction:
                source.execute("ROLLBACK")
        target.execute("PRAGMA journal_mode = DELETE")
        return taken
    finally:
        target.close()


def verify_copy(path: Path, key: bytes, *, profile_id: str) -> Snapshot:
    """Check a closed copy from its first to its last page and describe it.

    Never for the live book. Raises `KnownError` with backup-missing, wrong-key, book-foreign, book-newer or backup-bad.
    """
    if not path.exists():
        raise KnownError(BACKUP_MISSING)
    if path.stat().st_size < PAGE_SIZE:
        raise KnownError(BACKUP_BAD)
    try:
        connection = connect(path, key, journal="DELETE")
    except dbapi2.DatabaseError as problem:
        raise _unreadable(problem) from problem
    try:
        if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
            raise KnownError(BOOK_FOREIGN)
        if quick_complaints(connection):
            raise KnownError(BACKUP_BAD)
        found = snapshot(connection)
    except dbapi2.DatabaseError as problem:
        raise _unreadable(problem) from problem
    except (TypeError, ValueError) as problem:
        raise KnownError(BACKUP_BAD) from problem
    finally:
        connection.close()
    if found.profile_id != profile_id:
        raise KnownError(BOOK_FOREIGN)
    if found.schema_version > migrations.current_version():
        raise KnownError(BOOK_NEWER, found=found.schema_version, known=migrations.current_version())
    return found


def _unreadable(problem: BaseException) -> KnownError:
    return KnownError(WRONG_KEY if "not a database" in str(problem) else BACKUP_BAD)
