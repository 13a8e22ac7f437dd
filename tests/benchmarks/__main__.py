"""`python3 dev.py bench`: measures a book of 100,000 customers and 500,000 contracts and prints the table. Fails for no figure.

--quick       a tenth of the size, fewer repeats
--only NAMES  some of the measurements, separated by commas
--json FILE   the figures for a machine as well
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

from brokerdesk.core.logs import configure
from tests.benchmarks import deliveries, exchange, lists, papers, start, window
from tests.benchmarks.figures import Figure, surroundings, table, write_json
from tests.benchmarks.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
MEASUREMENTS: dict[str, Callable[[Stage], Iterator[Figure]]] = {
    "start": start.start,
    "search": lists.search,
    "resort": lists.resort,
    "keys": window.keys,
    "open": window.opened,
    "memory": window.memory,
    "gdv": deliveries.gdv,
    "pdf": papers.overviews,
    "exchange": exchange.exchange,
}


def stage_root() -> Path:
    """Where books and deliveries are kept between runs."""
    return Path(os.environ.get("BROKERDESK_BENCH") or ROOT / "build" / "bench")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _names(text: str) -> list[str]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in MEASUREMENTS]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(MEASUREMENTS)}")
    return wanted


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; the exit code says only whether everything could be measured."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--smoke", action="store_true", help=argparse.SUPPRESS)  # a hundredth, for the tests
    parser.add_argument("--only", type=_names, default=list(MEASUREMENTS), help=", ".join(MEASUREMENTS))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    configure(stage_root() / "logs")
    stage = Stage(
        stage_root(),
        scale=100 if given.smoke else 10 if given.quick else 1,
    )
    begin = perf_counter()
    stage.prepare()
    _say(f"bench: the book is ready after {perf_counter() - begin:.0f} s")
    figures: list[Figure] = []
    for name in given.only:
        began = perf_counter()
        figures += MEASUREMENTS[name](stage)
        _say(f"bench: {name} took {perf_counter() - began:.0f} s")
    contracts = stage.customers * stage.each
    print(f"{stage.customers:,} customers, {contracts:,} contracts. {surroundings()}\n")
    print(table(figures))
    if given.json:
        write_json(given.json, figures, customers=stage.customers, contracts=contracts)
    _say(f"bench: {perf_counter() - begin:.0f} s in all")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
