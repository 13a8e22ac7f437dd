"""What the block KundenApp needs of one customer: newest invitation, access, waiting operations, entitlement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from brokerdesk.core.clock import from_wire
from brokerdesk.models.rows.activity import InvitationRow


@dataclass(frozen=True, slots=True)
class AppRecords:
    """The rows as the database has them; each may be missing."""

    party: Row[Any]
    invitation: Row[Any] | None
    access: Row[Any] | None
    waiting: Row[Any] | None
    problem: Row[Any] | None
    entitlement: Row[Any] | None
    sync: Row[Any] | None


def app_records(connection: Connection, party_id: str) -> AppRecords | None:
    """The rows of one customer, or None when the customer is unknown."""

    def one(sql: str, *values: object) -> Row[Any] | None:
        return connection.exec_driver_sql(sql, values).first()

    party = one("SELECT * FROM party WHERE id = ? AND NOT stub", party_id)
    if party is None:
        return None
    invitation = one("SELECT * FROM invitation WHERE party_id = ? AND NOT stub ORDER BY key DESC LIMIT 1", party_id)
    operations = (
        "SELECT * FROM outbox WHERE kind = 'invitation' AND record_id = ? AND state {states} ORDER BY key DESC LIMIT 1"
    )
    identity = invitation.id if invitation else ""
    return AppRecords(
        party=party,
        invitation=invitation,
        access=one(
            "SELECT a.* FROM access a, json_each(a.party_ids) v WHERE v.value = ? AND NOT a.stub ORDER BY a.key DESC LIMIT 1",
            party_id,
        ),
        waiting=one(operations.format(states="IN ('soft', 'frozen', 'held', 'blocked')"), identity),
        problem=one(operations.format(states="= 'attention'"), identity),
        entitlement=one("SELECT * FROM entitlement WHERE NOT stub ORDER BY key DESC LIMIT 1"),
        sync=one("SELECT portal_url, last_success_at, employee FROM sync_meta LIMIT 1"),
    )


def rights(sync: Row[Any] | None) -> frozenset[str]:
    """Rights of the employee whose profile this is; empty when the book is not paired."""
    if sync is None:
        return frozenset()
    employee = json.loads(sync.employee) if isinstance(sync.employee, str) else (sync.employee or {})
    return frozenset(employee.get("rights") or ())


def invitation_rows(connection: Connection) -> list[InvitationRow]:
    """All invitations, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT i.*, p.listed_name FROM invitation i JOIN party p ON p.id = i.party_id WHERE NOT i.stub ORDER BY i.key DESC"
    )
    times = ("requested_at", "invited_at", "first_invited_at", "expires_at", "registered_at")
    return [
        InvitationRow(
            id=row.id,
            party_id=row.party_id,
            customer=row.listed_name,
            state=row.state,
            email=row.email or "",
            channel=row.channel or "",
            attempt=row.attempt or 1,
            copies=row.copies or 0,
            **{name: from_wire(value) if (value := getattr(row, name)) else None for name in times},
        )
        for row in rows
    ]
