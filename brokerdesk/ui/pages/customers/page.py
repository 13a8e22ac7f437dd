"""The customer list: head, filter row, table with app access, selection bar, reading pane.

Shows and asks; what commands do stands in `commands.py`. Follows committed changes only, never its own clicks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from brokerdesk.core.clock import local_date
from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.models.values.paging import ListQuery, SortKey
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.pages.customers.actions import KIND, SCOPE
from brokerdesk.ui.pages.customers.columns import app_width, customer_columns
from brokerdesk.ui.pages.customers.commands import CustomerCommands
from brokerdesk.ui.pages.customers.counts import Counts
from brokerdesk.ui.pages.customers.filter_row import FilterRow
from brokerdesk.ui.pages.customers.head import ListHead
from brokerdesk.ui.pages.customers.memory import ListMemory
from brokerdesk.ui.pages.customers.pane_facts import PaneFacts
from brokerdesk.ui.pages.customers.reading_pane import ReadingPane
from brokerdesk.ui.pages.customers.refresh import concerns, plan
from brokerdesk.ui.pages.customers.selection import add_selection_buttons
from brokerdesk.ui.pages.customers.source import CustomerSource
from brokerdesk.ui.pages.customers.views import VIEWS
from brokerdesk.ui.tables.header_menu import open_chooser
from brokerdesk.ui.tables.paged_model import PagedTableModel
from brokerdesk.ui.tables.panel import NothingYet, TablePanel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.workplace import Workplace

ROOM_FOR_PANE = 1024
"""Units of width from which the reading pane is shown: a window of 1200 less the navigation."""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where somebody was in the list, by id; kept by back and forward."""

    view: str
    query: ListQuery
    current: int


class CustomersPage(QWidget):
    """`counted` and `summed` are for the status bar: „37 von 4.812 Kunden"; „Summe Auswahl", „22.320,65 €"."""

    counted = Signal(str)
    summed = Signal(str, str)

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        """Asks for its rows at once; they arrive later."""
        super().__init__(parent)
        self._workplace, self._view, self._beside = place, VIEWS[0], False
        self._office: dict[str, Any] = place.desk.office.profile()
        self.commands = CustomerCommands.of(place, self)
        self.commands.chosen = self.ticked_ids
        self.source = CustomerSource(place.desk)
        columns = customer_columns(
            product=lambda: self._office.get("product_private") or "",
            today=lambda: local_date(place.desk.clock),
            app_units=app_width(place.kit),
        )
        self.model: PagedTableModel[CustomerRow] = PagedTableModel(
            place.kit, columns, self.source, place.background, record_id=lambda row: row.id,
            query=ListQuery(sort=(SortKey("name"),)), parent=self,
        )  # fmt: skip
        self.head = ListHead(place)
        self.filters = FilterRow(place)
        self.table = TableView(place.kit, self.model, name_key="customers.list.name")
        self.panel = TablePanel(
            place.kit, self.table, self.model, nothing=_nothing(place, self.commands), search=self.filters.search
        )
        self.pane = ReadingPane(place, self.commands)
        self.counts = Counts(place, self.model, self.source, self.filters)
        self.memory = ListMemory(place, self.table)
        self._pane_soon = QTimer(self, singleShot=True, interval=0)  # after the rows are painted
        self._arrange()
        self._connect()
        self._pane_wanted = self.memory.pane_wanted()
        self._fit_pane()
        self.model.refresh()

    # ---- the window's questions ----

    def place(self) -> ListPlace:
        """For back and forward."""
        return ListPlace(self._view.key, self.model.query, self.table.current_id())

    def go_to(self, place: ListPlace) -> None:
        """Back to a place: the row is found again by its id."""
        if place.query != self.model.query or place.view != self._view.key:
            self.show_view(place.view)
            self.filters.search.setText(place.query.search)
        self.table.set_current_id(place.current)

    def entered(self) -> None:
        """The commands speak about this list again."""
        self.commands.chosen = self.ticked_ids
        self._tell_context()
        self.table.setFocus()

    def ticked_ids(self) -> list[str]:
        """Record ids of the ticked customers in the order of the list.

        Empty while the list is not shown, and while the menu of a row that is not ticked speaks about that row alone.
        """
        if not self.isVisible() or not len(self.model.checked) or self._beside:
            return []
        ticked = self.model.checked
        keys = [key for key in self.model.all_ids() if key in ticked]
        return [row.id for row in self.source.rows(keys) if row is not None]

    def show_view(self, key: str) -> None:
        """Show one of the shipped views with its own filters; chips of another view are taken off."""
        self._view = next(view for view in VIEWS if view.key == key)
        self.head.set_view(key)
        self.filters.clear()
        self._ask()

    # ---- building ----

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.head)
        left.addWidget(self.filters)
        left.addWidget(self.panel, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.pane)
        add_selection_buttons(self._workplace, self.panel.bar, self.table, self.commands)

    def _connect(self) -> None:
        head, table, model = self.head, self.table, self.model
        head.view_chosen.connect(self.show_view)
        head.filter_wanted.connect(lambda: self.filters.open_menu(head.filter))
        head.columns_wanted.connect(lambda: open_chooser(table))
        head.pane_toggled.connect(self._toggle_pane)
        head.invite_wanted.connect(lambda: self.commands.invite(self.ticked_ids() or [self._current_id()]))
        head.new_wanted.connect(self._new)
        self.filters.changed.connect(self._ask)
        self.filters.reset_wanted.connect(self.filters.clear)
        self.panel.clear_wanted.connect(lambda: self.show_view(VIEWS[0].key))
        self.panel.counted.connect(lambda _rows, _ticked: self.counts.tell())
        self.counts.counted.connect(self.counted)
        self.counts.summed.connect(self.summed)
        model.loaded.connect(self._on_loaded)
        model.failed.connect(lambda problem: self._workplace.failed(problem))
        table.current_changed.connect(lambda _id: self._pane_soon.start())
        self._pane_soon.timeout.connect(self._show_pane_customer)
        table.opened.connect(lambda key: self.commands.open(self._id_of(key)))
        table.acted.connect(lambda key, action: self.commands.act(action, self._id_of(key)))
        table.previewed.connect(lambda _key: self._toggle_pane(not self.pane.isVisible()))
        table.set_context_menu(self._row_menu)
        self.pane.learned.connect(lambda _facts: self._tell_context())
        self._workplace.changes.happened.connect(self._on_changes)
        self._workplace.kit.texts.changed.connect(self.counts.tell)
        actions = self._workplace.actions
        if isinstance(actions, ActionRegistry):
            actions.attach(SCOPE, table)
            actions.on("customers.filter", lambda: self.filters.open_menu(head.filter))
            actions.on("customers.columns", lambda: open_chooser(table))
            actions.on("customers.pane", lambda: self._toggle_pane(not self.pane.isVisible()))

    # ---- what happens ----

    def _ask(self) -> None:
        wanted = (*self._view.filters, *self.filters.filters())
        self.model.set_query(replace(self.model.query, filters=wanted, search=self.filters.search.text().strip()))

    def _on_loaded(self, count: int) -> None:
        if count and not self.table.currentIndex().isValid():
            self.table.go_to(0)
        self._pane_soon.start()
        self.head.set_invite("" if count else self._workplace.text("customers.why.none"))
        self.counts.tell()

    def _show_pane_customer(self) -> None:
        self.table.paint_now()  # reading beside the painting would slow it down
        self.pane.show_customer(self._current_id())

    def _on_changes(self, changes: ChangeSet) -> None:
        if changes.concerns({"office"}):
            self._office = self._workplace.desk.office.profile()
            self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.model.columns) - 1)
        wanted = plan(changes)
        if wanted.ask_again:
            self.model.refresh()
        elif wanted.repaint:
            self.model.repaint_records(wanted.repaint)
        if concerns(changes) and not wanted.ask_again:
            self.pane.refresh()

    def _tell_context(self) -> None:
        actions = self._workplace.actions
        if isinstance(actions, ActionRegistry) and self.isVisible():
            facts: PaneFacts | None = self.pane.facts
            selected = len(self.model.checked)
            card, block = (facts.card, facts.block) if facts is not None else (None, None)
            actions.refresh(self.commands.context(SCOPE, card=card, block=block, selected=selected))
            actions.set_checked("customers.pane", checked=self.pane.isVisible())

    def _row_menu(self, key: int) -> QMenu | None:
        actions = self._workplace.actions
        if not isinstance(actions, ActionRegistry):
            return None
        desk, party_id = self._workplace.desk, self._id_of(key)
        self._beside = key not in self.model.checked
        card, block = desk.customers.card(party_id), desk.invitations.block(party_id)
        selected = 0 if self._beside else len(self.model.checked)
        actions.refresh(self.commands.context(SCOPE, card=card, block=block, selected=selected))
        menu = actions.context_menu(KIND, self)
        menu.aboutToHide.connect(lambda: QTimer.singleShot(0, self, self._menu_gone))
        return menu

    def _menu_gone(self) -> None:
        self._beside = False
        self._tell_context()

    def _new(self, kind: str) -> None:
        if kind == "import":
            self._workplace.navigate("import")
        else:
            self.commands.create(company=kind == "company")

    def _toggle_pane(self, on: bool) -> None:  # noqa: FBT001 - connected to a button
        self.show_pane(wanted=on)
        self.memory.keep_pane(wanted=on)

    def show_pane(self, *, wanted: bool) -> None:
        """Show or hide the reading pane; a narrow window has none."""
        self._pane_wanted = wanted
        self._fit_pane()

    def _fit_pane(self) -> None:
        possible = self.width() >= self._workplace.kit.u(ROOM_FOR_PANE)
        self.pane.setVisible(self._pane_wanted and possible)
        self.head.set_pane(shown=self._pane_wanted, possible=possible)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow windows leave out the reading pane."""
        super().resizeEvent(event)
        self._fit_pane()
        QTimer.singleShot(0, self, self.memory.make_room)

    def _id_of(self, key: int) -> str:
        row = self.model.row_of(key)
        found = self.model.row_at(row) if row >= 0 else None
        return found.id if found is not None else ""

    def _current_id(self) -> str:
        return self._id_of(self.table.current_id())


def _nothing(place: Workplace, commands: CustomerCommands) -> NothingYet:
    return NothingYet(
        title_key="customers.empty.title", words_key="customers.empty.words", icon="users",
        action_key="customers.action.new", action_icon="user-plus", on_action=commands.create,
        second_key="customers.action.import", on_second=lambda: place.navigate("import"),
    )  # fmt: skip
