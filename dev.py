#!/usr/bin/env python3
"""The one script: sets everything up on a fresh machine and runs, tests, checks, builds or measures BrokerDesk.

    python3 dev.py run           set up and open the demo workstation (what follows is handed to `brokerdesk demo`)
    python3 dev.py test          set up and pass the tests, browser and PostgreSQL included; `--full` for the long tier
    python3 dev.py lint          format check, lint, types, import contracts
    python3 dev.py portal ...    the portal's command line
    python3 dev.py build         the PyInstaller build and its self-test
    python3 dev.py bench         figures beside a plain SQLite floor
    python3 dev.py screenshots DIR
    python3 dev.py lock          resolve and lock the requirements anew

Only the standard library is used here; Python 3.11 or later is enough.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
REQUIREMENTS = ROOT / "requirements" / "dev.txt"
QT_PACKAGES = ["libgl1", "libegl1", "libfontconfig1", "libdbus-1-3", "libxkbcommon0", "libglib2.0-0"]
TEST_PACKAGES = [*QT_PACKAGES, "chromium", "poppler-utils"]
BUILD_PACKAGES = [*QT_PACKAGES, "binutils"]


def say(text: str) -> None:
    """One line on standard error, so that standard output stays the program's own."""
    print(f"dev: {text}", file=sys.stderr, flush=True)


def fail(text: str) -> None:
    """Say what is wrong and end."""
    say(text)
    raise SystemExit(1)


def run(*command: str | Path, env: dict[str, str] | None = None) -> int:
    """Run a command in the project's root and return its exit code."""
    return subprocess.run([str(c) for c in command], cwd=ROOT, env=env or environment(), check=False).returncode


def must(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command; end with its exit code when it fails."""
    code = run(*command, env=env)
    if code:
        raise SystemExit(code)


def environment(**extra: str) -> dict[str, str]:
    """The environment of every step: the package is found from the root, Qt binds to PySide6."""
    env = dict(os.environ)
    env["PYTHONPATH"] = str(ROOT)
    env["QT_API"] = "pyside6"
    env.setdefault("PYTHONUTF8", "1")
    env.update(extra)
    return env


def has_display() -> bool:
    """Whether a window can be shown."""
    return WINDOWS or sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def ensure_environment() -> None:
    """Make `.venv` from the hash-locked set; nothing to do when it is there and the set did not change."""
    stamp = VENV / ".requirements"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if sys.version_info < (3, 11):  # noqa: UP036 - this script is also started by older interpreters
        fail(f"Python 3.11 or later is needed, this is {platform.python_version()}")
    begin = time.monotonic()
    say("setting up .venv (once, about a minute)")
    if not PYTHON.exists():
        try:
            venv.create(VENV, with_pip=True, symlinks=not WINDOWS)
        except subprocess.CalledProcessError:
            fail("the module venv is incomplete; on Debian and Ubuntu: apt-get install python3-venv")
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    must(*pip, "-r", REQUIREMENTS)
    stamp.write_text(wanted)
    say(f"set up in {time.monotonic() - begin:.0f} s")


def ensure_packages(packages: list[str]) -> None:
    """On Debian and Ubuntu install missing system packages when allowed, else print the command."""
    if not shutil.which("dpkg-query"):
        return
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *packages], capture_output=True, text=True, check=False
    )
    there = {line.split()[0] for line in done.stdout.splitlines() if line.endswith("install ok installed")}
    missing = [p for p in packages if p not in there and not (p == "libglib2.0-0" and "libglib2.0-0t64" in there)]
    if not missing:
        return
    prefix = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    command = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if prefix and (
        not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    ):
        fail(
            "system packages are missing; please run: sudo apt-get install -y --no-install-recommends "
            + " ".join(missing)
        )
    say("installing system packages: " + " ".join(missing))
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run([*prefix, "apt-get", "update", "-qq"], env=env, stdout=subprocess.DEVNULL, check=False)
    if subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=False).returncode:
        fail("installing the system packages failed: " + " ".join(missing))


def step_run(arguments: list[str]) -> int:
    """Open the demo workstation."""
    ensure_packages(QT_PACKAGES)
    ensure_environment()
    if not has_display():
        if "--exit-when-ready" not in arguments:
            fail("there is no display here; add --exit-when-ready to start without one")
        return run(PYTHON, "-m", "brokerdesk", "demo", *arguments, env=environment(QT_QPA_PLATFORM="offscreen"))
    return run(PYTHON, "-m", "brokerdesk", "demo", *arguments)


def step_lint(_arguments: list[str]) -> int:
    """Format, lint, types, import contracts; all are run, the first failure is returned."""
    ensure_environment()
    codes = [
        run(BIN / "ruff", "format", "--check", "--quiet", "."),
        run(BIN / "ruff", "check", "--quiet", "."),
        run(BIN / "mypy"),
        run(BIN / "lint-imports"),
    ]
    return next((c for c in codes if c), 0)


def step_test(arguments: list[str]) -> int:
    """Lint, then the tests; `--full` adds the long tier, everything else is handed to pytest."""
    full = "--full" in arguments
    rest = [a for a in arguments if a != "--full"]
    ensure_packages([*TEST_PACKAGES, *(["binutils"] if full else [])])
    ensure_environment()
    begin = time.monotonic()
    if not rest:
        must(BIN / "ruff", "format", "--check", "--quiet", ".")
        must(BIN / "ruff", "check", "--quiet", ".")
        must(BIN / "mypy")
        say(f"lint and types: {time.monotonic() - begin:.0f} s")
    extra = {"BROKERDESK_TEST_FULL": "1"} if full else {}
    env = environment(QT_QPA_PLATFORM="offscreen", **extra)
    chosen = rest or ["-n", "2", "--dist", "loadgroup"]
    if not any(a == "-m" for a in chosen) and not full:
        chosen = [*chosen, "-m", "not full"]
    begin = time.monotonic()
    code = run(PYTHON, "-m", "pytest", *chosen, "--durations=15", env=env)
    say(f"tests: {time.monotonic() - begin:.0f} s")
    return code


def step_portal(arguments: list[str]) -> int:
    """The portal's command line."""
    ensure_environment()
    return run(PYTHON, "-m", "brokerdesk", "portal", *arguments)


def step_build(_arguments: list[str]) -> int:
    """PyInstaller onedir build, then the self-test of the built program."""
    ensure_packages(BUILD_PACKAGES)
    ensure_environment()
    must(BIN / "pyinstaller", "--noconfirm", "--log-level", "WARN", "brokerdesk.spec")
    program = ROOT / "dist" / "brokerdesk" / ("brokerdesk.exe" if WINDOWS else "brokerdesk")
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    if not has_display():
        env["QT_QPA_PLATFORM"] = "offscreen"
    say("self-test of the build")
    return subprocess.run([program, "self-test"], cwd=ROOT / "dist", env=env, check=False).returncode


def step_bench(arguments: list[str]) -> int:
    """Figures beside a plain SQLite floor of the same run."""
    ensure_packages(QT_PACKAGES)
    ensure_environment()
    return run(PYTHON, "-m", "tests.benchmarks", *arguments, env=environment(QT_QPA_PLATFORM="offscreen"))


def step_screenshots(arguments: list[str]) -> int:
    """Pictures of every page of the demo workstation."""
    ensure_packages(QT_PACKAGES)
    ensure_environment()
    env = environment(QT_QPA_PLATFORM="offscreen")
    return run(PYTHON, "-m", "brokerdesk", "screenshots", *(arguments or ["pictures"]), env=env)


def step_lock(_arguments: list[str]) -> int:
    """Resolve and lock the three requirement sets with hashes and without registry addresses."""
    ensure_environment()
    sets = {"dev": ("desktop", "portal", "dev"), "desktop": ("desktop",), "portal": ("portal",)}
    for name, extras in sets.items():
        chosen = [part for e in extras for part in ("--extra", e)]
        limits = [] if name == "dev" else ["-c", REQUIREMENTS]
        must(
            BIN / "uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes",
            "--no-emit-index-url", "--no-annotate", "--no-header", *chosen, *limits, "pyproject.toml",
            "-o", ROOT / "requirements" / f"{name}.txt",
        )  # fmt: skip
    return 0


STEPS = {
    "run": step_run,
    "test": step_test,
    "lint": step_lint,
    "portal": step_portal,
    "build": step_build,
    "bench": step_bench,
    "screenshots": step_screenshots,
    "lock": step_lock,
}


def main() -> int:
    """Pick the step."""
    if len(sys.argv) < 2 or sys.argv[1] not in STEPS:
        print(__doc__)
        return 0 if sys.argv[1:] in ([], ["-h"], ["--help"]) else 2
    return STEPS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())
