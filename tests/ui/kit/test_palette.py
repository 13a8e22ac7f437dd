"""The palette finds commands and records, marks letters, shows reasons, and works by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from brokerdesk.ui.actions.catalogue import SHELL_ACTIONS
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.actions.spec import ActionContext, ActionSpec
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.palette.palette import Palette
from brokerdesk.ui.palette.provider import CommandProvider, Hit, matches
from tests.support.qt import unnamed

pytestmark = pytest.mark.gui


class People:
    """Answers when told to, as a search in the background does."""

    prefixes = "@"

    def __init__(self) -> None:
        self.asked: list[tuple[str, Callable[[Sequence[Hit]], None]]] = []
        self.opened: list[str] = []

    def find(self, words: str, show: Callable[[Sequence[Hit]], None]) -> None:
        self.asked.append((words, show))

    def answer(self, number: int, *names: str) -> None:
        hits = [
            Hit(title=n, group="Kunden", run=lambda n=n: self.opened.append(n), seed=n, letters="AB") for n in names
        ]
        self.asked[number][1](hits)


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    made.setCentralWidget(QWidget())
    made.resize(1100, 700)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def registry(kit: Kit, window: QMainWindow) -> ActionRegistry:
    blocked = ActionSpec(id="x.blocked", text_key="ui.list.retry", when=lambda _: "ui.list.nothing-title")
    made = ActionRegistry(kit, [*SHELL_ACTIONS, blocked], window)
    made.refresh(ActionContext())
    return made


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
def palette(kit: Kit, window: QMainWindow, registry: ActionRegistry, people: People) -> Palette:
    return Palette(kit, window, [CommandProvider(kit, registry), people])


@pytest.mark.parametrize(
    ("words", "text", "spans"),
    [
        ("vertr dr", "Vertragsübersicht drucken", [(0, 5), (18, 2)]),
        ("grun", "Łukasz Grünewald-Yılmaz", [(7, 4)]),
        ("gruen", "Grünewald", []),
        ("luk", "Łukasz", [(0, 3)]),
        ("groß", "Textgröße", [(4, 4)]),
        ("größe", "Textgröße", [(4, 5)]),
        ("x", "Textgröße", None),
        ("", "Text", []),
    ],
)
def test_matching(words: str, text: str, spans: list[tuple[int, int]] | None) -> None:
    assert matches(words, text) == spans


def test_commands_by_word_and_synonym(palette: Palette) -> None:
    palette.open("vergr")
    assert [hit.title for hit in palette.hits.hits()] == ["Text vergrößern"]
    palette.field.setText("lupe")
    assert {hit.title for hit in palette.hits.hits()} >= {"Text vergrößern", "Text verkleinern"}


def test_keyboard_runs_the_chosen_hit_and_gives_the_focus_back(
    palette: Palette, registry: ActionRegistry, window: QMainWindow, qtbot: QtBot
) -> None:
    before = QLineEdit(window)
    before.show()
    before.setFocus()
    ran: list[str] = []
    for name in ("view.larger", "view.smaller"):
        registry.on(name, lambda name=name: ran.append(name))
    palette.open()
    QTest.keyClicks(palette.field, "text ver")
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["view.smaller"]
    assert not palette.isVisible()
    qtbot.waitUntil(before.hasFocus)
    palette.open("")
    assert palette.hits.hits()[0].title == "Text verkleinern"
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_impossible_commands_come_last_with_their_reason(palette: Palette) -> None:
    palette.open("ver")
    palette.field.setText("erneut")
    hit = palette.hits.hits()[-1]
    assert hit.reason == "Noch keine Einträge"
    assert hit.group == "Nicht verfügbar"
    told: list[Hit] = []
    palette.hits.run.connect(told.append)
    palette.hits.run_current()
    assert not told


def test_prefixes_ask_only_their_provider(palette: Palette, people: People) -> None:
    palette.open("@mull")
    assert people.asked[-1][0] == "@mull"
    assert palette.hits.hits() == []
    people.answer(-1, "Müller, Anna")
    assert [hit.title for hit in palette.hits.hits()] == ["Müller, Anna"]
    asked = len(people.asked)
    palette.field.setText(">text")
    assert len(people.asked) == asked
    assert palette.hits.hits()
    assert palette._count.text().endswith("Treffer")


def test_late_answers_to_old_questions_are_dropped(palette: Palette, people: People) -> None:
    palette.open("mu")
    palette.field.setText("muster")
    people.answer(0, "Falsch")
    people.answer(1, "Muster")
    names = [hit.title for hit in palette.hits.hits()]
    assert "Muster" in names
    assert "Falsch" not in names
    palette.close_palette()
    people.answer(1, "Zu spät")
    assert "Zu spät" not in [hit.title for hit in palette.hits.hits()]


def test_context_chip_and_names(palette: Palette, people: People, window: QMainWindow) -> None:
    palette.open("zz", context="Grünewald-Yılmaz")
    people.answer(-1, "Zzyzx")
    assert palette._chip is not None
    assert not unnamed(palette)
    window.grab()
    palette._chip.removed.emit()
    assert palette._chip is None


def test_hit_model_passes_the_tester(palette: Palette, people: People) -> None:
    model = palette.hits.model()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    palette.open("text")
    people.answer(-1, "Textor")
    palette.field.setText("")
    assert tester.model() is model
