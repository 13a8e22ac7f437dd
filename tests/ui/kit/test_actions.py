"""The catalogue of commands is fit, explains what is not possible, and is drawn into menus and the overview."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMainWindow, QMenuBar
from pytestqt.qtbot import QtBot

from brokerdesk.ui.actions.catalogue import MENUS, SHELL_ACTIONS
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.actions.shortcuts_page import shortcuts_dialog
from brokerdesk.ui.actions.spec import ActionContext, ActionSpec, every, faults, needs_fact, on_pages
from brokerdesk.ui.actions.view_actions import connect_view_actions
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.theme import Mode
from brokerdesk.ui.widgets.controls import Menu

pytestmark = pytest.mark.gui
REASON = "ui.palette.unavailable"
DELETE = ActionSpec(
    id="row.delete", text_key="ui.close", icon="trash", shortcut="Del", menu="edit", context_menus=("row",),
    when=lambda context: "" if context.selected else REASON,
)  # fmt: skip


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def registry(kit: Kit, window: QMainWindow) -> ActionRegistry:
    return ActionRegistry(kit, [*SHELL_ACTIONS, DELETE], window)


def test_catalogue_of_the_window_is_fit() -> None:
    assert not faults(SHELL_ACTIONS, MENUS)


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (ActionSpec(id="a", text_key="no.such"), "no text"),
        (ActionSpec(id="a", text_key="ui.close", menu="nowhere"), "unknown menu"),
        (ActionSpec(id="a", text_key="ui.close", shortcut="Ctrl+Alt+E"), "AltGr"),
        (ActionSpec(id="a", text_key="ui.close", shortcut="Ctrl+["), "AltGr"),
        (ActionSpec(id="a", text_key="ui.close", shortcut="Ctrl+K"), "belongs to shell.palette"),
        (ActionSpec(id="a", text_key="ui.close", shortcut="Ctrl+K", scope="customers"), "belongs to shell.palette"),
        (ActionSpec(id="a", text_key="ui.close", icon="nothing"), "no icon"),
        (ActionSpec(id="a", text_key="ui.close", palette=False, context_menus=("row",)), "only in a context menu"),
        (ActionSpec(id="shell.palette", text_key="ui.close"), "declared twice"),
    ],
)
def test_faults_are_found(spec: ActionSpec, fault: str) -> None:
    found = faults([*SHELL_ACTIONS, spec], MENUS)
    assert len(found) == 1
    assert fault in found[0]


def test_same_shortcut_on_two_pages_is_fine() -> None:
    specs = [ActionSpec(id=p, text_key="ui.close", shortcut="Ctrl+J", scope=p) for p in ("one", "two")]
    assert not faults(specs, MENUS)


def test_conditions() -> None:
    condition = every(on_pages("customers", reason_key="page"), needs_fact("online", "offline"))
    assert condition(ActionContext(page="start")) == "page"
    assert condition(ActionContext(page="customers")) == "offline"
    assert condition(ActionContext(page="customers", facts={"online": True})) == ""


def test_impossible_commands_stay_and_say_why(registry: ActionRegistry) -> None:
    ran: list[int] = []
    registry.on("row.delete", lambda: ran.append(1))
    registry.refresh(ActionContext())
    action = registry["row.delete"]
    assert action.isVisible()
    assert not action.isEnabled()
    assert "Nicht verfügbar" in action.toolTip()
    assert not registry.trigger("row.delete")
    registry.refresh(ActionContext(selected=1))
    assert "Nicht" not in action.toolTip()
    assert "Entf" in action.toolTip()
    assert registry.trigger("row.delete")
    assert ran == [1]
    assert "row.delete" not in registry.unhandled()
    assert "shell.find" in registry.unhandled()


def test_menus_hold_what_they_declare(kit: Kit, registry: ActionRegistry, window: QMainWindow) -> None:
    bar = QMenuBar(window)
    registry.fill_menu_bar(bar, MENUS)
    titles = [action.text() for action in bar.actions()]
    assert titles == ["Bearbeiten", "Ansicht", "Hilfe"]
    context = registry.context_menu("row", window)
    assert [a.objectName() for a in context.actions()] == ["row.delete"]
    kit.texts.set_language("nl")
    assert [action.text() for action in bar.actions()] == ["Bewerken", "Beeld", "Help"]
    assert registry["shell.back"].text() == "Terug"
    kit.texts.set_language("de")


def test_shortcuts_are_written_for_the_keyboard(kit: Kit) -> None:
    assert kit.texts.shortcut("Ctrl+Shift+W") == "Strg+Umschalt+W"
    assert kit.texts.shortcut_keys("Ctrl++") == ["Strg", "+"]
    kit.texts.set_language("en")
    assert kit.texts.shortcut("Ctrl+Shift+W") == "Ctrl+Shift+W"
    kit.texts.set_language("de")


def test_view_commands_change_theme_and_language(kit: Kit, registry: ActionRegistry) -> None:
    saved: list[int] = []
    connect_view_actions(registry, kit, lambda: saved.append(1))
    registry.trigger("view.larger")
    assert kit.units.percent == 110
    registry.trigger("view.normal-size")
    registry.trigger("view.dark")
    assert kit.theme.mode is Mode.DARK
    assert registry["view.dark"].isChecked()
    assert not registry["view.light"].isChecked()
    registry.trigger("language.nl")
    assert kit.texts.language == "nl"
    registry.trigger("language.de")
    assert len(saved) == 5


def test_overview_lists_every_shortcut(kit: Kit, registry: ActionRegistry, window: QMainWindow, qtbot: QtBot) -> None:
    dialog = shortcuts_dialog(kit, registry, MENUS, window)
    qtbot.addWidget(dialog)
    dialog.show()
    view = dialog.findChildren(TableView)[0]
    keys = {view.cells.cell_at(row, 1).text for row in range(view.cells.rowCount())} - {""}
    assert keys == {kit.texts.shortcut(s.shortcut) for s in registry.specs() if s.shortcut}
    dialog.done(0)


def test_menu_is_painted_with_all_states(kit: Kit, registry: ActionRegistry, window: QMainWindow, qtbot: QtBot) -> None:
    menu = Menu(kit, parent=window)
    menu.addAction(registry["view.dark"])
    registry.set_checked("view.dark", checked=True)
    menu.addSeparator()
    menu.addMenu(Menu(kit, "Weitere", window))
    disabled = menu.addAction(kit.icons.icon("lock"), "Gesperrt")
    disabled.setEnabled(False)
    menu.popup(window.pos())
    menu.setActiveAction(registry["view.dark"])
    image = menu.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    assert kit.colour("accent-fill").name() in colours
    assert kit.colour("raised").name() in colours
    menu.close()
