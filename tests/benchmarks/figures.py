"""One measured figure beside its goal and its floor, and the table of all of them. Judges nothing: goals are printed."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure in `unit`. `higher` says which side of `goal` is the good one; `floor` is plain SQLite, same work, same run.

    `value` is what is compared with the goal, usually a percentile of what `p50` and `p95` describe. `cpu` is the same by
    processor time: what is left when a busy machine lets others run in between (threads of one process are added up).
    """

    name: str
    unit: str
    value: float
    goal: float | None = None
    floor: float | None = None
    p50: float | None = None
    p95: float | None = None
    cpu: float | None = None
    count: int = 1
    higher: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.higher else self.value <= self.goal

    @property
    def ratio(self) -> float | None:
        """How many times more than plain SQLite it costs."""
        if not self.floor or not self.value:
            return None
        return self.floor / self.value if self.higher else self.value / self.floor


def percentile(values: Sequence[float], part: float) -> float:
    """The nearest-rank percentile; `part` between 0 and 1."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(part * len(ranked)) - 1)]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds and the result."""
    begin = perf_counter()
    result = work()
    return (perf_counter() - begin) * 1000, result


@dataclass(slots=True)
class Series:
    """Milliseconds of many runs of one kind, by the clock and by the processor."""

    values: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def time(self, work: Callable[[], T]) -> T:
        """Run and keep the time."""
        before = process_time()
        spent, result = timed(work)
        self.cpu.append((process_time() - before) * 1000)
        self.values.append(spent)
        return result

    def figure(self, name: str, *, floor: Series | None = None, at: float = 0.95, **more: Any) -> Figure:
        """This series as a figure at a percentile, beside the same percentile of the floor."""
        return Figure(
            name=name,
            unit="ms",
            value=percentile(self.values, at),
            p50=percentile(self.values, 0.5),
            p95=percentile(self.values, 0.95),
            cpu=percentile(self.cpu, at) if self.cpu else None,
            floor=percentile(floor.values, at) if floor else None,
            count=len(self.values),
            **more,
        )


def number(value: float | None) -> str:
    """Three significant digits, thousands with commas."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> str:
    """All figures as aligned text."""
    rows = [("figure", "unit", "goal", "measured", "p50", "p95", "cpu", "n", "floor", "ratio", "")]
    for f in figures:
        goal = "–" if f.goal is None else ("≥ " if f.higher else "≤ ") + number(f.goal)
        verdict = {True: "met", False: "missed", None: ""}[f.met]
        ratio = "–" if f.ratio is None else f"{f.ratio:.1f}×"
        rows.append(
            (
                f.name,
                f.unit,
                goal,
                number(f.value),
                number(f.p50),
                number(f.p95),
                number(f.cpu),
                str(f.count),
                number(f.floor),
                ratio,
                verdict,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * len(lines[0]))
    legend = (
        "cpu: the same by processor time, for comparison on a busy machine. floor: plain SQLite, same work, same run."
    )
    notes = [f"  {f.name}: {f.note}" for f in figures if f.note]
    return "\n".join([*lines, "", legend, *(["", "Notes:", *notes] if notes else [])])


def surroundings() -> str:
    """What the figures were taken on, without names of the machine."""
    load = os.getloadavg() if hasattr(os, "getloadavg") else (0.0, 0.0, 0.0)
    return (
        f"Python {platform.python_version()} on {platform.system()}, {os.cpu_count()} cores, "
        f"load {load[0]:.1f} (1 min), {load[1]:.1f} (5 min)"
    )


def write_json(path: Path, figures: Sequence[Figure], **more: Any) -> None:
    """All figures for a machine."""
    value = {
        **more,
        "surroundings": surroundings(),
        "figures": [asdict(f) | {"met": f.met, "ratio": f.ratio} for f in figures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")
