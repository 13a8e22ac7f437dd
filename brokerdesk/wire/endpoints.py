"""The routes of the desk's API, declared once: the portal serves them, publishes them as OpenAPI and guards them by `needs`.

`docs/protocol.md` explains them; a test compares the three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from brokerdesk.wire import auth, meta, pull, push
from brokerdesk.wire.codec import ID_PATTERN


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of the query or the path with its JSON schema."""

    name: str
    schema: dict[str, Any]
    place: str = "query"
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One route. `needs` is a right of the employee, `device` for any enrolled device, or `nobody`.

    `request` and `answer` are the models of the bodies, None where there is none; `rate` names the limit that counts;
    `problems` are the codes besides those that every route may answer.
    """

    name: str
    method: str
    path: str
    needs: str
    summary: str
    answer: type[BaseModel] | None
    rate: str = "read"
    status: int = 200
    request: Any = None
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[str, ...] = ()
    has_big_body: bool = False


_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 500, "pattern": "^[A-Za-z0-9_-]+$"}
_ID: dict[str, Any] = {"type": "string", "pattern": ID_PATTERN}


def _limit(maximum: int) -> Parameter:
    return Parameter(name="limit", schema={"type": "integer", "minimum": 1, "maximum": maximum, "default": maximum})


PAGE_MAX = 5_000
_CURSOR_PROBLEMS = ("cursor_invalid", "epoch_changed", "cursor_expired", "visibility_changed")
_PUSH_PROBLEMS = ("epoch_changed", "seq_gap", "device_forked", "op_id_reuse", "busy")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        name="meta", method="GET", path="/v1/meta", needs="nobody", summary="Versions, kinds, limits and retention",
        answer=meta.MetaAnswer,
    ),
    Endpoint(
        name="pair", method="POST", path="/v1/pair", needs="nobody", summary="Redeem a pairing code for a device",
        answer=auth.PairAnswer, rate="tokens", request=auth.PairRequest,
        problems=("pairing_code", "tenant_not_empty", "exists"),
    ),
    Endpoint(
        name="token", method="POST", path="/v1/token", needs="nobody", summary="Exchange a refresh token for the next pair",
        answer=auth.TokenAnswer, rate="tokens", request=auth.TokenRequest,
        problems=("token_expired", "token_invalid", "device_revoked"),
    ),
    Endpoint(
        name="revoke", method="POST", path="/v1/token/revoke", needs="nobody", summary="End the family of a token",
        answer=None, rate="tokens", status=204, request=auth.RevokeRequest,
    ),
    Endpoint(
        name="devices", method="GET", path="/v1/devices", needs="device", summary="Devices the caller sees",
        answer=auth.DevicesAnswer,
    ),
    Endpoint(
        name="device_end", method="DELETE", path="/v1/devices/{id}", needs="device", summary="Revoke a device",
        answer=None, rate="admin", status=204, parameters=(Parameter(name="id", schema=_ID, place="path", required=True),),
    ),
    Endpoint(
        name="state", method="GET", path="/v1/sync/state", needs="read", summary="Where the portal stands for this device",
        answer=pull.StateAnswer,
    ),
    Endpoint(
        name="push", method="POST", path="/v1/sync/push", needs="write", summary="Apply a batch of operations in order",
        answer=push.PushAnswer, rate="push", request=push.PUSH_REQUEST, has_big_body=True, problems=_PUSH_PROBLEMS,
    ),
    Endpoint(
        name="changes", method="GET", path="/v1/sync/changes", needs="read", summary="One page of the feed after a cursor",
        answer=pull.ChangesAnswer, rate="changes", problems=_CURSOR_PROBLEMS,
        parameters=(Parameter(name="cursor", schema=_TEXT), _limit(PAGE_MAX)),
    ),
    Endpoint(
        name="snapshot", method="GET", path="/v1/sync/snapshot", needs="read", summary="One page of all visible records",
        answer=pull.SnapshotAnswer, rate="snapshot", problems=_CURSOR_PROBLEMS,
        parameters=(Parameter(name="after", schema=_TEXT), _limit(PAGE_MAX)),
    ),
    Endpoint(
        name="digest", method="GET", path="/v1/sync/digest", needs="read", summary="Count and checksum per kind",
        answer=pull.DigestAnswer,
    ),
    Endpoint(
        name="op", method="GET", path="/v1/ops/{op_id}", needs="read", summary="What became of one operation",
        answer=push.OpAnswer, parameters=(Parameter(name="op_id", schema=_ID, place="path", required=True),),
    ),
    Endpoint(
        name="employees", method="GET", path="/v1/admin/employees", needs="admin", summary="All employees of the tenant",
        answer=auth.EmployeesAnswer, rate="admin",
    ),
    Endpoint(
        name="employee_create", method="POST", path="/v1/admin/employees", needs="admin", summary="Add an employee",
        answer=auth.EmployeeItem, rate="admin", request=auth.EmployeeCreate, problems=("exists",),
    ),
    Endpoint(
        name="employee_change", method="PATCH", path="/v1/admin/employees/{id}", needs="admin", summary="Change an employee",
        answer=auth.EmployeeItem, rate="admin", request=auth.EmployeeChange, problems=("last_admin",),
        parameters=(Parameter(name="id", schema=_ID, place="path", required=True),),
    ),
    Endpoint(
        name="roles", method="GET", path="/v1/admin/roles", needs="admin", summary="Roles with their rights",
        answer=auth.RolesAnswer, rate="admin",
    ),
    Endpoint(
        name="pairing_code", method="POST", path="/v1/admin/pairing-codes", needs="admin", summary="A pairing code for an employee",
        answer=auth.PairingCodeAnswer, rate="admin", request=auth.PairingCodeRequest,
    ),
)  # fmt: skip
"""Every route of the desk's API."""
