"""Every control in every state: named for screen readers, translated, drawn in all themes and sizes, gone afterwards."""

from __future__ import annotations

import gc
import weakref

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme import Mode
from tests.support.qt import let_go, tab_walk, unnamed
from tests.ui.kit.gallery import Gallery

pytestmark = pytest.mark.gui


@pytest.fixture
def gallery(kit: Kit, qtbot: QtBot) -> Gallery:
    made = Gallery(kit)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_every_control_has_a_name(gallery: Gallery) -> None:
    assert not unnamed(gallery)


def test_the_walk_finds_an_unnamed_control(gallery: Gallery, kit: Kit) -> None:
    from brokerdesk.ui.widgets.buttons import Button

    nameless = Button(kit, icon="lock", parent=gallery)
    nameless.show()
    assert len(unnamed(gallery)) == 1


def test_tab_visits_every_control_once(gallery: Gallery) -> None:
    stops = tab_walk(gallery)
    assert len(stops) == len(set(stops)) >= 20


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
@pytest.mark.parametrize("percent", [100, 150, 200])
def test_drawn_in_all_themes_and_sizes(gallery: Gallery, kit: Kit, mode: Mode, percent: int) -> None:
    kit.theme.set_mode(mode)
    kit.theme.set_percent(percent)
    gallery.adjustSize()
    QApplication.processEvents()
    image = gallery.grab().toImage()
    assert image.pixelColor(2, 2) == kit.colour("window")
    assert gallery.focus_button.height() == kit.u(30) + 6
    kit.theme.set_percent(100)
    kit.theme.set_mode(Mode.LIGHT)


def test_two_grabs_are_the_same(gallery: Gallery) -> None:
    gallery.grab()
    assert gallery.grab().toImage() == gallery.grab().toImage()


def test_language_reaches_the_shown_texts(gallery: Gallery, kit: Kit) -> None:
    kit.texts.set_language("xx")
    assert "⟦" in gallery.iban.label.text()
    assert "⟦" in gallery.iban.line.accessibleName()
    kit.texts.set_language("de")
    assert gallery.iban.label.text() == "IBAN"


def test_a_closed_window_is_let_go(kit: Kit, qapp: QApplication) -> None:
    window = Gallery(kit)
    window.show()
    seen = weakref.ref(window)
    window.close()
    window.deleteLater()
    del window
    let_go()
    gc.collect()
    kit.theme.apply()
    kit.texts.set_language("en")
    kit.texts.set_language("de")
    assert seen() is None
