"""Looks whether a book is whole: every encrypted page, the structure, the references, and how many rows it has.

Reads only; what to do about a damaged book is decided in services.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_SHOWN = 20
"""Complaints kept per check; a broken file may have one for every page."""


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """Result of a deep check. The complaints name pages and tables, never content."""

    cipher: tuple[str, ...] = ()
    structure: tuple[str, ...] = ()
    references: int = 0
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not (self.cipher or self.structure or self.references)


def row_counts(connection: Any) -> dict[str, int]:
    """Rows of every table of a raw connection; search indexes, which can be rebuilt, are left out."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%search%'"
    ).fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}


def _complaints(connection: Any, pragma: str) -> tuple[str, ...]:
    """What a check says; an error while checking is a complaint as well."""
    from sqlcipher3 import dbapi2

    try:
        found = [str(row[0]) for row in connection.execute(f"PRAGMA {pragma}").fetchmany(_SHOWN)]
    except dbapi2.DatabaseError as problem:
        return (str(problem),)
    return tuple(f for f in found if f != "ok")


def quick_complaints(connection: Any) -> tuple[str, ...]:
    """The checks of a fresh copy: the seal of every page, then the structure."""
    return _complaints(connection, "cipher_integrity_check") or _complaints(connection, "quick_check")


def deep_check(connection: Any) -> IntegrityReport:
    """Check everything through a fresh raw connection: page seals, indexes against tables, references, row counts.

    Fresh, because the check of a full-text index trusts what its connection remembers: one that has read before another
    connection wrote reports damage that is not there (measured with SQLite 3.53.4; searching is not affected).
    """
    cipher = _complaints(connection, "cipher_integrity_check")
    structure = _complaints(connection, "integrity_check")
    if cipher or structure:
        return IntegrityReport(cipher, structure)
    references = len(connection.execute("PRAGMA foreign_key_check").fetchall())
    return IntegrityReport((), (), references, row_counts(connection))
