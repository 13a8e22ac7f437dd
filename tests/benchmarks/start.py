"""From starting the process to the painted list, as a person would start it: the real command, the real key derivation."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter

from brokerdesk.vault.passphrase import FLOOR, derive
from tests.benchmarks.figures import Figure, Series, percentile
from tests.benchmarks.stage import PASSPHRASE, PROFILE, Stage

_FLOOR = """
import sqlite3, sys
plain = sqlite3.connect(sys.argv[1])
keys = [r[0] for r in plain.execute(
    "SELECT key FROM party WHERE is_customer AND NOT archived AND NOT stub ORDER BY sort_key, key")]
marks = ",".join("?" * 200)
rows = plain.execute(f"SELECT * FROM party WHERE key IN ({marks})", keys[:200]).fetchall()
print(len(rows), flush=True)
sys.stdin.read()
"""


def until_line(command: list[str], stage: Stage) -> float:
    """Milliseconds until the first line of the child; it is let go afterwards and has to end with 0."""
    begin = perf_counter()
    child = subprocess.Popen(
        command, env=stage.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    spent = (perf_counter() - begin) * 1000
    _, complaints = child.communicate(timeout=120)
    if not line or child.returncode:
        raise RuntimeError(f"the child ended with {child.returncode}: {complaints[-2000:]}")
    return spent


def children_s() -> float:
    """Processor time of all children that have ended; tells a slow program from a busy machine."""
    used = os.times()
    return used.children_user + used.children_system


def opening(stage: Stage) -> list[str]:
    """The command that opens the big book."""
    return [
        sys.executable, "-m", "brokerdesk", "open", "--profile", PROFILE, "--passphrase-file", str(stage.passphrase_file),
        "--exit-when-ready", "--json",
    ]  # fmt: skip


def start(stage: Stage) -> Iterator[Figure]:
    """Each start after a clean end; the first one warms the disk cache and is not counted."""
    mine, floor, key = Series(), Series(), Series()
    plain = [sys.executable, "-c", _FLOOR, str(stage.home / "plain.db")]
    until_line(opening(stage), stage)
    for _ in range(stage.repeats(9)):
        before = children_s()
        mine.values.append(until_line(opening(stage), stage))
        mine.cpu.append((children_s() - before) * 1000)
        floor.values.append(until_line(plain, stage))
        key.time(lambda: derive(PASSPHRASE, secrets.token_bytes(16), FLOOR))
    derived = percentile(key.values, 0.5)
    yield mine.figure(
        "process start to usable list (p50)", at=0.5, goal=1_000, floor=floor,
        note=f"command to painted rows, key derivation at its floor included; alone it takes {derived:.0f} ms."
        " Processor time is that of a start with its end."
        " The floor is an interpreter that reads the same keys and rows",
    )  # fmt: skip
