"""What one unit of work changed: derived from the flush, shown by screens, sent by the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ChangeOrigin(StrEnum):
    """Who made a change."""

    USER = "user"
    IMPORT = "import"
    FEED = "feed"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one record: value before and after, as JSON values."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record: inserted, updated or deleted, with its changed fields (empty for bulk paths)."""

    kind: str
    record_id: str
    action: str
    fields: tuple[FieldChange, ...] = ()


@dataclass(slots=True)
class ChangeSet:
    """All changes of one committed unit of work; `touched` groups the ids by kind."""

    changes: list[RecordChange] = field(default_factory=list)
    everything: frozenset[str] = frozenset()
    """Kinds of which so much changed that lists should ask again as a whole (imports, large feed pages)."""

    def touched(self, kind: str) -> set[str]:
        """Ids of the changed records of one kind."""
        return {c.record_id for c in self.changes if c.kind == kind}

    def concerns(self, kinds: Iterable[str]) -> bool:
        """Whether any of the kinds changed."""
        wanted = set(kinds)
        return bool(wanted & self.everything) or any(c.kind in wanted for c in self.changes)

    def __bool__(self) -> bool:
        return bool(self.changes or self.everything)
