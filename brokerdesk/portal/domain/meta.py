"""What a portal tells about itself, and what became of one operation."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json
from sqlalchemy import select

import brokerdesk
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import op_result
from brokerdesk.wire.kinds import KINDS
from brokerdesk.wire.version import CURRENT, FEATURES, MAJOR, MIN_CLIENT, MIN_MINOR


def meta(portal: Portal) -> bytes:
    """Versions, kinds, limits and retention as JSON (protocol.md § 4)."""
    limits, retention = portal.settings.limits, portal.settings.retention
    body: dict[str, Any] = {
        "protocol": {"min": f"{MAJOR}.{MIN_MINOR}", "max": CURRENT},
        "server": brokerdesk.__version__,
        "epoch": portal.epoch,
        "server_time": portal.now(),
        "min_client": MIN_CLIENT,
        "features": FEATURES,
        "entities": {k.name: {"schema": k.schema, "fields": [f.name for f in k.fields]} for k in KINDS.values()},
        "limits": {
            name: getattr(limits, name) for name in ("push_ops", "push_bytes", "group_ops", "page_max", "page_bytes")
        },
        "retention": {
            name: getattr(retention, name) for name in ("tombstone_days", "result_days", "backup_horizon_days")
        },
    }
    return to_json(body)


def what_became(portal: Portal, principal: Principal, op_id: str) -> bytes:
    """The stored verdict on an operation of the caller's tenant. Raises `Refusal("not_found")`."""
    query = select(op_result).where(op_result.c.tenant_id == principal.tenant_id, op_result.c.op_id == op_id)
    with portal.database.reading() as connection:
        row = connection.execute(query.order_by(op_result.c.at).limit(1)).one_or_none()
    if row is None:
        raise Refusal("not_found")
    names = ("op_id", "type", "status", "code", "seq", "device_id", "rev", "at")
    return to_json({name: getattr(row, name) for name in names})
