"""May this principal do this operation to this record? The one place that answers, and it denies by default.

Routes are guarded by the table of `api.guards`; here are operations and objects (security.md 2.6). A record that the
principal may not see is treated like one that does not exist.
"""

from __future__ import annotations

from brokerdesk.models.values.states import Right
from brokerdesk.portal.domain import visibility
from brokerdesk.portal.domain.book import Record, RecordBook
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.wire.kinds import Kind
from brokerdesk.wire.operations import OpType


def may_edit(principal: Principal, kind: Kind) -> bool:
    """Whether the principal may write records of a plain kind at all."""
    return principal.may(Right.ADMIN) if kind.admin_only else principal.may(Right.WRITE)


def may_call(principal: Principal, spec: OpType) -> bool:
    """Whether the principal may call an operation with behaviour."""
    return principal.may(Right(spec.right))


def sees(book: RecordBook, principal: Principal, record: Record) -> bool:
    """Whether the record lies within the principal's scope."""
    return visibility.sees(book, principal.sight, record)
