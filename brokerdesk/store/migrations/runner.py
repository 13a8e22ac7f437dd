"""Creates the first schema and runs migrations: backup → step → check → commit, or the old state.

On its own connection with foreign keys off before BEGIN and transactional DDL: with them on, rebuilding a parent table
silently deletes its children (reliability.md § 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from brokerdesk.core.errors import BugError, KnownError, register
from brokerdesk.core.paths import resource
from brokerdesk.store import migrations
from brokerdesk.store.engine import connect
from brokerdesk.store.integrity import row_counts

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


def _apply(connection: Any, step: migrations.Step) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite+pysqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as wrapped:
        context = MigrationContext.configure(wrapped, opts={"transactional_ddl": True, "render_as_batch": True})
        step.upgrade(Operations(context))
        wrapped.detach()


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
        connection.execute("ROLLBACK")
        raise
    except Exception as problem:
        connection.execute("ROLLBACK")
        raise BugError(MIGRATION_FAILED, version=step.version) from problem
