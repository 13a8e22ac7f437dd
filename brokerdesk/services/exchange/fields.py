"""How the columns of the book and the fields of the wire translate: one table per kind, built from `wire.kinds`.

Three forms of a value: *stored* (what the database holds), *json* (what history and outbox hold) and *wire* (what the portal
sees; empty text and empty JSON are null, a group is one object of its members). Pure; touches no database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.models.entities import SYNCED
from brokerdesk.models.values.names import PartyKind, Salutation
from brokerdesk.models.values.states import InvitationState
from brokerdesk.wire.kinds import KINDS, REFERENCES, Field, Merge, Type, accepts

_TEXTS = {Type.TEXT: 500, Type.LONG_TEXT: 20_000}
_MANY_CODES = 200
_LONGEST_JSON = 512 * 1024
_ID_LENGTH = 36
_TOO_BIG = 2**53
_JSON = {Type.JSON, Type.CODES}
_CLOSED: dict[tuple[str, str], frozenset[str]] = {
    ("party", "kind"): frozenset(k.value for k in PartyKind),
    ("party", "salutation"): frozenset(s.value for s in Salutation),
    ("invitation", "state"): frozenset(s.value for s in InvitationState),
}
"""Codes that rules of this program branch on: a record with another one waits in quarantine for a newer program."""


class UnfitError(ValueError):
    """A value of the portal that this program cannot keep; `field` names the wire field."""

    def __init__(self, field: str) -> None:
        """Remember the field."""
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Column:
    """One column with its place on the wire. `empty` is the stored form of null."""

    name: str
    spec: Field
    empty: Any
    to_stored: Callable[[Any], Any]
    is_json: bool
    is_bool: bool

    def to_json(self, stored: Any) -> Any:
        """Stored form → json form."""
        if self.is_json and isinstance(stored, str):
            return json.loads(stored)
        if self.is_bool and stored is not None:
            return bool(stored)
        return stored

    def to_wire(self, value: Any) -> Any:
        """Json form → wire form."""
        if value == "" or (self.spec.type is Type.JSON and not value):
            return None
        return value


@dataclass(frozen=True, slots=True)
class WireField:
    """One field of the wire with its columns: one, or all members of a group."""

    name: str
    spec: Field
    columns: tuple[Column, ...]

    def read(self, row: Mapping[str, Any]) -> Any:
        """The wire value in a stored row."""
        return self.from_json({c.name: c.to_json(row[c.name]) for c in self.columns})

    def from_json(self, values: Mapping[str, Any]) -> Any:
        """The wire value of json values by column."""
        if self.spec.merge is not Merge.GROUP:
            column = self.columns[0]
            return column.to_wire(values[column.name])
        return {c.spec.name: c.to_wire(values[c.name]) for c in self.columns}

    def to_stored(self, value: Any) -> dict[str, Any]:
        """Stored values by column of a wire value. Raises `UnfitError`."""
        if self.spec.merge is not Merge.GROUP:
            column = self.columns[0]
            return {column.name: column.empty if value is None else column.to_stored(value)}
        if value is not None and not isinstance(value, dict):
            raise UnfitError(self.name)
        members = value or {}
        return {
            c.name: c.empty if members.get(c.spec.name) is None else c.to_stored(members[c.spec.name])
            for c in self.columns
        }

    def to_json(self, value: Any) -> dict[str, Any]:
        """Json values by column of a wire value; the base of a soft item."""
        if self.spec.merge is not Merge.GROUP:
            return {self.columns[0].name: value}
        members = value or {}
        return {c.name: members.get(c.spec.name) for c in self.columns}

    def same(self, one: Any, other: Any) -> bool:
        """Whether two wire values mean the same: order of a set and ways of being empty do not count."""
        if self.spec.merge is Merge.SET:
            return set(one or ()) == set(other or ())
        if self.spec.merge is Merge.GROUP:
            a, b = one or {}, other or {}
            return all(_equal(a.get(c.spec.name), b.get(c.spec.name), c) for c in self.columns)
        return _equal(one, other, self.columns[0])


def _equal(one: Any, other: Any, column: Column) -> bool:
    if column.is_bool:
        return bool(one) == bool(other)
    return bool(column.to_wire(one) == column.to_wire(other))


@dataclass(frozen=True, slots=True)
class KindFields:
    """The table of one kind."""

    kind: str
    fields: tuple[WireField, ...]
    by_name: Mapping[str, WireField]
    by_column: Mapping[str, WireField]
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    references: Mapping[str, str]
    parents: tuple[tuple[int, str], ...]
    """Position in `columns` and kind of every reference to another record."""
    plan: tuple[tuple[str | None, tuple[_Member, ...]], ...]
    """What `stored` walks: per group (None for plain fields) name, empty value, text limit and conversion."""
    outgoing: tuple[_Outgoing, ...]
    """What `filled` walks: name, column and conversion of a plain field; members and empty value of a group."""

    def stored(self, data: Mapping[str, Any]) -> list[Any]:
        """The stored values of a complete record in the order of `columns`; absent fields are empty.

        Raises `UnfitError` for a value of the wrong shape, an unknown code that rules depend on, or a missing parent.
        """
        values: list[Any] = []
        for group, members in self.plan:
            source = data
            if group is not None:
                inner = data.get(group)
                if inner is not None and not isinstance(inner, dict):
                    raise UnfitError(group)
                source = inner or _NOTHING
            for name, empty, limit, convert in members:
                value = source.get(name)
                if value is None:
                    if empty is _REQUIRED:
                        raise UnfitError(name)
                    values.append(empty)
                elif limit and type(value) is str and len(value) <= limit and "\x00" not in value:
                    values.append(value)
                else:
                    values.append(convert(value))
        return values

    def filled(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The wire values of a stored row without those that are empty; a group only if a member of it is filled."""
        found: dict[str, Any] = {}
        for name, column, convert, members, empty in self.outgoing:
            if members:
                values = {m: None if (v := row[c]) == "" else v for m, c in members}
                if values != empty:
                    found[name] = values
                continue
            stored = row[column]
            if stored is None or stored == "":
                continue
            value = convert(stored) if convert else stored
            if value is not None:
                found[name] = value
        return found


_NOTHING: Mapping[str, Any] = {}
_Member = tuple[str, Any, int, Callable[[Any], Any]]
_Outgoing = tuple[str, str, Callable[[Any], Any] | None, tuple[tuple[str, str], ...], dict[str, None]]
_REQUIRED = object()


def _stored_text(name: str, limit: int) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if type(value) is str and len(value) <= limit and "\x00" not in value:
            return value
        raise UnfitError(name)

    return convert


def _stored_closed(name: str, codes: frozenset[str]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if type(value) is str and value in codes:
            return value
        raise UnfitError(name)

    return convert


def _stored_code(spec: Field) -> Callable[[Any], Any]:
    seen: set[str] = set()

    def convert(value: Any) -> Any:
        if type(value) is str and value in seen:
            return value
        if not accepts(spec, value):
            raise UnfitError(spec.name)
        if len(seen) < _MANY_CODES:
            seen.add(value)
        return value

    return convert


def _stored_checked(spec: Field, shape: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if not accepts(spec, value):
            raise UnfitError(spec.name)
        try:
            return shape(value)
        except ValueError as problem:
            raise UnfitError(spec.name) from problem

    return convert


def _stored_id(name: str) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if type(value) is str and len(value) == _ID_LENGTH:
            return value
        raise UnfitError(name)

    return convert


def _stored_number(name: str) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if type(value) is int and -_TOO_BIG < value < _TOO_BIG:
            return value
        raise UnfitError(name)

    return convert


def _stored_day(name: str) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        try:
            return _as_day(value)
        except (TypeError, ValueError) as problem:
            raise UnfitError(name) from problem

    return convert


def _stored_json(spec: Field, empty: Any) -> Callable[[Any], Any]:
    """JSON of the outer type the column expects, not too long; what is inside was checked by the portal."""
    outer: tuple[type, ...] = (list, dict) if empty is None else (list,) if empty == "[]" else (dict,)
    texts = spec.type is Type.CODES

    def convert(value: Any) -> Any:
        if not isinstance(value, outer) or (texts and not accepts(spec, value)):
            raise UnfitError(spec.name)
        if not value:
            return "[]" if isinstance(value, list) else "{}"
        stored = json.dumps(value)
        if len(stored) > _LONGEST_JSON:
            raise UnfitError(spec.name)
        return stored

    return convert


def _as_time(value: str) -> str:
    return value if len(value) == 24 else to_wire(from_wire(value))


@lru_cache(maxsize=65_536)
def _as_day(value: str) -> str:
    return date.fromisoformat(value).isoformat()


def _as_it_is(value: Any) -> Any:
    return value


def _converter(kind: str, spec: Field, empty: Any) -> Callable[[Any], Any]:
    codes = _CLOSED.get((kind, spec.name))
    if codes is not None:
        return _stored_closed(spec.name, codes)
    match spec.type:
        case Type.CODE:
            return _stored_code(spec)
        case Type.TEXT | Type.LONG_TEXT:
            return _stored_text(spec.name, _TEXTS[spec.type])
        case Type.ID:
            return _stored_id(spec.name)
        case Type.CENTS | Type.NUMBER:
            return _stored_number(spec.name)
        case Type.DATE:
            return _stored_day(spec.name)
        case Type.JSON | Type.CODES:
            return _stored_json(spec, empty)
        case Type.TIME:
            return _stored_checked(spec, _as_time)
        case Type.BOOL:
            return _stored_checked(spec, int)
        case _:
            return _stored_checked(spec, _as_it_is)


def _column(kind: str, spec: Field) -> Column:
    table = SYNCED[kind].__table__  # type: ignore[attr-defined]
    mapped = table.columns[spec.name]
    empty: Any = None
    if not mapped.nullable:
        default = mapped.default.arg if mapped.default is not None else _REQUIRED
        empty = default(None) if callable(default) else default
        if spec.type in _JSON:
            empty = json.dumps(empty)
        elif isinstance(empty, bool):
            empty = int(empty)
    return Column(
        spec.name, spec, empty, _converter(kind, spec, empty), spec.type in _JSON, spec.type is Type.BOOL
    )  # fmt: skip


@cache
def fields_of(kind: str) -> KindFields:
    """The table of one kind. Raises `KeyError` for a kind this program does not know."""
    fields = tuple(
        WireField(
            spec.name,
            spec,
            tuple(_column(kind, m) for m in spec.members) if spec.merge is Merge.GROUP else (_column(kind, spec),),
        )
        for spec in KINDS[kind].fields
    )
    columns = tuple(c for f in fields for c in f.columns)
    names = tuple(c.name for c in columns)
    references = REFERENCES.get(kind, {})
    return KindFields(
        kind,
        fields,
        {f.name: f for f in fields},
        {c.name: f for f in fields for c in f.columns},
        columns,
        names,
        references,
        tuple((names.index(name), parent) for name, parent in references.items()),
        tuple(_plan(kind, fields)),
        tuple(_outgoing(f) for f in fields),
    )


def _outgoing(wire: WireField) -> _Outgoing:
    if wire.spec.merge is Merge.GROUP:
        members = tuple((c.spec.name, c.name) for c in wire.columns)
        return wire.name, "", None, members, dict.fromkeys(name for name, _ in members)
    column = wire.columns[0]
    convert: Callable[[Any], Any] | None = bool if column.is_bool else None
    if column.is_json:
        convert = _sent_json if column.spec.type is Type.JSON else _sent_codes
    return wire.name, column.name, convert, (), {}


def _sent_json(stored: str) -> Any:
    return None if stored in {"[]", "{}"} else json.loads(stored) or None


def _sent_codes(stored: str) -> Any:
    return [] if stored == "[]" else json.loads(stored)


def _plan(kind: str, fields: tuple[WireField, ...]) -> Iterator[tuple[str | None, tuple[_Member, ...]]]:
    """Runs of plain fields and groups in the order of the columns."""
    run: list[_Member] = []
    for field in fields:
        members = [
            (c.name, c.empty, 0 if (kind, c.name) in _CLOSED else _TEXTS.get(c.spec.type, 0), c.to_stored)
            for c in field.columns
        ]
        if field.spec.merge is not Merge.GROUP:
            run += members
            continue
        yield None, tuple(run)
        run = []
        yield field.name, tuple(members)
    yield None, tuple(run)
