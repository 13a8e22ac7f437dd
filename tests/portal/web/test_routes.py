"""The authorisation matrix of the customer pages, walked from the route table: principal × page × object (P2, R4)."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from brokerdesk.portal.domain import tenants
from brokerdesk.portal.web.routes import ROUTES, Who
from tests.portal.world import World, make_world

PLACES = {"code", "token", "id"}


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One world for the whole matrix; nothing in it is changed by looking."""
    return make_world(tmp_path_factory.mktemp("matrix"))


def principals(world: World) -> dict[str, TestClient]:
    """Nobody, two customers, somebody who followed an invitation, one with a forgotten password, one signed out."""
    first, second = world.registered("hanna"), world.registered("lukasz")
    world.invite("partner")
    world.tick()
    invited = world.browser()
    invited.get(world.link_in(world.inbox()[-1]))
    world.post(world.browser(), f"/t/{world.code}/forgotten", email="h.grossmueller@kunde.example")
    world.tick()
    mailed = world.browser()
    mailed.get(world.link_in(world.inbox()[-1]))
    ended = world.browser()
    ended.cookies.set("bd_session", "x" * 43)
    return {
        "nobody": world.browser(),
        "customer": first,
        "other customer": second,
        "invited": invited,
        "mailed": mailed,
        "ended session": ended,
    }


SERVES = {
    Who.NOBODY: None,
    Who.CUSTOMER: {"customer", "other customer"},
    Who.INVITED: {"invited"},
    Who.MAILED: {"mailed"},
}


def test_every_page_serves_whom_it_needs_and_nobody_else(matrix: World) -> None:
    world = matrix
    people = principals(world)
    foreign_id, foreign_code = tenants.create_tenant(world.portal, "Andere Makler")
    assert foreign_id != world.tenant_id
    wrong: list[str] = []
    for route in ROUTES:
        for who, browser in people.items():
            path = route.path.format(code=world.code, token="A" * 22, id=world.ids["hanna-motor_car"])
            browser.follow_redirects = False
            status = browser.get(path).status_code if "GET" in route.methods else 405
            allowed = SERVES[route.needs]
            if (
                "GET" in route.methods
                and "token" not in route.path
                and status not in expected(route.name, who, allowed)
            ):
                wrong.append(f"{route.name} for {who}: {status}")
            elsewhere = browser.get(route.path.format(code=foreign_code, token="A" * 22, id="x")).status_code
            if route.needs is not Who.NOBODY and "GET" in route.methods and elsewhere == 200:
                wrong.append(f"{route.name} of another brokerage for {who}")
            if "POST" in route.methods and browser.post(path, data={"x": "1"}).status_code != 403:
                wrong.append(f"{route.name} accepts a form without its token from {who}")
            if "POST" not in route.methods and browser.post(path, data={"x": "1"}).status_code != 405:
                wrong.append(f"{route.name} accepts POST")
    assert not wrong, wrong


def expected(name: str, who: str, allowed: set[str] | None) -> set[int]:
    """The status a page answers to a principal."""
    if name == "login" and who in {"customer", "other customer"}:
        return {303}
    if allowed is None or who in allowed:
        if name == "contract" and who == "other customer":
            return {404}
        return {410} if name == "confirm-email" else {200}
    return {303} if allowed == SERVES[Who.CUSTOMER] else {403}


def test_every_mounted_route_outside_the_api_is_in_the_table(matrix: World) -> None:
    declared = {r.path for r in ROUTES}
    mounted = {r.path for r in matrix.app.router.routes if isinstance(r, Route) and not r.path.startswith("/v1/")}
    assert mounted == declared
    assert {r.path for r in matrix.app.router.routes if isinstance(r, Mount)} == {"/static"}
    for route in ROUTES:
        assert set(re.findall(r"{(\w+)}", route.path)) <= PLACES
        assert route.needs is Who.NOBODY or "{code}" in route.path


@pytest.mark.parametrize("path", ["/t/ABCDEF/login", "/t/%00/login", "/t/" + "A" * 300 + "/login", "/t/../login", "/x"])
def test_unknown_places_answer_with_a_page(matrix: World, path: str) -> None:
    answer = matrix.browser().get(path)
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.text


def test_a_desk_token_opens_no_page(matrix: World) -> None:
    browser = matrix.browser()
    browser.headers["Authorization"] = "Bearer bdd_something"
    assert browser.get(f"/t/{matrix.code}/contracts").url.path.endswith("/login")
