"""`POST /v1/sync/push`: operations of one device and the verdicts on them (protocol.md § 6).

Operations are typed dictionaries: two thousand of them are checked per request. Meaning of the types: `operations.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, NotRequired

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from brokerdesk.wire.codec import REQUEST, Answer, Code, Id, Seq, Time

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Status(StrEnum):
    """Verdict on one operation (protocol.md § 6.3)."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    BLOCKED = "blocked"


@with_config(REQUEST)
class Edit(TypedDict):
    """New value of one field with the value it was based on."""

    base: Any
    new: Any


@with_config(REQUEST)
class SetEdit(TypedDict):
    """Members added to and removed from a set."""

    add: list[Annotated[str, Field(max_length=200)]]
    remove: list[Annotated[str, Field(max_length=200)]]


@with_config(REQUEST)
class Expect(TypedDict):
    """The state an operation on an invitation was decided upon."""

    state: Code
    attempt: NotRequired[Annotated[int, Field(ge=0, le=10_000)]]


@with_config(REQUEST)
class Op(TypedDict):
    """One change in the outbox of a desk. `data` belongs to creates, `set`/`sets` to patches, `payload` to the others."""

    seq: Seq
    op_id: NotRequired[Id]
    type: Annotated[str, Field(pattern=r"^[a-z_]{1,40}(\.[a-z_]{1,40})?$")]
    id: NotRequired[Id | None]
    at: NotRequired[Time | None]
    group: NotRequired[Id | None]
    after: NotRequired[Id | None]
    data: NotRequired[dict[FieldName, Any] | None]
    set: NotRequired[dict[FieldName, Edit] | None]
    sets: NotRequired[dict[FieldName, SetEdit] | None]
    expect: NotRequired[Expect | None]
    payload: NotRequired[dict[FieldName, Any] | None]
    supersedes: NotRequired[Id | None]


@with_config(REQUEST)
class PushRequest(TypedDict):
    """A batch of operations with consecutive numbers."""

    batch_id: Id
    epoch: Id
    device_id: Id
    ops: Annotated[list[Op], Field(min_length=1, max_length=2_000)]


PUSH_REQUEST: TypeAdapter[PushRequest] = TypeAdapter(PushRequest)
"""Reads the body of a push in one go."""


class Conflict(Answer):
    """One field that was not written because somebody else changed it meanwhile."""

    field: str
    theirs: Any
    by: str
    at: str
    rev: int


class Entity(Answer):
    """A complete record as it is on the portal now."""

    type: str
    id: str
    rev: int
    feed_seq: int
    data: dict[str, Any]
    deleted: bool = False
    reason: str | None = None


class OpResult(Answer):
    """The verdict on one operation."""

    seq: int
    op_id: str
    status: str
    replayed: bool
    code: str | None = None
    fields: list[str] | None = None
    conflicts: list[Conflict] | None = None
    result: dict[str, Any] | None = None
    entity: Entity | None = None


class PushAnswer(Answer):
    """Verdicts in the order of the operations; `retry_after` is set when the portal stopped early."""

    epoch: str
    last_seq: int
    server_time: str
    retry_after: int | None = None
    results: list[OpResult]


class OpAnswer(Answer):
    """`GET /v1/ops/{op_id}`: what became of one operation."""

    op_id: str
    type: str
    status: str
    code: str | None = None
    seq: int
    device_id: str
    rev: int | None = None
    at: str
