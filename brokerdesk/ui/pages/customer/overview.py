"""The overview: KundenApp, household, contracts in groups with sums."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from brokerdesk.models.rows.contracts import ContractRow
from brokerdesk.services.lines import Lines
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.app_strip import AppStrip
from brokerdesk.ui.pages.customer.contract_groups import GROUPINGS, ContractGroup, by_insurer, by_line, by_person
from brokerdesk.ui.pages.customer.contract_table import ContractTable
from brokerdesk.ui.pages.customer.household_strip import HouseholdStrip
from brokerdesk.ui.pages.customer.record import CustomerRecord, is_live
from brokerdesk.ui.pages.customer.section import Blank, Section
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Size
from brokerdesk.ui.widgets.chips import Segmented
from brokerdesk.ui.widgets.labels import PlainLabel

WIDE = 600


class OverviewSection(Section):
    """`contract_wanted` and `print_wanted` come from the buttons above the table."""

    contract_wanted = Signal()
    print_wanted = Signal()

    def __init__(self, kit: Kit, lines: Lines, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(kit, parent)
        self._lines = lines
        self._wide = False
        self.app = AppStrip(kit)
        self.household = HouseholdStrip(kit)
        self.table = ContractTable(kit, self._line_name, self._today)
        self._count = PlainLabel(kit, tone="muted")
        texts = kit.texts
        self.grouping = Segmented(
            kit, [(key, texts(f"customer.group.{key}")) for key in GROUPINGS], name=texts("customer.group.name")
        )
        self.grouping.chosen.connect(lambda _: self._fill())
        self._empty = Blank(kit, "customer.contracts", icon="file-text", on_action=self.contract_wanted.emit)
        self.column.addWidget(self.app)
        self.column.addWidget(self.household)
        self.column.addWidget(self._bar())
        self.column.addWidget(self.table)
        self.column.addWidget(self._empty)
        self.column.addStretch(1)
        kit.on_language(self, self._rename)
        kit.sized(self, lambda u: self.column.setSpacing(u(14)))

    def show_record(self, record: CustomerRecord) -> None:
        """Show a customer."""
        super().show_record(record)
        self.household.setVisible(not record.is_organisation or len(record.people) > 1)
        self.household.show_record(record)
        own, foreign = len(record.live) - record.foreign, record.foreign
        key = "customer.contracts.count-foreign" if foreign else "customer.contracts.count"
        self._count.setText(self.kit.texts(key, n=own, foreign=foreign) if own or foreign else "")
        self._fill()

    def _bar(self) -> QWidget:
        bar, kit = QWidget(), self.kit
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        heading = PlainLabel(kit, type=Type.SECTION, strong=True)
        kit.bind(heading, heading.setText, "customer.contracts.title")
        self.print_button = Button(kit, icon="printer", size=Size.SMALL)
        kit.bind(self.print_button, self.print_button.set_name, "customer.head.overview")
        self.print_button.clicked.connect(self.print_wanted)
        self.add_button = Button(kit, icon="plus", size=Size.SMALL)
        kit.bind(self.add_button, self.add_button.setText, "customer.contracts.add")
        self.add_button.clicked.connect(self.contract_wanted)
        row.addWidget(heading)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self.grouping)
        row.addWidget(self.print_button)
        row.addWidget(self.add_button)
        kit.sized(bar, lambda u: row.setSpacing(u(6)))
        return bar

    def fit_room(self, units: int) -> None:
        """Dates, the count and the second way to print give way."""
        self.app.set_room(units)
        self._wide = units >= WIDE
        self._count.setVisible(self._wide)
        self.print_button.setVisible(self._wide and bool(self.groups()))

    def groups(self) -> list[ContractGroup]:
        """The groups shown now."""
        record = self.record
        if record is None:
            return []
        if self.grouping.current() == "person":
            people = [(p.party_id, p.first_name, self._of(p.party_id)) for p in record.people]
            return by_person(people or [(record.card.id, record.card.name.full, record.live)])
        if self.grouping.current() == "insurer":
            return by_insurer(record.live)
        return by_line(record.live, self._lines)

    def _of(self, party_id: str) -> list[ContractRow]:
        assert self.record is not None
        rows = self.record.contracts if party_id == self.record.card.id else self.record.shared.get(party_id, ())
        return [row for row in rows if is_live(row)]

    def _fill(self) -> None:
        person = self.grouping.current() == "person"
        groups = self.groups()
        key = "contract.sum.household" if person and len(groups) > 1 else "contract.sum.title"
        self.table.show_groups(groups, total_key=key, titled=self.grouping.current() == "line")
        self.table.setVisible(bool(groups))
        self.print_button.setVisible(bool(groups) and self._wide)
        self.grouping.setVisible(bool(groups))
        self._empty.setVisible(not groups)

    def _rename(self) -> None:
        self.grouping.setAccessibleName(self.kit.texts("customer.group.name"))
        for key in GROUPINGS:
            self.grouping.set_text(key, self.kit.texts(f"customer.group.{key}"))

    def _line_name(self, code: str, texts: Translator) -> str:
        return self._lines.name(code, texts.formats)

    def _today(self) -> date:
        assert self.record is not None
        return self.record.today
