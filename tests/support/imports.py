"""What tests of imports share: a book with its import, dumps of all tables, small deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from brokerdesk.formats.gdv.records import ContractBundle, GeneralPart, PartyBlock
from brokerdesk.services.desk import Desk
from brokerdesk.services.gdv_import import GdvImport, ImportReport
from brokerdesk.store.book import Book
from tests.support.books import new_book
from tests.support.gdv_files import gdv_file

OTHER_VU = "6666"
_SKIPPED = ("import_run", "book_info")


@dataclass
class Importing:
    """An open book with its services and a folder for deliveries."""

    book: Book
    desk: Desk
    gdv: GdvImport
    folder: Path

    def deliver(self, data: bytes, **options: Any) -> ImportReport:
        """Import these bytes as a file."""
        path = self.folder / "delivery.gdv"
        path.write_bytes(data)
        return self.gdv.run(path, **options)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the book."""
        with self.book.read() as connection:
            return [dict(row) for row in connection.exec_driver_sql(sql, values).mappings()]

    def value(self, sql: str, *values: Any) -> Any:
        """One value of the book."""
        with self.book.read() as connection:
            return connection.exec_driver_sql(sql, values).scalar()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table but the list of imports."""
        with self.book.read() as connection:
            tables = [
                row[0]
                for row in connection.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
                )
            ]
            return {
                name: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY 1, 2')]
                for name in tables
                if name not in _SKIPPED
            }


@contextmanager
def importing(folder: Path, *, paired: bool = False) -> Iterator[Importing]:
    """A new book below `folder`."""
    with new_book(folder / "book", paired=paired) as book:
        desk = Desk(book, book.clock)
        yield Importing(book, desk, GdvImport(desk.context), folder)


def changed(
    bundle: ContractBundle,
    *,
    general: dict[str, Any] | None = None,
    party: dict[str, Any] | None = None,
    parties: tuple[PartyBlock, ...] | None = None,
) -> ContractBundle:
    """A delivery of the same contract with other values of its general part or its first party."""
    made = bundle
    if general:
        assert isinstance(made.general, GeneralPart)
        made = replace(made, general=replace(made.general, **general))
    if party:
        made = replace(made, parties=(replace(made.parties[0], **party), *made.parties[1:]))
    if parties is not None:
        made = replace(made, parties=parties)
    return made


def two_insurers(first: list[ContractBundle], second: list[ContractBundle]) -> bytes:
    """One file with a packet of each of two insurers."""
    moved = [replace(b, key=b.key._replace(vu=OTHER_VU)) for b in second]
    return gdv_file(first) + gdv_file(moved, vu=OTHER_VU)
