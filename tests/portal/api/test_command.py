"""The operator's commands as processes: from an empty folder to a served, paired, backed up and restored portal."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.portal.command import run, settings_from
from brokerdesk.portal.portal import open_portal
from tests.support.portal import Desk, child_portal, fresh_id, running_portal, settings_in
from tests.support.postgres import Server


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(list(arguments))
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def _office(capsys: pytest.CaptureFixture[str], data: Path, *more: str) -> tuple[str, str]:
    """A tenant with an administrator and a pairing code: public code and pairing code."""
    folder = ("--data", str(data), *more)
    _, made = _run(capsys, "create-tenant", "Büro Beispielhain", *folder)
    _, anna = _run(capsys, "create-employee", made["code"], "Anna", "--role", "admin", *folder)
    code, issued = _run(capsys, "pairing-code", made["tenant"], "--employee", anna["employee"], *folder)
    assert (code, len(issued["code"]), len(made["code"])) == (0, 12, 6)
    return made["code"], issued["code"]


def test_passwords_need_not_stand_in_the_list_of_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = argparse.Namespace(data=str(tmp_path), database=None, smtp=None)
    monkeypatch.setenv("BROKERDESK_PORTAL_SMTP", "smtp://umwelt.example")
    monkeypatch.setenv("BROKERDESK_PORTAL_DATABASE", "postgresql://umwelt.example/portal")
    found = settings_from(given)
    assert (found.smtp_url, found.database) == ("smtp://umwelt.example", "postgresql://umwelt.example/portal")
    given.smtp, given.database = "smtp://wunsch.example", "postgresql://wunsch.example/portal"
    found = settings_from(given)
    assert (found.smtp_url, found.database) == ("smtp://wunsch.example", "postgresql://wunsch.example/portal")


@pytest.mark.slow
def test_a_child_process_serves_and_ends_with_its_standard_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, code = _office(capsys, tmp_path)
    started = time.monotonic()
    with child_portal(tmp_path, "--mail-dir", str(tmp_path / "mails")) as child:
        took = time.monotonic() - started
        with child.client() as client:
            body = {"code": code, "device_id": fresh_id(), "device_name": "Arbeitsplatz"}
            paired = client.post("/v1/pair", json=body).json()
            desk = Desk(client, body["device_id"], paired)
            assert desk.push(desk.create("party", kind="person"))[0]["status"] == "applied"
        assert child.process.poll() is None
    assert child.process.returncode == 0
    assert took < 15
    assert paired["tenant_name"] == "Büro Beispielhain"


@pytest.mark.slow
def test_several_workers_share_one_portal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, code = _office(capsys, tmp_path)
    with child_portal(tmp_path, "--workers", "2") as child, child.client() as client:
        body = {"code": code, "device_id": fresh_id(), "device_name": "Arbeitsplatz"}
        desk = Desk(client, body["device_id"], client.post("/v1/pair", json=body).json())
        for _ in range(5):
            assert desk.push(desk.create("party", kind="person"))[0]["status"] == "applied"
        assert desk.get("/v1/sync/state")["last_seq"] == 5


def test_plain_http_is_for_the_own_machine_only(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, answer = _run(capsys, "serve", "--host", "0.0.0.0", "--data", str(tmp_path))
    assert (code, answer["error"]["code"]) == (3, "portal-plain-http")


def test_known_errors_are_told_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _office(capsys, tmp_path)
    folder = ("--data", str(tmp_path))
    wrong = [
        (("pairing-code", "NOBODY", "--employee", "x", *folder), "portal-unknown-tenant"),
        (("check", "--database", "oracle://x", *folder), "portal-database-url"),
        (("restore", str(tmp_path / "none.zip"), *folder), "portal-backup-damaged"),
    ]
    for arguments, expected in wrong:
        code, answer = _run(capsys, *arguments)
        assert (code, answer["error"]["code"]) == (3, expected)
        assert answer["error"]["text"]


@pytest.mark.parametrize(
    "command", [("check",), ("entitle", "X"), ("backup", "to"), ("pairing-code", "X", "--employee", "y")]
)
def test_a_mistyped_folder_does_not_become_a_portal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    code, answer = _run(capsys, *command, "--data", str(tmp_path / "vertippt"))
    assert (code, answer["error"]["code"]) == (3, "portal-missing")
    assert not (tmp_path / "vertippt").exists()


def test_entitlements_reach_the_desks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    broker, code = _office(capsys, tmp_path)
    _, told = _run(capsys, "entitle", broker, "--kundenapp", "off", "--investment", "on", "--data", str(tmp_path))
    assert (told["kundenapp"], told["investment"]) == (False, True)
    with running_portal(settings_in(tmp_path)) as running, running.client() as client:
        body = {"code": code, "device_id": fresh_id(), "device_name": "x"}
        desk = Desk(client, body["device_id"], client.post("/v1/pair", json=body).json())
        (entitlement,) = [c["data"] for (kind, _), c in desk.book().items() if kind == "entitlement"]
    assert (entitlement["kundenapp"], entitlement["investment"], entitlement["broker_code"]) == (False, True, broker)


@pytest.mark.parametrize("target", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_backup_restores_into_either_database(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, target: str, request: pytest.FixtureRequest
) -> None:
    data, fresh = tmp_path / "old", tmp_path / "new"
    broker, code = _office(capsys, data)
    with running_portal(settings_in(data)) as running, running.client() as client:
        body = {"code": code, "device_id": fresh_id(), "device_name": "x"}
        desk = Desk(client, body["device_id"], client.post("/v1/pair", json=body).json())
        desk.push(*(desk.create("party", kind="person", notes=f"n{i}") for i in range(3)))
        book = desk.book()
    _, saved = _run(capsys, "backup", str(tmp_path / "backups"), "--data", str(data))
    assert Path(saved["file"]).stat().st_mode & 0o077 == 0
    server: Server | None = request.getfixturevalue("postgres") if target == "postgres" else None
    url = server.fresh_url() if server else None
    more = ("--database", url) if url else ()
    assert _run(capsys, "restore", saved["file"], "--data", str(fresh), *more)[0] == 0
    code_again, refused = _run(capsys, "restore", saved["file"], "--data", str(fresh), *more)
    assert (code_again, refused["error"]["code"]) == (3, "portal-restore-not-empty")
    assert _run(capsys, "check", "--data", str(fresh), *more)[1]["ok"] is True
    with running_portal(settings_in(fresh, database=url)) as running, running.client() as client:
        desk.client = client
        client.headers["Authorization"] = f"Bearer {desk.paired['access_token']}"
        assert running.portal.epoch != desk.epoch, "a restore draws a new epoch"
        assert desk.book() == book
        assert desk.send(desk.create("party", kind="person")).json()["code"] == "epoch_changed"
        desk.epoch, desk.seq = running.portal.epoch, desk.seq - 1
        assert desk.push(desk.create("party", kind="person"))[0]["status"] == "applied"
    assert broker


def test_an_altered_backup_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _office(capsys, tmp_path / "old")
    _, saved = _run(capsys, "backup", str(tmp_path), "--data", str(tmp_path / "old"))
    file = Path(saved["file"])
    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"Anna", b"Eva!") if name == "employee.jsonl" else content)
    code, answer = _run(capsys, "restore", str(altered), "--data", str(tmp_path / "new"))
    assert (code, answer["error"]["code"]) == (3, "portal-backup-damaged")


def test_the_portal_needs_nothing_of_the_desk() -> None:
    script = (
        "import sys\n"
        "from brokerdesk.portal import app, command, serving\n"
        "bad = {'PySide6', 'keyring', 'requests', 'cryptography'} & {m.partition('.')[0] for m in sys.modules}\n"
        "sys.exit(str(bad) if bad else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_database_without_its_secret_is_not_served(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _office(capsys, tmp_path)
    secret = tmp_path / "portal.secret"
    kept = secret.read_bytes()
    secret.unlink()
    with pytest.raises(KnownError, match="portal-secret-missing"):
        open_portal(settings_in(tmp_path))
    assert not secret.exists(), "no new one takes its place"
    secret.write_bytes(kept)
    open_portal(settings_in(tmp_path)).close()
