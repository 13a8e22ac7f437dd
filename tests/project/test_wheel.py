"""The wheel as a portal's host gets it: an environment with the portal's locked set and the wheel, nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_ON_A_PORTAL = ("PySide6", "shiboken6", "keyring", "requests", "truststore", "pytest")
PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input"]

pytestmark = [pytest.mark.slow, pytest.mark.full, pytest.mark.timeout(300), pytest.mark.xdist_group("wheel")]


def _environment(**extra: str) -> dict[str, str]:
    """Without anything that would let the installed program find this repository."""
    ours = {"PYTHONPATH", "PYTHONHOME", "BROKERDESK_RESOURCES", "VIRTUAL_ENV"}
    return {**{k: v for k, v in os.environ.items() if k not in ours}, **extra}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the tracked files only, so that nothing left in the working folder gets in."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    build = [sys.executable, *PIP, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", target, source]
    subprocess.run(build, env=_environment(), check=True, timeout=120)
    (found,) = target.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def host(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment with the portal's set and the wheel."""
    folder = tmp_path_factory.mktemp("host")
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    install = [commands / "python", *PIP, "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--no-compile"]
    lock = ROOT / "requirements" / "portal.txt"
    subprocess.run([*install, "--require-hashes", "-r", lock], env=_environment(), check=True, timeout=240)
    subprocess.run([*install, wheel], env=_environment(), check=True, timeout=60)
    return commands


def test_the_wheel_has_every_resource(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    resources = {p.relative_to(ROOT / "resources").as_posix() for p in (ROOT / "resources").rglob("*") if p.is_file()}
    assert {f"brokerdesk/_resources/{name}" for name in resources} <= inside
    pages = {p.name for p in (ROOT / "brokerdesk" / "portal" / "templates").iterdir()}
    assert {f"brokerdesk/portal/templates/{name}" for name in pages} <= inside
    assert not [name for name in inside if name.startswith(("tests/", "resources/"))]


def test_a_portal_needs_no_window_and_no_key_store(host: Path, tmp_path: Path) -> None:
    code = f"import importlib.util as u, json; print(json.dumps([n for n in {NOT_ON_A_PORTAL!r} if u.find_spec(n)]))"
    done = subprocess.run(
        [host / "python", "-c", code], cwd=tmp_path, env=_environment(), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
    checked = subprocess.run([host / "python", *PIP, "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_installed_portal_answers(host: Path, tmp_path: Path) -> None:
    env = _environment(BROKERDESK_HOME=str(tmp_path / "home"))
    portal_command, data = [host / "brokerdesk", "portal"], ["--data", tmp_path / "portal"]
    made = subprocess.run(
        [*portal_command, "create-tenant", "Probe", *data],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    tenant = json.loads(made.stdout)
    command = [*portal_command, "serve", "--port", "0", "--json", *data]
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as portal:
        assert portal.stdin is not None
        assert portal.stdout is not None
        url = json.loads(portal.stdout.readline())["url"]
        with urllib.request.urlopen(f"{url}/v1/meta", timeout=20) as answer:
            meta = json.load(answer)
        with urllib.request.urlopen(f"{url}/t/{tenant['code']}/login", timeout=20) as answer:
            page = answer.read().decode()
        portal.stdin.close()
        assert portal.wait(timeout=30) == 0
    assert meta["entities"]["party"]["fields"]
    assert "<form" in page


def test_the_window_is_refused_in_a_sentence(host: Path, tmp_path: Path) -> None:
    env = _environment(BROKERDESK_HOME=str(tmp_path / "home"))
    done = subprocess.run(
        [host / "brokerdesk", "open"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "„desktop“" in done.stderr
    assert "Traceback" not in done.stderr
