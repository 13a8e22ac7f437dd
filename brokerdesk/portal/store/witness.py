"""The witness: a file outside the database that remembers epoch and high-water mark, so that a database which was copied
back or rolled back without the restore command is recognised and gets a new epoch (protocol.md § 15).
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from brokerdesk.core.clock import Clock
from brokerdesk.core.ids import new_id
from brokerdesk.core.logs import logger
from brokerdesk.portal.store.engine import Database, meta_value, set_meta
from brokerdesk.portal.store.tables import device, tenant

_FILE = "witness.json"
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Witness:
    """What the file says. `system` is PostgreSQL's system id and timeline, or empty."""

    epoch: str
    mark: int
    system: str = ""


def read(data_dir: Path) -> Witness | None:
    """The witness of the last run, or None when there is none or it is unreadable."""
    try:
        found = json.loads((data_dir / _FILE).read_text(encoding="utf-8"))
        return Witness(str(found["epoch"]), int(found["mark"]), str(found.get("system", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(data_dir: Path, witness: Witness) -> None:
    """Replace the file in one step."""
    target = data_dir / _FILE
    draft = target.with_name(f"{_FILE}.{os.getpid()}.{threading.get_ident()}")
    draft.write_text(json.dumps(asdict(witness)), encoding="utf-8")
    draft.replace(target)


def observe(connection: Connection) -> Witness:
    """The database as it is: epoch, sum of all feed heads and device numbers (both only grow), and system."""
    heads = connection.execute(select(func.coalesce(func.sum(tenant.c.feed_seq), 0))).scalar_one()
    seqs = connection.execute(select(func.coalesce(func.sum(device.c.last_seq), 0))).scalar_one()
    return Witness(meta_value(connection, "epoch") or "", int(heads) + int(seqs), _system(connection))


def _system(connection: Connection) -> str:
    if connection.dialect.name != "postgresql":
        return ""
    query = "SELECT s.system_identifier || '/' || c.timeline_id FROM pg_control_system() s, pg_control_checkpoint() c"
    try:
        with connection.begin_nested():
            return str(connection.exec_driver_sql(query).scalar_one())
    except DBAPIError:  # a managed PostgreSQL may not let us ask
        return ""


def confirm_epoch(database: Database, data_dir: Path, clock: Clock) -> str:
    """The epoch to serve with: a new one is drawn when the database is behind or beside what the witness saw."""
    before = read(data_dir)
    with database.writing() as connection:
        now = observe(connection)
        if before is not None and _is_other(before, now):
            set_meta(connection, "epoch", new_id(clock))
            now = observe(connection)
            _log.warning("portal-database-is-older-than-its-witness")
    write(data_dir, now)
    return now.epoch


def _is_other(before: Witness, now: Witness) -> bool:
    moved = bool(before.system and now.system and before.system != now.system)
    return before.epoch != now.epoch or now.mark < before.mark or moved


def draw_epoch(database: Database, data_dir: Path, clock: Clock) -> str:
    """Give the database a new epoch (after a restore) and note it."""
    with database.writing() as connection:
        set_meta(connection, "epoch", new_id(clock))
        now = observe(connection)
    write(data_dir, now)
    return now.epoch


class Watch:
    """Refreshes the witness once a second while the portal serves."""

    def __init__(
        self, database: Database, data_dir: Path, on_epoch: Callable[[str], None], *, period_s: float = 1.0
    ) -> None:
        """Prepare; `start` begins. `on_epoch` hears of an epoch that a restore beside us has drawn."""
        self._database, self._data_dir, self._period_s = database, data_dir, period_s
        self._on_epoch = on_epoch
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._last: Witness | None = None

    def start(self) -> None:
        """Begin refreshing in a thread of its own."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="portal-witness")
        self._thread.start()

    def stop(self) -> None:
        """Refresh once more and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.refresh()

    def refresh(self) -> None:
        """Note the present mark if it moved; a database that does not answer is left for the next second."""
        try:
            with self._database.reading() as connection:
                now = observe(connection)
        except DBAPIError:
            return
        if self._last is not None and now.epoch != self._last.epoch:
            self._on_epoch(now.epoch)
        if now != self._last:
            write(self._data_dir, now)
            self._last = now

    def _run(self) -> None:
        while not self._stop.wait(self._period_s):
            self.refresh()
