"""Builds the commands of a window from their declarations and keeps them in step with what is shown.

Disabled commands stay visible and say why in their tooltip and in the palette. What a command does is connected with
`on()`; a command without a handler is a fault that `unhandled()` names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from brokerdesk.ui.actions.spec import WINDOW, ActionContext, ActionSpec, MenuSpec
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.widgets.controls import Menu
from brokerdesk.ui.widgets.labels import plain_tooltip

_ROLES = {
    "preferences": QAction.MenuRole.PreferencesRole,
    "about": QAction.MenuRole.AboutRole,
    "quit": QAction.MenuRole.QuitRole,
}


class ActionRegistry(QObject):
    """All commands of one window. `refreshed` is sent when their state may have changed."""

    refreshed = Signal()

    def __init__(self, kit: Kit, specs: Iterable[ActionSpec], window: QWidget) -> None:
        """Shortcuts of the scope `window` work in all of `window`. Raises `ValueError` for an id declared twice."""
        super().__init__(window)
        self._kit, self._window = kit, window
        self._specs: dict[str, ActionSpec] = {}
        self._actions: dict[str, QAction] = {}
        self._handlers: set[str] = set()
        self.context = ActionContext()
        for spec in specs:
            self._add(spec)
        kit.on_language(self, self._write)

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def specs(self) -> list[ActionSpec]:
        """Every declaration in order."""
        return list(self._specs.values())

    def on(self, action_id: str, handler: Callable[[], object]) -> None:
        """Do this when the command is triggered. Raises `KeyError` for an unknown command."""
        self._actions[action_id].triggered.connect(lambda _=False: handler())
        self._handlers.add(action_id)

    def unhandled(self) -> list[str]:
        """Commands that nobody handles; a finished window has none."""
        return [action_id for action_id in self._actions if action_id not in self._handlers]

    def attach(self, scope: str, page: QWidget) -> None:
        """Make the shortcuts of a page's scope work inside that page."""
        for spec in self._specs.values():
            if spec.scope == scope and scope != WINDOW:
                page.addAction(self._actions[spec.id])

    def refresh(self, context: ActionContext) -> None:
        """Enable and explain every command for what is shown now."""
        self.context = context
        for spec in self._specs.values():
            self._actions[spec.id].setEnabled(not spec.reason(context))
        self._explain()

    def reason(self, action_id: str) -> str:
        """Why a command is not possible now, in words; empty when it is."""
        key = self._specs[action_id].reason(self.context)
        return self._kit.texts(key) if key else ""

    def trigger(self, action_id: str) -> bool:
        """Run a command; False when it is not possible now."""
        action = self._actions[action_id]
        if not action.isEnabled():
            return False
        action.trigger()
        return True

    def set_checked(self, action_id: str, *, checked: bool) -> None:
        """Tick or untick a checkable command without running it."""
        self._actions[action_id].setChecked(checked)

    def fill_menu_bar(self, bar: QMenuBar, menus: Sequence[MenuSpec]) -> None:
        """Add the menus that hold at least one command."""
        for declared in menus:
            members = [spec for spec in self._specs.values() if spec.menu == declared.id]
            if members:
                menu = Menu(self._kit, parent=bar)
                self._kit.bind(menu, menu.setTitle, declared.text_key)
                self._fill(menu, members)
                bar.addMenu(menu)

    def context_menu(self, kind: str, parent: QWidget) -> Menu:
        """The context menu of a kind of rows; possible and impossible commands alike."""
        menu = Menu(self._kit, parent=parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu, [spec for spec in self._specs.values() if kind in spec.context_menus])
        return menu

    def _fill(self, menu: QMenu, members: list[ActionSpec]) -> None:
        last: int | None = None
        for spec in sorted(members, key=lambda s: s.group):
            if last is not None and spec.group != last:
                menu.addSeparator()
            menu.addAction(self._actions[spec.id])
            last = spec.group

    def _add(self, spec: ActionSpec) -> None:
        if spec.id in self._specs:
            raise ValueError(f"command {spec.id} is declared twice")
        action = QAction(self)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        action.setMenuRole(_ROLES.get(spec.role, QAction.MenuRole.NoRole))
        if spec.icon:
            action.setIcon(self._kit.icons.icon(spec.icon))
        if spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        if spec.scope == WINDOW:
            self._window.addAction(action)
        else:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._specs[spec.id], self._actions[spec.id] = spec, action

    def _write(self) -> None:
        for spec in self._specs.values():
            action, text = self._actions[spec.id], self._kit.texts(spec.text_key)
            keys = self._kit.texts.shortcut(spec.shortcut) if spec.shortcut else ""
            action.setText(text)
            action.setProperty("keys", keys)
        self._explain()

    def _explain(self) -> None:
        """What it is and, if need be, why not: asked with every customer, unlike the words of the language."""
        for action_id, action in self._actions.items():
            text, keys = action.text(), action.property("keys")
            lines = [f"{text} ({keys})" if keys else text, self.reason(action_id)]
            action.setToolTip(plain_tooltip("\n".join(line for line in lines if line)))
        self.refreshed.emit()
