"""How many customers are shown of how many, and the premium of the ticked ones, in words for filter row and status bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.ui.pages.customers.filter_row import FilterRow
from brokerdesk.ui.pages.customers.source import CustomerSource
from brokerdesk.ui.tables.paged_model import PagedTableModel
from brokerdesk.ui.workplace import Workplace


class Counts(QObject):
    """`counted`: „37 von 4.812 Kunden"; `summed`: „Summe Auswahl", „22.320,65 €", both empty when nothing is ticked."""

    counted = Signal(str)
    summed = Signal(str, str)

    def __init__(
        self, place: Workplace, model: PagedTableModel[CustomerRow], source: CustomerSource, row: FilterRow
    ) -> None:
        """Lives as long as the filter row."""
        super().__init__(row)
        self._place, self._model, self._source, self._row = place, model, source, row

    def tell(self) -> None:
        """Say it now; the sum follows when it is read."""
        texts, total = self._place.kit.texts, self._source.total
        shown = texts.count(self._model.rowCount())
        narrowed = bool(self._row.filters() or self._model.query.search)
        self._row.show_count(texts("customers.list.count", shown=shown, total=texts.count(total)), narrowed=narrowed)
        self.counted.emit(texts("customers.status.count", n=total, shown=shown, total=texts.count(total)))
        ticked = sorted(self._model.checked.ids())
        if not ticked:
            self.summed.emit("", "")
            return
        desk = self._place.desk
        self._place.read(lambda: desk.customers.premium_sum(ticked), receiver=self, done=self._told_sum)

    def _told_sum(self, cents: int) -> None:
        texts = self._place.kit.texts
        if len(self._model.checked):
            self.summed.emit(texts("customers.status.sum"), texts.cents(cents, unit=True))
