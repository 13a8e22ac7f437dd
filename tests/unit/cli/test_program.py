"""The program as a process: exit codes, clean streams, Ctrl-C, the self-test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import brokerdesk.__main__
from brokerdesk.cli.imports import stoppable
from brokerdesk.core.paths import Folders, resource
from tests.support.books import PASSPHRASE
from tests.support.journey import make_book

pytestmark = pytest.mark.slow


@pytest.fixture
def secret(_own_home: None, tmp_path: Path) -> Path:
    """A profile of this user and the file with its passphrase."""
    make_book(Folders.of_user())
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE, encoding="utf-8")
    return file


def program(*arguments: object, stdin: Any = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "brokerdesk", *map(str, arguments)],
        capture_output=True, text=True, stdin=stdin, timeout=100, check=False,
    )  # fmt: skip


def document(*arguments: object, code: int = 0) -> Any:
    """The one JSON document of a command that ends with `code`."""
    done = program(*arguments)
    assert done.returncode == code, done
    return json.loads(done.stdout)


def test_a_process_says_one_document_and_nothing_else(secret: Path) -> None:
    given = ("--passphrase-file", secret, "--json")
    report = document("import", "gdv", resource("gdv/igor_110120.txt"), *given, code=1)
    assert report["files"][0]["net_as_delivered_cents"] == 119_170
    refused = document("list", "customers", "--json", code=3)
    assert refused["error"]["code"] == "not-unlocked"
    assert program("nonsense").returncode == 2


def large(folder: Path) -> Path:
    """The sample's records many times over under other contract numbers: some seconds of import."""
    lines = resource("gdv/igor_110120.txt").read_bytes().splitlines()
    body = [line for line in lines[1:] if not line.startswith(b"9999")]
    out = [lines[0]]
    for number in range(4000):
        mark = b"%06d" % number
        out += [line[:13] + mark + line[19:] for line in body]
    file = folder / "gross.txt"
    file.write_bytes(b"\n".join(out))
    return file


def interruptible(*arguments: object) -> subprocess.Popen[str]:
    """The program as a terminal starts it; a suite in the background of a script would hand down that Ctrl-C is ignored."""
    return subprocess.Popen(
        [sys.executable, "-m", "brokerdesk", *map(str, arguments)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )  # fmt: skip


def test_ctrl_c_while_the_program_loads_ends_it_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def loading(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("brokerdesk.cli.main", loading)
    assert brokerdesk.__main__.main() == 3


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_in_an_import_leaves_the_book_unchanged(secret: Path, tmp_path: Path) -> None:
    file, log = large(tmp_path), Folders.of_user().data / "profiles" / "Makler Weber" / "book.db-wal"
    process = interruptible("import", "gdv", file, "--passphrase-file", secret, "--json")
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end and not log.exists():
        time.sleep(0.02)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 3, "the file was too small to be stopped in time"
    assert json.loads(out)["error"]["code"] in {"stopped", "import-cancelled"}
    given = ("--passphrase-file", secret, "--json")
    assert document("list", "customers", "--count", *given)["total"] == 0
    assert document("profile", "verify", *given, code=1)["whole"] is True


@contextmanager
def handled_by(handler: Any) -> Iterator[None]:
    """Ctrl-C as in a terminal or in the background, whatever the suite was started with."""
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_first_ctrl_c_asks_and_the_second_breaks_off() -> None:
    with handled_by(signal.default_int_handler):
        with stoppable() as stopped:
            assert not stopped()
            signal.raise_signal(signal.SIGINT)
            assert stopped()
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_that_ignores_ctrl_c_goes_on_ignoring_it() -> None:
    with handled_by(signal.SIG_IGN):
        with stoppable() as stopped:
            signal.raise_signal(signal.SIGINT)
            assert not stopped()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_the_memory_of_the_program_stays_private() -> None:
    """S-06: no core dump, not dumpable."""
    asked = (
        "import ctypes, resource; from brokerdesk.cli.program import run; run(['profile', 'list', '--json']);"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "(0, 0) 0"


def test_the_self_test_of_this_installation_passes() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "brokerdesk", "self-test", "--json"],
        capture_output=True, text=True, timeout=110, check=False, env=environment, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert done.returncode == 0, found
    assert found["key_store"] == {"ok": True, "detail": "absent"}
    names = {"cipher", "sqlite", "fonts", "templates", "translations", "key_store", "pdf", "window", "round_trip"}
    assert names <= set(found)
    assert found["round_trip"]["detail"].endswith("record")
