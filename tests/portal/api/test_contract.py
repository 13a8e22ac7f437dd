"""The contract said three times must be the same: `wire.endpoints`, the published OpenAPI document, `docs/protocol.md`.

Then Schemathesis attacks the running portal by that document (reliability P1).
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable

from brokerdesk.core.texts import catalogue
from brokerdesk.portal.api.openapi import problem_codes
from brokerdesk.portal.domain.operations import behaviours
from brokerdesk.wire.endpoints import ENDPOINTS, Endpoint
from brokerdesk.wire.operations import OPERATIONS
from brokerdesk.wire.problems import PROBLEMS
from tests.support.portal import Desk, Running, running_portal, settings_in

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "protocol.md"
EXAMPLES = 200 if os.environ.get("BROKERDESK_TEST_FULL") else 12


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_portal(settings_in(tmp_path_factory.mktemp("contract"))) as running:
        yield running


@pytest.fixture
def desk(own: Running) -> Iterator[Desk]:
    yield own.office().desk()
    own.close_clients()


@pytest.fixture(scope="module")
def document(own: Running) -> dict[str, Any]:
    return own.office().desk().get("/v1/openapi.json")


def test_the_document_has_exactly_the_declared_routes(document: dict[str, Any]) -> None:
    found = {(m.upper(), path): o for path, methods in document["paths"].items() for m, o in methods.items()}
    assert document["openapi"].startswith("3.1")
    assert set(found) == {(e.method, e.path) for e in ENDPOINTS}
    for endpoint in ENDPOINTS:
        operation = found[endpoint.method, endpoint.path]
        assert operation["x-needs"] == endpoint.needs
        assert ("security" in operation) == (endpoint.needs != "nobody")
        assert {p["name"] for p in operation.get("parameters", ())} == {p.name for p in endpoint.parameters}
        told = {c for s, r in operation["responses"].items() if s[0] != "2" for c in r["description"].split(", ")}
        assert told == problem_codes(endpoint)


def test_the_manual_has_exactly_the_declared_routes() -> None:
    rows = re.findall(r"^\| (GET|POST|PATCH|PUT|DELETE) `([^`]+)` \| (\w+) \|", MANUAL.read_text("utf-8"), re.MULTILINE)
    assert set(rows) == {(e.method, e.path, e.needs) for e in ENDPOINTS}
    assert len(rows) == len(ENDPOINTS)


def test_the_manual_has_exactly_the_declared_problems() -> None:
    section = MANUAL.read_text("utf-8").split("## Problems", 1)[1].split("\n## ", 1)[0]
    told = {
        (code, status)
        for statuses, codes in re.findall(r"^\| ([\d, ]+) \| (.+) \|$", section, re.MULTILINE)
        for code in re.findall(r"`(\w+)`", codes)
        for status in map(int, statuses.split(","))
        if PROBLEMS[code].status == status
    }
    assert {code for code, _ in told} == set(PROBLEMS)


def test_every_problem_has_a_sentence() -> None:
    keys = {k.removeprefix("portal_api.problem.") for k in catalogue() if k.startswith("portal_api.problem.")}
    assert keys == set(PROBLEMS)


def test_every_declared_operation_has_code_or_waits_for_it() -> None:
    assert set(behaviours()) <= set(OPERATIONS)


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for value in schema.values():
            yield from _objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _objects(value)


def test_request_schemas_are_closed_and_answers_open(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    requests: set[str] = set()
    waiting = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        for methods in document["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    while waiting:
        name = waiting.pop()
        if name not in requests:
            requests.add(name)
            waiting += re.findall(r"#/components/schemas/(\w+)", str(schemas[name]))
    for name in requests:
        assert all(o.get("additionalProperties") is False for o in _objects(schemas[name])), name
    for name in set(schemas) - requests:
        assert all(o.get("additionalProperties") is not False for o in _objects(schemas[name])), name


def test_meta_tells_versions_kinds_and_limits(desk: Desk) -> None:
    meta = desk.get("/v1/meta")
    assert meta["protocol"] == {"min": "1.0", "max": "1.0"}
    assert meta["entities"]["party"]["fields"][0] == "kind"
    assert meta["limits"]["push_ops"] == 2_000
    assert meta["retention"]["tombstone_days"] == 400


CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


def _make_honest(body: Any, desk: Desk) -> None:
    """Give a generated batch the true device, epoch and numbers, so that its operations are decided."""
    if not isinstance(body, dict) or not isinstance(body.get("ops"), list):
        return
    body |= {"device_id": desk.device_id, "epoch": desk.epoch}
    start = int(desk.get("/v1/sync/state")["last_seq"]) + 1
    for number, op in enumerate(body["ops"], start):
        op["seq"] = number


def _is_http(headers: Mapping[str, str]) -> bool:
    """Whether the request gets past the HTTP server at all, which answers malformed heads itself with a plain 400."""
    framing = {"content-length", "transfer-encoding", "host", "connection", "expect", "upgrade"}
    return all(re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) and name.lower() not in framing for name in headers)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: e.name)
def test_schemathesis_finds_nothing(endpoint: Endpoint, mode: str, own: Running, document: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import schemathesis
        from schemathesis.checks import CHECKS, load_all_checks

        load_all_checks()
        checks = [CHECKS.get_one(name) for name in CHECKED]
        operation = schemathesis.openapi.from_dict(document)[endpoint.path][endpoint.method]
        fresh = own.office().desk()  # revoking and signing out must not end the session of the next route
        headers = {"Authorization": f"Bearer {fresh.paired['access_token']}"}
        calls = 0

        @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode]))
        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def attack(case: Any) -> None:
            nonlocal calls
            assume(_is_http(case.headers or {}))
            calls += 1
            if endpoint.name == "push" and mode == "POSITIVE":
                _make_honest(case.body, fresh)
            known = mode == "POSITIVE" or "Authorization" in (case.headers or {})  # leaving it out is what was wrong
            case.call_and_validate(base_url=own.url, headers=headers if known else None, checks=checks)

        try:
            attack()
        except Unsatisfiable:
            assert (endpoint.name, mode) == ("meta", "NEGATIVE"), (
                "a route without parameters and token cannot be asked wrongly"
            )
        assert calls > 0 or endpoint.name == "meta"
    own.close_clients()
