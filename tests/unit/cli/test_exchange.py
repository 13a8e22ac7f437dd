"""Pairing, sync, outbox and invitations by command, with a portal of its own that the operator's commands set up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokerdesk.services.profiles import Profile
from tests.support.portal import child_portal
from tests.unit.cli.conftest import Run

pytestmark = pytest.mark.slow


@pytest.fixture
def portal(run: Run, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address and a pairing code of a portal in a process of its own."""
    data = ("--data", tmp_path / "portal")
    tenant = run("portal", "create-tenant", "Büro Beispielhain", *data).json["code"]
    assert run("portal", "entitle", tenant, "--kundenapp", "on", *data).code == 0
    made = run("portal", "create-employee", tenant, "Alina Weberling", "--role", "admin", *data)
    assert made.json["role"] == "admin"
    code = run("portal", "pairing-code", tenant, "--employee", "Alina Weberling", *data).json["code"]
    assert run("portal", "check", *data).code == 0
    refused = run("portal", "pairing-code", tenant, "--employee", "Niemand", *data)
    assert refused.code == 3
    with child_portal(tmp_path / "portal", "--mail-dir", str(tmp_path / "mails")) as running:
        yield running.url, code


@pytest.mark.feature("S1.34", "S2.31")
def test_pair_invite_sync_and_link(profile: Profile, run: Run, portal: tuple[str, str], tmp_path: Path) -> None:
    url, code = portal
    made = run("add", "customer", "--name", "Anna Beispiel", "--email", "neu@kunde.example", "--json").json
    wrong = run("pair", url, "XXXX-XXXX", "--json")
    assert (wrong.code, wrong.error != "bug") == (3, True)
    paired = run("pair", url, code, "--json")
    assert (paired.code, paired.json["outbox"] >= 1) == (0, True)
    first = run("sync", "--json")
    assert (first.code, first.json["state"]) == (0, "idle")
    assert set(first.json) >= {"pushed", "pulled", "refused", "conflicts", "outbox", "state"}
    asked = run("invite", made["id"], "--json").json
    assert asked["results"] == [{"customer": made["id"], "status": "queued", "reason": None}]
    waiting = run("outbox", "list", "--json").json
    key = next(row["key"] for row in waiting["rows"] if row["operation"].startswith("invitation"))
    assert run("outbox", "withdraw", key, "--json").json == {"withdrawn": 1}
    assert run("outbox", "retry", "--json").code == 0
    again = run("invite", made["id"], "--json")
    assert (again.code, again.json["results"][0]["status"]) == (0, "queued")
    twice = run("invite", made["id"], "--json")
    assert (twice.code, twice.json["results"][0]["status"]) == (1, "skipped")
    assert twice.json["results"][0]["reason"]
    assert run("sync", "--json").json["outbox"] == 0
    assert run("invite", "link", made["id"], "--json").json["link"].startswith(url)
    end = time.monotonic() + 20
    while not list((tmp_path / "mails").glob("*.eml")) and time.monotonic() < end:
        time.sleep(0.05)
    assert list((tmp_path / "mails").glob("*.eml"))
    assert run("list", "invitations", "--json").json["total"] == 1
