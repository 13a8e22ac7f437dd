"""The authorisation matrix (security.md 2.6, reliability P2): every route × every principal × own, other tenant's, absent.

`TABLE` says what each principal gets; a route that is missing from it fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from starlette.routing import Route

from brokerdesk.core.clock import to_wire
from brokerdesk.portal.api.handlers import HANDLERS
from brokerdesk.portal.app import create_app
from brokerdesk.portal.domain.keys import token_hash
from brokerdesk.portal.store.tables import token
from brokerdesk.wire.endpoints import ENDPOINTS, Endpoint
from tests.support.portal import Desk, Office, Running, fresh_id, running_portal, settings_in

EMPLOYEES = ("admin", "adviser", "assistant", "reader", "restricted")
INVALID = (
    "nobody",
    "garbage",
    "refresh_token",
    "pairing_code",
    "other_device",
    "revoked_device",
    "expired",
    "disabled",
)
PRINCIPALS = (*EMPLOYEES, *INVALID)

ALL = dict.fromkeys(EMPLOYEES, 200)
WRITERS = {**ALL, "reader": 403}
ADMIN = {**dict.fromkeys(EMPLOYEES, 403), "admin": 200}
UNAUTHORISED = dict.fromkeys(INVALID, 401)

TABLE: dict[str, dict[str, int]] = {
    "meta": dict.fromkeys(PRINCIPALS, 200),
    "pair": dict.fromkeys(PRINCIPALS, 403),
    "token": dict.fromkeys(PRINCIPALS, 401),
    "revoke": dict.fromkeys(PRINCIPALS, 204),
    "devices": ALL | UNAUTHORISED,
    "device_end": dict.fromkeys(EMPLOYEES, 404) | UNAUTHORISED,
    "state": ALL | UNAUTHORISED,
    "push": WRITERS | UNAUTHORISED,
    "changes": ALL | UNAUTHORISED,
    "snapshot": ALL | UNAUTHORISED,
    "digest": ALL | UNAUTHORISED,
    "op": dict.fromkeys(EMPLOYEES, 404) | UNAUTHORISED,
    "employees": ADMIN | UNAUTHORISED,
    "employee_create": ADMIN | UNAUTHORISED,
    "employee_change": {**ADMIN, "admin": 404} | UNAUTHORISED,
    "roles": ADMIN | UNAUTHORISED,
    "pairing_code": {**ADMIN, "admin": 404} | UNAUTHORISED,
}
"""Route → principal → status for an object that does not exist (or, where there is none, for the route itself)."""

OPEN_ROUTES = {("GET", "/v1/openapi.json")}


@dataclass(slots=True)
class World:
    """Two offices, and the credentials of every principal in the first one."""

    running: Running
    office: Office
    desks: dict[str, Desk]
    headers: dict[str, dict[str, str]]
    foreign: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_portal(settings_in(tmp_path_factory.mktemp("matrix"))) as running:
        office = running.office()
        desks = {role: office.desk(office.employee(role=role, name=role)) for role in EMPLOYEES[:4]}
        adviser_id = fresh_id()
        desks["restricted"] = office.desk(office.employee(scope="own_book", adviser_id=adviser_id, name="Carla"))
        headers = {name: _bearer(d.paired["access_token"]) for name, d in desks.items()}
        yield World(running, office, desks, headers | _invalid(running, office), _foreign(running))


def _bearer(text: str, device: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"} | ({"BD-Device": device} if device else {})


def _invalid(running: Running, office: Office) -> dict[str, dict[str, str]]:
    revoked, expired, disabled, whole = (office.desk(office.employee(name=f"n{i}")) for i in range(4))
    admin = office.desk()
    assert admin.client.delete(f"/v1/devices/{revoked.device_id}").status_code == 204
    off = admin.client.patch(f"/v1/admin/employees/{disabled.paired['employee_id']}", json={"disabled": True})
    assert off.status_code == 200
    with running.portal.database.writing() as connection:
        mine = token.c.hash == token_hash(expired.paired["access_token"])
        connection.execute(token.update().where(mine).values(expires_at=to_wire(running.portal.clock.now())))
    return {
        "nobody": {},
        "garbage": _bearer("bda_" + "A" * 54),
        "refresh_token": _bearer(whole.paired["refresh_token"]),
        "pairing_code": _bearer(office.pairing_code()),
        "other_device": _bearer(whole.paired["access_token"], fresh_id()),
        "revoked_device": _bearer(revoked.paired["access_token"]),
        "expired": _bearer(expired.paired["access_token"]),
        "disabled": _bearer(disabled.paired["access_token"]),
    }


def _foreign(running: Running) -> dict[str, str]:
    """Objects of another tenant."""
    desk = running.office("Büro Nebenan").desk()
    op = desk.create("party", kind="person")
    desk.push(op)
    return {
        "device": desk.device_id, "op_id": op["op_id"], "employee": desk.paired["employee_id"], "party": op["id"],
        "cursor": desk.pull()[1],
    }  # fmt: skip


def _request(world: World, endpoint: Endpoint, principal: str, ids: dict[str, str]) -> httpx2.Response:
    path = re.sub(r"\{(\w+)\}", lambda m: ids[f"{endpoint.name}.{m[1]}"], endpoint.path)
    body = BODIES[endpoint.name](world, principal, ids) if endpoint.request is not None else None
    with httpx2.Client(base_url=world.running.url, trust_env=False, verify=False) as client:
        return client.request(endpoint.method, path, headers=world.headers[principal], json=body)


def _push_body(world: World, principal: str, _ids: dict[str, str]) -> dict[str, Any]:
    desk = world.desks.get(principal) or world.desks["admin"]
    op = {"seq": 1, "op_id": fresh_id(), "type": "noop", "supersedes": fresh_id()}
    return {"batch_id": fresh_id(), "epoch": desk.epoch, "device_id": desk.device_id, "ops": [op]}


BODIES: dict[str, Callable[[World, str, dict[str, str]], dict[str, Any]]] = {
    "pair": lambda w, p, i: {"code": "2345-6789-ABCD", "device_id": fresh_id(), "device_name": "x"},
    "token": lambda w, p, i: {"refresh_token": "bdr_" + "A" * 54, "device_id": fresh_id()},
    "revoke": lambda w, p, i: {"token": "bdr_" + "A" * 54},
    "push": _push_body,
    "employee_create": lambda w, p, i: {"id": fresh_id(), "name": "Neu", "role": "reader"},
    "employee_change": lambda w, p, i: {"name": "Neu"},
    "pairing_code": lambda w, p, i: {"employee_id": i["pairing_code.employee_id"]},
}

_ABSENT = fresh_id()
ABSENT = {
    "device_end.id": _ABSENT, "op.op_id": _ABSENT, "employee_change.id": _ABSENT, "pairing_code.employee_id": _ABSENT,
}  # fmt: skip


def _of_other_tenant(world: World) -> dict[str, str]:
    employee = world.foreign["employee"]
    return {
        "device_end.id": world.foreign["device"], "op.op_id": world.foreign["op_id"], "employee_change.id": employee,
        "pairing_code.employee_id": employee,
    }  # fmt: skip


def test_every_route_stands_in_the_table(world: World) -> None:
    served = _served(world)
    declared = {(e.method, e.path) for e in ENDPOINTS}
    assert served == declared | OPEN_ROUTES
    assert {e.name for e in ENDPOINTS} == set(TABLE) == set(HANDLERS)
    assert all(set(row) == set(PRINCIPALS) for row in TABLE.values())


def _served(world: World) -> set[tuple[str, str]]:
    folder = world.running.portal.settings.data_dir.parent / "routes"
    app = create_app(settings_in(folder))
    try:
        return {
            (method, route.path)
            for route in app.router.routes
            if isinstance(route, Route) and route.path.startswith("/v1/")
            for method in (route.methods or set()) - {"HEAD"}
        }
    finally:
        app.state.portal.close()


@pytest.mark.parametrize("principal", PRINCIPALS)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: e.name)
def test_the_matrix(world: World, endpoint: Endpoint, principal: str) -> None:
    answer = _request(world, endpoint, principal, ABSENT)
    assert answer.status_code == TABLE[endpoint.name][principal], answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("principal", EMPLOYEES)
@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.needs != "nobody"], ids=lambda e: e.name)
def test_another_tenants_object_is_like_an_absent_one(world: World, endpoint: Endpoint, principal: str) -> None:
    """Byte-equal answers apart from the request id and the time."""
    if not any(key.startswith(f"{endpoint.name}.") for key in ABSENT):
        return
    absent = _request(world, endpoint, principal, ABSENT)
    foreign = _request(world, endpoint, principal, _of_other_tenant(world))
    assert _without_id(absent) == _without_id(foreign)


def _without_id(answer: httpx2.Response) -> tuple[int, str, dict[str, str]]:
    request_id = answer.headers["bd-request-id"]
    volatile = {"bd-request-id", "bd-server-time", "date", "ratelimit"}
    headers = {k: v for k, v in answer.headers.items() if k not in volatile}
    return answer.status_code, answer.text.replace(request_id, ""), headers


def test_operations_on_another_tenants_record_are_like_on_an_absent_one(world: World) -> None:
    desk = world.office.desk()
    foreign, absent = world.foreign["party"], fresh_id()
    pairs = [(desk.patch("party", i, notes=(None, "x")), desk.op("client.delete", i)) for i in (foreign, absent)]
    results = [desk.push(*pair) for pair in pairs]
    stripped = [[{k: v for k, v in r.items() if k not in ("seq", "op_id")} for r in result] for result in results]
    assert stripped[0] == stripped[1]
    made = desk.push(desk.create("party", foreign, kind="person"))[0]
    assert (made["status"], made["entity"]["rev"]) == ("applied", 1), "ids are per tenant"


def test_what_roles_may_do_to_records(world: World) -> None:
    party = fresh_id()
    ops: dict[str, Callable[[Desk], dict[str, Any]]] = {
        "party": lambda d: d.create("party", kind="person"),
        "office": lambda d: d.create("office", world.office.tenant_id, name="Büro"),
        "delete": lambda d: d.op("client.delete", party),
    }
    expected = {
        "admin": ["applied", "applied", "unknown_entity"],
        "adviser": ["applied", "forbidden", "forbidden"],
        "assistant": ["applied", "forbidden", "forbidden"],
    }
    for role, wanted in expected.items():
        desk = world.office.desk(world.office.employee(role=role, name=role))
        results = desk.push(*(make(desk) for make in ops.values()))
        assert [r.get("code") or r["status"] for r in results] == wanted, role
    extra = world.office.desk(world.office.employee(role="assistant", rights=["delete"], name="Dora"))
    assert extra.push(extra.op("client.delete", party))[0]["code"] == "unknown_entity"


def test_employees_see_their_own_devices_and_admins_all(world: World) -> None:
    mine = world.desks["assistant"]
    listed = mine.get("/v1/devices")["devices"]
    assert [(d["id"], d["is_this"]) for d in listed] == [(mine.device_id, True)]
    everybody = {d["id"] for d in world.desks["admin"].get("/v1/devices")["devices"]}
    assert {d.device_id for d in world.desks.values()} <= everybody
    assert world.foreign["device"] not in everybody
    foreign = mine.client.delete(f"/v1/devices/{world.desks['admin'].device_id}")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")


def test_the_last_administrator_stays(world: World) -> None:
    office = world.running.office()
    desk = office.desk()
    path = f"/v1/admin/employees/{office.admin}"
    for change in ({"role": "adviser"}, {"disabled": True}):
        answer = desk.client.patch(path, json=change)
        assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    office.employee(role="admin", name="Zweite")
    assert desk.client.patch(path, json={"role": "adviser"}).json()["role"] == "adviser"
    assert desk.client.get("/v1/admin/employees").json()["code"] == "scope", "at once"


def test_an_employee_is_created_once_and_mirrored_to_every_desk(world: World) -> None:
    desk = world.office.desk()
    body = {"id": fresh_id(), "name": "Erna", "role": "adviser", "rights": ["settle"]}
    first = desk.client.post("/v1/admin/employees", json=body)
    assert first.json() == desk.client.post("/v1/admin/employees", json=body).json()
    other = desk.client.post("/v1/admin/employees", json=body | {"name": "Ilse"})
    assert (other.status_code, other.json()["code"]) == (409, "exists")
    assert desk.book()["employee", body["id"]]["data"]["rights"] == ["settle"]
    code = desk.client.post("/v1/admin/pairing-codes", json={"employee_id": body["id"]}).json()["code"]
    with world.running.client() as client:
        paired = client.post("/v1/pair", json={"code": code, "device_id": fresh_id(), "device_name": "x"})
    assert paired.json()["rights"] == ["invite", "read", "settle", "write"]
