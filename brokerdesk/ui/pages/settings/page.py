"""The page "Verwaltung": a list of sections at the left, the settings of one section at the right.

The sections of plain settings walk the declared table (`services.settings.SETTINGS`); changes apply at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from brokerdesk.core.errors import KnownError
from brokerdesk.services.settings import SETTINGS, SettingSpec
from brokerdesk.ui.forms.choices import CheckField, Choice
from brokerdesk.ui.forms.field import Field, LineField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.settings.office import AdvisersSection, OfficeSection
from brokerdesk.ui.pages.settings.portal import PortalSection
from brokerdesk.ui.pages.settings.security import BackupSection, KeysSection
from brokerdesk.ui.widgets.cards import Heading, Section, SectionList
from brokerdesk.ui.widgets.labels import rule
from brokerdesk.ui.widgets.page_head import PageHead, ScrollColumn
from brokerdesk.ui.workplace import Workplace

_ICONS = {
    "office": "building",
    "advisers": "users",
    "exchange": "refresh",
    "security": "lock",
    "backup": "database",
    "appearance": "contrast",
    "language": "language",
}
"""Sections in their order."""


class NumberField(LineField):
    """A whole number within the range of its setting."""

    def __init__(self, kit: Kit, label_key: str, spec: SettingSpec) -> None:
        """`spec` names the range."""
        self._spec = spec
        super().__init__(kit, label_key, maximum=6)

    def parse(self, text: str) -> int:
        """Raises `KnownError(setting-out-of-range)`."""
        number = int(text) if text.isdigit() else -1
        if not self._spec.accepts(number):
            raise KnownError("setting-out-of-range", name=self.kit.texts(f"settings.{self._spec.name}"))
        return number


class PlainSection(QWidget):
    """The settings of one section of the table."""

    def __init__(self, place: Workplace, section: str, applied: Callable[[str, Any], object]) -> None:
        """`applied` hears every change after it was kept."""
        super().__init__()
        self._place, self._applied = place, applied
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        place.kit.sized(self, lambda units: column.setSpacing(units(12)))
        self.fields: dict[str, Field] = {}
        for spec in SETTINGS.values():
            if spec.section == section:
                field = self._field(spec)
                field.set_value(place.desk.settings.get(spec.name))
                self.fields[spec.name] = field
                column.addWidget(field)

    def _field(self, spec: SettingSpec) -> Field:
        kit, label = self._place.kit, f"settings.{spec.name}"
        field: Field
        if spec.choices:
            field = choice = Choice(kit, label)
            kit.on_language(choice, lambda: choice.set_options(self._names(spec)))
            field.edited.connect(lambda: self._keep(spec, field))
        elif isinstance(spec.default, bool):
            field = CheckField(kit, label)
            field.edited.connect(lambda: self._keep(spec, field))
        else:
            field = NumberField(kit, label, spec)
            field.left.connect(lambda: self._keep(spec, field))
        return field

    def _names(self, spec: SettingSpec) -> list[tuple[str, str]]:
        return [(c, self._place.text(f"settings.choice.{spec.name}.{c}")) for c in spec.choices]

    def _keep(self, spec: SettingSpec, field: Field) -> None:
        if not field.check():
            return
        value = field.value()
        if value == self._place.desk.settings.get(spec.name):
            return
        self._place.desk.settings.set(spec.name, value)
        self._applied(spec.name, value)


class SettingsPage(QWidget):
    """All sections."""

    def __init__(self, place: Workplace) -> None:
        """Opens with the office."""
        super().__init__()
        self._place, kit = place, place.kit
        self.sections = SectionList(
            kit, tuple(Section(key=n, text=place.text(f"settings.section.{n}"), icon=_ICONS[n]) for n in _ICONS),
            name=place.text("areas.settings"),
        )  # fmt: skip
        kit.on_language(self, self._name_sections)
        self.sections.chosen.connect(self.show_section)
        self._stack = QStackedWidget()
        self._made: dict[str, QWidget] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(PageHead(kit, "areas.settings"))
        outer.addWidget(rule())
        row = QHBoxLayout()
        row.setSpacing(0)
        side = QWidget()
        inset = QVBoxLayout(side)
        inset.addWidget(self.sections)
        kit.sized(side, lambda units: inset.setContentsMargins(units(8), units(8), units(8), units(8)))
        row.addWidget(side)
        row.addWidget(rule("v"))
        row.addWidget(self._stack, 1)
        outer.addLayout(row, 1)
        kit.sized(side, lambda units: side.setFixedWidth(units(194)))
        self.show_section("office")

    def _name_sections(self) -> None:
        say = self._place.text
        self.sections.setAccessibleName(say("areas.settings"))
        for name, icon in _ICONS.items():
            self.sections.set_section(Section(key=name, text=say(f"settings.section.{name}"), icon=icon))

    def go_to(self, place: Any) -> None:
        """`{"section": …}`."""
        if isinstance(place, dict) and place.get("section"):
            self.show_section(place["section"])

    def place(self) -> dict[str, str]:
        """The open section."""
        return {"section": self.sections.current()}

    def show_section(self, name: str) -> None:
        """Make the section if need be, and show it."""
        if name not in self._made:
            scroll = ScrollColumn(self._place.kit, width=620)
            heading = Heading(self._place.kit, self._place.text(f"settings.section.{name}"))
            self._place.kit.bind(heading, heading.label.setText, f"settings.section.{name}")
            scroll.column.addWidget(heading)
            for part in self._parts(name):
                scroll.column.addWidget(part)
            scroll.column.addStretch(1)
            self._made[name] = scroll
            self._stack.addWidget(scroll)
        self._stack.setCurrentWidget(self._made[name])
        self.sections.set_current(name)

    def _parts(self, name: str) -> list[QWidget]:
        place = self._place
        plain = {"appearance", "language", "security", "exchange"}
        parts: list[QWidget] = [PlainSection(place, name, self._apply)] if name in plain else []
        own: dict[str, Callable[[], QWidget]] = {
            "office": lambda: OfficeSection(place),
            "advisers": lambda: AdvisersSection(place),
            "exchange": lambda: PortalSection(place),
            "security": lambda: KeysSection(place),
            "backup": lambda: BackupSection(place),
        }
        if name in own:
            parts.insert(0, own[name]())
        return parts

    def _apply(self, name: str, value: Any) -> None:
        heard = self._place.extras.get("setting_changed")
        if heard is not None:
            heard(name)
