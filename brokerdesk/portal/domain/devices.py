"""Enrolled devices: who sees them, and ending one (protocol.md § 3.3). Ending kills its tokens at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from brokerdesk.models.values.states import Right
from brokerdesk.portal.domain import tokens
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import device


def listed(portal: Portal, principal: Principal) -> list[dict[str, Any]]:
    """All devices of the tenant for an administrator, otherwise the caller's own."""
    with portal.database.reading() as connection:
        query = _visible(principal).order_by(device.c.created_at, device.c.id)
        return [_item(row, principal) for row in connection.execute(query)]


def end(portal: Portal, principal: Principal, device_id: str) -> None:
    """Revoke one device; again is fine. Raises `Refusal("not_found")` for a device the caller does not see."""
    with portal.database.writing() as connection:
        row = connection.execute(_visible(principal).where(device.c.id == device_id)).one_or_none()
        if row is None:
            raise Refusal("not_found")
        _revoke(connection, principal.tenant_id, device_id, portal.now())


def revoke_all(connection: Connection, tenant_id: str, employee_id: str, now: str) -> None:
    """Revoke every device of an employee."""
    query = select(device.c.id).where(device.c.tenant_id == tenant_id, device.c.employee_id == employee_id)
    for device_id in connection.execute(query).scalars().all():
        _revoke(connection, tenant_id, device_id, now)


def _revoke(connection: Connection, tenant_id: str, device_id: str, now: str) -> None:
    connection.execute(
        update(device)
        .where(device.c.tenant_id == tenant_id, device.c.id == device_id, device.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    tokens.revoke_families(connection, tenant_id, device_id, now, "revoked")


def _visible(principal: Principal) -> Any:
    query = select(device).where(device.c.tenant_id == principal.tenant_id)
    return query if principal.may(Right.ADMIN) else query.where(device.c.employee_id == principal.employee_id)


def _item(row: Any, principal: Principal) -> dict[str, Any]:
    names = ("id", "name", "employee_id", "created_at", "last_seen_at", "last_seq", "revoked_at", "flagged_at")
    return {name: getattr(row, name) for name in names} | {"is_this": row.id == principal.device_id}
