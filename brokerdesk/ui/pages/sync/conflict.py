"""One record's conflicts: field by field mine and theirs, who and when; nothing is decided unasked (protocol.md § 8)."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from brokerdesk.models.rows.exchange import ConflictRow
from brokerdesk.services import exchange
from brokerdesk.ui.background.lanes import Lane
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.pages.sync.values import field_name, value_words
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.controls import RadioButton
from brokerdesk.ui.widgets.labels import PlainLabel, rule
from brokerdesk.ui.workplace import Workplace


class ConflictDialog(Dialog):
    """Mine or theirs for every field; saving needs a choice for each."""

    def __init__(self, place: Workplace, rows: list[ConflictRow], *, parent: QWidget | None = None) -> None:
        """`rows` belong to one record."""
        super().__init__(place.kit, rows[0].subject or "–", parent=parent, width=770)
        self._place, self._rows = place, rows
        self.set_title(rows[0].subject or "–", place.text("exchange.conflicts-count", n=len(rows)))
        self._choices: dict[int, tuple[RadioButton, RadioButton]] = {}
        self._results: dict[int, PlainLabel] = {}
        self._groups: list[QButtonGroup] = []
        grid = QGridLayout()
        kit = place.kit
        kit.sized(self, lambda units: grid.setContentsMargins(units(24), units(12), units(24), units(16)))
        kit.sized(self, lambda units: grid.setVerticalSpacing(units(8)))
        for column, stretch in enumerate((2, 4, 4, 3)):
            grid.setColumnStretch(column, stretch)
        self._titles(grid)
        for number, row in enumerate(rows):
            self._row(grid, 2 + 2 * number, row)
        self.body.addLayout(grid)
        self._foot_buttons()
        self._update()

    def _titles(self, grid: QGridLayout) -> None:
        place, first = self._place, self._rows[0]
        when = place.kit.texts.moment(first.their_time) if first.their_time else ""
        theirs = place.text("exchange.their-version", name=first.their_actor or "–", when=when)
        titles = (place.text("exchange.field"), place.text("exchange.mine"), theirs, place.text("exchange.result"))
        for column, title in enumerate(titles):
            grid.addWidget(PlainLabel(place.kit, title, type=Type.HINT, tone="muted", wrap=True), 0, column)
        grid.addWidget(rule(), 1, 0, 1, 4)

    def _row(self, grid: QGridLayout, line: int, row: ConflictRow) -> None:
        kit, texts = self._place.kit, self._place.kit.texts
        name = field_name(row.field, texts)
        grid.addWidget(PlainLabel(kit, name, strong=True), line, 0)
        group = QButtonGroup(self)
        mine = RadioButton(kit, value_words(row.field, row.mine, texts))
        theirs = RadioButton(kit, value_words(row.field, row.theirs, texts))
        for button, side in ((mine, "exchange.mine"), (theirs, "exchange.theirs")):
            button.setAccessibleName(f"{name}, {texts(side)}: {button.text()}")
            group.addButton(button)
            button.toggled.connect(lambda _on: self._update())
        self._groups.append(group)
        result = PlainLabel(kit, tone="muted", wrap=True)
        grid.addWidget(mine, line, 1)
        grid.addWidget(theirs, line, 2)
        grid.addWidget(result, line, 3)
        grid.addWidget(rule("soft"), line + 1, 0, 1, 4)
        self._choices[row.key] = (mine, theirs)
        self._results[row.key] = result

    def _foot_buttons(self) -> None:
        kit, say = self._place.kit, self._place.text
        all_mine, all_theirs, later = (Button(kit, say(f"exchange.{k}")) for k in ("all-mine", "all-theirs", "later"))
        self.save = Button(kit, say("exchange.save"), look=Look.PRIMARY)
        all_mine.clicked.connect(lambda _=False: self._choose(0))
        all_theirs.clicked.connect(lambda _=False: self._choose(1))
        later.clicked.connect(self.reject)
        self.save.clicked.connect(lambda _=False: self._save())
        self.set_buttons(self.save, all_mine, all_theirs, later)

    def _choose(self, side: int) -> None:
        for pair in self._choices.values():
            pair[side].setChecked(True)

    def _update(self) -> None:
        open_fields = 0
        for row in self._rows:
            mine, theirs = self._choices[row.key]
            chosen = mine if mine.isChecked() else theirs if theirs.isChecked() else None
            self._results[row.key].setText(chosen.text() if chosen else self._place.text("exchange.please-choose"))
            open_fields += chosen is None
        if hasattr(self, "save"):
            self.save.setEnabled(open_fields == 0)
        self.set_remark(self._place.text("exchange.open-fields", n=open_fields) if open_fields else "")

    def _save(self) -> None:
        book = self._place.desk.book
        mine = [key for key, pair in self._choices.items() if pair[0].isChecked()]
        theirs = [key for key, pair in self._choices.items() if pair[1].isChecked()]

        def work(_job: Any) -> None:
            if mine:
                exchange.resolve_mine(book, mine)
            if theirs:
                exchange.resolve_theirs(book, theirs)

        self.save.setEnabled(False)
        self._place.background.run(Lane.WRITE, work, self, lambda _nothing: self.accept(), failed=self._place.failed)
