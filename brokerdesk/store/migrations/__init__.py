"""Steps from one schema of the book to the next; `runner.py` applies them, `schema_0001.sql` is the first schema.

A new step is a module `step_NNNN.py` with `upgrade(op)` (Alembic operations) and an entry in `STEPS`. The migrated schema
must equal the mapped one, and row counts stay the same unless the step declares otherwise: both are tested.
Alembic's batch mode cannot copy a table with a generated column (`party.is_customer`): change `party` with `op.add_column`
or with plain statements in `op.execute`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: the version it leads to, what it does, and tables whose row count it may change."""

    version: int
    upgrade: Callable[[Any], None]
    changes_rows_of: frozenset[str] = field(default_factory=frozenset)


FIRST = 1
STEPS: tuple[Step, ...] = ()
"""Steps after the first schema, in order; version of the last one is the current schema."""


def current_version() -> int:
    """The schema version this program writes."""
    return STEPS[-1].version if STEPS else FIRST
