"""What an operation of a desk is handed and what it answers: principal, context, verdict, and the entry of the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brokerdesk.models.values.states import Right
from brokerdesk.portal.domain.book import Origin, Record, RecordBook
from brokerdesk.wire.operations import OPERATIONS, OpType
from brokerdesk.wire.push import Op, Status

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from brokerdesk.portal.portal import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who calls: an employee on an enrolled device. `sight` names what he sees (`domain.visibility`)."""

    tenant_id: str
    employee_id: str
    device_id: str
    name: str
    role: str
    rights: frozenset[Right]
    sight: str
    adviser_id: str | None = None
    family_id: str = ""

    def may(self, right: Right) -> bool:
        """Whether his role or an extra right allows it."""
        return right in self.rights


@dataclass(slots=True, kw_only=True)
class Verdict:
    """The outcome of one operation. `record` becomes the entity of the answer, `result` is stored and replayed."""

    status: Status
    code: str | None = None
    fields: tuple[str, ...] = ()
    record: Record | None = None
    result: dict[str, Any] | None = None

    @property
    def is_applied(self) -> bool:
        """Whether all effects are in force."""
        return self.status is Status.APPLIED


def applied(record: Record | None = None, *, result: dict[str, Any] | None = None) -> Verdict:
    """All effects are in force, or were already."""
    return Verdict(status=Status.APPLIED, record=record, result=result)


def rejected(code: str, *fields: str, record: Record | None = None) -> Verdict:
    """Nothing was written and nothing will be, unchanged."""
    return Verdict(status=Status.REJECTED, code=code, fields=fields, record=record)


def conflict(*fields: str, record: Record, code: str = "field_conflict") -> Verdict:
    """The named fields were not written, all others were."""
    return Verdict(status=Status.CONFLICT, code=code, fields=fields, record=record)


@dataclass(slots=True, kw_only=True)
class OpContext:
    """What a handler works with. Write records through `book` with `origin`; other tables through `connection`."""

    portal: Portal
    connection: Connection
    book: RecordBook
    principal: Principal
    origin: Origin
    now: str


Handler = Callable[[OpContext, Op], Verdict]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The code of one operation of `wire.operations`, which says who may call it, on which kind, with which payload.

    The right, the members of the payload and a required `expect` are checked before the handler runs. Unless the operation
    `makes` its record, an absent or invisible record is answered with `unknown_entity` too. The handler runs in a
    savepoint: whatever it wrote is taken back when its verdict is not `applied`.
    """

    type: str
    handler: Handler
    reveal: Callable[[Portal, str, dict[str, Any]], dict[str, Any]] | None = None
    """Adds to a result what must not be stored with the verdict (a link), each time the verdict is told."""

    @property
    def spec(self) -> OpType:
        """The declared entry. Raises `KeyError` for an undeclared type."""
        return OPERATIONS[self.type]
