"""What each declared endpoint does: a call in, JSON bytes out. Runs in a worker thread; transport stays in `server`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_json

from brokerdesk.models.values.states import EXTRA_RIGHTS, ROLE_RIGHTS, Scope
from brokerdesk.portal.domain import devices, digest, feed, meta, pairing, push, tenants, tokens
from brokerdesk.portal.domain.book import Origin
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.portal.portal import Portal
from brokerdesk.wire.auth import RevokeRequest, TokenRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authorised request with its decoded parts."""

    portal: Portal
    who: Principal | None
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """The caller of a guarded route."""
        if self.who is None:
            raise Refusal("token_invalid")
        return self.who

    @property
    def limit(self) -> int:
        """The page size asked for, at most what this portal allows."""
        allowed = self.portal.settings.limits.page_max
        return min(int(self.query.get("limit", allowed)), allowed)


def _token(call: Call) -> bytes:
    request: TokenRequest = call.body
    return to_json(tokens.refresh(call.portal, request.refresh_token, request.device_id))


def _revoke(call: Call) -> bytes:
    request: RevokeRequest = call.body
    tokens.revoke(call.portal, request.token)
    return b""


def _push(call: Call) -> bytes:
    if call.body["device_id"] != call.principal.device_id:
        raise Refusal("token_invalid")
    return push.push(call.portal, call.principal, call.body)


def _device_end(call: Call) -> bytes:
    devices.end(call.portal, call.principal, call.path["id"])
    return b""


def _employee_create(call: Call) -> bytes:
    values = call.body.model_dump()
    return to_json(tenants.create_employee(call.portal, call.principal.tenant_id, values, origin=_origin(call)))


def _employee_change(call: Call) -> bytes:
    values = call.body.model_dump(exclude_unset=True)
    nothing = {n for n in ("name", "role", "rights", "scope", "disabled") if n in values and values[n] is None}
    if nothing:
        raise Refusal("envelope", fields=sorted(nothing))
    return to_json(
        tenants.change_employee(
            call.portal, call.principal.tenant_id, call.path["id"], values, origin=_origin(call)
        )
    )  # fmt: skip


def _origin(call: Call) -> Origin:
    return Origin(call.principal.name, call.principal.device_id)


def _roles(_call: Call) -> bytes:
    roles = {role.value: sorted(rights) for role, rights in ROLE_RIGHTS.items()}
    return to_json({"roles": roles, "extra_rights": sorted(EXTRA_RIGHTS), "scopes": [s.value for s in Scope]})


HANDLERS: dict[str, Callable[[Call], bytes]] = {
    "meta": lambda c: meta.meta(c.portal),
    "pair": lambda c: to_json(pairing.redeem(c.portal, c.body)),
    "token": _token,
    "revoke": _revoke,
    "devices": lambda c: to_json({"devices": devices.listed(c.portal, c.principal)}),
    "device_end": _device_end,
    "state": lambda c: feed.state(c.portal, c.principal),
    "push": _push,
    "changes": lambda c: feed.changes(c.portal, c.principal, cursor=c.query.get("cursor"), limit=c.limit),
    "snapshot": lambda c: feed.snapshot(c.portal, c.principal, after=c.query.get("after"), limit=c.limit),
    "digest": lambda c: digest.digest(c.portal, c.principal),
    "op": lambda c: meta.what_became(c.portal, c.principal, c.path["op_id"]),
    "employees": lambda c: to_json({"employees": tenants.employees(c.portal, c.principal.tenant_id)}),
    "employee_create": _employee_create,
    "employee_change": _employee_change,
    "roles": _roles,
    "pairing_code": lambda c: to_json(pairing.issue(c.portal, c.principal.tenant_id, c.body.employee_id)),
}
"""Endpoint name → what it does. A test holds it against `wire.endpoints`."""
