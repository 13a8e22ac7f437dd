"""The demo's own portal as a child process: started on a free loopback port, ended with its standard input.

The desk never imports the portal; it starts the same program with `portal …` and talks HTTP like to any other portal.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brokerdesk.core.errors import KnownError, register

PORTAL_NOT_STARTED = register("portal-not-started", "exit_code")
_LIMIT_S = 30
_WORK_LIMIT_S = 300


def program() -> list[str]:
    """The command that starts this very program: the frozen one, or the interpreter with the package."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "brokerdesk"]


def _environment() -> dict[str, str]:
    env = dict(os.environ)
    if not getattr(sys, "frozen", False):
        root = str(Path(__file__).resolve().parents[2])
        env["PYTHONPATH"] = os.pathsep.join(p for p in (root, env.get("PYTHONPATH", "")) if p)
    return env


@dataclass(slots=True)
class PortalProcess:
    """A running portal; `url` is where it answers, mails lie as files in `mails`."""

    url: str
    data: Path
    mails: Path
    _process: subprocess.Popen[str]

    @classmethod
    def start(cls, data: Path, *, port: int = 0) -> PortalProcess:
        """Start and wait until it accepts requests. Raises `KnownError(portal-not-started)`."""
        mails = data / "mails"
        mails.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = [
            *program(),
            "portal",
            "serve",
            "--json",
            "--port",
            str(port),
            "--data",
            str(data),
            "--mail-dir",
            str(mails),
        ]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=_environment(),
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("{"):
            process.kill()
            raise KnownError(PORTAL_NOT_STARTED, exit_code=process.wait(timeout=_LIMIT_S))
        return cls(json.loads(line)["url"], data, mails, process)

    def stop(self) -> None:
        """End it by closing its standard input; killed when it does not end by itself."""
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        try:
            self._process.wait(timeout=_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def operate(data: Path, *arguments: str) -> dict[str, Any]:
    """Run one operator's command on the portal in `data` and return its answer. Raises `KnownError(portal-not-started)`."""
    verb, *rest = arguments
    done = subprocess.run(
        [*program(), "portal", verb, *rest, "--data", str(data)],
        capture_output=True,
        text=True,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        timeout=_WORK_LIMIT_S,
        check=False,
    )
    if done.returncode != 0:
        raise KnownError(PORTAL_NOT_STARTED, exit_code=done.returncode)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
