"""What a field of a synced kind is: merge class, data class, shape, and the check of a value against its shape.

The table itself stands in `kinds`, which hands these names on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Merge(StrEnum):
    """How two writers of one field are reconciled (protocol.md § 8)."""

    SCALAR = "F"
    GROUP = "G"
    SET = "S"
    TEXT = "T"
    CONSENT = "C"
    STATE = "M"
    APPEND = "A"
    MAXIMUM = "X"


class DataClass(StrEnum):
    """How sensitive a field is (security.md R5)."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SPECIAL = "special"


class Type(StrEnum):
    """JSON shape of a value; null (empty) is always allowed."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    MONTH_DAY = "month_day"
    TIME = "time"
    BOOL = "bool"
    CENTS = "cents"
    NUMBER = "number"
    ID = "id"
    CODE = "code"
    CODES = "codes"
    JSON = "json"


class Writer(StrEnum):
    """Who may write a kind or field: both sides, or the portal alone."""

    BOTH = "both"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row of the table."""

    name: str
    type: Type = Type.TEXT
    merge: Merge = Merge.SCALAR
    data: DataClass = DataClass.INTERNAL
    members: tuple[Field, ...] = ()
    since: str = "1.0"
    member_by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "member_by_name", {m.name: m for m in self.members})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One synced kind: its fields, who writes it, and the version of its schema."""

    name: str
    fields: tuple[Field, ...]
    writer: Writer = Writer.BOTH
    schema: int = 1
    admin_only: bool = False
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})


LIMITS = {Type.TEXT: 500, Type.LONG_TEXT: 20_000}
CONSENT_RANK: dict[str | None, int] = {"granted": 0, None: 1, "refused": 2, "withdrawn": 2}
"""How restrictive a consent is (protocol.md § 8, class C); an unknown code counts as not stated."""

SHAPES = {
    Type.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    Type.MONTH_DAY: re.compile(r"[0-9]{2}-[0-9]{2}"),
    Type.TIME: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z"),
    Type.ID: re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    Type.CODE: re.compile(r"[A-Za-z0-9_.:-]{1,60}"),
}
MAX_JSON_ITEMS = 2_000
MAX_JSON_DEPTH = 6


def accepts(spec: Field, value: Any) -> bool:
    """Whether `value` has the shape that the field table declares; null is the empty value of every field."""
    if value is None:
        return True
    if spec.merge is Merge.GROUP:
        if not isinstance(value, dict):
            return False
        members = spec.member_by_name
        return all(name in members and (v is None or accepts(members[name], v)) for name, v in value.items())
    return _CHECKS[spec.type](value)


def _is_text(value: Any, limit: int) -> bool:
    return isinstance(value, str) and len(value) <= limit and "\x00" not in value and not _has_surrogate(value)


def _has_surrogate(value: str) -> bool:
    if value.isascii():
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _are_codes(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MAX_JSON_ITEMS and all(_is_text(v, 200) for v in value)


def _json_ok(value: Any, depth: int) -> bool:
    if depth < 0:
        return False
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) < 2**53
    if isinstance(value, str):
        return _is_text(value, 2_000)
    if isinstance(value, list):
        return len(value) <= MAX_JSON_ITEMS and all(_json_ok(v, depth - 1) for v in value)
    if isinstance(value, dict):
        return len(value) <= MAX_JSON_ITEMS and all(
            _is_text(k, 200) and _json_ok(v, depth - 1) for k, v in value.items()
        )
    return False


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


_CHECKS: dict[Type, Callable[[Any], bool]] = {
    Type.BOOL: lambda value: isinstance(value, bool),
    Type.CENTS: _is_number,
    Type.NUMBER: _is_number,
    Type.CODES: _are_codes,
    Type.JSON: lambda value: _json_ok(value, MAX_JSON_DEPTH),
    Type.TEXT: lambda value: _is_text(value, LIMITS[Type.TEXT]),
    Type.LONG_TEXT: lambda value: _is_text(value, LIMITS[Type.LONG_TEXT]),
    **{type_: _matches(pattern) for type_, pattern in SHAPES.items()},
}
