"""The embedded typeface of all PDFs (Source Sans 3) and what to do about letters it lacks. Draws nothing.

The font files are parsed once per process: a document then only pays for its own subset.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from brokerdesk.core.paths import resource
from brokerdesk.documents.escape import Printable
from brokerdesk.models.values.folding import fold

REGULAR = "SourceSans3"
SEMIBOLD = "SourceSans3-Semibold"
_FILES = {REGULAR: "fonts/SourceSans3-Regular.ttf", SEMIBOLD: "fonts/SourceSans3-Semibold.ttf"}


@dataclass(frozen=True, slots=True)
class Face:
    """One style: the advance of every character it has, in thousandths of the font size."""

    name: str
    advances: Mapping[str, float]

    def width(self, text: Printable, size: float) -> float:
        """Width of `text` in points. The text must be fitted (see `fitted`)."""
        advances = self.advances
        return sum([advances[c] for c in text]) * size * 0.001


@cache
def faces() -> Mapping[str, Face]:
    """Both styles, registered with ReportLab on first use."""
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    rl_config.useA85 = 0  # text encoding of streams costs a fifth of the time and makes files a quarter larger
    found = {}
    for name, file in _FILES.items():
        font = TTFont(name, str(resource(file)), asciiReadable=False)
        pdfmetrics.registerFont(font)
        # ReportLab writes a no-break space as a blank, so it has to be as wide as one
        advances = {chr(code): float(width) for code, width in font.face.charWidths.items()}
        advances["\u00a0"] = advances[" "]
        found[name] = Face(name, advances)
    return found


def fitted(text: Printable) -> tuple[Printable, frozenset[str]]:
    """`text` with every letter the font lacks replaced, and the set of those letters.

    A letter becomes its base letters (`ᶏ` → `a`) where there are any, else its code (`U+674E`), so that nothing looks
    like something it is not; signs such as emoji are left out. The caller reports the set to the user.
    """
    known = faces()[REGULAR].advances
    missing = frozenset(c for c in text if c not in known)
    if not missing:
        return text, missing
    return Printable("".join(c if c in known else _substitute(c, known) for c in text)), missing


def _substitute(letter: str, known: Mapping[str, float]) -> str:
    for form in (unicodedata.normalize("NFKC", letter), _bare(letter), fold(letter)):
        if form and form != letter and all(c in known for c in form):
            return form
    return f"U+{ord(letter):04X}" if letter.isalnum() else ""


def _bare(letter: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
