"""The page behind the status bar: state of the exchange, the queue with the fate of every item, conflicts to decide."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from brokerdesk.models.rows.exchange import ConflictRow, ExchangeStatus, OutboxRow
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.services import exchange
from brokerdesk.sync.report import SyncReport
from brokerdesk.ui.background.lanes import Lane
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.pages.sync.conflict import ConflictDialog
from brokerdesk.ui.pages.sync.values import field_name, value_words
from brokerdesk.ui.tables.columns import Cell, Column, Kind
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.buttons import Button, Look, button_row
from brokerdesk.ui.widgets.cards import Emptiness, EmptyState, Figure, FigureStrip
from brokerdesk.ui.widgets.chips import Segmented
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.page_head import PageHead
from brokerdesk.ui.workplace import Workplace

_STATE = {
    "soft": Status.WAITING,
    "frozen": Status.INFO,
    "blocked": Status.WARNING,
    "attention": Status.ERROR,
    "held": Status.WARNING,
}


def operation_words(row: OutboxRow, texts: Translator) -> str:
    """What an item does, in words."""
    key = f"exchange.operation.{row.operation}"
    if texts.has(key):
        return texts(key)
    verb = row.operation.rpartition(".")[2]
    return texts(f"exchange.verb.{verb}") if texts.has(f"exchange.verb.{verb}") else row.operation


def problem_words(row: OutboxRow, texts: Translator) -> str:
    """Why an item stopped, in words; a code of a newer portal is shown raw."""
    if not row.problem:
        return ", ".join(field_name(f, texts) for f in row.fields)
    key = f"exchange.problem.{row.problem.replace('_', '-')}"
    return texts(key) if texts.has(key) else row.problem


OUTBOX_COLUMNS: tuple[Column[OutboxRow], ...] = (
    Column(key="what", title_key="exchange.what", cell=lambda r, t: Cell(text=operation_words(r, t)), width=210),
    Column(key="subject", title_key="exchange.subject", cell=lambda r, _t: Cell(text=r.subject or "–"), stretch=True),
    Column(
        key="state", title_key="exchange.state", kind=Kind.STATUS, width=170,
        cell=lambda r, t: Cell(text=t(f"exchange.state-of.{r.state}"), status=_STATE.get(r.state, Status.NEUTRAL)),
    ),
    Column(key="why", title_key="exchange.why", cell=lambda r, t: Cell(text=problem_words(r, t), muted=True), width=260),
    Column(key="at", title_key="exchange.at", cell=lambda r, t: Cell(text=t.moment(r.created_at), muted=True), width=140),
)  # fmt: skip
CONFLICT_COLUMNS: tuple[Column[ConflictRow], ...] = (
    Column(key="subject", title_key="exchange.subject", cell=lambda r, _t: Cell(text=r.subject or "–"), stretch=True),
    Column(key="field", title_key="exchange.field", cell=lambda r, t: Cell(text=field_name(r.field, t)), width=150),
    Column(
        key="mine", title_key="exchange.mine", cell=lambda r, t: Cell(text=value_words(r.field, r.mine, t)), width=210
    ),
    Column(
        key="theirs",
        title_key="exchange.theirs",
        cell=lambda r, t: Cell(text=value_words(r.field, r.theirs, t)),
        width=210,
    ),
    Column(
        key="who", title_key="exchange.who", cell=lambda r, _t: Cell(text=r.their_actor or "–", muted=True), width=150
    ),
)


def _say(place: Workplace, empty: EmptyState, title: str) -> None:
    empty.set_words(place.text(title), place.text(f"{title}-words"))


class SyncPage(QWidget):
    """Figures, then either the queue or the conflicts."""

    def __init__(self, place: Workplace) -> None:
        """Asks at once; refreshes after every round and every change."""
        super().__init__()
        self._place, kit = place, place.kit
        self.now = Button(kit, icon="refresh", look=Look.PRIMARY)
        kit.bind(self.now, self.now.setText, "areas.action.sync-now")
        self.now.clicked.connect(lambda _=False: place.exchange.sync_now())
        self.pause = Button(kit, icon="player-pause")
        self.pause.clicked.connect(lambda _=False: self._toggle_pause())
        self.head = PageHead(kit, "areas.sync", self.pause, self.now)
        self.words = PlainLabel(kit, tone="muted", wrap=True)
        self.figures = FigureStrip(kit)
        self.choice = Segmented(
            kit, [("outbox", place.text("exchange.outbox")), ("conflicts", place.text("exchange.conflicts"))],
            name=place.text("areas.sync"),
        )  # fmt: skip
        kit.bind(self.choice, self.choice.setAccessibleName, "areas.sync")
        self.choice.chosen.connect(self._show_part)
        self.outbox: StaticTableModel[OutboxRow] = StaticTableModel(kit, OUTBOX_COLUMNS, self)
        self.conflicts: StaticTableModel[ConflictRow] = StaticTableModel(kit, CONFLICT_COLUMNS, self)
        self.queue = TableView(kit, self.outbox, name_key="exchange.outbox")
        self.disputes = TableView(kit, self.conflicts, name_key="exchange.conflicts")
        self.queue.current_changed.connect(lambda _id: self._buttons())
        self.queue.opened.connect(self._open_subject)
        self.disputes.opened.connect(lambda _id: self.decide())
        self.stack = QStackedWidget()
        self._actions()
        self._arrange()
        self._status = ExchangeStatus(paired=False)
        place.changes.happened.connect(self._changed)
        gateway = place.extras.get("gateway")
        if gateway is not None:
            gateway.reported.connect(self._reported)
        kit.on_language(self, self._ask)

    def _actions(self) -> None:
        kit = self._place.kit
        self.withdraw, self.retry, self.confirm = (Button(kit) for _ in range(3))
        self.solve = Button(kit)
        for button, key, work in (
            (self.withdraw, "exchange.withdraw", self._withdraw),
            (self.retry, "exchange.retry", self._retry),
            (self.confirm, "exchange.confirm", self._confirm),
            (self.solve, "exchange.decide", self.decide),
        ):
            kit.bind(button, button.setText, key)
            button.clicked.connect(lambda _=False, work=work: work())

    def _arrange(self) -> None:
        kit, place = self._place.kit, self._place
        for view, title in ((self.queue, "exchange.nothing"), (self.disputes, "exchange.no-conflicts")):
            holder = QStackedWidget()
            holder.addWidget(view)
            empty = EmptyState(kit, Emptiness.NOTHING_YET, title="", words="", icon="circle-check-filled")
            kit.on_language(empty, partial(_say, place, empty, title))
            holder.addWidget(empty)
            self.stack.addWidget(holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        inner = QVBoxLayout()
        kit.sized(self, lambda units: inner.setContentsMargins(units(16), 0, units(14), units(10)))
        kit.sized(self, lambda units: inner.setSpacing(units(10)))
        inner.addWidget(self.words)
        inner.addWidget(self.figures)
        inner.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        inner.addWidget(self.stack, 1)
        inner.addLayout(button_row(self.withdraw, self.retry, self.confirm, self.solve, stretch_first=True))
        column.addLayout(inner, 1)

    def _changed(self, _changes: ChangeSet) -> None:
        if self.isVisible():
            self._ask()

    def _reported(self, _report: SyncReport) -> None:
        if self.isVisible():
            self._ask()

    def entered(self) -> None:
        """Fresh rows whenever the page is shown."""
        self._ask()

    def _ask(self) -> None:
        book = self._place.desk.book

        def work() -> tuple[Any, Any, Any]:
            return exchange.status(book), exchange.outbox_rows(book, limit=500), exchange.conflict_rows(book)

        self._place.read(work, receiver=self, done=self._show)

    def _show(self, found: tuple[ExchangeStatus, list[OutboxRow], list[ConflictRow]]) -> None:
        self._status, outbox, conflicts = found
        say, texts, status = self._place.text, self._place.kit.texts, self._status
        self.outbox.set_rows(outbox)
        self.conflicts.set_rows(conflicts)
        for index, rows in enumerate((outbox, conflicts)):
            holder = self.stack.widget(index)
            if isinstance(holder, QStackedWidget):
                holder.setCurrentIndex(0 if rows else 1)
        self.choice.set_text("outbox", say("exchange.outbox-count", n=status.outbox))
        self.choice.set_text("conflicts", say("exchange.conflicts-count", n=status.conflicts))
        self.figures.set_figures(
            (
                Figure(label=say("exchange.outbox"), value=texts.count(status.outbox), remark=say("exchange.outbox-remark")),
                Figure(
                    label=say("exchange.refused"), value=texts.count(status.attention),
                    status=Status.ERROR if status.attention else None, remark=say("exchange.refused-remark"),
                ),
                Figure(
                    label=say("exchange.conflicts"), value=texts.count(status.conflicts),
                    status=Status.WARNING if status.conflicts else None, remark=say("exchange.conflicts-remark"),
                ),
                Figure(
                    label=say("exchange.last"), remark=status.tenant_name or "",
                    value=texts.time(status.last_success_at) if status.last_success_at else "–",
                ),
            )
        )  # fmt: skip
        self.words.setText(self._sentence(status))
        self.pause.setText(say("exchange.resume" if status.paused else "exchange.pause"))
        for button in (self.now, self.pause):
            button.setEnabled(status.paired)
        self._buttons()

    def _sentence(self, status: ExchangeStatus) -> str:
        say = self._place.text
        if not status.paired:
            return say("exchange.unpaired")
        if status.last_problem:
            key = f"exchange.trouble.{status.last_problem.replace('_', '-')}"
            return (
                say(key) if self._place.kit.texts.has(key) else say("exchange.trouble.other", code=status.last_problem)
            )
        return say("exchange.fine")

    def _show_part(self, key: str) -> None:
        self.stack.setCurrentIndex(0 if key == "outbox" else 1)
        self._buttons()

    def _current(self) -> OutboxRow | None:
        return self.outbox.row_with(self.queue.current_id())

    def _buttons(self) -> None:
        queue = self.stack.currentIndex() == 0
        row = self._current() if queue else None
        state = row.state if row else ""
        for button in (self.withdraw, self.retry, self.confirm):
            button.setVisible(queue)
        self.solve.setVisible(not queue)
        self.solve.setEnabled(self.conflicts.rowCount() > 0)
        self.withdraw.setEnabled(state in {"soft", "held", "attention"})
        self.retry.setEnabled(state in {"attention", "blocked"})
        self.confirm.setEnabled(state == "held")

    def _open_subject(self, _row_id: int) -> None:
        row = self._current()
        if row is not None and row.party_id:
            self._place.navigate("customer", id=row.party_id)

    def _work(self, work: Any) -> None:
        self._place.background.run(
            Lane.WRITE, lambda _job: work(), self, lambda _result: self._ask(), failed=self._place.failed
        )

    def _withdraw(self) -> None:
        row, book = self._current(), self._place.desk.book
        if row is not None:
            self._work(lambda: exchange.withdraw(book, row.key))

    def _retry(self) -> None:
        row, book = self._current(), self._place.desk.book
        if row is not None:
            self._work(lambda: exchange.retry(book, [row.key]))

    def _confirm(self) -> None:
        row, book = self._current(), self._place.desk.book
        if row is not None:
            self._work(lambda: exchange.confirm(book, [row.key]))

    def _toggle_pause(self) -> None:
        book, paused = self._place.desk.book, not self._status.paused
        self._work(lambda: exchange.pause(book, paused=paused))

    def decide(self) -> None:
        """Open the dialog with the conflicts of the record that is current."""
        rows = [r for n in range(self.conflicts.rowCount()) if (r := self.conflicts.row_at(n)) is not None]
        if not rows:
            return
        row = self.conflicts.row_with(self.disputes.current_id()) or rows[0]
        ConflictDialog(self._place, [r for r in rows if r.record_id == row.record_id], parent=self.window()).open()
