"""Pages of one PDF: places text and rules by points from the top left corner, and writes the file. Knows no contents.

Drawing is recorded first and written at the end, because "page 1 of n" needs n. It goes straight to the canvas: flowing
tables of ReportLab take five times as long for the same page.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from brokerdesk.documents.escape import Printable, printable
from brokerdesk.documents.fonts import REGULAR, SEMIBOLD, faces, fitted
from brokerdesk.models.values.names import Language

WIDTH = 595.28
HEIGHT = 841.89
MM = 72 / 25.4
LOCALES = {Language.DE: "de-DE", Language.NL: "nl-NL", Language.EN: "en-GB"}
_writing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour of the token table (mockups § 2), as red, green, blue between 0 and 1."""

    red: float
    green: float
    blue: float


def _hex(value: int) -> Colour:
    return Colour(*(round((value >> shift & 255) / 255, 4) for shift in (16, 8, 0)))


TEXT = _hex(0x1B2027)
MUTED = _hex(0x57606A)
ACCENT = _hex(0x0B5CAD)
LINE = _hex(0xE2E5EA)
LINE_STRONG = _hex(0xC8CED7)
WHITE = _hex(0xFFFFFF)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks: face, size in points, colour, additional points between letters."""

    size: float
    colour: Colour = TEXT
    face: str = REGULAR
    spacing: float = 0

    def width(self, text: Printable) -> float:
        """Width of a fitted text in points."""
        return faces()[self.face].width(text, self.size) + self.spacing * len(text)


def bold(size: float, colour: Colour = TEXT) -> Style:
    """The heavier of the two weights."""
    return Style(size, colour, SEMIBOLD)


Align = Literal["left", "right", "centre"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A finished PDF. `missing_glyphs` are letters that the typeface lacks and that were replaced: tell the user."""

    data: bytes
    pages: int
    missing_glyphs: tuple[str, ...] = ()


@dataclass(slots=True)
class Sheet:
    """The pages of one document while it is laid out."""

    language: Language
    title: str
    pages: list[list[tuple[str, tuple[Any, ...]]]] = field(default_factory=lambda: [[]])
    missing: set[str] = field(default_factory=set)
    current: int = 0

    def ready(self, text: str) -> Printable:
        """`text` cleaned and fitted to the typeface; what it lacks is noted."""
        fit, missing = fitted(printable(text))
        self.missing |= missing
        return fit

    def new_page(self) -> None:
        """Continue on a fresh page."""
        self.pages.append([])
        self.current = len(self.pages) - 1

    def text(self, x: float, y: float, text: Printable, style: Style, *, align: Align = "left") -> float:
        """Write one line with its baseline `y` points below the top edge; returns its width."""
        width = style.width(text)
        left = x if align == "left" else x - width if align == "right" else x - width / 2
        self.pages[self.current].append(("text", ((left, y), text, style)))
        return width

    def rule(self, left: float, right: float, y: float, colour: Colour, *, width: float = 0.5) -> None:
        """A horizontal line."""
        self.pages[self.current].append(("line", ((left, y, right, y), colour, width)))

    def upright(self, x: float, top: float, bottom: float, colour: Colour, *, width: float = 0.5) -> None:
        """A vertical line."""
        self.pages[self.current].append(("line", ((x, top, x, bottom), colour, width)))

    def box(self, x: float, y: float, size: tuple[float, float], colour: Colour, *, radius: float = 0) -> None:
        """A filled rectangle with its upper left corner at `x`, `y`."""
        self.pages[self.current].append(("box", ((x, y, *size), colour, radius)))

    def wrap(self, text: Printable, style: Style, width: float, *, lines: int = 40) -> list[Printable]:
        """`text` in lines no wider than `width`; a word that is wider is broken. At most `lines`, then an ellipsis."""
        if style.width(text) <= width:
            return [text]
        found: list[str] = []
        current = ""
        for word in text.split(" "):
            for piece in _pieces(word, style, width):
                joined = f"{current} {piece}" if current else piece
                if current and style.width(Printable(joined)) > width:
                    found.append(current)
                    current = piece
                else:
                    current = joined
        found.append(current)
        if len(found) > lines:
            found = [*found[: lines - 1], _shortened(found[lines - 1], style, width)]
        return [Printable(line) for line in found]

    def finish(self) -> Document:
        """Write the file. Equal contents give equal bytes."""
        from reportlab.pdfgen.canvas import Canvas

        faces()
        stream = io.BytesIO()
        with _writing:  # ReportLab shares the parsed font files between canvases and seeks in them
            # the stubs take the name of a font for a number; without it Helvetica would stand unembedded in the file
            canvas = Canvas(
                stream,
                pagesize=(WIDTH, HEIGHT),
                invariant=1,
                pageCompression=1,
                lang=LOCALES[self.language],
                initialFontName=REGULAR,  # type: ignore[arg-type]
            )
            canvas.setTitle(self.title)
            canvas.setAuthor("")
            canvas.setSubject("")
            canvas.setCreator("BrokerDesk")
            canvas.setProducer("BrokerDesk")
            canvas.setViewerPreference("DisplayDocTitle", "true")
            for page in self.pages:
                for kind, values in page:
                    _DRAWING[kind](canvas, *values)
                canvas.showPage()
            canvas.save()
        return Document(data=stream.getvalue(), pages=len(self.pages), missing_glyphs=tuple(sorted(self.missing)))


def _pieces(word: str, style: Style, width: float) -> list[str]:
    if style.width(Printable(word)) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and style.width(Printable(pieces[-1] + letter)) > width:
            at = max(pieces[-1].rfind("-"), pieces[-1].rfind("/")) + 1
            rest = pieces[-1][at:] if at > len(pieces[-1]) // 2 else ""
            pieces[-1] = pieces[-1].removesuffix(rest)
            pieces.append(rest)
        pieces[-1] += letter
    return pieces


def _shortened(line: str, style: Style, width: float) -> str:
    while line and style.width(Printable(line + "…")) > width:
        line = line[:-1]
    return line + "…"


def _draw_text(canvas: Any, place: tuple[float, float], text: Printable, style: Style) -> None:
    canvas.setFont(style.face, style.size)
    canvas.setFillColorRGB(style.colour.red, style.colour.green, style.colour.blue)
    canvas.drawString(place[0], HEIGHT - place[1], text, charSpace=style.spacing)


def _draw_line(canvas: Any, ends: tuple[float, float, float, float], colour: Colour, width: float) -> None:
    canvas.setStrokeColorRGB(colour.red, colour.green, colour.blue)
    canvas.setLineWidth(width)
    canvas.line(ends[0], HEIGHT - ends[1], ends[2], HEIGHT - ends[3])


def _draw_box(canvas: Any, box: tuple[float, float, float, float], colour: Colour, radius: float) -> None:
    x, y, width, height = box
    canvas.setFillColorRGB(colour.red, colour.green, colour.blue)
    if radius:
        canvas.roundRect(x, HEIGHT - y - height, width, height, radius, stroke=0, fill=1)
    else:
        canvas.rect(x, HEIGHT - y - height, width, height, stroke=0, fill=1)


_DRAWING: Mapping[str, Callable[..., None]] = {"text": _draw_text, "line": _draw_line, "box": _draw_box}
