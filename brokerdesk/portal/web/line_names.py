"""Name and group of a line of business (product/lines.md) for a customer. Unknown codes are named by their group."""

from __future__ import annotations

from brokerdesk.portal.web.lines import LOOKS
from brokerdesk.portal.web.wording import Wording

_PREFIXES = (
    ("liability_", "liability"),
    ("motor_", "motor"),
    ("legal_", "legal"),
    ("accident", "accident"),
    ("health_", "health"),
    ("care_", "care"),
    ("life_", "life_pension"),
    ("pension_", "life_pension"),
    ("household", "property"),
    ("building", "property"),
    ("glass", "property"),
    ("travel_", "travel"),
    ("investment", "investment"),
)


def group_of(code: str) -> str:
    """The group of a line."""
    if code in LOOKS:
        return code
    return next((group for prefix, group in _PREFIXES if code.startswith(prefix)), "other")


def line_name(code: str, words: Wording) -> str:
    """What the customer reads."""
    return words(f"web.line.{group_of(code)}") if code else ""
