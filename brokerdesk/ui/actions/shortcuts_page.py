"""The overview of all commands and their shortcuts, generated from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.actions.spec import MenuSpec
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.columns import Cell, Column
from brokerdesk.ui.tables.static_model import Group, StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.widgets.buttons import Button, Look


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """One command with its keys."""

    text_key: str
    icon: str
    keys: str


def _command(row: ShortcutRow, texts: Translator) -> Cell:
    return Cell(text=texts(row.text_key), icon=row.icon)


def _keys(row: ShortcutRow, texts: Translator) -> Cell:
    return Cell(text=texts.shortcut(row.keys), muted=True)


_COLUMNS: tuple[Column[ShortcutRow], ...] = (
    Column(key="command", title_key="ui.shortcuts.command", cell=_command, stretch=True, lead=24),
    Column(key="keys", title_key="ui.shortcuts.keys", cell=_keys, width=190, align="right"),
)


def shortcuts_dialog(kit: Kit, registry: ActionRegistry, menus: Sequence[MenuSpec], parent: QWidget) -> Dialog:
    """The dialog with all commands that have a shortcut, grouped by menu."""
    dialog = Dialog(kit, kit.texts("ui.shortcuts.title"), parent=parent, width=560, height=560)
    model: StaticTableModel[ShortcutRow] = StaticTableModel(kit, _COLUMNS, dialog)
    groups = []
    for menu in (*menus, MenuSpec("", "ui.shortcuts.other")):
        specs = [spec for spec in registry.specs() if spec.menu == menu.id and spec.shortcut]
        if specs:
            heading = {"command": Cell(text=kit.texts(menu.text_key))}
            rows = [ShortcutRow(spec.text_key, spec.icon, spec.shortcut) for spec in specs]
            groups.append(Group(key=menu.text_key, cells=heading, rows=rows))
    model.set_groups(groups)
    view = TableView(kit, model, name_key="ui.shortcuts.table", row="dense")
    dialog.body.addWidget(view)
    close = Button(kit, kit.texts("ui.close"), look=Look.PRIMARY)
    close.clicked.connect(dialog.accept)
    dialog.set_buttons(close)
    return dialog
