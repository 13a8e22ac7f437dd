"""`client.delete`: a customer without linked items is removed; with any it is refused as `linked` (decisions.md, "Delete").

Memberships, ended invitations and trackings go with the customer. Erasing and archiving are separate operations.
"""

from __future__ import annotations

from brokerdesk.models.values.states import AccessState, InvitationState
from brokerdesk.portal.domain.book import Record
from brokerdesk.portal.domain.verdicts import Behaviour, OpContext, Verdict, applied, rejected
from brokerdesk.wire.push import Op

_GOES_ALONG = frozenset({"household_member", "tracking"})
_OVER = {
    "invitation": frozenset({InvitationState.REVOKED, InvitationState.EXPIRED, InvitationState.BOUNCED}),
    "access": frozenset({AccessState.REMOVED}),
}


def delete(context: OpContext, op: Op) -> Verdict:
    """Remove the party and what goes along, or refuse with the kinds that still refer to it."""
    book = context.book
    party = book.get("party", op.get("id") or "")
    if party is None or party.deleted:
        return applied(party)
    linked = book.naming(party.id)
    blocking = sorted({r.kind for r in linked if not _may_go(r)})
    if blocking:
        return rejected("linked", *blocking, record=party)
    for item in linked:
        book.remove(item, "withdrawn", origin=context.origin)
    book.remove(party, "withdrawn", origin=context.origin)
    return applied(party)


def _may_go(record: Record) -> bool:
    return record.kind in _GOES_ALONG or record.data.get("state") in _OVER.get(record.kind, ())


BEHAVIOURS = (Behaviour("client.delete", delete),)
