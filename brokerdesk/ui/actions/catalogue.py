"""Menus of the window and the commands that belong to the window itself; every area declares its own beside its pages."""

from __future__ import annotations

from brokerdesk.ui.actions.spec import ActionSpec, MenuSpec

MENUS = (
    MenuSpec("file", "ui.menu.file"),
    MenuSpec("edit", "ui.menu.edit"),
    MenuSpec("view", "ui.menu.view"),
    MenuSpec("customer", "ui.menu.customer"),
    MenuSpec("followup", "ui.menu.followup"),
    MenuSpec("sync", "ui.menu.sync"),
    MenuSpec("window", "ui.menu.window"),
    MenuSpec("help", "ui.menu.help"),
)
"""Menus without a command are not shown."""

SHELL_ACTIONS = (
    ActionSpec(id="shell.palette", text_key="ui.action.palette", icon="search", shortcut="Ctrl+K", menu="edit", group=8),
    ActionSpec(id="shell.find", text_key="ui.action.find", icon="search", shortcut="Ctrl+F", menu="edit", group=8),
    ActionSpec(id="shell.back", text_key="ui.action.back", icon="arrow-left", shortcut="Alt+Left", menu="view"),
    ActionSpec(id="shell.forward", text_key="ui.action.forward", icon="arrow-right", shortcut="Alt+Right", menu="view"),
    ActionSpec(
        id="shell.navigation", text_key="ui.action.navigation", icon="layout-sidebar-left-collapse", menu="view", group=1
    ),
    ActionSpec(id="shell.next-pane", text_key="ui.action.next-pane", shortcut="F6", menu="view", group=1),
    ActionSpec(
        id="view.larger", text_key="ui.action.larger", icon="text-size", shortcut="Ctrl++", menu="view", group=2,
        keywords_key="ui.action.text-size-words",
    ),
    ActionSpec(
        id="view.smaller", text_key="ui.action.smaller", shortcut="Ctrl+-", menu="view", group=2,
        keywords_key="ui.action.text-size-words",
    ),
    ActionSpec(
        id="view.normal-size", text_key="ui.action.normal-size", shortcut="Ctrl+0", menu="view", group=2,
        keywords_key="ui.action.text-size-words",
    ),
    ActionSpec(id="view.light", text_key="ui.action.light", icon="sun", menu="view", group=3, checkable=True),
    ActionSpec(id="view.dark", text_key="ui.action.dark", icon="moon", menu="view", group=3, checkable=True),
    ActionSpec(id="view.system", text_key="ui.action.system", icon="contrast", menu="view", group=3, checkable=True),
    ActionSpec(id="language.de", text_key="ui.action.german", icon="language", menu="view", group=4, checkable=True),
    ActionSpec(id="language.nl", text_key="ui.action.dutch", icon="language", menu="view", group=4, checkable=True),
    ActionSpec(id="language.en", text_key="ui.action.english", icon="language", menu="view", group=4, checkable=True),
    ActionSpec(id="shell.shortcuts", text_key="ui.action.shortcuts", icon="keyboard", shortcut="Ctrl+F1", menu="help"),
)  # fmt: skip
