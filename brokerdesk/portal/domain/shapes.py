"""A fast first look at the fields of a new record: one compiled validator per kind.

`surely_fits` never says yes to what `wire.kinds.accepts` refuses (a property test holds it to that); when it says no, the
field table decides field by field. Two thousand creates per request make the difference worth having.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic_core import SchemaValidator, core_schema

from brokerdesk.wire.kinds import KINDS, LIMITS, MAX_JSON_ITEMS, SHAPES, Field, Kind, Merge, Type, accepts

_NUMBER = 2**53 - 1
_NO_NUL = r"^[^\x00]*$"


@cache
def _validator(kind_name: str) -> SchemaValidator:
    return SchemaValidator(_fields(KINDS[kind_name].fields))


def _fields(specs: tuple[Field, ...]) -> core_schema.CoreSchema:
    fields = {
        spec.name: core_schema.typed_dict_field(core_schema.nullable_schema(_shape(spec)), required=False)
        for spec in specs
    }
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid", strict=True)


def _shape(spec: Field) -> core_schema.CoreSchema:
    if spec.merge is Merge.GROUP:
        return _fields(spec.members)
    match spec.type:
        case Type.BOOL:
            return core_schema.bool_schema(strict=True)
        case Type.CENTS | Type.NUMBER:
            return core_schema.int_schema(strict=True, ge=-_NUMBER, le=_NUMBER)
        case Type.CODES:
            member = core_schema.str_schema(strict=True, max_length=200, pattern=_NO_NUL)
            return core_schema.list_schema(member, strict=True, max_length=MAX_JSON_ITEMS)
        case Type.JSON:
            return core_schema.no_info_plain_validator_function(_json(spec))
        case Type.TEXT | Type.LONG_TEXT:
            return core_schema.str_schema(strict=True, max_length=LIMITS[spec.type], pattern=_NO_NUL)
        case _:
            return core_schema.str_schema(strict=True, pattern=f"^(?:{SHAPES[spec.type].pattern})$")


def _json(spec: Field) -> Any:
    def check(value: Any) -> Any:
        if not accepts(spec, value):
            raise ValueError(spec.name)
        return value

    return check


def surely_fits(kind: Kind, data: dict[str, Any]) -> bool:
    """Whether every field is known and has its shape; False means "look closer"."""
    return _validator(kind.name).isinstance_python(data)
