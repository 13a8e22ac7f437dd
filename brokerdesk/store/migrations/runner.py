"""Creates the first schema and runs migrations: backup → step → check → commit, or the old state.

On its own connection with foreign keys off before BEGIN and transactional DDL: with them on, rebuilding a parent table
silently deletes its children (reliability.md § 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brokerdesk.core.errors import BugError, KnownError, register
from brokerdesk.core.paths import resource
from brokerdesk.store import migrations
from brokerdesk.store.engine import connect
from brokerdesk.store.integrity import row_counts

if TYPE_CHECKING:
    from sqlalchemy import Connection

MIGRATION_FAILED = register("migration-failed", "version")
BOOK_NEWER = register("book-newer", "found", "known")


def first_schema() -> list[str]:
    """The statements of the first schema."""
    text = resource("schema/book_0001.sql").read_text(encoding="utf-8")
    return [s.strip() for s in text.split(";\n") if s.strip()]


def create_schema(connection: Any) -> None:
    """Make all tables of the current schema in an open transaction of a raw connection."""
    for statement in first_schema():
        connection.execute(statement)
    for step in migrations.STEPS:
        _apply(connection, step)


class _Borrowed:
    """A raw connection as SQLAlchemy may use it: beginning, ending and closing stay with its owner.

    Without this, returning it to the pool would roll the step back and close it.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Left to the owner."""

    def rollback(self) -> None:
        """Left to the owner."""

    def close(self) -> None:
        """Left to the owner."""


@contextmanager
def borrowed(connection: Any) -> Iterator[Connection]:
    """A raw connection as a SQLAlchemy connection; its transaction is neither begun nor ended here."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite+pysqlite://", creator=lambda: _Borrowed(connection), poolclass=StaticPool)
    with engine.connect() as wrapped:
        yield wrapped
    engine.dispose()


def _apply(connection: Any, step: migrations.Step) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with borrowed(connection) as wrapped:
        context = MigrationContext.configure(wrapped, opts={"transactional_ddl": True, "render_as_batch": True})
        step.upgrade(Operations(context))


def migrate(path: Path, key: bytes, *, steps: Sequence[migrations.Step] | None = None) -> int:
    """Bring the book at `path` to the current schema and return the number of steps run.

    The caller has made a verified backup. Raises `KnownError(book-newer)` for a schema from the future and
    `BugError(migration-failed)` with the book in its old state.
    """
    todo = migrations.STEPS if steps is None else steps
    known = todo[-1].version if todo else migrations.current_version()
    connection = connect(path, key, foreign_keys=False)
    try:
        found = int(connection.execute("SELECT schema_version FROM book_info").fetchone()[0])
        if found > known:
            raise KnownError(BOOK_NEWER, found=found, known=known)
        pending = [s for s in todo if s.version > found]
        for step in pending:
            _run(connection, step)
        return len(pending)
    finally:
        connection.close()


def _run(connection: Any, step: migrations.Step) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        before = row_counts(connection)
        _apply(connection, step)
        after = row_counts(connection)
        lost = {n for n, rows in before.items() if n not in step.changes_rows_of and after.get(n) != rows}
        if lost or connection.execute("PRAGMA foreign_key_check").fetchone():
            raise BugError(MIGRATION_FAILED, version=step.version)
        connection.execute("UPDATE book_info SET schema_version = ?", (step.version,))
        connection.execute("COMMIT")
    except BugError:
        _roll_back(connection)
        raise
    except Exception as problem:
        _roll_back(connection)
        raise BugError(MIGRATION_FAILED, version=step.version) from problem


def _roll_back(connection: Any) -> None:
    """A full disk has rolled back already."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
