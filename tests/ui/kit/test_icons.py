"""Icons exist, are drawn, take their colour and stay sharp."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap

import brokerdesk.ui
from brokerdesk.core.paths import resource
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme import Mode

pytestmark = pytest.mark.gui
NAMES = sorted(p.stem for p in resource("icons").glob("*.svg"))


def _colours(image: QImage) -> set[str]:
    found = set()
    for x in range(image.width()):
        for y in range(image.height()):
            pixel = image.pixelColor(x, y)
            if pixel.alpha() == 255:
                found.add(pixel.name())
    return found


def _over(size: QSize, pixmap: QPixmap, ground: QColor) -> QImage:
    canvas = QPixmap(size)
    canvas.setDevicePixelRatio(pixmap.devicePixelRatio())
    canvas.fill(ground)
    painter = QPainter(canvas)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return canvas.toImage()


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_is_drawn_in_its_colour(kit: Kit, name: str) -> None:
    image = kit.icons.pixmap(name, 48, QColor(10, 120, 60)).toImage()
    assert _colours(image) == {"#0a783c"}


def test_named_icons_exist() -> None:
    text = "".join(p.read_text(encoding="utf-8") for p in Path(brokerdesk.ui.__file__).parent.rglob("*.py"))
    named = set(re.findall(r"icon(?:_name)?=\"([a-z0-9-]+)\"", text)) | set(
        re.findall(r"icons\.(?:icon|paint)\((?:painter, )?\"([a-z0-9-]+)\"", text)
    )
    assert len(named) > 20
    assert not named - set(NAMES)
    assert resource("icons/LICENSE-MIT").read_text(encoding="utf-8").startswith("MIT License")


def test_looks_of_a_qicon_follow_state_and_theme(kit: Kit) -> None:
    icon = kit.icons.icon("archive")
    looks = {
        mode: _colours(icon.pixmap(QSize(48, 48), 1.0, mode).toImage())
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled, QIcon.Mode.Selected)
    }
    assert looks[QIcon.Mode.Normal] == {kit.colour("muted").name()}
    assert looks[QIcon.Mode.Disabled] == {kit.colour("ph").name()}
    assert looks[QIcon.Mode.Selected] == {"#ffffff"}
    kit.theme.set_mode(Mode.DARK)
    assert _colours(icon.pixmap(QSize(48, 48)).toImage()) == {kit.colour("muted").name()}


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_icons_are_drawn_for_the_pixel_ratio(kit: Kit, ratio: float) -> None:
    pixmap = kit.icons.pixmap("lock", 16, kit.colour("text"), ratio=ratio)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (round(16 * ratio), ratio)
    canvas = QPixmap(round(16 * ratio), round(16 * ratio))
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(kit.colour("base"))
    painter = QPainter(canvas)
    kit.icons.icon("lock", "text").paint(painter, QRect(0, 0, 16, 16))
    painter.end()
    assert canvas.toImage() == _over(canvas.size(), pixmap, kit.colour("base"))


@pytest.mark.noisy("the missing icon is logged")
def test_an_unknown_icon_draws_nothing(kit: Kit) -> None:
    assert not _colours(kit.icons.pixmap("no-such-icon", 16, kit.colour("text")).toImage())
