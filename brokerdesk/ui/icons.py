"""Icons: one SVG per name, recoloured for each use, sharp at every pixel ratio.

Painted widgets draw with `Icons.paint()`; menus and Qt's own widgets get a `QIcon` whose Normal, Disabled and Selected
looks follow the theme. Knows nothing about what an icon means.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from brokerdesk.core.logs import logger
from brokerdesk.core.paths import resource
from brokerdesk.ui.theme import Theme
from brokerdesk.ui.theme_tokens import Status

THIN, STATUS, TICK = 1.75, 2.0, 3.0
_CACHE_LIMIT = 600
_NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"/>'
_log = logger(__name__)
_alive: list[QIconEngine] = []  # Qt holds bare pointers to engines; a collected Python half is a crash


class Icons:
    """All icons of the window in the colours of one theme."""

    def __init__(self, theme: Theme) -> None:
        """Files are read when an icon is first drawn."""
        self._theme = theme
        self._sources: dict[str, str] = {}
        self._pixmaps: dict[tuple[str, int, int, float], QPixmap] = {}
        self._icons: dict[tuple[str, str], QIcon] = {}

    def pixmap(self, name: str, size: float, colour: QColor, *, stroke: float = THIN, ratio: float = 1.0) -> QPixmap:
        """`name` in `colour`, `size` logical pixels square, drawn for `ratio` device pixels per logical one.

        An unknown name is logged and draws nothing.
        """
        pixels = max(1, round(size * ratio))
        key = (name, pixels, colour.rgba(), stroke)
        found = self._pixmaps.get(key)
        if found is None:
            if len(self._pixmaps) >= _CACHE_LIMIT:
                self._pixmaps.clear()
            found = self._pixmaps[key] = self._render(name, pixels, colour, stroke)
        copy = QPixmap(found)
        copy.setDevicePixelRatio(ratio)
        return copy

    def paint(  # noqa: PLR0917 - a drawing function, called in one way
        self,
        painter: QPainter,
        name: str,
        left: float,
        top: float,
        size: float,
        colour: QColor,
        *,
        stroke: float = THIN,
    ) -> None:
        """Draw `name` with its upper left corner at (`left`, `top`), `size` logical pixels square."""
        ratio = painter.device().devicePixelRatioF()
        left, top = round(left * ratio) / ratio, round(top * ratio) / ratio
        painter.drawPixmap(QPointF(left, top), self.pixmap(name, size, colour, stroke=stroke, ratio=ratio))

    def icon(self, name: str, ink: str = "muted") -> QIcon:
        """A `QIcon` for menus and Qt's own widgets: `ink` at rest, `ph` when disabled, `on-accent` when selected; or `status-error`."""
        key = (name, ink)
        if key not in self._icons:
            self._source(name)
            self._icons[key] = QIcon(_Engine(self, name, ink))
        return self._icons[key]

    def colour_for(self, mode: QIcon.Mode, token: str) -> QColor:
        """The colour of one look of a `QIcon`."""
        chosen = {QIcon.Mode.Disabled: "ph", QIcon.Mode.Selected: "on-accent"}.get(mode, token)
        if chosen.startswith("status-"):
            return self._theme.status(Status(chosen.removeprefix("status-"))).text
        return self._theme.colour(chosen)

    def _source(self, name: str) -> str:
        if name not in self._sources:
            try:
                self._sources[name] = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
            except FileNotFoundError:  # an exception while painting would end the program
                _log.error("icon-missing", code=name)
                self._sources[name] = _NOTHING
        return self._sources[name]

    def _render(self, name: str, pixels: int, colour: QColor, stroke: float) -> QPixmap:
        source = self._source(name).replace("currentColor", colour.name())
        source = re.sub(r'stroke-width="2"', f'stroke-width="{stroke}"', source)
        pixmap = QPixmap(pixels, pixels)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setOpacity(colour.alphaF())
        QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, pixels, pixels))
        painter.end()
        return pixmap


class _Engine(QIconEngine):
    """Draws one icon for Qt, in the colour of the theme at that moment."""

    def __init__(self, icons: Icons, name: str, token: str) -> None:
        super().__init__()
        self._icons, self._name, self._token = icons, name, token
        _alive.append(self)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        size = min(rect.width(), rect.height())
        left, top = rect.left() + (rect.width() - size) / 2, rect.top() + (rect.height() - size) / 2
        self._icons.paint(painter, self._name, left, top, size, self._icons.colour_for(mode, self._token))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Drawn for the finest screen: Qt does not tell the ratio, but works it out from the size it gets."""
        app = QGuiApplication.instance()
        ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
        side = min(size.width(), size.height()) * ratio
        return self._icons.pixmap(self._name, side, self._icons.colour_for(mode, self._token))

    def clone(self) -> QIconEngine:
        return _Engine(self._icons, self._name, self._token)
