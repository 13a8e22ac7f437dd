"""The few blocks under which contracts stand on pages and in print; groups of lines are finer than people need."""

from __future__ import annotations

BLOCK_OF_GROUP = {
    "motor": "motor",
    "liability": "home",
    "property": "home",
    "legal": "home",
    "accident": "provision",
    "health": "provision",
    "care": "provision",
    "income_protection": "provision",
    "life_pension": "provision",
    "travel": "further",
    "technical_transport": "further",
    "investment": "further",
    "financing": "further",
    "other": "further",
}
"""Group of a line (lines.md § 2) → block; texts `lines.block.<block>`."""
BLOCKS = ("motor", "home", "provision", "further")
"""Blocks in the order in which they are shown."""
