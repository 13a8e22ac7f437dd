"""Opens the portal's database: SQLite through the desk's driver without a key by default, PostgreSQL by URL.

Writing transactions begin immediately, reading ones see one snapshot. The SQLite file is not encrypted: disk encryption of
the host is the operator's duty. Knows no tables beyond creating them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Update, create_engine, event, insert, select
from sqlalchemy.pool import QueuePool

from brokerdesk.core.clock import Clock
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import new_id
from brokerdesk.portal.store.tables import SCHEMA_VERSION, metadata, portal_meta, tenant

SQLITE_TOO_OLD = register("portal-sqlite-too-old", "found")
SCHEMA_NEWER = register("portal-schema-newer", "found", "known")
DATABASE_URL = register("portal-database-url")

_SQLITE_MINIMUM = (3, 51, 3)
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16384",
    "PRAGMA secure_delete=ON",
    "PRAGMA busy_timeout=20000",
)
_READING = "portal_reading"


class Database:
    """The portal's database with its two kinds of transaction."""

    def __init__(self, engine: Engine) -> None:
        """Wrap an engine made by `open_database`."""
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One writing transaction: committed at the end, rolled back by any exception."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One reading transaction that sees one snapshot from its first statement to its end."""
        options: dict[str, Any] = {_READING: True}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str | None, data_dir: Path) -> Database:
    """Open (not create) the database of a portal. Raises `KnownError` for an unusable URL or an old SQLite."""
    if url is None:
        return Database(_sqlite(data_dir / "portal.db"))
    if url.startswith("sqlite:///"):
        return Database(_sqlite(Path(url.removeprefix("sqlite:///"))))
    for prefix in ("postgresql://", "postgres://", "postgresql+psycopg://"):
        if url.startswith(prefix):
            return Database(_postgres("postgresql+psycopg://" + url.removeprefix(prefix)))
    raise KnownError(DATABASE_URL)


def _postgres(url: str) -> Engine:
    return create_engine(url, pool_size=5, max_overflow=10, pool_pre_ping=True, hide_parameters=True)


def _sqlite(path: Path) -> Engine:
    from sqlcipher3 import dbapi2

    found = dbapi2.sqlite_version_info
    if tuple(found) < _SQLITE_MINIMUM:
        raise KnownError(SQLITE_TOO_OLD, found=dbapi2.sqlite_version)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def connect() -> Any:
        raw = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=20)
        for statement in _PRAGMAS:
            raw.execute(statement).fetchall()
        return raw

    engine = create_engine(
        "sqlite+pysqlite://",
        module=dbapi2,
        creator=connect,
        poolclass=QueuePool,
        pool_size=5,
        max_overflow=10,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(_READING)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def create_schema(database: Database, clock: Clock) -> None:
    """Create missing tables and the first epoch; refuse the database of a newer portal with a `KnownError`."""
    metadata.create_all(database.engine)
    with database.writing() as connection:
        found = meta_value(connection, "schema_version")
        if found is None:
            rows = {"schema_version": str(SCHEMA_VERSION), "epoch": new_id(clock)}
            connection.execute(insert(portal_meta), [{"key": k, "value": v} for k, v in rows.items()])
        elif int(found) > SCHEMA_VERSION:
            raise KnownError(SCHEMA_NEWER, found=int(found), known=SCHEMA_VERSION)


def is_used(database: Database) -> bool:
    """Whether a brokerage was ever added."""
    with database.reading() as connection:
        return connection.execute(select(tenant.c.id).limit(1)).first() is not None


def meta_value(connection: Connection, key: str) -> str | None:
    """One fact of `portal_meta`, or None."""
    return connection.execute(select(portal_meta.c.value).where(portal_meta.c.key == key)).scalar_one_or_none()


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Write one fact of `portal_meta`."""
    done = connection.execute(portal_meta.update().where(portal_meta.c.key == key).values(value=value))
    if not done.rowcount:
        connection.execute(insert(portal_meta).values(key=key, value=value))


def bulk(connection: Connection, statement: Insert | Update, rows: list[dict[str, Any]]) -> None:
    """Run one statement for many rows that all name the same columns; about twice as fast as the ordinary way."""
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    text = compiled.string
    if compiled.positional:
        names = compiled.positiontup or []
        connection.exec_driver_sql(text, [tuple(map(row.__getitem__, names)) for row in rows])
    else:
        connection.exec_driver_sql(text, rows)
