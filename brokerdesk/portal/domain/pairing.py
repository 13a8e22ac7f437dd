"""Pairing codes and the enrolment of a device (protocol.md § 3.1): twelve characters, one use, thirty minutes, one employee."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from brokerdesk.core.clock import to_wire
from brokerdesk.portal.domain import tokens
from brokerdesk.portal.domain.keys import token_hash
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import device, employee, pairing_code, record, tenant, token_family
from brokerdesk.wire.auth import PairRequest
from brokerdesk.wire.codes import PAIRING_LENGTH, new_code, normalise


def issue(portal: Portal, tenant_id: str, employee_id: str) -> dict[str, str]:
    """A new code for an employee. Raises `Refusal("not_found")` when he is unknown or disabled."""
    code = new_code(PAIRING_LENGTH)
    expires = to_wire(portal.clock.now() + timedelta(seconds=portal.settings.lifetimes.pairing_s))
    with portal.database.writing() as connection:
        known = select(employee.c.id).where(
            employee.c.tenant_id == tenant_id, employee.c.id == employee_id, employee.c.disabled_at.is_(None)
        )
        if connection.execute(known).first() is None:
            raise Refusal("not_found")
        connection.execute(
            insert(pairing_code).values(
                code_hash=token_hash(code), tenant_id=tenant_id, employee_id=employee_id, created_at=portal.now(),
                expires_at=expires,
            )
        )  # fmt: skip
    return {"code": code, "employee_id": employee_id, "expires_at": expires}


def redeem(portal: Portal, request: PairRequest) -> dict[str, Any]:
    """Enrol the device and answer its first pair of tokens. A lost answer may be asked for again by the same device."""
    code = normalise(request.code, PAIRING_LENGTH)
    if code is None:
        raise Refusal("pairing_code")
    now = portal.now()
    with portal.database.writing() as connection:
        query = select(pairing_code).where(pairing_code.c.code_hash == token_hash(code)).with_for_update()
        found = connection.execute(query).one_or_none()
        if found is None:
            raise Refusal("pairing_code")
        person = _employee(connection, found)
        if found.used_at is not None:
            family_id = _lost_answer(portal, connection, found, request.device_id)
        elif found.expires_at <= now:
            raise Refusal("pairing_code")
        else:
            _check_books(connection, found.tenant_id, request)
            family_id = _enrol(portal, connection, found, request)
        office = connection.execute(select(tenant).where(tenant.c.id == found.tenant_id)).one()
        return tokens.pair_answer(portal, family_id, 1) | _identity(portal, office, person, request.device_id)


def _employee(connection: Connection, found: Any) -> Any:
    query = select(employee).where(employee.c.tenant_id == found.tenant_id, employee.c.id == found.employee_id)
    person = connection.execute(query).one()
    if person.disabled_at is not None:
        raise Refusal("pairing_code")
    return person


def _lost_answer(portal: Portal, connection: Connection, found: Any, device_id: str) -> str:
    oldest = to_wire(portal.clock.now() - timedelta(seconds=portal.settings.lifetimes.lost_answer_s))
    if found.used_by != device_id or found.used_at < oldest:
        raise Refusal("pairing_code")
    query = select(token_family).where(
        token_family.c.tenant_id == found.tenant_id,
        token_family.c.device_id == device_id,
        token_family.c.revoked_at.is_(None),
    )
    family = connection.execute(query).one_or_none()
    if family is None or family.generation != 1 or tokens.is_used(connection, family.id, 1):
        raise Refusal("pairing_code")
    return str(family.id)


def _check_books(connection: Connection, tenant_id: str, request: PairRequest) -> None:
    """A book with customers pairs only with a tenant that has none, unless its former device is known here."""
    if not request.has_customers:
        return
    mine = record.c.tenant_id == tenant_id
    former = select(device.c.id).where(device.c.tenant_id == tenant_id, device.c.id == request.previous_device_id)
    taken = select(record.c.id).where(mine, record.c.kind == "party", record.c.deleted.is_(False)).limit(1)
    if connection.execute(taken).first() and not connection.execute(former).first():
        raise Refusal("tenant_not_empty")


def _enrol(portal: Portal, connection: Connection, found: Any, request: PairRequest) -> str:
    now = portal.now()
    mine = (device.c.tenant_id == found.tenant_id) & (device.c.id == request.device_id)
    known = connection.execute(select(device).where(mine)).one_or_none()
    if known is not None and (known.revoked_at is not None or known.employee_id != found.employee_id):
        raise Refusal("exists")
    values = {"name": request.device_name, "app_version": request.app_version, "last_seen_at": now, "flagged_at": None}
    if known is not None:
        connection.execute(update(device).where(mine).values(**values))
    else:
        connection.execute(
            insert(device).values(
                tenant_id=found.tenant_id, id=request.device_id, employee_id=found.employee_id, created_at=now,
                previous_id=request.previous_device_id, last_seq=0, **values,
            )
        )  # fmt: skip
    connection.execute(
        update(pairing_code)
        .where(pairing_code.c.code_hash == found.code_hash)
        .values(used_at=now, used_by=request.device_id)
    )
    return tokens.start_family(
        portal, connection, tenant_id=found.tenant_id, employee_id=found.employee_id, device_id=request.device_id
    )


def _identity(portal: Portal, office: Any, person: Any, device_id: str) -> dict[str, Any]:
    return {
        "epoch": portal.epoch, "tenant_id": office.id, "tenant_name": office.name, "broker_code": office.code,
        "employee_id": person.id, "employee_name": person.name, "role": person.role,
        "rights": sorted(tokens.rights_of(person.role, json.loads(person.rights))), "scope": person.scope,
        "adviser_id": person.adviser_id, "device_id": device_id,
    }  # fmt: skip
