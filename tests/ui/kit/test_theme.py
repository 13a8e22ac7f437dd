"""Colours reach their contrast, stand in one place only, and follow the user's wishes at once."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

import brokerdesk.ui
from brokerdesk.core.paths import resource
from brokerdesk.ui import theme_tokens as tokens
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.style import style_sheet
from brokerdesk.ui.theme import Mode, Theme
from brokerdesk.ui.units import Type, Units

pytestmark = pytest.mark.gui
UI = Path(brokerdesk.ui.__file__).parent


def _luminance(colour: QColor) -> float:
    def part(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * part(colour.redF()) + 0.7152 * part(colour.greenF()) + 0.0722 * part(colour.blueF())


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _theme(mode: Mode, *, high: bool) -> Theme:
    return Theme(mode=mode, high_contrast=high)


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
@pytest.mark.parametrize("high", [False, True])
def test_every_pair_of_tokens_reaches_its_contrast(qapp: QApplication, mode: Mode, high: bool) -> None:
    theme = _theme(mode, high=high)
    low = [
        (text, ground, round(ratio, 2))
        for pairs, floor in ((tokens.TEXT_PAIRS, 4.5), (tokens.SHAPE_PAIRS, 3.0))
        for text, ground in pairs
        if (ratio := contrast(theme.colour(text), theme.colour(ground))) < floor
    ]
    assert not low


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_status_and_avatar_texts_reach_their_contrast(qapp: QApplication, mode: Mode) -> None:
    theme = _theme(mode, high=False)
    low = []
    for status in tokens.Status:
        colours = theme.status(status)
        for ground in (colours.tint, theme.colour("base"), theme.colour("sel"), theme.colour("hover")):
            if contrast(colours.text, ground) < 4.5:
                low.append((status, ground.name()))
    for number in range(200):
        ground, ink = theme.avatar(f"id-{number}")
        if contrast(ink, ground) < 4.5:
            low.append(("avatar", ground.name()))
    assert not low


def test_colours_are_named_in_the_tables_only() -> None:
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|QColor\(\s*[\"'\d]|GlobalColor\.(?!transparent)")
    places = [p for p in UI.rglob("*.py") if p.name not in {"theme_tokens.py", "theme.py"}]
    assert len(places) > 40
    found = [f"{p.name}: {m.group()}" for p in places for m in literal.finditer(p.read_text(encoding="utf-8"))]
    assert not found
    assert not literal.search(resource("kit.qss").read_text(encoding="utf-8"))


def test_sheet_is_short_and_has_no_open_placeholder(kit: Kit) -> None:
    sheet = style_sheet(kit.theme)
    assert len(sheet.splitlines()) < 200
    assert "$" not in sheet


def test_palette_follows_mode_at_once(kit: Kit, qapp: QApplication) -> None:
    told: list[bool] = []
    kit.theme.changed.connect(lambda: told.append(kit.theme.dark))
    kit.theme.set_mode(Mode.DARK)
    assert told == [True]
    assert qapp.palette().color(QPalette.ColorRole.Base).name() == "#1d2127"
    kit.theme.set_mode(Mode.LIGHT)
    assert qapp.palette().color(QPalette.ColorRole.Base).name() == "#ffffff"


def test_text_size_scales_lengths_and_fonts(kit: Kit, qapp: QApplication) -> None:
    kit.theme.set_percent(150)
    assert (kit.u(32), kit.units.font().pixelSize(), qapp.font().pixelSize()) == (48, 20, 20)
    kit.theme.set_percent(999)
    assert kit.units.percent == 200
    kit.theme.set_percent(100)
    assert kit.units.font(Type.TITLE).pixelSize() == 20


def test_nothing_vanishes_at_small_sizes() -> None:
    units = Units(100)
    assert units(0.4) == 1
    assert units(0) == 0


def test_a_person_keeps_a_colour(kit: Kit) -> None:
    assert kit.theme.avatar("0197-1") == kit.theme.avatar("0197-1")
    grounds = {kit.theme.avatar(f"record-{n}")[0].name() for n in range(100)}
    assert len(grounds) == len(tokens.AVATARS)


def test_constants_survive_many_qt_calls(kit: Kit) -> None:
    """PySide6 6.12 loses a reference to None per call on Python 3.11; there must be enough for a long day."""
    for _ in range(1000):
        kit.theme.property("nothing")
    assert sys.getrefcount(None) > 1 << 30 or sys.version_info >= (3, 12)


def test_the_contrast_of_the_system_is_followed_at_once(qapp: QApplication) -> None:
    """ux 53: the third palette comes and goes with the setting of the system."""
    theme = _theme(Mode.LIGHT, high=False)
    plain = theme.colour("muted")
    hints = QGuiApplication.styleHints().accessibility()
    hints.contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert contrast(theme.colour("muted"), theme.colour("base")) > contrast(plain, theme.colour("base"))
    hints.contrastPreferenceChanged.emit(Qt.ContrastPreference.NoPreference)
    assert theme.colour("muted") == plain
