"""How lists ask: sort keys, filters, and the ordered ids that come back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column and its direction."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: `column`, `operator` (`is`, `starts`, `contains`, `at_least`, `at_most`) and its value as text."""

    column: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What a list shows: words searched, filters, order."""

    search: str = ""
    filters: tuple[Filter, ...] = ()
    sort: tuple[SortKey, ...] = ()
