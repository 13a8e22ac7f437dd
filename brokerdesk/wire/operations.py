"""The operation types of the queue: which record they concern, who may, when they are frozen, what they carry.

Desk and portal read the same table: the desk orders and gates by it, the portal authorises and checks by it. Plain kinds
have three generic verbs and need no entry. Handlers live in the portal.
"""

from __future__ import annotations

from dataclasses import dataclass

from brokerdesk.wire.kinds import KINDS, Kind, Writer

NOOP = "noop"
"""Takes the place of an operation that the portal cannot digest (protocol.md § 6.4)."""

CREATE, PATCH, ARCHIVE = "create", "patch", "archive"
GENERIC = (CREATE, PATCH, ARCHIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpType:
    """One operation with behaviour.

    `order` is the class of freezing (protocol.md § 6.1 R4), `online` means it is never stored soft (§ 2.1), `makes` that
    the record need not exist, `expect` that the expected state must be sent, `payload` the members allowed in `payload`.
    """

    type: str
    kind: str
    right: str
    order: int
    online: bool = False
    makes: bool = False
    expect: bool = False
    payload: frozenset[str] = frozenset()


_SUBMIT = (
    "party_id channel address_form language email reminders requested_at campaign_id template first_invited_at"
    " release_contracts"
)
_RESEND = "restart_series template address_form language email reminders campaign_id"

OPERATIONS: dict[str, OpType] = {
    spec.type: spec
    for spec in (
        OpType(type="invitation.stop", kind="invitation", right="invite", order=0, payload=frozenset({"reason"})),
        OpType(type="invitation.revoke", kind="invitation", right="invite", order=0, payload=frozenset({"reason"})),
        OpType(type="access.deactivate", kind="access", right="invite", order=0),
        OpType(type="access.reactivate", kind="access", right="invite", order=0),
        OpType(type="client.delete", kind="party", right="delete", order=2),
        OpType(
            type="invitation.submit", kind="invitation", right="invite", order=3, makes=True,
            payload=frozenset(_SUBMIT.split()),
        ),
        OpType(
            type="invitation.resend", kind="invitation", right="invite", order=3, expect=True,
            payload=frozenset(_RESEND.split()),
        ),
        OpType(
            type="access.add_customer", kind="access", right="invite", order=3, payload=frozenset({"party_id"})
        ),
        OpType(
            type="invitation.link", kind="invitation", right="invite", order=3, online=True,
            payload=frozenset({"renew"}),
        ),
        OpType(
            type="access.remove", kind="access", right="delete", order=3, online=True, payload=frozenset({"waive"})
        ),
    )
}  # fmt: skip
"""Operation type → its entry."""


def generic(op_type: str) -> tuple[Kind, str] | None:
    """The plain kind and verb of `<kind>.create|patch|archive`, or None for anything else."""
    kind, _, verb = op_type.partition(".")
    spec = KINDS.get(kind)
    if spec is None or verb not in GENERIC or spec.writer is Writer.PORTAL:
        return None
    return spec, verb


def order_of(op_type: str) -> int:
    """The class of freezing; generic edits are class 2."""
    spec = OPERATIONS.get(op_type)
    return spec.order if spec else 2
