"""The command line: everything a person can do with the book without a window (product/cli.md)."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done · 1 attention · 2 wrong call · 3 refused · 70 our fault."""
    from brokerdesk.cli.program import run

    return run(list(arguments))
