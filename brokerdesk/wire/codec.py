"""Bytes ↔ wire values: strict when reading requests, tolerant of unknown members when reading answers.

Refuses what no honest sender makes: invalid UTF-8, deep nesting, numbers out of range. Knows no kinds and no transport.
"""

from __future__ import annotations

import hashlib
import re
from itertools import accumulate
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

ID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
TIME_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$"
MAX_INTEGER = 2**53 - 1

Id = Annotated[str, Field(pattern=ID_PATTERN)]
Time = Annotated[str, Field(pattern=TIME_PATTERN)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,60}$")]
Seq = Annotated[int, Field(ge=1, le=MAX_INTEGER)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]

REQUEST = ConfigDict(extra="forbid", strict=True, frozen=True)
ANSWER = ConfigDict(extra="allow", frozen=True)


class Request(BaseModel):
    """What a desk sends: closed and strict."""

    model_config = REQUEST


class Answer(BaseModel):
    """What the portal answers: open, so that an older desk ignores what is new."""

    model_config = ANSWER


def encode(value: Any) -> bytes:
    """A wire value as compact UTF-8 JSON."""
    return to_json(value)


def depth_exceeds(body: bytes, limit: int) -> bool:
    """Whether brackets nest deeper than `limit`, without building the value. Brackets inside texts do not count."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NO_BRACKETS)
    mixed = plain.replace(b'""', b"")  # most texts hold no bracket; a pair of signs never changes what is outside
    brackets = _TEXTS.sub(b"", mixed).translate(_SIDES)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > limit


_NO_BRACKETS = bytes(set(range(256)) - set(b'"[]{}'))
_TEXTS = re.compile(rb'"[^"]*(?:"|$)')
_SIDES = bytes.maketrans(b"[]{}", b"\1\0\1\0")
_STEPS = (-1, 1)


def fingerprint(op: dict[str, Any]) -> str:
    """SHA-256 of an operation without its number: equal for the same operation sent again under another number.

    The order of members counts only below the fields; a desk sends frozen bytes, so it never differs.
    """
    body = {
        name: {n: value[n] for n in sorted(value)} if isinstance(value, dict) else value
        for name, value in sorted(op.items())
        if name != "seq" and value is not None
    }
    return hashlib.sha256(to_json(body)).hexdigest()
