"""Count and checksum per kind of what a reader sees, from one snapshot (protocol.md § 7.4)."""

from __future__ import annotations

from pydantic_core import to_json
from sqlalchemy import select

from brokerdesk.portal.domain import visibility
from brokerdesk.portal.domain.feed import feed_head
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import record as table
from brokerdesk.wire.digest import MODULUS, check_of


def digest(portal: Portal, principal: Principal) -> bytes:
    """The digest of this reader as JSON."""
    counts: dict[str, int] = {}
    sums: dict[str, int] = {}
    with portal.database.reading() as connection:
        head = feed_head(connection, principal.tenant_id)
        query = select(table.c.kind, table.c.id, table.c.rev).where(
            table.c.tenant_id == principal.tenant_id,
            table.c.deleted.is_(False),
            visibility.clause(principal.tenant_id, principal.sight),
        )
        for kind, record_id, rev in connection.execute(query):
            counts[kind] = counts.get(kind, 0) + 1
            sums[kind] = (sums.get(kind, 0) + check_of(kind, record_id, rev)) % MODULUS
    types = {kind: {"count": counts[kind], "sum": str(sums[kind])} for kind in sorted(counts)}
    return to_json({"epoch": portal.epoch, "feed_head": head, "types": types, "server_time": portal.now()})
