"""The benchmarks run and tell their figures; nothing here looks at a second."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import Figure, Series, percentile, table
from tests.benchmarks.typed import prefixes, words

ROOT = Path(__file__).resolve().parents[2]


def test_a_figure_knows_its_goal_and_its_floor() -> None:
    fast = Figure(name="fast", unit="ms", value=8, goal=16, floor=4)
    slow = Figure(name="slow", unit="records/s", value=500, goal=1_000, floor=5_000, higher=True)
    assert (fast.met, fast.ratio) == (True, 2)
    assert (slow.met, slow.ratio) == (False, 10)
    text = table([fast, slow])
    assert "≤ 16.0" in text and "≥ 1,000" in text
    assert text.count("missed") == 1


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(1, 101), 0.95) == 95
    assert Series([1.0, 9.0]).figure("x").p95 == 9


def test_people_type_some_sixty_things_key_by_key() -> None:
    assert 55 <= len(words()) <= 75
    assert {word[:1] for word in words()} <= set(prefixes())
    assert set(words()) <= set(prefixes())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_quick_run_prints_and_writes_its_figures(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--smoke", "--only", "search,resort", "--json", str(target)],
        cwd=ROOT, env={**os.environ, "BROKERDESK_BENCH": str(tmp_path / "bench")}, capture_output=True, text=True,
        timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["customers"] == 1_000
    names = [f["name"] for f in found["figures"]]
    assert names == ["search itself (p95)", "re-sort (p95)", "re-sort, known order (p95)"]
    assert all(f["value"] > 0 for f in found["figures"])
    for name in names:
        assert name in done.stdout


def test_an_unknown_measurement_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--only", "nonsense"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 2
    assert "nonsense" in done.stderr
