"""Access and refresh tokens of devices: issue, rotate, revoke, recognise (protocol.md § 3.2).

Token texts are derived from the portal's secret, the family and the generation. So the successor of a lost answer can be
told again although only hashes are stored, and a portal restored from a backup recognises tokens that it issued after that
backup. Pairing stands in `pairing`, customers' sessions are another audience.
"""

from __future__ import annotations

import base64
import hmac
import json
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.core.ids import new_id
from brokerdesk.models.values.states import ROLE_RIGHTS, EmployeeRole, Right
from brokerdesk.portal.domain import visibility
from brokerdesk.portal.domain.keys import token_hash
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import device, employee, token, token_family

ACCESS, REFRESH = "access", "refresh"
_PREFIX = {ACCESS: "bda_", REFRESH: "bdr_"}
_PROOF = 20


def text_of(portal: Portal, kind: str, family_id: str, generation: int) -> str:
    """The text of a token: prefix (so that secret scanners find it), family, generation, 160 bits of proof."""
    body = uuid.UUID(family_id).bytes + generation.to_bytes(4, "big")
    proof = portal.keys.code(f"desk:{kind}", family_id, generation, length=_PROOF)
    return _PREFIX[kind] + base64.urlsafe_b64encode(body + proof).rstrip(b"=").decode()


def _read_text(portal: Portal, text: str) -> tuple[str, str, int] | None:
    """Kind, family and generation of a text that this portal made, or None."""
    kind = next((k for k, prefix in _PREFIX.items() if text.startswith(prefix)), None)
    if kind is None or len(text) > 100 or not text.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(text[4:] + "=" * (-len(text[4:]) % 4))
    except ValueError:
        return None
    if len(raw) != 20 + _PROOF:
        return None
    family_id, generation = str(uuid.UUID(bytes=raw[:16])), int.from_bytes(raw[16:20], "big")
    genuine = hmac.compare_digest(text_of(portal, kind, family_id, generation), text)
    return (kind, family_id, generation) if genuine else None


def start_family(portal: Portal, connection: Connection, *, tenant_id: str, employee_id: str, device_id: str) -> str:
    """Begin a family with its first pair and return its id; earlier families of the device end."""
    revoke_families(connection, tenant_id, device_id, portal.now(), "replaced")
    family_id = new_id(portal.clock)
    now = portal.clock.now()
    connection.execute(
        insert(token_family).values(
            id=family_id, tenant_id=tenant_id, employee_id=employee_id, device_id=device_id, generation=1,
            rotated_at=to_wire(now), expires_at=_later(now, portal.settings.lifetimes.refresh_s),
        )
    )  # fmt: skip
    _insert_pair(portal, connection, family_id, 1, now)
    return family_id


def _insert_pair(portal: Portal, connection: Connection, family_id: str, generation: int, now: datetime) -> None:
    life = {ACCESS: portal.settings.lifetimes.access_s, REFRESH: portal.settings.lifetimes.refresh_s}
    connection.execute(
        insert(token),
        [
            {
                "hash": token_hash(text_of(portal, kind, family_id, generation)), "family_id": family_id, "kind": kind,
                "generation": generation, "issued_at": to_wire(now), "expires_at": _later(now, life[kind]),
            }
            for kind in (ACCESS, REFRESH)
        ],
    )  # fmt: skip


def _later(now: datetime, seconds: int) -> str:
    return to_wire(now + timedelta(seconds=seconds))


def pair_answer(portal: Portal, family_id: str, generation: int) -> dict[str, Any]:
    """The members of a token answer for one generation."""
    return {
        "access_token": text_of(portal, ACCESS, family_id, generation),
        "expires_in": portal.settings.lifetimes.access_s,
        "refresh_token": text_of(portal, REFRESH, family_id, generation),
        "refresh_expires_in": portal.settings.lifetimes.refresh_s,
    }


def refresh(portal: Portal, text: str, device_id: str) -> dict[str, Any]:
    """The next pair for a refresh token. Raises `Refusal`; a theft signal ends the family before it is raised."""
    stolen = False
    with portal.database.writing() as connection:
        row = _find(connection, text, lock=True) or _catch_up(portal, connection, text)
        if row is None or row.kind != REFRESH or row.device_id != device_id:
            raise Refusal("token_invalid")
        _check_alive(row, portal.now())
        now = portal.clock.now()
        if row.generation == row.current:
            generation = _rotate(portal, connection, row, now)
        elif _answer_was_lost(portal, connection, row, now):
            generation = row.current
        else:
            stolen = True
            revoke_families(connection, row.tenant_id, row.device_id, portal.now(), "theft")
            connection.execute(_device(row.tenant_id, row.device_id).values(flagged_at=portal.now()))
    if stolen:
        raise Refusal("token_invalid")
    return pair_answer(portal, row.family_id, generation)


def _rotate(portal: Portal, connection: Connection, row: Any, now: datetime) -> int:
    generation = int(row.current) + 1
    connection.execute(update(token).where(token.c.hash == row.hash).values(used_at=to_wire(now)))
    connection.execute(
        update(token_family)
        .where(token_family.c.id == row.family_id)
        .values(
            generation=generation,
            rotated_at=to_wire(now),
            expires_at=_later(now, portal.settings.lifetimes.refresh_s),
        )
    )
    connection.execute(
        delete(token).where(
            token.c.family_id == row.family_id, token.c.kind == ACCESS, token.c.generation < generation - 1
        )
    )
    _insert_pair(portal, connection, row.family_id, generation, now)
    return generation


def _answer_was_lost(portal: Portal, connection: Connection, row: Any, now: datetime) -> bool:
    """The direct predecessor of a pair that nobody has used yet, soon after the rotation."""
    if row.generation != row.current - 1:
        return False
    if now - from_wire(row.rotated_at) > timedelta(seconds=portal.settings.lifetimes.lost_answer_s):
        return False
    return not is_used(connection, row.family_id, row.current)


def is_used(connection: Connection, family_id: str, generation: int) -> bool:
    """Whether any token of a generation has been used."""
    query = select(token.c.hash).where(
        token.c.family_id == family_id, token.c.generation == generation, token.c.used_at.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def revoke(portal: Portal, text: str) -> None:
    """End the family of a token; unknown tokens are ended already."""
    with portal.database.writing() as connection:
        row = _find(connection, text, lock=True)
        if row is not None:
            revoke_families(connection, row.tenant_id, row.device_id, portal.now(), "signed-out")


def revoke_families(connection: Connection, tenant_id: str, device_id: str, now: str, reason: str) -> None:
    """End every living family of a device."""
    connection.execute(
        update(token_family)
        .where(
            token_family.c.tenant_id == tenant_id,
            token_family.c.device_id == device_id,
            token_family.c.revoked_at.is_(None),
        )
        .values(revoked_at=now, reason=reason)
    )


def _device(tenant_id: str, device_id: str) -> Any:
    return update(device).where(device.c.tenant_id == tenant_id, device.c.id == device_id)


_JOINED = (
    select(
        token.c.hash, token.c.kind, token.c.generation, token.c.expires_at, token.c.used_at,
        token_family.c.id.label("family_id"), token_family.c.generation.label("current"), token_family.c.rotated_at,
        token_family.c.revoked_at.label("family_revoked_at"), token_family.c.tenant_id, token_family.c.employee_id,
        token_family.c.device_id, device.c.revoked_at.label("device_revoked_at"), employee.c.name, employee.c.role,
        employee.c.rights, employee.c.scope, employee.c.adviser_id, employee.c.disabled_at,
    )
    .join(token_family, token_family.c.id == token.c.family_id)
    .join(device, (device.c.tenant_id == token_family.c.tenant_id) & (device.c.id == token_family.c.device_id))
    .join(employee, (employee.c.tenant_id == device.c.tenant_id) & (employee.c.id == token_family.c.employee_id))
)  # fmt: skip


def _find(connection: Connection, text: str, *, lock: bool = False) -> Any:
    query = _JOINED.where(token.c.hash == token_hash(text))
    return connection.execute(query.with_for_update(of=token_family) if lock else query).one_or_none()


def _catch_up(portal: Portal, connection: Connection, text: str) -> Any:
    """The row of a genuine token that is newer than the database: it was issued after the backup we were restored from."""
    known = _read_text(portal, text)
    if known is None:
        return None
    _, family_id, generation = known
    family = select(token_family).where(token_family.c.id == family_id, token_family.c.generation < generation)
    if connection.execute(family.with_for_update()).first() is None:
        return None
    now = portal.clock.now()
    values = {"generation": generation, "rotated_at": to_wire(now)}
    connection.execute(update(token_family).where(token_family.c.id == family_id).values(**values))
    _insert_pair(portal, connection, family_id, generation, now)
    return _find(connection, text)


def _check_alive(row: Any, now: str) -> None:
    if row.device_revoked_at is not None or row.disabled_at is not None:
        raise Refusal("device_revoked")
    if row.family_revoked_at is not None:
        raise Refusal("token_invalid")
    if row.expires_at <= now:
        raise Refusal("token_expired")


def authenticate(portal: Portal, text: str, device_id: str | None) -> Principal:
    """The principal of an access token. Raises `Refusal`; a token sent by another device is invalid."""
    with portal.database.reading() as connection:
        row = _find(connection, text)
    if row is None and _read_text(portal, text) is not None:
        with portal.database.writing() as connection:
            row = _catch_up(portal, connection, text)
    if row is None or row.kind != ACCESS or (device_id is not None and device_id != row.device_id):
        raise Refusal("token_invalid")
    _check_alive(row, portal.now())
    if row.used_at is None:
        with portal.database.writing() as connection:
            connection.execute(update(token).where(token.c.hash == row.hash).values(used_at=portal.now()))
    return Principal(
        tenant_id=row.tenant_id,
        employee_id=row.employee_id,
        device_id=row.device_id,
        name=row.name,
        role=row.role,
        rights=rights_of(row.role, json.loads(row.rights)),
        sight=visibility.reader(row.scope, row.adviser_id),
        adviser_id=row.adviser_id,
        family_id=row.family_id,
    )


def rights_of(role: str, extra: Iterable[str]) -> frozenset[Right]:
    """The rights of a role with the extra rights given on top."""
    return ROLE_RIGHTS[EmployeeRole(role)] | {Right(e) for e in extra}
