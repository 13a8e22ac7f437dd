"""The page of one customer: head, list of sections, the section, and the column at the right.

Reads everything off the GUI thread and refreshes from ChangeSets only. What is done is done by `DetailCommands` and, for
commands shared with the list, by its commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.services.context import Outcome
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.background.lanes import Lane
from brokerdesk.ui.pages.customer.actions import SCOPE
from brokerdesk.ui.pages.customer.commands import DetailCommands
from brokerdesk.ui.pages.customer.head import Head
from brokerdesk.ui.pages.customer.neighbours import Neighbours
from brokerdesk.ui.pages.customer.record import CustomerRecord, load
from brokerdesk.ui.pages.customer.section_list import sections_of
from brokerdesk.ui.pages.customer.sections import SectionDeck
from brokerdesk.ui.pages.customer.side import Side
from brokerdesk.ui.pages.customer.wishes import Wishes
from brokerdesk.ui.units import Units
from brokerdesk.ui.widgets.cards import Section, SectionList
from brokerdesk.ui.widgets.labels import rule
from brokerdesk.ui.workplace import Workplace

SIDE_FROM = 1040
"""Width in units from which the column at the right is shown."""


class CustomerPage(QWidget):
    """`go_to({"id": …, "section": …, "contract": …})` shows a customer; `place()` tells where we are.

    `ready` is sent when he is shown, or cannot be.
    """

    ready = Signal()

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        """Nothing is read before `go_to()`."""
        super().__init__(parent)
        self._place = place
        self._wanted, self._question = "", 0
        self._stale = False
        self._pending: dict[str, Any] = {}
        self._sections: set[str] = set()
        self.record: CustomerRecord | None = None
        self.commands = DetailCommands(place, self)
        self.head, self.side = Head(place.kit), Side(place.kit)
        self.deck = SectionDeck(place)
        self.neighbours = Neighbours(place, self)
        self.list: SectionList | None = None
        self.wishes = Wishes(place, self)
        self._lay_out()
        self._connect()
        self._connect_actions()
        place.changes.happened.connect(self._changed)
        place.kit.texts.changed.connect(self._rewrite)

    def go_to(self, place: Any) -> None:
        """Show a customer, perhaps a section and a contract."""
        wanted = dict(place) if isinstance(place, Mapping) else {"id": str(place)}
        self._pending = wanted
        if self.record is not None and self.record.card.id == wanted.get("id") and not self._stale:
            self.neighbours.ask(self.record.card.key, self.head.show_place)
            self._apply_pending()
            self.ready.emit()
            return
        self.side.note.flush()
        self._wanted = str(wanted.get("id", ""))
        self._read()

    def place(self) -> dict[str, Any]:
        """The customer and section shown now."""
        return {"id": self._wanted, "section": self.deck.current()}

    def entered(self) -> None:
        """Freshen up what changed while another page was shown."""
        if self._stale:
            self._read()
        self.wishes.tell_actions()

    def show_section(self, key: str) -> None:
        """Show a section; one that this customer does not have is the overview."""
        self.deck.show_section(key if key in self._sections else "overview")
        if self.list is not None:
            self.list.set_current(self.deck.current())
        if self.deck.current() == "history":
            self._read_history()

    def step_section(self, by: int) -> None:
        """Show the next or previous section, around the ends."""
        if self.list is not None:
            self.list.step(by)

    def edit(self, field: str = "") -> None:
        """Change the master data."""
        self.show_section("master")
        self.deck.master.begin(field)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The column at the right gives way on narrow windows."""
        super().resizeEvent(event)
        self._side_box.setVisible(self.width() >= self._place.kit.u(SIDE_FROM))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the form; F2 and Ctrl+S work where no command of the window has them."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape and self.deck.master.is_editing:
            self.deck.master.cancel()
        elif event.key() == Qt.Key.Key_F2:
            self.edit()
        elif control and event.key() == Qt.Key.Key_S and self.deck.master.is_editing:
            self.deck.master.save()
        elif control and event.key() in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            self.step_section(-1 if event.key() == Qt.Key.Key_Backtab else 1)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        kit = self._place.kit
        self._content = QWidget()
        self._content.hide()
        cover = QVBoxLayout(self)
        cover.setContentsMargins(0, 0, 0, 0)
        cover.addWidget(self._content)
        outer = QVBoxLayout(self._content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.head)
        outer.addWidget(rule("h"))
        row = QHBoxLayout()
        row.setSpacing(0)
        self._list_box = QWidget()
        self._list_column = QVBoxLayout(self._list_box)
        row.addWidget(self._list_box)
        row.addWidget(rule("v"))
        row.addWidget(self.deck, 1)
        self._side_box = QWidget()
        side_row = QHBoxLayout(self._side_box)
        side_row.setContentsMargins(0, 0, 0, 0)
        side_row.setSpacing(0)
        side_row.addWidget(rule("v"))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setWidget(self.side)
        self.side.setAutoFillBackground(False)
        side_row.addWidget(scroll)
        row.addWidget(self._side_box)
        outer.addLayout(row, 1)

        def fit(units: Units) -> None:
            self._list_box.setFixedWidth(units(193))
            self._list_column.setContentsMargins(units(8), units(12), units(8), units(8))
            scroll.setFixedWidth(units(256))

        kit.sized(self, fit)

    def _connect(self) -> None:
        deck, commands = self.deck, self.commands
        self.head.wanted.connect(self.wishes.head)
        for strip in (deck.overview.app, deck.app.strip):
            strip.wanted.connect(self.wishes.app)
            strip.pressed.connect(self.wishes.strip_button)
        deck.overview.print_wanted.connect(commands.overview)
        for table in (deck.overview.table, deck.contracts.table):
            table.contract_opened.connect(commands.open_contract)
            table.eye_wanted.connect(commands.toggle_eye)
            table.set_menu(commands.contract_menu)
        deck.overview.contract_wanted.connect(commands.new_contract)
        deck.contracts.contract_wanted.connect(commands.new_contract)
        deck.overview.household.person_chosen.connect(commands.open_person)
        deck.overview.household.person_wanted.connect(commands.add_person)
        deck.household.person_wanted.connect(commands.add_person)
        deck.household.person_chosen.connect(commands.open_person)
        deck.household.role_wanted.connect(commands.give_role)
        deck.household.leaving.connect(commands.leave_household)
        deck.claims.claim_opened.connect(commands.open_claim)
        deck.claims.claim_wanted.connect(commands.new_claim)
        deck.history.undo_wanted.connect(commands.undo)
        deck.master.editing.connect(self._editing)
        deck.master.kept.connect(self.head.show_kept)
        self.side.complete_wanted.connect(self.edit)
        self.side.activities_wanted.connect(lambda: self.show_section("app"))
        self.side.note.written.connect(lambda words: commands.save_note(words, self._note_saved))

    def _connect_actions(self) -> None:
        registry = self._place.actions
        if not isinstance(registry, ActionRegistry):
            return
        registry.attach(SCOPE, self)
        handlers: dict[str, Callable[[], object]] = {
            "detail.edit": self.edit,
            "detail.save": self.deck.master.save,
            "detail.contract": self.commands.new_contract,
            "detail.claim": self.commands.new_claim,
            "detail.person": self.commands.add_person,
            "detail.print": self.commands.overview,
            "detail.next-section": lambda: self.step_section(1),
            "detail.previous-section": lambda: self.step_section(-1),
            "detail.next": lambda: self.wishes.step(1),
            "detail.previous": lambda: self.wishes.step(-1),
        }
        declared = {spec.id for spec in registry.specs()}
        for action_id in handlers.keys() & declared:
            registry.on(action_id, handlers[action_id])

    def _read(self) -> None:
        self._stale = False
        self._question += 1
        question, wanted, desk = self._question, self._wanted, self._place.desk

        def arrived(record: CustomerRecord) -> None:
            if question == self._question:
                self._show(record)
                self.ready.emit()

        def refused(problem: BaseException) -> None:
            self._place.failed(problem)
            self.ready.emit()

        if wanted:
            self._place.background.run(Lane.READ, lambda _job: load(desk, wanted), self, arrived, failed=refused)

    def _show(self, record: CustomerRecord) -> None:
        self.record = self.commands.record = record
        online = self._place.exchange.online
        self.head.show_record(record)
        self.neighbours.ask(record.card.key, self.head.show_place)
        self.side.show_record(record)
        self.deck.show_record(record, online=online)
        self._show_list(record)
        self._content.show()
        self._apply_pending()
        if self.deck.current() == "history":
            self._read_history()
        self.wishes.tell_actions()

    def _show_list(self, record: CustomerRecord) -> None:
        sections = sections_of(record, self._place.kit.texts)
        self._sections = {s.key for s in sections}
        if self.list is None or self.list.keys() != tuple(s.key for s in sections):
            self._make_list(sections)
        assert self.list is not None
        self.list.setAccessibleName(self._place.text("customer.sections"))
        for section in sections:
            self.list.set_section(section)
        if self.deck.current() not in self._sections:
            self.deck.show_section("overview")
        self.list.set_current(self.deck.current())

    def _make_list(self, sections: tuple[Section, ...]) -> None:
        """Another customer mostly has the same sections; only then the list stays."""
        if self.list is not None:
            self.list.hide()
            self.list.deleteLater()
        focus = self.list is not None and self.list.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.list = SectionList(self._place.kit, sections, name=self._place.text("customer.sections"))
        self.list.chosen.connect(self.show_section)
        self._list_column.addWidget(self.list)
        if focus:
            QTimer.singleShot(0, self.list.setFocus)

    def _apply_pending(self) -> None:
        wanted, self._pending = self._pending, {}
        if section := wanted.get("section"):
            self.show_section(str(section))
        if contract := wanted.get("contract"):
            self.commands.open_contract(str(contract))
        if wanted.get("edit"):
            self.edit(wanted["edit"] if isinstance(wanted["edit"], str) else "")

    def _read_history(self) -> None:
        record, desk = self.record, self._place.desk
        if record is not None:
            party_id, titles = record.card.id, record.titles
            self._place.read(
                lambda: desk.history.of_customer(party_id),
                receiver=self,
                done=lambda rows: self.deck.history.show_history(rows, titles),
            )

    def _changed(self, changes: ChangeSet) -> None:
        if self.record is None or not self.record.touched_by(changes):
            return
        if self.isVisible():
            self._read()
        else:
            self._stale = True

    def _rewrite(self) -> None:
        if self.record is not None:
            self._show(self.record)

    def _editing(self, editing: bool) -> None:  # noqa: FBT001 - a Qt slot
        self.head.set_quiet(quiet=editing)
        if not editing:
            self.head.show_kept("")
        self.wishes.tell_actions()

    def _note_saved(self, _outcome: Outcome[str]) -> None:
        texts = self._place.kit.texts
        self.side.show_kept(texts("customer.side.kept", time=texts.time(self._place.desk.clock.now())))
