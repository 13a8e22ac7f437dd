"""The frame: history, navigation, minimum size, notices, dialogs; labels never read markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from brokerdesk.ui.actions.catalogue import MENUS, SHELL_ACTIONS
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.background.lanes import Background, Lane
from brokerdesk.ui.dialogs.base import Dialog, StepBar
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.shell.frame import ShellFrame
from brokerdesk.ui.shell.pages import History, PageSpec, PageStack, Step
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.labels import ElidingLabel, PlainLabel, plain_tooltip
from tests.support.qt import tab_walk, unnamed

pytestmark = pytest.mark.gui
HOSTILE = "<img src='file:///etc/hostname'><b>fett</b> & <a href='https://x.example'>x</a>"


class Page(QWidget):
    """A page that remembers its place."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.row: Any = 0
        self.entries = 0
        button = QPushButton(name)
        QVBoxLayout(self).addWidget(button)

    def place(self) -> Any:
        return self.row

    def go_to(self, place: Any) -> None:
        self.row = place

    def entered(self) -> None:
        self.entries += 1


@pytest.fixture
def frame(kit: Kit, qtbot: QtBot) -> ShellFrame:
    made: list[str] = []

    def page(name: str) -> PageSpec:
        def factory() -> Page:
            made.append(name)
            return Page(name)

        group = -1 if name == "detail" else {"home": 0, "sync": 9}.get(name, 1)
        parent = "users" if name == "detail" else ""
        return PageSpec(
            id=name,
            title_key="ui.close",
            icon="home",
            factory=factory,
            group=group,
            bottom=name == "sync",
            parent_page=parent,
        )

    window = QMainWindow()
    shell = ShellFrame(kit, [page(n) for n in ("home", "users", "activity", "detail", "sync")])
    shell.made, shell.kept = made, window  # Qt deletes a window that Python forgets
    window.setCentralWidget(shell)
    registry = ActionRegistry(kit, SHELL_ACTIONS, window)
    registry.fill_menu_bar(shell.top_bar.menu_bar, MENUS)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    shell.open("home")
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return shell


def test_history_forgets_what_was_ahead() -> None:
    history = History()
    for name in "abc":
        history.visit(Step(name))
    assert history.move(-1) == Step("b")
    history.note(7)
    history.visit(Step("d"))
    assert not history.can_go_forward
    assert history.move(-1) == Step("b", 7)
    assert history.move(-1) == Step("a")
    assert history.move(-1) is None
    assert history.move(1) == Step("b", 7)


def test_pages_are_made_once_and_found_again_at_their_place(frame: ShellFrame) -> None:
    assert frame.made == ["home"]
    frame.open("users")
    page = frame.stack.currentWidget()
    assert isinstance(page, Page)
    page.row = 300
    frame.open("detail", "record-1")
    page.row = 0
    assert frame.navigation._buttons["users"].isChecked()
    assert frame.top_bar.back.isEnabled()
    QTest.mouseClick(frame.top_bar.back, Qt.MouseButton.LeftButton)
    assert (frame.stack.current_id(), page.row) == ("users", 300)
    frame.forward()
    assert frame.stack.currentWidget().row == "record-1"  # type: ignore[union-attr]
    frame.open("users")
    assert frame.made == ["home", "users", "detail"]
    assert page.entries == 3


class ReadingPage(Page):
    """A page that has to read before it can show a place."""

    ready = Signal()


def test_a_page_that_reads_is_painted_when_it_is_ready(kit: Kit, qtbot: QtBot) -> None:
    detail = ReadingPage("detail")
    stack = PageStack([_spec("list", Page("list")), _spec("detail", detail)])
    qtbot.addWidget(stack)
    stack.open("list")
    stack.open("detail", {"id": "a"})
    assert detail.isVisibleTo(stack) and not stack.updatesEnabled(), "what it showed last is not painted"
    detail.ready.emit()
    assert stack.updatesEnabled()
    stack.open("detail", {"id": "b"})
    assert stack.updatesEnabled(), "it is in front already and keeps what it shows until it has read"
    stack.open("list")
    stack.open("detail", {"id": "c"})
    assert not stack.updatesEnabled()
    stack.open("list")
    assert stack.updatesEnabled(), "somebody who turns back does not wait"
    stack.open("detail", {"id": "d"})
    qtbot.waitUntil(stack.updatesEnabled, timeout=5000)  # a page that never gets ready is shown all the same


def _spec(page_id: str, page: QWidget) -> PageSpec:
    return PageSpec(id=page_id, title_key="areas.customers", icon="users", factory=lambda: page)


def test_frame_fits_small_windows_and_large_text(kit: Kit, frame: ShellFrame) -> None:
    for language in ("de", "nl", "en", "xx"):
        kit.texts.set_language(language)
        size = frame.minimumSizeHint()
        assert size.width() <= 1100, language
        assert size.height() <= 680, language
        kit.theme.set_percent(150)
        assert frame.minimumSizeHint().width() <= 1366, language
        kit.theme.set_percent(100)
    kit.texts.set_language("de")


def test_navigation_folds_and_shows_badges(kit: Kit, frame: ShellFrame) -> None:
    frame.navigation.set_badge("users", 4)
    assert frame.navigation._buttons["users"].accessibleName() == "Schließen 4"
    assert frame.navigation.width() == 176
    frame.navigation.set_collapsed(collapsed=True)
    assert frame.navigation.width() == 48
    frame.grab()
    frame.navigation.set_collapsed(collapsed=False)
    QTest.mouseClick(frame.navigation._buttons["activity"], Qt.MouseButton.LeftButton)
    assert frame.stack.current_id() == "activity"


def test_every_stop_of_the_frame_has_a_name_and_f6_goes_around(frame: ShellFrame) -> None:
    frame.status_bar.set_sync(Status.OK, "Synchronisiert 17:31")
    assert not unnamed(frame)
    stops = tab_walk(frame.window())
    assert len(stops) == len(set(stops)) > 8
    frame.next_pane()
    first = frame.focusWidget()
    frame.next_pane()
    second = frame.focusWidget()
    frame.next_pane()
    assert frame.navigation.isAncestorOf(first)  # type: ignore[arg-type]
    assert frame.stack.isAncestorOf(second)  # type: ignore[arg-type]
    assert frame.status_bar.isAncestorOf(frame.focusWidget())  # type: ignore[arg-type]


def test_status_bar_follows_background_and_outbox(frame: ShellFrame, background: Background, qtbot: QtBot) -> None:
    bar = frame.status_bar
    bar.follow(background)
    bar.set_outbox(2)
    assert bar.outbox.text() == "2 ausstehend"
    bar.set_outbox(0)
    assert not bar.outbox.isVisible()
    import threading

    go, done = threading.Event(), []

    def work(job: Any) -> None:
        job.report(34, 100)
        go.wait(5)

    background.run(Lane.WORK, work, frame, done.append, title_key="ui.close")
    qtbot.waitUntil(lambda: bar._share.text() == "34 %")
    assert bar.jobs.text() == "Im Hintergrund: 1"
    go.set()
    qtbot.waitUntil(lambda: bool(done) and not bar.jobs.isVisible())


def test_toast_offers_undo(frame: ShellFrame) -> None:
    undone: list[int] = []
    frame.tell("Kontakt gelöscht", undo=lambda: undone.append(1))
    assert frame.toast.isVisible()
    QTest.mouseClick(frame.toast._undo, Qt.MouseButton.LeftButton)
    assert undone == [1]
    assert not frame.toast.isVisible()
    frame.tell("Gespeichert")
    assert not frame.toast._undo.isVisible()


def test_dialog_dims_starts_in_its_field_and_runs_on_enter(kit: Kit, frame: ShellFrame, qtbot: QtBot) -> None:
    window = frame.window()
    dialog = Dialog(kit, "Kunden einladen", parent=window)
    field = LineField(kit, "gallery.name")
    steps = StepBar(kit, ["Empfänger", "Prüfen"])
    dialog.middle.addWidget(steps)
    dialog.body.addWidget(field)
    done: list[int] = []
    primary = Button(kit, "Weiter", look=Look.PRIMARY)
    primary.clicked.connect(lambda: done.append(1))
    dialog.set_buttons(primary, Button(kit, "Abbrechen"))
    steps.set_current(1)
    dialog.show()
    assert dialog.windowTitle() == "Kunden einladen"
    assert "2" in steps.accessibleName()
    assert dialog._scrim is not None
    assert dialog._scrim.isVisible()
    qtbot.waitUntil(lambda: dialog.focusWidget() is field.line)
    QTest.keyClick(field.line, Qt.Key.Key_Return)
    assert done == [1]
    assert not unnamed(dialog)
    dialog.grab()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog._scrim is None


def test_labels_show_markup_literally(kit: Kit, qtbot: QtBot) -> None:
    for label in (PlainLabel(kit, HOSTILE), ElidingLabel(kit, HOSTILE)):
        qtbot.addWidget(label)
        label.resize(90, 20)
        label.show()
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert "<img" not in label.toolTip()
    assert plain_tooltip("<b>x</b>") == "<span>&lt;b&gt;x&lt;/b&gt;</span>"


def test_long_labels_give_way(kit: Kit, qtbot: QtBot) -> None:
    label = ElidingLabel(kit, "Ein sehr langer Satz " * 20)
    qtbot.addWidget(label)
    label.resize(100, 20)
    label.show()
    assert label.minimumSizeHint().width() < 60
    assert label.text().endswith("…")
    assert label.full_text().startswith("Ein sehr")


def test_no_plain_qlabel_in_the_kit() -> None:
    import brokerdesk.ui

    places = [p for p in Path(brokerdesk.ui.__file__).parent.rglob("*.py") if p.name != "labels.py"]
    assert not [p.name for p in places if f" {QLabel.__name__}(" in p.read_text(encoding="utf-8")]
