"""What the window does with the big book: each measurement in a window process of its own (`window_child`)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.benchmarks import lists
from tests.benchmarks.figures import Figure, Series
from tests.benchmarks.stage import Stage
from tests.benchmarks.typed import prefixes

_FLOOR_MEMORY = """
import sqlite3, sys
plain = sqlite3.connect(sys.argv[1])
plain.execute("PRAGMA cache_size = -32768")
keys = [r[0] for r in plain.execute(
    "SELECT key FROM party WHERE is_customer AND NOT archived AND NOT stub ORDER BY sort_key, key")]
marks = ",".join("?" * 200)
for start in range(0, len(keys) - 200, max(200, len(keys) // 100)):
    plain.execute(f"SELECT * FROM party WHERE key IN ({marks})", keys[start : start + 200]).fetchall()
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(peak[0].split()[1]) / 1024)
"""


def _child(stage: Stage, what: str, *more: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.window_child", what, str(stage.passphrase_file), *more],
        env=stage.environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the window ended with {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def keys(stage: Stage) -> Iterator[Figure]:
    """Keys typed into the search field, each until the list with the new rows is painted."""
    step = 2 if stage.scale == 1 else 8
    found = _child(stage, "keys", str(step))
    floor = Series()
    for words in prefixes()[::step]:
        floor.time(lambda words=words: _floor_page(stage, words))
    yield Series(found["ms"], found["cpu_ms"]).figure(
        "key stroke to painted page (p95)", goal=40, floor=floor,
        note="the floor reads keys and rows of the same page and paints nothing",
    )  # fmt: skip
    yield Series(found["sort_ms"]).figure("click on a column to painted page (p95)")


def _floor_page(stage: Stage, words: str) -> None:
    found = lists.floor_search(stage.plain, words)[:200]
    marks = ",".join("?" * len(found))
    stage.plain.execute(f"SELECT * FROM party WHERE key IN ({marks})", list(found)).fetchall()


def opened(stage: Stage) -> Iterator[Figure]:
    """Open a customer: what the services read, and until the page is painted."""
    found = _child(stage, "open", str(stage.repeats(60)))
    floor = Series()
    for party_id in found["ids"]:
        floor.time(lambda party_id=party_id: _floor_customer(stage, party_id))
    yield Series(found["read_ms"]).figure("open a customer, reading (p95)", goal=30, floor=floor)
    yield Series(found["ms"], found["cpu_ms"]).figure(
        "open a customer, painted page (p95)", goal=30, floor=floor, note="read, shown and painted in the window"
    )


def _floor_customer(stage: Stage, party_id: str) -> None:
    stage.plain.execute("SELECT * FROM party WHERE id = ?", (party_id,)).fetchall()
    stage.plain.execute("SELECT * FROM contract WHERE party_id = ?", (party_id,)).fetchall()


def memory(stage: Stage) -> Iterator[Figure]:
    """Peak of the window's process after the list was shown, scrolled from end to end and searched."""
    found = _child(stage, "memory")
    done = subprocess.run(
        [sys.executable, "-c", _FLOOR_MEMORY, str(stage.home / "plain.db")], capture_output=True, text=True, check=True
    )
    yield Figure(
        name="peak memory of the window", unit="MB", goal=250, value=found["peak_mb"], floor=float(done.stdout),
        note=f"{found['ready_mb']:.0f} MB when the list is shown, {found['now_mb']:.0f} MB at the end;"
        f" the imported program alone takes {found['program_mb']:.0f} MB",
    )  # fmt: skip
