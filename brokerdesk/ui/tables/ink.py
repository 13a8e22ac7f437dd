"""What painting a table needs over and over, looked up once per theme: fonts with their measures, colours, widths of words.

A page of a list is some hundred cells between a key and its picture; asking theme and units for each of them costs more
than the painting. Whoever keeps an `Ink` makes a new one when theme or text size change.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme import StatusColours
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type

_KNOWN = 4_000
_LINE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)


class Face:
    """A font and how wide words are in it."""

    def __init__(self, font: QFont) -> None:
        """Measures words when they are first painted."""
        self.font = font
        self._metrics = QFontMetricsF(font)
        self._widths: dict[str, float] = {}

    def width(self, words: str) -> float:
        """Width of one line in pixels."""
        found = self._widths.get(words)
        if found is None:
            if len(self._widths) >= _KNOWN:
                self._widths.clear()
            found = self._widths[words] = self._metrics.horizontalAdvance(words)
        return found

    def line(self, painter: QPainter, rect: QRectF, words: str, colour: QColor) -> None:
        """One line of plain text from the left edge of `rect`, vertically centred, shortened when it does not fit."""
        if self.width(words) > rect.width():
            words = self._metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        painter.setFont(self.font)
        painter.setPen(colour)
        painter.drawText(rect, _LINE, words)


class Ink:
    """Faces and colours of one theme at one text size."""

    def __init__(self, kit: Kit) -> None:
        """Looks up the rest when it is first asked for."""
        self._kit = kit
        units = kit.units
        self.body, self.hint = Face(units.font()), Face(units.font(Type.HINT))
        self._others: dict[tuple[bool, bool], Face] = {(False, False): self.body}
        self._colours: dict[str, QColor] = {}
        self._statuses: dict[Status, StatusColours] = {}

    def face(self, *, strong: bool, struck: bool) -> Face:
        """The face of the body in a weight."""
        found = self._others.get((strong, struck))
        if found is None:
            found = self._others[strong, struck] = Face(self._kit.units.font(strong=strong, struck=struck))
        return found

    def colour(self, token: str) -> QColor:
        """The colour of a token; not to be changed."""
        found = self._colours.get(token)
        if found is None:
            found = self._colours[token] = self._kit.colour(token)
        return found

    def status(self, status: Status) -> StatusColours:
        """Colours and icon of a status; not to be changed."""
        found = self._statuses.get(status)
        if found is None:
            found = self._statuses[status] = self._kit.theme.status(status)
        return found
