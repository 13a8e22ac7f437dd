"""Settings of this book, declared once: name, kind, default, allowed range. The settings page walks this table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.entities import Setting
from brokerdesk.models.values.names import Language
from brokerdesk.services.context import Context

SETTING_OUT_OF_RANGE = register("setting-out-of-range", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingSpec:
    """One setting. `choices` for codes, `low`/`high` for numbers; its texts are `settings.<name>` and `.hint`."""

    name: str
    default: Any
    section: str
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None

    def accepts(self, value: Any) -> bool:
        """Whether `value` is allowed."""
        if self.choices:
            return value in self.choices
        if isinstance(self.default, bool):
            return isinstance(value, bool)
        if isinstance(self.default, int):
            return (
                isinstance(value, int)
                and not isinstance(value, bool)
                and (self.low or 0) <= value <= (self.high or 2**31)
            )
        return isinstance(value, type(self.default))


SETTINGS: dict[str, SettingSpec] = {
    s.name: s
    for s in (
        SettingSpec(name="language", default=Language.DE.value, section="language", choices=tuple(Language)),
        SettingSpec(name="theme", default="system", section="appearance", choices=("system", "light", "dark")),
        SettingSpec(name="text_size", default=100, section="appearance", low=100, high=200),
        SettingSpec(name="navigation_collapsed", default=False, section="appearance"),
        SettingSpec(name="reading_pane", default=True, section="appearance"),
        SettingSpec(name="lock_when_idle", default=True, section="security"),
        SettingSpec(name="idle_minutes", default=10, section="security", low=1, high=60),
        SettingSpec(name="clipboard_seconds", default=30, section="security", low=10, high=300),
        SettingSpec(name="sync_automatically", default=True, section="exchange"),
        SettingSpec(name="undo_seconds", default=8, section="appearance", low=3, high=30),
        SettingSpec(name="customer_columns", default={}, section="hidden"),
        SettingSpec(name="window", default={}, section="hidden"),
    )
}


class Settings:
    """Reads and writes settings; unknown names are a fault of the program."""

    def __init__(self, context: Context) -> None:
        """Keep the context; values are read once and then remembered."""
        self._context = context
        self._values: dict[str, Any] | None = None

    def get(self, name: str) -> Any:
        """The value, or the declared default."""
        spec = SETTINGS[name]
        if self._values is None:
            with self._context.book.read() as connection:
                rows = connection.exec_driver_sql("SELECT name, value FROM setting").all()
            self._values = {row[0]: json.loads(row[1]).get("value") for row in rows if row[0] in SETTINGS}
        value = self._values.get(name, spec.default)
        return value if spec.accepts(value) else spec.default

    def set(self, name: str, value: Any) -> None:
        """Remember a value. Raises `KnownError(setting-out-of-range)`."""
        spec = SETTINGS[name]
        if not spec.accepts(value):
            raise KnownError(SETTING_OUT_OF_RANGE, name=name)
        if self.get(name) == value:
            return
        with self._context.book.work() as unit:
            unit.session.merge(Setting(name=name, value={"value": value}))
            unit.commit()
        if self._values is not None:
            self._values[name] = value
