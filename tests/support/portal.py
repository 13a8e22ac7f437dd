"""A running portal for tests, in this process or as a child, and a desk that talks to it over HTTP.

The desk here is a bare client of the protocol, not the program's own: it can send what no honest desk sends.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI

from brokerdesk.core.clock import Clock, SystemClock
from brokerdesk.core.ids import new_id
from brokerdesk.portal.app import create_app
from brokerdesk.portal.domain import pairing, tenants
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.settings import RateLimits, Settings

CLOCK = SystemClock()
AT = "2026-03-01T09:12:44.120Z"


def fresh_id() -> str:
    """A new record id."""
    return new_id(CLOCK)


@dataclass(slots=True)
class Running:
    """A portal that accepts requests at `url`; `portal` is its inside (absent for a child process)."""

    url: str
    portal: Portal
    opened: list[httpx2.Client] = field(default_factory=list)

    def client(self) -> httpx2.Client:
        """A plain client of this portal."""
        client = httpx2.Client(base_url=self.url, timeout=60, trust_env=False, verify=False)
        self.opened.append(client)
        return client

    def close_clients(self) -> None:
        """Close every client that a test has opened."""
        while self.opened:
            self.opened.pop().close()

    def office(self, name: str = "Büro Beispielhain") -> Office:
        """A new tenant with an administrator."""
        tenant_id, code = tenants.create_tenant(self.portal, name)
        office = Office(self, tenant_id, code)
        office.admin = office.employee(role="admin")
        return office


@dataclass(slots=True)
class Office:
    """One tenant of a running portal."""

    running: Running
    tenant_id: str
    code: str
    admin: str = ""

    def employee(self, *, role: str = "adviser", name: str = "Anna", **more: Any) -> str:
        """A new employee; his id."""
        values = {"id": fresh_id(), "name": name, "role": role, **more}
        return str(tenants.create_employee(self.running.portal, self.tenant_id, values)["id"])

    def pairing_code(self, employee: str | None = None) -> str:
        """A pairing code, for the administrator by default."""
        return pairing.issue(self.running.portal, self.tenant_id, employee or self.admin)["code"]

    def desk(self, employee: str | None = None, *, device_id: str | None = None) -> Desk:
        """A paired desk, of the administrator by default."""
        client = self.running.client()
        device = device_id or fresh_id()
        body = {"code": self.pairing_code(employee), "device_id": device, "device_name": "Arbeitsplatz"}
        answer = client.post("/v1/pair", json=body)
        assert answer.status_code == 200, answer.text
        return Desk(client, device, answer.json())


@dataclass(slots=True)
class Desk:
    """One paired device with the next number of its queue."""

    client: httpx2.Client
    device_id: str
    paired: dict[str, Any]
    seq: int = 0
    epoch: str = field(init=False)

    def __post_init__(self) -> None:
        self.epoch = self.paired["epoch"]
        self.client.headers["Authorization"] = f"Bearer {self.paired['access_token']}"

    def op(self, op_type: str, record_id: str | None = None, **members: Any) -> dict[str, Any]:
        """One operation under the next number."""
        self.seq += 1
        op = {"seq": self.seq, "op_id": fresh_id(), "type": op_type, "at": AT}
        return op | ({"id": record_id} if record_id else {}) | members

    def create(
        self, kind: str, record_id: str | None = None, /, *, group: str | None = None, **data: Any
    ) -> dict[str, Any]:
        """A create operation; group values are given as dicts."""
        extra = {"group": group} if group else {}
        return self.op(f"{kind}.create", record_id or fresh_id(), data=data, **extra)

    def patch(
        self, kind: str, record_id: str, /, *, group: str | None = None, **edits: tuple[Any, Any]
    ) -> dict[str, Any]:
        """A patch operation; every edit is `(base, new)`."""
        extra = {"group": group} if group else {}
        changes = {name: {"base": base, "new": new} for name, (base, new) in edits.items()}
        return self.op(f"{kind}.patch", record_id, set=changes, **extra)

    def send(self, *ops: dict[str, Any], **members: Any) -> httpx2.Response:
        """Push operations as they are."""
        body = {"batch_id": fresh_id(), "epoch": self.epoch, "device_id": self.device_id, "ops": list(ops)}
        return self.client.post("/v1/sync/push", json=body | members)

    def push(self, *ops: dict[str, Any]) -> list[dict[str, Any]]:
        """Push operations and expect verdicts."""
        answer = self.send(*ops)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The JSON of a successful GET."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def pull(self, cursor: str | None = None, *, limit: int = 5_000) -> tuple[list[dict[str, Any]], str]:
        """Every change after a cursor, and the cursor to go on from."""
        changes: list[dict[str, Any]] = []
        while True:
            page = self.get("/v1/sync/changes", limit=limit, **({"cursor": cursor} if cursor else {}))
            changes += page["changes"]
            cursor = page["next_cursor"]
            if not page["more"]:
                return changes, str(cursor)

    def book(self, *, limit: int = 5_000) -> dict[tuple[str, str], dict[str, Any]]:
        """Every visible record of a snapshot."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        after = None
        while True:
            page = self.get("/v1/sync/snapshot", limit=limit, **({"after": after} if after else {}))
            found |= {(c["type"], c["id"]): c for c in page["changes"]}
            if not page["more"]:
                return found
            after = page["next_after"]


def settings_in(folder: Path, **more: Any) -> Settings:
    """Settings of a portal in a folder, with limits that no test reaches."""
    return replace(Settings(data_dir=folder, rates=RateLimits.generous()), **more)


@contextmanager
def running_portal(settings: Settings, *, clock: Clock | None = None) -> Iterator[Running]:
    """A portal in this process on a free loopback port."""
    app = create_app(settings, clock=clock)
    with served(app) as url:
        running = Running(url, app.state.portal)
        try:
            yield running
        finally:
            running.close_clients()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Any application on a free loopback port, in a thread that has ended when this returns."""
    bound = socket.socket(proto=socket.IPPROTO_TCP)  # else the server leaves Nagle on: 40 ms per answer
    bound.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, ws="none", http="h11")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True, name="portal")
    thread.start()
    _wait_for(lambda: server.started or not thread.is_alive())
    assert server.started
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        bound.close()
        assert not thread.is_alive()


def _wait_for(condition: Any, *, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the portal did not start"
        time.sleep(0.005)


@dataclass(slots=True)
class Child:
    """A portal as a process of its own, as the demo and the self-test start it."""

    url: str
    process: subprocess.Popen[str]
    data: Path

    def client(self) -> httpx2.Client:
        """A plain client of this portal."""
        return httpx2.Client(base_url=self.url, timeout=60, trust_env=False, verify=False)


def command(*arguments: str) -> dict[str, Any]:
    """Run one operator's command to its end; its JSON answer with the exit code as `exit`."""
    done = subprocess.run(
        [sys.executable, "-m", "brokerdesk.portal", *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"exit": done.returncode}


@contextmanager
def child_portal(data: Path, *options: str) -> Iterator[Child]:
    """`portal serve --port 0 --json` as a child process; it ends when its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "brokerdesk.portal", "serve", "--port", "0", "--json", "--data", str(data), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "the portal ended before it was ready"
        yield Child(json.loads(line)["url"], process, data)
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
