"""The whole window on a furnished book: every page and dialog in every language, light and dark, normal and large."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from brokerdesk.models.values.names import Language
from brokerdesk.services.lines import Lines
from brokerdesk.ui.actions.catalogue import MENUS
from brokerdesk.ui.actions.spec import faults
from brokerdesk.ui.areas import ALL_ACTIONS
from brokerdesk.ui.palette.palette import Palette
from brokerdesk.ui.theme import Mode
from tests.support.books import PASSPHRASE, folders_in
from tests.support.journey import (
    Rig,
    every_dialog,
    every_page,
    furnish,
    make_book,
    rich_customer,
    set_look,
    workstation,
)
from tests.support.qt import tab_walk, unnamed, untranslated

pytestmark = [pytest.mark.gui, pytest.mark.slow]
LOOKS = [
    ("de", Mode.LIGHT, 100),
    ("nl", Mode.DARK, 150),
    ("en", Mode.LIGHT, 150),
    ("xx", Mode.DARK, 100),
    ("xx", Mode.LIGHT, 150),
]
LIMITS = {100: (1100, 680), 150: (1366, 768)}


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    profile = make_book(folders_in(tmp_path), fill=furnish)
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as made:
        yield made


def qt_messages(qtlog: Any) -> list[str]:
    """What Qt complained about."""
    return [r.message for r in qtlog.records if "propagateSizeHints" not in r.message and "raise()" not in r.message]


def widest(widget: QWidget) -> str:
    """The way down to what asks for the most room."""
    way = []
    while True:
        children = [c for c in widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)]
        children = [c for c in children if not c.isHidden() and c.minimumSizeHint().width() > 0]
        if not children:
            return " > ".join(way[-6:])
        widget = max(children, key=lambda c: c.minimumSizeHint().width())
        words = getattr(widget, "text", None)
        shown = words() if callable(words) else ""
        way.append(f"{type(widget).__name__}({widget.minimumSizeHint().width()}) {shown}".strip())


@pytest.mark.parametrize(("language", "mode", "percent"), LOOKS)
def test_every_page_opens_quietly_and_fits(rig: Rig, qtlog: Any, language: str, mode: Mode, percent: int) -> None:
    set_look(rig, language=language, mode=mode, percent=percent)
    wide, high = LIMITS[percent]
    rig.window.resize(wide, high)
    nameless, large = [], []
    for name, page in every_page(rig):
        rig.settle()
        assert page.isVisible(), name
        assert not rig.window.grab().isNull()
        nameless += [f"{name}: {found}" for found in unnamed(rig.window)]
        size = rig.window.centralWidget().minimumSizeHint()
        if size.width() > wide or size.height() > high:
            large.append(f"{name}: {size.width()} x {size.height()} {widest(rig.window.centralWidget())}")
    assert not nameless, "\n".join(nameless)
    assert not large, "\n".join(large)
    assert not qt_messages(qtlog)


@pytest.mark.parametrize(("language", "mode", "percent"), [LOOKS[0], LOOKS[4]])
def test_every_dialog_opens_quietly_and_is_named(rig: Rig, qtlog: Any, language: str, mode: Mode, percent: int) -> None:
    set_look(rig, language=language, mode=mode, percent=percent)
    nameless = []
    for name, dialog in every_dialog(rig):
        assert not dialog.grab().isNull(), name
        nameless += [f"{name}: {found}" for found in unnamed(dialog)]
    assert not nameless, "\n".join(nameless)
    assert not qt_messages(qtlog)


def spoken(rig: Rig) -> set[str]:
    """The words of the data, of lines of business and of names that no language translates; no codes."""
    found = [name for _code, name in Lines().choices(Language.DE)]
    with rig.desk.book.read() as connection:
        for table in ("party", "adviser", "office", "contract", "claim", "household"):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                found += [v for v in row if isinstance(v, str) and not re.fullmatch("[a-z_0-9]+", v)]
    found += ["BrokerDesk Deutsch Nederlands English DE NL EN Kunden-App Makler Weber Alina Weberling Anna Esc Enter"]
    found += ["eins@kunde.example zwei@kunde.example"]
    return set(re.findall(r"[^\W\d_]+", " ".join(found)))


def foreign(root: QWidget, known: set[str]) -> list[str]:
    """Texts without the marks of the pseudo language that are not data."""
    found = []
    for words in untranslated(root):
        shown = re.sub(r"</?span>", "", words.partition(": ")[2])
        if "…" not in shown and not set(re.findall(r"[^\W\d_]+", shown)) <= known:
            found.append(words)
    return found


def test_a_language_chosen_while_everything_is_open_reaches_every_text(rig: Rig) -> None:
    for _name, _page in every_page(rig):
        pass
    rig.window.frame.toast.hide()
    set_look(rig, language="xx")
    rig.until(lambda: "⟦" in rig.window.frame.status_bar.sync.text(), "the status bar")
    known, found = spoken(rig), []
    for name, _page in every_page(rig):
        rig.window.frame.toast.hide()
        found += [f"{name}: {words}" for words in foreign(rig.window, known)]
    assert not found, "\n".join(sorted(set(found)))


def test_no_dialog_has_an_untranslated_text(rig: Rig) -> None:
    set_look(rig, language="xx")
    known, found = spoken(rig), []
    for name, dialog in every_dialog(rig):
        found += [f"{name}: {words}" for words in foreign(dialog, known)]
    assert not found, "\n".join(sorted(set(found)))


def test_every_command_is_sound_and_does_something(rig: Rig) -> None:
    for _name, _page in every_page(rig):
        pass
    assert faults(ALL_ACTIONS, MENUS) == []
    assert rig.place.actions.unhandled() == []


def test_tab_visits_every_control_once(rig: Rig) -> None:
    for name, _page in every_page(rig):
        stops = tab_walk(rig.window)
        assert len(stops) == len(set(stops)) > 8, name


HARMLESS = frozenset({"window.quit", "window.lock", "customer.call", "customer.mail", "customer.link", "sync.now"})
"""Commands that leave the window, the book or the machine; each has a test of its own."""


def test_every_possible_command_runs(rig: Rig) -> None:
    """From the list and from the page of a customer, one after the other, each ends quietly."""
    ran = set()
    for page in ("customers", "customer"):
        for spec in ALL_ACTIONS:
            place = {"id": rich_customer(rig.desk)} if page == "customer" else None
            rig.open(page, place)
            if spec.id not in HARMLESS and rig.place.actions.trigger(spec.id):
                ran.add(spec.id)
                rig.settle()
            for dialog in [d for d in QApplication.topLevelWidgets() if isinstance(d, QDialog) and d.isVisible()]:
                dialog.reject()
            popup = QApplication.activePopupWidget()
            if popup is not None:
                popup.close()
            for palette in rig.window.findChildren(Palette):
                palette.close_palette()
    assert len(ran) > 0.7 * len(ALL_ACTIONS), sorted({s.id for s in ALL_ACTIONS} - ran)
