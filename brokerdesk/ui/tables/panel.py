"""A list as pages use it: search field, table, empty states in its place, selection bar above its lower edge.

The page gives model, source texts and what the buttons do; the panel keeps the parts in step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from brokerdesk.ui.forms.choices import SearchField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.paged_model import PagedTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.widgets.cards import Emptiness, EmptyState
from brokerdesk.ui.widgets.notices import SelectionBar

ROOM_FOR_BAR = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingYet:
    """What an empty list says before anything was ever entered; all texts are keys."""

    title_key: str
    words_key: str
    icon: str
    action_key: str = ""
    action_icon: str = ""
    on_action: Callable[[], object] | None = None
    second_key: str = ""
    on_second: Callable[[], object] | None = None


class TablePanel(QWidget):
    """`clear_wanted` asks the page to remove its filters and words; `counted` tells rows shown and rows ticked."""

    clear_wanted = Signal()
    counted = Signal(int, int)

    def __init__(
        self, kit: Kit, view: TableView, model: PagedTableModel[Any], *, nothing: NothingYet,
        search: SearchField | None = None, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`search` is wired to the model and gets letters typed in the list."""
        super().__init__(parent)
        self._kit, self._view, self._model, self._nothing = kit, view, model, nothing
        self._stack = QStackedWidget()
        self._stack.addWidget(view)
        self._states: dict[Emptiness, EmptyState] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.bar = SelectionBar(kit, self)
        self.bar.select_all.connect(lambda: model.checked.replace(model.all_ids()))
        self.bar.cleared.connect(model.checked.clear)
        model.checked.changed.connect(self._on_ticks)
        model.loaded.connect(self._on_loaded)
        model.failed.connect(lambda _: self._show(Emptiness.UNAVAILABLE))
        if search is not None:
            search.searched.connect(model.set_search)
            search.go_down.connect(view.setFocus)
            view.typed.connect(search.type_text)
        kit.texts.changed.connect(self._forget_states)

    def _on_loaded(self, count: int) -> None:
        query = self._model.query
        if count:
            self._stack.setCurrentWidget(self._view)
        else:
            self._show(Emptiness.NO_MATCH if query.search or query.filters else Emptiness.NOTHING_YET)
        self._on_ticks()

    def _on_ticks(self) -> None:
        ticked, total = len(self._model.checked), self._model.rowCount()
        self.bar.set_counts(ticked, total)
        room = self._kit.u(ROOM_FOR_BAR) if ticked >= 2 else 0
        QTimer.singleShot(0, self, lambda: self._view.set_bottom_room(room))
        self.counted.emit(total, ticked)

    def _show(self, kind: Emptiness) -> None:
        if kind not in self._states:
            self._states[kind] = self._make(kind)
            self._stack.addWidget(self._states[kind])
        self._stack.setCurrentWidget(self._states[kind])

    def _make(self, kind: Emptiness) -> EmptyState:
        texts, kit = self._kit.texts, self._kit
        if kind is Emptiness.NO_MATCH:
            return EmptyState(
                kit, kind, title=texts("ui.list.no-match-title"), words=texts("ui.list.no-match"),
                action=texts("ui.list.clear-filter"), on_action=self.clear_wanted.emit,
            )  # fmt: skip
        if kind is Emptiness.UNAVAILABLE:
            return EmptyState(
                kit, kind, title=texts("ui.list.failed-title"), words=texts("ui.list.failed"),
                action=texts("ui.list.retry"), on_action=self._model.refresh,
            )  # fmt: skip
        said = self._nothing
        return EmptyState(
            kit, kind, title=texts(said.title_key), words=texts(said.words_key), icon=said.icon,
            action=texts(said.action_key) if said.action_key else "", action_icon=said.action_icon, on_action=said.on_action,
            second=texts(said.second_key) if said.second_key else "", on_second=said.on_second,
        )  # fmt: skip

    def _forget_states(self) -> None:
        shown = self._stack.currentWidget()
        kind = next((k for k, state in self._states.items() if state is shown), None)
        for state in self._states.values():
            self._stack.removeWidget(state)
            state.deleteLater()
        self._states = {}
        if kind is not None:
            self._show(kind)
