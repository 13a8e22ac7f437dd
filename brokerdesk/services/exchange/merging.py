"""What becomes of one field when the portal's value meets unsent edits (protocol.md § 7.2 and § 8). Pure.

A field without unsent edits is its own shadow and takes the portal's value. An unsent edit is kept while the portal still
has the value it was based on; a different value is a conflict at once: mine stays visible, theirs is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from brokerdesk.services.exchange.fields import WireField
from brokerdesk.wire.kinds import CONSENT_RANK, Merge


class Take(Enum):
    """What the book shows afterwards, and what becomes of the edit."""

    THEIRS = "theirs"
    """The portal's value; an edit on this field has vanished."""
    MINE = "mine"
    """My value; the edit waits on, now based on the portal's value."""
    MERGED = "merged"
    """A value of both (sets); the edit waits on."""
    CONFLICT = "conflict"
    """My value stays visible, the edit moves into a conflict."""
    CONFLICT_SHOW_THEIRS = "conflict_show_theirs"
    """As a conflict, but the restrictive value of the portal is in force at once (consents)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for one field; `value` is the wire value to show after `MERGED`."""

    take: Take
    value: Any = None


_THEIRS = Decision(Take.THEIRS)
_MINE = Decision(Take.MINE)
_CONFLICT = Decision(Take.CONFLICT)


def decide(field: WireField, *, base: Any, mine: Any, theirs: Any) -> Decision:
    """The rule for one field with an unsent edit from `base` to `mine` when the portal says `theirs`."""
    if field.same(mine, theirs):
        return _THEIRS
    match field.spec.merge:
        case Merge.SET:
            return _set(base, mine, theirs)
        case Merge.CONSENT:
            return _consent(field, base, mine, theirs)
        case Merge.MAXIMUM:
            return _MINE if theirs is None or (mine is not None and mine > theirs) else _THEIRS
        case Merge.STATE | Merge.APPEND:
            return _THEIRS
        case _:
            return _MINE if field.same(base, theirs) else _CONFLICT


def _set(base: Any, mine: Any, theirs: Any) -> Decision:
    was, now = list(base or ()), list(mine or ())
    added = [v for v in now if v not in was]
    removed = set(was) - set(now)
    merged = [v for v in theirs or () if v not in removed]
    merged += [v for v in added if v not in merged]
    return _THEIRS if set(merged) == set(theirs or ()) else Decision(Take.MERGED, merged)


def _consent(field: WireField, base: Any, mine: Any, theirs: Any) -> Decision:
    if field.same(base, theirs) or rank(mine) > rank(theirs):
        return _MINE
    return Decision(Take.CONFLICT_SHOW_THEIRS)


def rank(consent: Any) -> int:
    """How restrictive a consent code is."""
    return CONSENT_RANK.get(consent, 1)


def base_of(field: WireField, edited: Mapping[str, Any], row: Mapping[str, Any]) -> Any:
    """The wire value that an edit started from: edited columns have it in `edited`, the others stand in the stored row."""
    values = {
        c.name: edited[c.name] if c.name in edited else c.to_json(row[c.name]) if c.name in row else None
        for c in field.columns
    }
    return field.from_json(values)


def set_delta(base: Any, mine: Any) -> tuple[list[str], list[str]]:
    """Members added and removed by an edit of a set."""
    was, now = list(base or ()), list(mine or ())
    return [v for v in now if v not in was], [v for v in was if v not in now]
