"""The one script: standard library only, does nothing twice, asks for no rights it was not given, says why it stops."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "dev.py"
PIN = re.compile(r"^([a-z0-9][\w.-]*)==\S+", re.MULTILINE)


@pytest.fixture
def dev() -> ModuleType:
    """The script as a module of its own, so that a test may point it at other folders."""
    spec = importlib.util.spec_from_file_location("dev_under_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _start(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    return subprocess.run(
        [sys.executable, "-I", SCRIPT, *arguments], env={**env, **extra}, capture_output=True, text=True, check=False
    )


def test_it_imports_the_standard_library_only() -> None:
    names = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add((node.module or "").partition(".")[0])
    assert names <= sys.stdlib_module_names, names - sys.stdlib_module_names


def test_it_starts_in_an_interpreter_without_any_package() -> None:
    done = subprocess.run([sys.executable, "-I", "-S", SCRIPT, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "python3 dev.py run" in done.stdout
    assert _start("unheard-of").returncode == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be without a display")
def test_run_without_a_display_says_so_and_stops() -> None:
    done = _start("run")
    assert done.returncode == 1
    assert done.stderr.strip() == "dev: there is no display here; add --exit-when-ready to start without one"
    assert done.stdout == ""


def test_an_environment_that_is_there_is_left_alone(dev: ModuleType, tmp_path: Path) -> None:
    calls = _environment_of(dev, tmp_path)
    dev.ensure_environment(tools=True)
    assert sorted(calls) == ["program", "tools"]
    dev.ensure_environment(tools=True)
    dev.ensure_environment(tools=False)
    assert sorted(calls) == ["program", "tools"], "a second start installs nothing"


def test_what_the_program_needs_comes_without_the_tools(dev: ModuleType, tmp_path: Path) -> None:
    calls = _environment_of(dev, tmp_path)
    dev.ensure_environment(tools=False)
    assert calls == ["program"]
    dev.ensure_environment(tools=True)
    assert calls == ["program", "tools"], "the tools are added, the program is not installed again"


def test_a_changed_lock_is_installed(dev: ModuleType, tmp_path: Path) -> None:
    calls = _environment_of(dev, tmp_path)
    dev.ensure_environment(tools=False)
    lock = dev.LOCKS / "portal.txt"
    lock.write_text(lock.read_text().replace("==", "==9", 1))
    dev.ensure_environment(tools=False)
    assert calls == ["program", "program"]


def test_a_set_up_that_failed_is_tried_again(
    dev: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    calls = _environment_of(dev, tmp_path, code=1)
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            dev.ensure_environment(tools=False)
        assert ended.value.code == 1
    assert calls == ["program", "program"]
    assert "Starting again carries on" in capfd.readouterr().err


def _environment_of(dev: ModuleType, folder: Path, *, code: int = 0) -> list[str]:
    """Point the script at an empty environment whose installer only notes its call and ends with `code`."""
    dev.VENV = folder / ".venv"
    dev.PYTHON = dev.VENV / "python"
    dev.VENV.mkdir()
    dev.PYTHON.touch()
    dev.LOCKS = folder / "requirements"
    dev.LOCKS.mkdir()
    for name in ("desktop.txt", "portal.txt", "dev.txt"):
        (dev.LOCKS / name).write_bytes((ROOT / "requirements" / name).read_bytes())
    calls: list[str] = []

    def install(part: str, text: str) -> subprocess.Popen[bytes]:
        assert PIN.search(text)
        calls.append(part)
        return subprocess.Popen([sys.executable, "-c", f"raise SystemExit({code})"])

    dev.install = install
    return calls


def test_both_parts_together_are_the_whole_set_without_overlap(dev: ModuleType) -> None:
    parts = dev.wanted_parts(tools=True)
    program, tools = (set(PIN.findall(parts[name])) for name in ("program", "tools"))
    whole = set(PIN.findall((ROOT / "requirements" / "dev.txt").read_text()))
    assert program | tools == whole
    assert not program & tools, "two installers would write the same package"


def test_without_rights_the_command_is_printed(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "missing_packages", lambda packages: [p for p in packages if p == "libgl1"])
    monkeypatch.setattr(dev.shutil, "which", lambda name: "/usr/bin/dpkg-query" if name == "dpkg-query" else None)
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(SystemExit) as ended:
        dev.packages_command(["libgl1", "libegl1"])
    assert ended.value.code == 1
    expected = "please run: sudo apt-get install -y --no-install-recommends libgl1\n"
    assert capfd.readouterr().err.endswith(expected)


def test_root_installs_what_is_missing_and_nothing_else(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: "/usr/bin/dpkg-query")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(dev, "missing_packages", lambda packages: [])
    assert dev.packages_command(["libgl1"]) == []
    monkeypatch.setattr(dev, "missing_packages", lambda packages: list(packages))
    assert dev.packages_command(["libgl1"]) == ["apt-get", "install", "-y", "--no-install-recommends", "libgl1"]


def test_other_systems_are_asked_for_no_packages(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    assert dev.packages_command(["libgl1"]) == []
