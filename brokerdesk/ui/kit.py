"""What every widget of the window is given: theme, icons and the language in force.

One small bundle instead of global objects; `Kit.bind()` ties a text to the language and `Kit.sized()` ties a size to the
text size, each for as long as the widget lives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget

from brokerdesk.ui.i18n.translator import Binding, Translator
from brokerdesk.ui.icons import Icons
from brokerdesk.ui.theme import Theme
from brokerdesk.ui.units import Units


@dataclass(frozen=True, slots=True)
class Kit:
    """Theme, icons and texts."""

    theme: Theme
    icons: Icons
    texts: Translator

    @classmethod
    def of(cls, theme: Theme, texts: Translator) -> Kit:
        """The bundle of one application: also gives the application its style, palette, sheet and font."""
        kit = cls(theme, Icons(theme), texts)
        QApplication.setStyle("Fusion")
        theme.apply()
        return kit

    @property
    def units(self) -> Units:
        """Lengths and fonts at the chosen text size."""
        return self.theme.units

    def u(self, size: float) -> int:
        """`size` units in pixels."""
        return self.theme.units(size)

    def colour(self, token: str) -> QColor:
        """The colour of a token."""
        return self.theme.colour(token)

    def bind(self, owner: QObject, setter: Callable[[str], object], key: str, **values: object) -> Binding:
        """Set the text of `key` now and after every change of language; lives as long as `owner`."""
        return Binding(owner, self.texts.changed, lambda: setter(self.texts(key, **values)))

    def on_language(self, owner: QObject, apply: Callable[[], object]) -> Binding:
        """Call `apply` now and after every change of language; for texts with changing values."""
        return Binding(owner, self.texts.changed, apply)

    def sized(self, owner: QWidget, apply: Callable[[Units], object]) -> Binding:
        """Call `apply` with the units now and whenever theme or text size change."""

        def again() -> None:
            apply(self.theme.units)
            owner.updateGeometry()

        return Binding(owner, self.theme.changed, again)
