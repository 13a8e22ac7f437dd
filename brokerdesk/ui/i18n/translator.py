"""The language the window speaks now, and formats that follow it.

Rests on the one catalogue of `core.texts`; Qt's own texts (standard buttons, calendar) come from Qt's translations. A
change sends `changed` and Qt's LanguageChange event, so every bound text follows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal
from PySide6.QtGui import QKeySequence

from brokerdesk.core.texts import PSEUDO, Texts
from brokerdesk.models.values.dates import format_cents, format_date
from brokerdesk.models.values.names import Language

_LOCALES = {"de": "de_DE", "nl": "nl_NL", "en": "en_GB", PSEUDO: "de_DE"}
_KEYS = {
    "de": {
        "Ctrl": "Strg",
        "Shift": "Umschalt",
        "Del": "Entf",
        "Space": "Leertaste",
        "Ins": "Einfg",
        "Home": "Pos1",
        "End": "Ende",
        "PgUp": "Bild auf",
        "PgDown": "Bild ab",
        "Left": "←",
        "Right": "→",
        "Up": "↑",
        "Down": "↓",
        "Return": "Enter",
        "Meta": "Meta",
        "Backspace": "Rücktaste",
    },
    "nl": {
        "Space": "Spatie",
        "Left": "←",
        "Right": "→",
        "Up": "↑",
        "Down": "↓",
        "Return": "Enter",
    },
    "en": {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Return": "Enter"},
}


class Translator(QObject):
    """Texts and formats of the language in force."""

    changed = Signal()

    def __init__(
        self, language: str = "de", *, zone: str = "Europe/Berlin", texts: Callable[[str], Texts] = Texts
    ) -> None:
        """`language` is `de`, `nl`, `en` or the pseudo language `xx`; `zone` is the time zone of shown times.

        `texts` opens the catalogue of a language.
        """
        super().__init__()
        self._open = texts
        self._texts = texts(language)
        self._zone = ZoneInfo(zone)
        self._qt = QTranslator()
        self._installed = False
        self._load_qt()

    @property
    def language(self) -> str:
        """The language in force."""
        return self._texts.language

    @property
    def formats(self) -> Language:
        """The language of dates and amounts (German for the pseudo language)."""
        return Language("de" if self.language == PSEUDO else self.language)

    @property
    def locale(self) -> QLocale:
        """Qt's locale of the language; English is British."""
        return QLocale(_LOCALES[self.language])

    def set_language(self, language: str) -> None:
        """Switch; every bound text is set anew before this returns."""
        if language == self.language:
            return
        self._texts = self._open(language)
        self._load_qt()
        self.changed.emit()

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` in the language in force; see `core.texts`."""
        return self._texts(key, **values)

    def has(self, key: str) -> bool:
        """Whether the catalogue has `key`."""
        return self._texts.has(key)

    def date(self, value: date | None) -> str:
        """A date with a four-digit year, or an en dash for none."""
        return format_date(value, self.formats) if value else "–"

    def time(self, moment: datetime) -> str:
        """Hours and minutes of an aware time in the office's zone: `17:31`."""
        return moment.astimezone(self._zone).strftime("%H:%M")

    def day(self, moment: datetime) -> str:
        """The date of an aware time in the office's zone: `14.11.2026`."""
        return format_date(moment.astimezone(self._zone).date(), self.formats)

    def moment(self, moment: datetime) -> str:
        """Date and time of an aware time in the office's zone: `14.11.2026 17:31`."""
        local = moment.astimezone(self._zone)
        return f"{format_date(local.date(), self.formats)} {local:%H:%M}"

    def cents(self, value: int | None, *, unit: bool = False) -> str:
        """Integer cents as an amount, with € on demand, or an en dash for none."""
        return "–" if value is None else format_cents(value, self.formats, unit=unit)

    def decimal(self, plain: str) -> str:
        """A decimal number such as `12.5` with the sign of the language."""
        return plain if self.formats is Language.EN else plain.replace(".", ",")

    def count(self, number: int) -> str:
        """A whole number with the grouping of the language: `4.812`."""
        return self.locale.toString(number)

    def shortcut(self, keys: str | QKeySequence) -> str:
        """How a shortcut is written on the keyboards of the language: `Strg+Umschalt+W`."""
        return "+".join(self.shortcut_keys(keys))

    def shortcut_keys(self, keys: str | QKeySequence) -> list[str]:
        """The keys of a shortcut one by one, for key caps."""
        portable = QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText).split(", ")[0]
        names = _KEYS[self.formats.value]
        plus = portable.endswith("++")
        parts = [p for p in portable.split("+") if p] + (["+"] if plus or portable == "+" else [])
        return [names.get(part, part) for part in parts]

    def _load_qt(self) -> None:
        app = QCoreApplication.instance()
        if self._installed and app is not None:
            app.removeTranslator(self._qt)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        loaded = self._qt.load(f"qtbase_{self.formats.value}", folder)
        QLocale.setDefault(self.locale)
        self._installed = bool(loaded and app is not None and app.installTranslator(self._qt))


class Binding(QObject):
    """Calls `apply` now and whenever `signal` is sent, for as long as its owner lives."""

    def __init__(self, owner: QObject, signal: Any, apply: Callable[[], object]) -> None:
        """`owner` becomes the parent, so that the binding ends with it."""
        super().__init__(owner)
        self._apply = apply
        signal.connect(self.again)
        apply()

    def again(self) -> None:
        """Apply once more."""
        self._apply()
