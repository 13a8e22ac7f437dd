"""What every use case needs, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from brokerdesk.core.clock import Clock
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.models.values.names import Language
from brokerdesk.store.book import Book

T = TypeVar("T")


@dataclass(slots=True)
class Context:
    """The open book and the clock; handed to every service by `Desk`."""

    book: Book
    clock: Clock
    time_zone: str = "Europe/Berlin"
    language: Language = Language.DE


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """The result of a use case: its value, what changed, and the work to undo (None when it cannot be undone)."""

    value: T
    changes: ChangeSet = field(default_factory=ChangeSet)
    undo: str | None = None
