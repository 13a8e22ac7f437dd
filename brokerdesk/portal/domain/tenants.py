"""Tenants and their employees: the operator's commands and the administration route write them here, and mirror them as
records of kind `employee` and `entitlement` so that every desk knows them.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import new_id
from brokerdesk.models.values.states import EmployeeRole
from brokerdesk.portal.domain import devices
from brokerdesk.portal.domain.book import Origin, RecordBook
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import employee, tenant
from brokerdesk.wire.codes import BROKER_LENGTH, new_code, normalise

UNKNOWN_TENANT = register("portal-unknown-tenant")
UNKNOWN_EMPLOYEE = register("portal-unknown-employee")
OPERATOR = Origin("operator")
_MIRRORED = ("name", "email", "role", "scope", "adviser_id")


def create_tenant(
    portal: Portal, name: str, *, language: str = "de", time_zone: str = "Europe/Berlin"
) -> tuple[str, str]:
    """Make a brokerage; returns its id and its public code."""
    tenant_id = new_id(portal.clock)
    with portal.database.writing() as connection:
        code = new_code(BROKER_LENGTH)
        while connection.execute(select(tenant.c.id).where(tenant.c.code == code)).first():
            code = new_code(BROKER_LENGTH)
        connection.execute(
            insert(tenant).values(
                id=tenant_id, code=code, name=name, language=language, time_zone=time_zone, created_at=portal.now()
            )
        )
        book = RecordBook(connection, tenant_id, now=portal.now())
        _mirror_entitlement(portal, book, code, kundenapp=True, investment=False)
        book.flush()
    return tenant_id, code


def _mirror_entitlement(portal: Portal, book: RecordBook, code: str, *, kundenapp: bool, investment: bool) -> None:
    data = {
        "kundenapp": kundenapp, "investment": investment, "broker_code": code, "portal_url": portal.settings.public_url
    }  # fmt: skip
    found = book.live("entitlement", book.tenant_id)
    if found is None:
        book.create("entitlement", book.tenant_id, data, origin=OPERATOR)
    else:
        book.change(found, data, origin=OPERATOR)


def find_tenant(connection: Connection, given: str) -> Any:
    """The tenant with this id or public code. Raises `KnownError`."""
    code = normalise(given, BROKER_LENGTH) or ""
    row = connection.execute(select(tenant).where((tenant.c.id == given) | (tenant.c.code == code))).one_or_none()
    if row is None:
        raise KnownError(UNKNOWN_TENANT)
    return row


def entitle(portal: Portal, given: str, *, kundenapp: bool | None, investment: bool | None) -> dict[str, Any]:
    """Switch entitlements of a tenant; None leaves one as it is. Returns what is in force."""
    with portal.database.writing() as connection:
        row = find_tenant(connection, given)
        values = {
            "kundenapp": row.kundenapp if kundenapp is None else kundenapp,
            "investment": row.investment if investment is None else investment,
        }
        connection.execute(update(tenant).where(tenant.c.id == row.id).values(**values))
        book = RecordBook(connection, row.id, now=portal.now())
        _mirror_entitlement(portal, book, row.code, **values)
        book.flush()
    return {"tenant": row.id, **values}


def create_employee(
    portal: Portal, tenant_id: str, values: dict[str, Any], *, origin: Origin = OPERATOR
) -> dict[str, Any]:
    """Add an employee (`id`, `name`, `role` and, optional, `email`, `rights`, `scope`, `adviser_id`).

    The same call again changes nothing; another content under the same id raises `Refusal("exists")`.
    """
    rights = json.dumps(sorted(set(values.get("rights") or ())))
    row = {
        "tenant_id": tenant_id, "id": values["id"], "name": values["name"], "email": values.get("email"),
        "role": EmployeeRole(values["role"]).value, "rights": rights, "scope": values.get("scope") or "whole_book",
        "adviser_id": values.get("adviser_id"),
    }  # fmt: skip
    with portal.database.writing() as connection:
        found = connection.execute(_one(tenant_id, values["id"])).one_or_none()
        if found is not None:
            if any(getattr(found, name) != value for name, value in row.items()):
                raise Refusal("exists")
            return item(found)
        connection.execute(insert(employee).values(**row, created_at=portal.now()))
        made = connection.execute(_one(tenant_id, values["id"])).one()
        _mirror(portal, connection, made, origin)
        return item(made)


def change_employee(
    portal: Portal, tenant_id: str, employee_id: str, values: dict[str, Any], *, origin: Origin
) -> dict[str, Any]:
    """Write new values of an employee. Raises `Refusal` when he is unknown or the last administrator would go."""
    changes = {k: v for k, v in values.items() if k != "disabled"}
    if "rights" in changes:
        changes["rights"] = json.dumps(sorted(set(changes["rights"] or ())))
    with portal.database.writing() as connection:
        found = connection.execute(_one(tenant_id, employee_id).with_for_update()).one_or_none()
        if found is None:
            raise Refusal("not_found")
        if "disabled" in values:
            changes["disabled_at"] = (found.disabled_at or portal.now()) if values["disabled"] else None
        if changes:
            connection.execute(
                update(employee)
                .where(employee.c.tenant_id == tenant_id, employee.c.id == employee_id)
                .values(**changes)
            )
        if found.role == EmployeeRole.ADMIN and not _admins(connection, tenant_id):
            raise Refusal("last_admin")
        if values.get("disabled"):
            devices.revoke_all(connection, tenant_id, employee_id, portal.now())
        made = connection.execute(_one(tenant_id, employee_id)).one()
        _mirror(portal, connection, made, origin)
        return item(made)


def _admins(connection: Connection, tenant_id: str) -> int:
    query = select(func.count()).where(
        employee.c.tenant_id == tenant_id, employee.c.role == EmployeeRole.ADMIN, employee.c.disabled_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def _one(tenant_id: str, employee_id: str) -> Any:
    return select(employee).where(employee.c.tenant_id == tenant_id, employee.c.id == employee_id)


def _mirror(portal: Portal, connection: Connection, row: Any, origin: Origin) -> None:
    book = RecordBook(connection, row.tenant_id, now=portal.now())
    data = {name: getattr(row, name) for name in _MIRRORED} | {"rights": json.loads(row.rights)}
    found = book.live("employee", row.id)
    if row.disabled_at is not None:
        if found is not None:
            book.remove(found, "withdrawn", origin=origin)
    elif found is None:
        book.create("employee", row.id, data, origin=origin)
    else:
        book.change(found, data, origin=origin)
    book.flush()


def item(row: Any) -> dict[str, Any]:
    """An employee as told by the administration route."""
    return {
        "id": row.id, "name": row.name, "email": row.email, "role": row.role, "rights": json.loads(row.rights),
        "scope": row.scope, "adviser_id": row.adviser_id, "disabled": row.disabled_at is not None,
    }  # fmt: skip


def employees(portal: Portal, tenant_id: str) -> list[dict[str, Any]]:
    """All employees of a tenant by name."""
    with portal.database.reading() as connection:
        query = select(employee).where(employee.c.tenant_id == tenant_id).order_by(employee.c.name, employee.c.id)
        return [item(row) for row in connection.execute(query)]


def find_employee(connection: Connection, tenant_id: str, given: str) -> Any:
    """The employee with this id, address or name. Raises `KnownError` when there is none or more than one."""
    rows = connection.execute(
        select(employee).where(
            employee.c.tenant_id == tenant_id,
            (employee.c.id == given) | (employee.c.email == given) | (employee.c.name == given),
        )
    ).all()
    if len(rows) != 1:
        raise KnownError(UNKNOWN_EMPLOYEE)
    return rows[0]
