"""Lengths and type sizes of the window at a given text size.

One unit is the line height divided by 18: at 100 percent a pixel. All sizes are given in these units, so that text,
rows, fields, badges and icons grow together. Knows no widgets and no colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from PySide6.QtGui import QFont

MINIMUM_PERCENT, MAXIMUM_PERCENT = 100, 200
_BODY = 13


class Type(Enum):
    """The seven sizes of type in the window, at 100 percent."""

    GREETING = 22
    TITLE = 20
    SECTION = 16
    BODY = 13
    HINT = 12
    BADGE = 11
    TINY = 9


@lru_cache(maxsize=64)
def _font(family: str, pixels: int, strong: bool, struck: bool) -> QFont:  # noqa: FBT001 - a cache has no keywords
    font = QFont(family) if family else QFont()
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    font.setStrikeOut(struck)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@dataclass(frozen=True, slots=True)
class Units:
    """Turns the sizes of the design into pixels of the chosen text size (`percent` 100 to 200)."""

    percent: int = 100
    family: str = ""

    def __call__(self, size: float) -> int:
        """`size` in whole pixels, at least 1 for anything that is not 0."""
        return max(1, round(size * self.percent / 100)) if size > 0 else 0

    def exact(self, size: float) -> float:
        """`size` in fractional pixels, for painting."""
        return size * self.percent / 100

    def font(self, kind: Type = Type.BODY, *, strong: bool = False, struck: bool = False) -> QFont:
        """The system's own family in one of the seven sizes; weights are 400 and 600, digits tabular."""
        return QFont(_font(self.family, self(kind.value), strong, struck))

    def initials_font(self, diameter: float) -> QFont:
        """The bold font of initials in a circle of `diameter` units: 0.4 of it, at least 9."""
        font = self.font(strong=True)
        font.setPixelSize(max(self(9), round(diameter * self.percent / 100 * 0.4)))
        return font

    def row(self, kind: str = "normal") -> int:
        """Height of a table row: `dense` 30, `normal` 32, `roomy` 36, `two` 44."""
        return self({"dense": 30, "normal": 32, "roomy": 36, "two": 44}[kind])
