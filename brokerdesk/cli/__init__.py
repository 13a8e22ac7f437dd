"""The command line: everything a person can do with the book without a window."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code (product/cli.md)."""
    del arguments
    return 2
