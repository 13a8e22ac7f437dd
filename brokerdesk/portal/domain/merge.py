"""The conflict policy of one field: value in force, value the editor based his edit on, new value → what happens.

Pure; driven by the merge class of the field table (protocol.md § 8). No rule uses a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from brokerdesk.portal.domain.book import same
from brokerdesk.wire.kinds import CONSENT_RANK, MAX_JSON_ITEMS, Field, Merge, Type, accepts


class Do(Enum):
    """What becomes of an edit."""

    KEEP = "keep"
    WRITE = "write"
    CONFLICT = "conflict"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Merged:
    """The decision and, for `WRITE`, the value that is in force afterwards."""

    do: Do
    value: Any = None


_KEEP = Merged(Do.KEEP)
_CONFLICT = Merged(Do.CONFLICT)
_INVALID = Merged(Do.INVALID)


def merge_edit(spec: Field, current: Any, base: Any, new: Any) -> Merged:
    """Compare-and-set of one field by its merge class. Set fields take `merge_set` instead and are invalid here."""
    if spec.merge in (Merge.SET, Merge.STATE) or not accepts(spec, new):
        return _INVALID
    if spec.type is Type.BOOL:  # a flag that was never set is off
        current, base = bool(current), bool(base) if base is None else base
    match spec.merge:
        case Merge.GROUP:
            return _group(current, base, new)
        case Merge.CONSENT:
            return _consent(current, base, new)
        case Merge.MAXIMUM:
            larger = new is not None and (current is None or new > current)
            return Merged(Do.WRITE, new) if larger else _KEEP
        case Merge.APPEND:
            if current is None:
                return Merged(Do.WRITE, new)
            return _KEEP if same(current, new) else _CONFLICT
        case _:
            return _scalar(current, base, new)


def merge_set(spec: Field, current: Any, add: list[str], remove: list[str]) -> Merged:
    """Union of additions, minus what the editor had seen and removed; an addition wins over a removal."""
    if spec.merge is not Merge.SET:
        return _INVALID
    present = list(current or ())
    gone = set(remove) - set(add)
    kept = [v for v in present if v not in gone]
    known = set(kept)
    kept += [v for v in dict.fromkeys(add) if v not in known]
    if len(kept) > MAX_JSON_ITEMS or not accepts(spec, kept):
        return _INVALID
    return _KEEP if kept == present else Merged(Do.WRITE, kept)


def _scalar(current: Any, base: Any, new: Any) -> Merged:
    if same(current, new):
        return _KEEP
    return Merged(Do.WRITE, new) if same(current, base) else _CONFLICT


def _consent(current: Any, base: Any, new: Any) -> Merged:
    if same(current, new):
        return _KEEP
    if CONSENT_RANK.get(new, 1) > CONSENT_RANK.get(current, 1) or same(current, base):
        return Merged(Do.WRITE, new)
    return _CONFLICT


def _group(current: Any, base: Any, new: Any) -> Merged:
    """One unit: all members that the editor knows must be as he saw them; members he does not know stay."""
    if base is not None and not isinstance(base, dict):
        return _INVALID
    now, seen = current or {}, base or {}
    wanted = dict.fromkeys(now) if new is None else new
    names = seen.keys() | wanted.keys()
    if all(same(now.get(n), wanted.get(n, seen.get(n))) for n in names):
        return _KEEP
    if not all(same(now.get(n), seen.get(n)) for n in names):
        return _CONFLICT
    merged = {**now, **wanted}
    return Merged(Do.WRITE, None if all(v is None for v in merged.values()) else merged)
