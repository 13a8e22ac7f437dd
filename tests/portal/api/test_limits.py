"""Limits and hostile transport (reliability P4): sizes, depth, packing, rates, slow senders, headers on every answer."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from brokerdesk.portal.settings import RateLimits, WireLimits
from brokerdesk.wire.codec import depth_exceeds
from tests.support.portal import Desk, Office, Running, fresh_id, running_portal, settings_in

SMALL = WireLimits(push_bytes=20_000, page_max=50, page_bytes=4_000, body_s=0.5)


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_portal(settings_in(tmp_path_factory.mktemp("tight"), limits=SMALL)) as running:
        yield running


@pytest.fixture
def small(tight: Running) -> Iterator[Desk]:
    yield tight.office().desk()
    tight.close_clients()


def _raw(desk: Desk, body: bytes, **headers: str) -> tuple[int, str]:
    answer = desk.client.post("/v1/sync/push", content=body, headers={"Content-Type": "application/json"} | headers)
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else "ok"


def _batch(desk: Desk, *ops: dict[str, Any]) -> bytes:
    body = {"batch_id": fresh_id(), "epoch": desk.epoch, "device_id": desk.device_id, "ops": list(ops)}
    return json.dumps(body).encode()


def test_a_packed_body_is_accepted_and_measured_inflated(small: Desk) -> None:
    packed = gzip.compress(_batch(small, small.create("party", kind="person")))
    assert _raw(small, packed, **{"Content-Encoding": "gzip"}) == (200, "ok")
    bomb = gzip.compress(b'{"x":"' + b"A" * 5_000_000 + b'"}')
    assert len(bomb) < SMALL.push_bytes
    assert _raw(small, bomb, **{"Content-Encoding": "gzip"}) == (413, "too_large")


def test_bodies_beyond_the_limit_are_refused(small: Desk) -> None:
    assert _raw(small, b" " * (SMALL.push_bytes + 1)) == (413, "too_large")
    answer = small.client.post(
        "/v1/sync/push", content=iter([b" " * 9_000] * 4), headers={"Content-Type": "application/json"}
    )
    assert answer.json()["code"] == "too_large", "chunked, without a declared length"


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"{", {}, (400, "malformed")),
        (b"\xff\xfe", {}, (400, "malformed")),
        (b'{"a":"\\ud800"}', {}, (400, "malformed")),
        (b"[" * 13 + b"]" * 13, {}, (413, "too_large")),
        (b"{}", {"Content-Encoding": "br"}, (415, "media_type")),
        (b"{}", {"Content-Encoding": "gzip"}, (400, "malformed")),
        (gzip.compress(b"{}", mtime=0)[:-4], {"Content-Encoding": "gzip"}, (400, "malformed")),
        (b"{}", {"Content-Type": "text/plain"}, (415, "media_type")),
        (b"NaN", {}, (422, "envelope")),
        (b"{}", {}, (422, "envelope")),
    ],
)
def test_bodies_that_are_no_request(
    small: Desk, body: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    assert _raw(small, body, **headers) == expected


def test_depth_counts_brackets_outside_of_texts() -> None:
    assert not depth_exceeds(b'{"a":"[[[[[[\\"[[[{{{"}', 3)
    assert depth_exceeds(b"[[[[]]]]", 3)
    assert not depth_exceeds(b"[[],[],[],[],[]]", 2)
    assert depth_exceeds(b'{"a":[{"b":"\\\\"},[[[]]]]}', 3)
    assert not depth_exceeds(b'["[[","]",["","[","]]"],"[[[[",[""]]', 2)
    assert depth_exceeds(b'["[[","]",["","[","]]",[""]],"[[[["]', 2)
    assert not depth_exceeds(b'[["[[[[[[', 2)
    assert depth_exceeds(b'[["",[', 2)


def test_a_page_stays_below_its_bytes_but_always_moves_on(small: Desk) -> None:
    ids = []
    for i in range(6):
        op = small.create("party", kind="person", notes=f"{i}" * 2_500)
        small.push(op)
        ids.append(op["id"])
    page = small.get("/v1/sync/changes", limit=50)
    assert page["more"] is True
    changes, _ = small.pull(limit=50)
    assert [c["id"] for c in changes if c["type"] == "party"] == ids
    assert {i for k, i in small.book(limit=50) if k == "party"} == set(ids)


def test_page_sizes_are_told_and_kept(small: Desk) -> None:
    assert small.get("/v1/meta")["limits"]["page_max"] == 50
    for wrong in ("0", "-1", "5001", "x", "1.0", "01", ""):
        answer = small.client.get("/v1/sync/changes", params={"limit": wrong})
        assert (answer.status_code, answer.json()["fields"]) == (422, ["limit"]), wrong
    for query in ("unknown=1", "limit=1&limit=2"):
        assert small.client.get(f"/v1/sync/changes?{query}").status_code == 422


def test_a_sender_that_dawdles_is_let_go(tight: Running, small: Desk) -> None:
    parts = urlsplit(tight.url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10) as line:
        head = (
            f"POST /v1/sync/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {small.paired['access_token']}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        line.sendall(head.encode())
        started = time.monotonic()
        assert b" 408 " in line.recv(65_536).splitlines()[0]
        assert time.monotonic() - started < 5


def test_too_many_calls_are_refused_with_a_time(tmp_path: Path) -> None:
    rates = replace(RateLimits.generous(), tokens="5/minute", read="3/minute")
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        with running_portal(settings_in(folder, rates=rates, workers=workers)) as running:
            desk, other = (running.office().desk() for _ in range(2))
            states = [desk.client.get("/v1/sync/state") for _ in range(4)]
            assert [a.status_code for a in states] == [200, 200, 200, 429]
            limited = states[-1]
            assert limited.json()["code"] == "rate_limited"
            assert limited.json()["retryable"] is True
            assert 1 <= int(limited.headers["retry-after"]) <= 60
            assert limited.headers["ratelimit-policy"] == '"read";q=3;w=60'
            assert states[0].headers["ratelimit"].startswith('"read";r=2;')
            assert other.client.get("/v1/sync/state").status_code == 200, "limits are per device"
            assert desk.push(desk.create("party", kind="person"))[0]["status"] == "applied", "and per kind of call"


def test_versions_without_overlap_are_told_to_upgrade(small: Desk) -> None:
    for version, status in (("1.0", 200), ("1.9", 426), ("2.0", 426), ("x", 426), ("1.-1", 426)):
        assert small.client.get("/v1/sync/state", headers={"BD-Protocol": version}).status_code == status, version


def test_every_answer_carries_the_security_headers(small: Desk) -> None:
    for path in ("/v1/meta", "/v1/sync/state", "/v1/nowhere", "/v1/openapi.json"):
        headers = small.client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["bd-request-id"]
        assert headers["bd-server-time"]
    gone = small.client.get("/v1/nowhere")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    wrong = small.client.put("/v1/meta")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_problem_texts_speak_the_language_of_the_caller(small: Desk) -> None:
    titles = {
        language: small.client.get("/v1/nowhere", headers={"Accept-Language": language}).json()["title"]
        for language in ("de-DE,en;q=0.5", "nl", "fr")
    }
    assert titles["de-DE,en;q=0.5"].startswith("Das gibt es")
    assert titles["nl"].startswith("Dat bestaat")
    assert titles["fr"].startswith("There is")


@pytest.mark.noisy  # the fault itself is logged, without its words
def test_a_fault_of_ours_is_a_problem_document_without_details(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> bytes:
        raise ZeroDivisionError("Mira Beispiel")

    monkeypatch.setattr("brokerdesk.portal.domain.digest.check_of", broken)
    answer = desk.client.get("/v1/sync/digest")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "Mira" not in answer.text
