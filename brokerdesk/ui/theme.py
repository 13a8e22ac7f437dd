"""The theme: which colours, which text size, and the signal when either changes.

`Theme.apply()` gives palette, style, style sheet and font to the application; delegates and painted widgets ask for the
tokens that have no palette role. The only module besides its tables that may name a colour.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from brokerdesk.ui import theme_tokens as tokens
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import MAXIMUM_PERCENT, MINIMUM_PERCENT, Units


class Mode(StrEnum):
    """Which colours the user asked for."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class StatusColours:
    """Colours and icon of a status: `text` for icon and word, `tint` and `line` for pills and bars."""

    text: QColor
    tint: QColor
    line: QColor
    icon: str


_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.Base: "base",
    QPalette.ColorRole.AlternateBase: "alt",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.PlaceholderText: "ph",
    QPalette.ColorRole.Highlight: "accent-fill",
    QPalette.ColorRole.Accent: "accent-fill",
    QPalette.ColorRole.HighlightedText: "on-accent",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.BrightText: "on-accent",
    QPalette.ColorRole.Light: "raised",
    QPalette.ColorRole.Midlight: "line",
    QPalette.ColorRole.Mid: "line-strong",
    QPalette.ColorRole.Dark: "ctl",
    QPalette.ColorRole.Shadow: "ctl",
    QPalette.ColorRole.ToolTipBase: "inv",
    QPalette.ColorRole.ToolTipText: "on-inv",
}
_DISABLED = {
    QPalette.ColorRole.WindowText: "ph",
    QPalette.ColorRole.Text: "ph",
    QPalette.ColorRole.ButtonText: "ph",
    QPalette.ColorRole.Button: "sunken",
}


def _wants_contrast(preference: Qt.ContrastPreference) -> bool:
    return preference is Qt.ContrastPreference.HighContrast


class Theme(QObject):
    """Colours and sizes now in force. `changed` is sent after the application has been restyled."""

    changed = Signal()

    def __init__(
        self, *, mode: Mode = Mode.SYSTEM, percent: int = 100, high_contrast: bool = False, family: str = ""
    ) -> None:
        """Nothing reaches the application before `apply()`; `family` overrides the system's font (pictures)."""
        super().__init__()
        self._mode = mode
        self._colours: dict[tuple[str, bool, bool], QColor] = {}
        self._units = Units(self._clipped(percent), family)
        self._dark = self._wants_dark()
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._contrast_changed)
        self._contrast_wanted = high_contrast
        self._high_contrast = high_contrast or _wants_contrast(hints.accessibility().contrastPreference())

    @staticmethod
    def _clipped(percent: int) -> int:
        return max(MINIMUM_PERCENT, min(MAXIMUM_PERCENT, percent))

    @property
    def mode(self) -> Mode:
        """What the user asked for."""
        return self._mode

    @property
    def dark(self) -> bool:
        """Whether the dark table is in force."""
        return self._dark

    def _wants_dark(self) -> bool:
        if self._mode is Mode.SYSTEM:
            return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._mode is Mode.DARK

    @property
    def units(self) -> Units:
        """Lengths and fonts at the chosen text size."""
        return self._units

    def u(self, size: float) -> int:
        """Short for `units(size)`."""
        return self._units(size)

    def set_mode(self, mode: Mode) -> None:
        """Change the colours; takes effect at once."""
        if mode is not self._mode:
            self._mode = mode
            self.apply()

    def set_percent(self, percent: int) -> None:
        """Change the text size, clipped to 100 … 200; takes effect at once."""
        if self._clipped(percent) != self._units.percent:
            self._units = Units(self._clipped(percent), self._units.family)
            self.apply()

    def colour(self, token: str) -> QColor:
        """The colour of a token such as `sel` or `line-soft`. Raises `KeyError` for an unknown one."""
        key = (token, self.dark, self._high_contrast)
        found = self._colours.get(key)
        if found is None:
            pair = (tokens.HIGH_CONTRAST.get(token) if self._high_contrast else None) or tokens.COLOURS[token]
            found = self._colours[key] = QColor(pair[self.dark])
        return QColor(found)

    def status(self, status: Status) -> StatusColours:
        """Colours and icon of a status."""
        text, tint, line = (QColor(pair[self.dark]) for pair in tokens.STATUS[status])
        return StatusColours(text, tint, line, tokens.STATUS_ICON[status])

    def avatar(self, record_id: str) -> tuple[QColor, QColor]:
        """Ground and initials of a record; the same for ever, whatever the record is called."""
        pair = tokens.AVATARS[zlib.crc32(record_id.encode()) % len(tokens.AVATARS)][self.dark]
        return QColor(pair[0]), QColor(pair[1])

    def series(self, number: int) -> QColor:
        """Colour of a chart series, counted from 0."""
        return QColor(tokens.SERIES[number % len(tokens.SERIES)][self.dark])

    def palette(self) -> QPalette:
        """The tokens as palette roles."""
        palette = QPalette()
        for role, token in _ROLES.items():
            palette.setColor(role, self.colour(token))
        for role, token in _DISABLED.items():
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour(token))
        return palette

    def apply(self) -> None:
        """Restyle the application and tell everyone."""
        from brokerdesk.ui.style import style_sheet

        self._dark = self._wants_dark()
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise TypeError("the theme needs a QApplication")
        if not self._units.family and not app.property("kit-family"):
            app.setProperty("kit-family", QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family())
        family = self._units.family or str(app.property("kit-family"))
        self._units = Units(self._units.percent, family)
        app.setPalette(self.palette())
        app.setFont(self._units.font())
        app.setStyleSheet(style_sheet(self))
        self.changed.emit()

    def _contrast_changed(self, preference: Qt.ContrastPreference) -> None:
        wanted = self._contrast_wanted or _wants_contrast(preference)
        if wanted != self._high_contrast:
            self._high_contrast = wanted
            self.apply()

    def _system_changed(self) -> None:
        if self._mode is Mode.SYSTEM:
            self.apply()
