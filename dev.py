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
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
LOCKS = ROOT / "requirements"
PROGRAM = ("desktop.txt", "portal.txt")
"""What the program itself needs; `dev.txt` has the same pins and the tools on top."""
QT_PACKAGES = ["libgl1", "libegl1", "libfontconfig1", "libdbus-1-3", "libxkbcommon0", "libglib2.0-0"]
SHARED_PYTHON = f"libpython3.{sys.version_info[1]}"
"""What the build takes along; Debian's own Python comes without it."""
BUILD_PACKAGES = [*QT_PACKAGES, "binutils", *([SHARED_PYTHON] if sys.base_prefix == "/usr" else [])]
TEST_PACKAGES = [*QT_PACKAGES, "chromium", "libatomic1", "poppler-utils"]
RENAMED = {name: f"{name}t64" for name in ("libglib2.0-0", SHARED_PYTHON)}


def say(text: str) -> None:
    """One line on standard error, so that standard output stays the program's own."""
    print(f"dev: {text}", file=sys.stderr, flush=True)


def fail(text: str) -> NoReturn:
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


def set_up(packages: list[str], *, tools: bool = True) -> None:
    """System packages and `.venv` side by side; without `tools` only what the program itself needs.

    Nothing to do when all is there and the locked sets did not change.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - this script is also started by older interpreters
        fail(f"Python 3.11 or later is needed, this is {platform.python_version()}")
    if not PYTHON.exists() and find_spec("ensurepip") is None:
        install_packages(packages_command(["python3-venv"]))
        if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode:
            fail("this Python lacks the module ensurepip; please install the complete Python")
    command = packages_command(packages)
    with ThreadPoolExecutor(1) as side:
        system = side.submit(install_packages, command)
        ensure_environment(tools=tools)
        system.result()


def wanted_parts(*, tools: bool) -> dict[str, str]:
    """The parts of the environment and the text of their locked sets; the tools' part is what only `dev.txt` has."""
    program = "".join((LOCKS / name).read_text() for name in PROGRAM)
    parts = {"program": program}
    if tools:
        pins = (LOCKS / "dev.txt").read_text()
        entries = re.findall(r"^\S.*(?:\n[ \t]+.*)*\n?", pins, re.MULTILINE)
        known = set(program.splitlines())
        parts["tools"] = "".join(e for e in entries if e.splitlines()[0] not in known)
    return parts


def ensure_environment(*, tools: bool = True) -> None:
    """Make `.venv` from the hash-locked sets, both parts at the same time."""
    parts = wanted_parts(tools=tools)
    digests = {n: hashlib.sha256((text + sys.version).encode()).hexdigest() for n, text in parts.items()}
    stamp = VENV / ".parts"
    known = stamp.read_text().split() if stamp.exists() and PYTHON.exists() else []
    done = dict(zip(known[::2], known[1::2], strict=False))
    missing = [name for name in parts if done.get(name) != digests[name]]
    if not missing:
        return
    begin = time.monotonic()
    say("setting up .venv (once, about a minute)")
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True, symlinks=not WINDOWS)
    running = [install(name, parts[name]) for name in missing]
    if any([process.wait() for process in running]):
        fail("installing the Python packages failed; what is written above tells why. Starting again carries on.")
    stamp.write_text("".join(f"{n} {d}\n" for n, d in {**done, **{n: digests[n] for n in missing}}.items()))
    say(f"set up in {time.monotonic() - begin:.0f} s")


def install(part: str, text: str) -> subprocess.Popen[bytes]:
    """Start pip for one part: wheels only, every hash checked, nothing resolved (the locks are complete)."""
    listed = VENV / f".{part}.txt"
    listed.write_text(text)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    rules: list[str | Path] = ["--no-compile", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", listed]
    return subprocess.Popen([*pip, *rules], cwd=ROOT)


def missing_packages(packages: list[str]) -> list[str]:
    """Those of the Debian packages that are not installed, also under the name of a later release."""
    names = [*packages, *(RENAMED[p] for p in packages if p in RENAMED)]
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *names], capture_output=True, text=True, check=False
    )
    there = {line.split()[0] for line in done.stdout.splitlines() if line.endswith("install ok installed")}
    return [p for p in packages if p not in there and RENAMED.get(p) not in there]


def root_prefix() -> list[str] | None:
    """What has to stand before a command of the administrator: nothing, `sudo -n`, or None when it is not allowed."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if shutil.which("sudo") and not subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode:
        return sudo
    return None


def packages_command(packages: list[str]) -> list[str]:
    """The command that installs the missing packages on Debian and Ubuntu, empty when there is nothing to do.

    Prints the command and stops when this user may not install.
    """
    missing = missing_packages(packages) if packages and shutil.which("dpkg-query") else []
    if not missing:
        return []
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    prefix = root_prefix()
    if prefix is None:
        fail("system packages are missing; please run: sudo " + " ".join(command))
    return [*prefix, *command]


def install_packages(command: list[str]) -> None:
    """Run that command after fetching the lists anew."""
    if not command:
        return
    begin = time.monotonic()
    start = command.index("apt-get")
    say("installing system packages: " + " ".join(command[start + 4 :]))
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for call in ([*command[: start + 1], "update", "-qq"], [*command, "-qq"]):
        code = subprocess.run(call, env=env, stdout=subprocess.DEVNULL, check=False).returncode
    if code:
        fail("installing the system packages failed; please run: sudo " + " ".join(command[start:]))
    say(f"system packages in {time.monotonic() - begin:.0f} s")


def step_run(arguments: list[str]) -> int:
    """Open the demo workstation."""
    windowless = not has_display()
    if windowless and "--exit-when-ready" not in arguments:
        fail("there is no display here; add --exit-when-ready to start without one")
    set_up(QT_PACKAGES, tools=False)
    env = environment(QT_QPA_PLATFORM="offscreen") if windowless else environment()
    return run(PYTHON, "-m", "brokerdesk", "demo", *arguments, env=env)


def step_lint(_arguments: list[str]) -> int:
    """Format, lint, types, import contracts; all are run, the first failure is returned."""
    set_up([])
    codes = [
        run(BIN / "ruff", "format", "--check", "--quiet", "."),
        run(BIN / "ruff", "check", "--quiet", "."),
        run(BIN / "mypy"),
        run(BIN / "lint-imports"),
    ]
    return next((c for c in codes if c), 0)


def step_test(arguments: list[str]) -> int:
    """Lint, then the tests; `--full` adds the long tier and the build, everything else is handed to pytest."""
    full = "--full" in arguments
    rest = [a for a in arguments if a != "--full"]
    set_up(sorted({*TEST_PACKAGES, *(BUILD_PACKAGES if full else [])}))
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
    if full and not rest:
        begin = time.monotonic()
        code = step_build([]) or code
        say(f"build: {time.monotonic() - begin:.0f} s")
    return code


def step_portal(arguments: list[str]) -> int:
    """The portal's command line."""
    set_up([], tools=False)
    return run(PYTHON, "-m", "brokerdesk", "portal", *arguments)


def step_build(_arguments: list[str]) -> int:
    """PyInstaller onedir build, then the self-test of the built program, its size and its time to start."""
    set_up(BUILD_PACKAGES)
    begin = time.monotonic()
    must(BIN / "pyinstaller", "--noconfirm", "--log-level", "WARN", "brokerdesk.spec")
    say(f"built in {time.monotonic() - begin:.0f} s")
    folder = ROOT / "dist" / "brokerdesk"
    program = folder / ("brokerdesk.exe" if WINDOWS else "brokerdesk")
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME", "QT_API"}}
    if not has_display():
        env["QT_QPA_PLATFORM"] = "offscreen"
    say("self-test of the build")
    code = subprocess.run([program, "self-test"], cwd=folder.parent, env=env, check=False).returncode
    size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    say(f"size on disk: {size / 1_000_000:.0f} MB")
    return code or start_times(program, env)


def start_times(program: Path, env: dict[str, str]) -> int:
    """Say how long the built program takes to start, to open a new book and to paint its list; the first failure."""
    with tempfile.TemporaryDirectory() as home:
        env = {**env, "BROKERDESK_HOME": home}
        passphrase = Path(home) / "passphrase"
        passphrase.write_text(secrets.token_hex(16))
        book = ["--passphrase-file", str(passphrase)]
        starts = {
            "command line": ["--version"],
            "new book": ["profile", "create", "start", *book],
            "window of a book": ["open", "--profile", "start", "--exit-when-ready", *book],
        }
        for what, arguments in starts.items():
            begin = time.monotonic()
            try:
                done = subprocess.run(
                    [program, *arguments], env=env, stdout=subprocess.DEVNULL, check=False, timeout=60
                )
            except subprocess.TimeoutExpired:
                fail(f"{what}: no end after 60 s")
            say(f"start to end, {what}: {time.monotonic() - begin:.1f} s")
            if done.returncode:
                return done.returncode
    return 0


def step_bench(arguments: list[str]) -> int:
    """Figures beside a plain SQLite floor of the same run."""
    set_up(QT_PACKAGES)
    return run(PYTHON, "-m", "tests.benchmarks", *arguments, env=environment(QT_QPA_PLATFORM="offscreen"))


def step_screenshots(arguments: list[str]) -> int:
    """Pictures of every page of the demo workstation."""
    set_up(QT_PACKAGES, tools=False)
    env = environment(QT_QPA_PLATFORM="offscreen")
    return run(PYTHON, "-m", "brokerdesk", "screenshots", *(arguments or ["pictures"]), env=env)


def step_lock(_arguments: list[str]) -> int:
    """Resolve and lock the three requirement sets with hashes and without registry addresses."""
    set_up([])
    sets = {"dev": ("desktop", "portal", "dev"), "desktop": ("desktop",), "portal": ("portal",)}
    for name, extras in sets.items():
        chosen = [part for e in extras for part in ("--extra", e)]
        limits: list[str | Path] = [] if name == "dev" else ["-c", LOCKS / "dev.txt"]
        must(
            BIN / "uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes",
            "--no-emit-index-url", "--no-annotate", "--no-header", *chosen, *limits, "pyproject.toml",
            "-o", LOCKS / f"{name}.txt",
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
