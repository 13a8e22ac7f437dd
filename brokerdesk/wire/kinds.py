"""The field table: kind → field → merge class, data class, type, since which minor (protocol.md § 5 and § 8).

One table drives validation, merging, encoding of edits, redaction and the digest. A new plain kind is an entry here.
A *group* (merge class G) is one field on the wire whose value is an object of its `members`; in the book each member is a
column of its own.
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


def _f(name: str, type: Type = Type.TEXT, data: DataClass = DataClass.INTERNAL, merge: Merge = Merge.SCALAR) -> Field:
    return Field(name=name, type=type, data=data, merge=merge)


def _p(name: str, type: Type = Type.TEXT, merge: Merge = Merge.SCALAR) -> Field:
    return Field(name=name, type=type, data=DataClass.PERSONAL, merge=merge)


def _g(name: str, *members: Field) -> Field:
    return Field(name=name, type=Type.JSON, merge=Merge.GROUP, data=DataClass.PERSONAL, members=members)


PARTY = Kind(
    name="party",
    fields=(
        _f("kind", Type.CODE),
        _g(
            "name",
            _f("salutation", Type.CODE),
            _p("title"),
            _p("first_name"),
            _p("name_prefix"),
            _p("last_name"),
            _p("name_suffix"),
            _p("company_name"),
            _p("company_addition"),
        ),
        _p("birth_date", Type.DATE),
        _p("deceased_on", Type.DATE),
        _p("email"),
        _p("phone"),
        _p("mobile"),
        _p("contacts", Type.JSON),
        _g("address", _p("street"), _p("zip"), _p("city"), _p("country", Type.CODE), _p("po_box")),
        _g("bank", _p("iban"), _p("bic"), _p("bank_holder")),
        _f("language", Type.CODE),
        _f("address_form", Type.CODE),
        _p("marital_status", Type.CODE),
        _p("nationality", Type.CODE),
        _p("profession"),
        _p("tax_id"),
        _f("legal_form"),
        _f("roles", Type.CODES, merge=Merge.SET),
        _g(
            "customer",
            _f("customer_number"),
            _f("customer_type", Type.CODE),
            _f("customer_status", Type.CODE),
            _f("customer_since", Type.DATE),
        ),
        _f("adviser_id", Type.ID),
        _p("insurer_numbers", Type.CODES, merge=Merge.SET),
        _f("vu_number"),
        _f("tags", Type.CODES, merge=Merge.SET),
        _p("consent_email", Type.CODE, merge=Merge.CONSENT),
        _p("notes", Type.LONG_TEXT, merge=Merge.TEXT),
        _f("archived", Type.BOOL),
    ),
)
HOUSEHOLD = Kind(
    name="household",
    fields=(
        _p("name"),
        _f("calc_for", Type.CODE),
        _f("advice_partner_id", Type.ID),
        _p("notes", Type.LONG_TEXT, merge=Merge.TEXT),
        _f("archived", Type.BOOL),
    ),
)
HOUSEHOLD_MEMBER = Kind(
    name="household_member",
    fields=(
        _f("household_id", Type.ID),
        _f("party_id", Type.ID),
        _p("relation", Type.CODE),
        _p("since", Type.DATE),
        _p("until", Type.DATE),
        _f("archived", Type.BOOL),
    ),
)
ADVISER = Kind(
    name="adviser",
    fields=(
        _f("code"),
        _f("name"),
        _f("email"),
        _f("phone"),
        _f("insurer_numbers", Type.CODES, merge=Merge.SET),
        _f("end_date", Type.DATE),
    ),
)
CONTRACT = Kind(
    name="contract",
    fields=(
        _f("party_id", Type.ID),
        _f("adviser_id", Type.ID),
        _f("insurer_id", Type.ID),
        _f("origin", Type.CODE),
        _p("number"),
        _f("sequence"),
        _f("line", Type.CODE),
        _f("line_basis", Type.CODE),
        _f("gdv_sparte"),
        _f("product"),
        _f("status", Type.CODE),
        Field(
            name="premium",
            type=Type.JSON,
            merge=Merge.GROUP,
            data=DataClass.PERSONAL,
            members=(
                _p("premium_net_cents", Type.CENTS),
                _p("premium_gross_cents", Type.CENTS),
                _p("frequency", Type.CODE),
                _p("currency"),
            ),
        ),
        _p("start", Type.DATE),
        _p("end", Type.DATE),
        _f("main_due", Type.MONTH_DAY),
        _p("parts", Type.JSON),
        _p("features", Type.JSON),
        _p("risks", Type.JSON),
        _p("persons", Type.JSON),
        Field(name="details", type=Type.JSON, data=DataClass.SPECIAL),
        _f("released", Type.BOOL),
        _p("notes", Type.LONG_TEXT, merge=Merge.TEXT),
        _f("archived", Type.BOOL),
    ),
)
CLAIM = Kind(
    name="claim",
    fields=(
        _f("contract_id", Type.ID),
        _f("party_id", Type.ID),
        _p("number"),
        _p("occurred_on", Type.DATE),
        _p("reported_on", Type.DATE),
        _p("status", Type.CODE),
        _p("paid_cents", Type.CENTS),
        _p("reserve_cents", Type.CENTS),
        _p("description", Type.LONG_TEXT, merge=Merge.TEXT),
        Field(name="details", type=Type.JSON, data=DataClass.SPECIAL),
        _f("archived", Type.BOOL),
    ),
)
OFFICE = Kind(
    name="office",
    admin_only=True,
    fields=(
        _f("name"),
        _f("street"),
        _f("zip"),
        _f("city"),
        _f("country", Type.CODE),
        _f("phone"),
        _f("email"),
        _f("website"),
        _f("register_number"),
        _f("product_private"),
        _f("product_company"),
        _f("language", Type.CODE),
        _f("time_zone"),
        _f("send_hour", Type.NUMBER),
    ),
)
INVITATION = Kind(
    name="invitation",
    writer=Writer.PORTAL,
    fields=(
        _f("party_id", Type.ID),
        _f("state", Type.CODE, merge=Merge.STATE),
        _f("attempt", Type.NUMBER),
        _f("copies", Type.NUMBER),
        _f("channel", Type.CODE),
        _f("address_form", Type.CODE),
        _f("language", Type.CODE),
        _p("email"),
        _f("reminders", Type.BOOL),
        _f("requested_at", Type.TIME),
        _f("invited_at", Type.TIME),
        _f("first_invited_at", Type.TIME),
        _f("expires_at", Type.TIME),
        _f("stop_by"),
        _f("stopped_at", Type.TIME),
        _f("registered_at", Type.TIME),
        _f("revoked_at", Type.TIME),
        _f("link_generation", Type.NUMBER),
        _f("mail_outcome", Type.CODE),
        _f("mail_code"),
        _f("possibly_twice", Type.BOOL),
    ),
)
ACCESS = Kind(
    name="access",
    writer=Writer.PORTAL,
    fields=(
        _p("email"),
        _f("party_ids", Type.CODES, merge=Merge.SET),
        _f("state", Type.CODE, merge=Merge.STATE),
        _f("origin", Type.CODE),
        _f("registered_at", Type.TIME),
        _f("deactivated_at", Type.TIME),
        _f("removed_at", Type.TIME),
        _f("last_seen", Type.TIME, merge=Merge.MAXIMUM),
    ),
)
TRACKING = Kind(
    name="tracking",
    writer=Writer.PORTAL,
    fields=(
        _f("party_id", Type.ID, merge=Merge.APPEND),
        _f("event", Type.CODE, merge=Merge.APPEND),
        _f("at", Type.TIME, merge=Merge.APPEND),
        _p("parameters", Type.JSON, merge=Merge.APPEND),
    ),
)
EMPLOYEE = Kind(
    name="employee",
    writer=Writer.PORTAL,
    fields=(
        _f("name"),
        _f("email"),
        _f("role", Type.CODE),
        _f("rights", Type.CODES),
        _f("scope", Type.CODE),
        _f("adviser_id", Type.ID),
    ),
)
ENTITLEMENT = Kind(
    name="entitlement",
    writer=Writer.PORTAL,
    fields=(_f("kundenapp", Type.BOOL), _f("investment", Type.BOOL), _f("broker_code"), _f("portal_url")),
)

KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        OFFICE,
        EMPLOYEE,
        ENTITLEMENT,
        ADVISER,
        PARTY,
        HOUSEHOLD,
        HOUSEHOLD_MEMBER,
        CONTRACT,
        CLAIM,
        INVITATION,
        ACCESS,
        TRACKING,
    )
}
"""All synced kinds, parents before children."""

REFERENCES: dict[str, dict[str, str]] = {
    "party": {"adviser_id": "adviser"},
    "household": {"advice_partner_id": "party"},
    "household_member": {"household_id": "household", "party_id": "party"},
    "contract": {"party_id": "party", "adviser_id": "adviser", "insurer_id": "party"},
    "claim": {"contract_id": "contract", "party_id": "party"},
    "invitation": {"party_id": "party"},
    "tracking": {"party_id": "party"},
}
"""Kind → field → kind of the record it refers to; a missing parent gets a stub row (protocol.md § 7.2)."""

_LIMITS = {Type.TEXT: 500, Type.LONG_TEXT: 20_000}
_SHAPES = {
    Type.DATE: re.compile(r"\d{4}-\d{2}-\d{2}"),
    Type.MONTH_DAY: re.compile(r"\d{2}-\d{2}"),
    Type.TIME: re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z"),
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
    Type.TEXT: lambda value: _is_text(value, _LIMITS[Type.TEXT]),
    Type.LONG_TEXT: lambda value: _is_text(value, _LIMITS[Type.LONG_TEXT]),
    **{type_: _matches(pattern) for type_, pattern in _SHAPES.items()},
}
