"""One running portal: settings, clock, database, keys and epoch in one value that every route and job is handed.

Built by `open_portal`; nothing here listens to a port.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from brokerdesk.core.clock import Clock, SystemClock, to_wire
from brokerdesk.core.errors import KnownError
from brokerdesk.portal.domain.keys import SECRET_MISSING, Keys, has_secret, load_keys
from brokerdesk.portal.settings import Settings
from brokerdesk.portal.store import witness
from brokerdesk.portal.store.engine import Database, create_schema, is_used, open_database


@dataclass(slots=True, kw_only=True)
class Portal:
    """What a running portal is made of. `on_start` and `on_stop` are called by the server's life cycle (jobs, witness)."""

    settings: Settings
    clock: Clock
    database: Database
    keys: Keys
    epoch: str
    on_start: list[Callable[[], None]] = field(default_factory=list)
    on_stop: list[Callable[[], None]] = field(default_factory=list)

    def now(self) -> str:
        """The present moment as a wire text."""
        return to_wire(self.clock.now())

    def follow_epoch(self, epoch: str) -> None:
        """Serve in another epoch from now on."""
        self.epoch = epoch

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


def open_portal(settings: Settings, *, clock: Clock | None = None) -> Portal:
    """Open or create the database and the secret of a portal.

    Raises `KnownError` when either is unusable, and when a database in use comes without its secret: with a new one every
    link and token would be dead, silently.
    """
    clock = clock or SystemClock()
    database = open_database(settings.database, settings.data_dir)
    try:
        create_schema(database, clock)
        if not has_secret(settings.data_dir) and is_used(database):
            raise KnownError(SECRET_MISSING, folder=str(settings.data_dir))
        keys = load_keys(settings.data_dir)
        epoch = witness.confirm_epoch(database, settings.data_dir, clock)
    except BaseException:
        database.close()
        raise
    portal = Portal(settings=settings, clock=clock, database=database, keys=keys, epoch=epoch)
    watch = witness.Watch(database, settings.data_dir, portal.follow_epoch)
    portal.on_start.append(watch.start)
    portal.on_stop.append(watch.stop)
    return portal
