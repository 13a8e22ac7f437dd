"""How a contract's line of business looks on the customer pages: group of the filter, icon, colour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """Filter chip, icon and colour of one group of lines."""

    chip: str
    icon: str
    colour: str


LOOKS: dict[str, Look] = {
    "liability": Look("home", "shield", "green"),
    "motor": Look("motor", "car", "blue"),
    "property": Look("home", "home", "amber"),
    "legal": Look("home", "scale", "slate"),
    "accident": Look("provision", "bandage", "clay"),
    "health": Look("health", "heart", "teal"),
    "care": Look("health", "heart", "teal"),
    "income_protection": Look("provision", "heart", "rose"),
    "life_pension": Look("provision", "umbrella", "violet"),
    "travel": Look("other", "plane", "blue"),
    "technical_transport": Look("other", "tool", "slate"),
    "financing": Look("other", "bank", "slate"),
    "investment": Look("other", "bank", "violet"),
    "other": Look("other", "file", "slate"),
}
"""Group of lines.md → its look."""

CHIPS = ("home", "motor", "provision", "health", "other")
"""Filter chips in their order."""


def look_of(group: str) -> Look:
    """The look of a group; an unknown one looks like `other`."""
    return LOOKS.get(group, LOOKS["other"])
