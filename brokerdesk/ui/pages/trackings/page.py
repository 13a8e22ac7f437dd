"""The stream of activities of all customers, at the portal's time; each line leads to its customer (S1.27, S1.28)."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from brokerdesk.models.rows.activity import TrackingRow
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.tables.columns import Cell, Column, Kind
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.cards import Emptiness, EmptyState
from brokerdesk.ui.widgets.page_head import PageHead
from brokerdesk.ui.widgets.painting import initials
from brokerdesk.ui.workplace import Workplace

_LOOK = {
    "registered": (Status.OK, "device-mobile-check"),
    "signed_in": (Status.INFO, "device-mobile"),
    "contract_opened": (Status.NEUTRAL, "eye"),
    "password_changed": (Status.NEUTRAL, "key"),
    "email_changed": (Status.WARNING, "at"),
}


def tracking_words(row: TrackingRow, texts: Translator) -> str:
    """What happened, in words; an event of a newer portal is shown raw."""
    key = f"tracking.event.{row.event}"
    if not texts.has(key):
        return row.event
    return texts(key, product=row.parameters.get("product") or texts("tracking.contract"))


def _when(row: TrackingRow, texts: Translator) -> Cell:
    return Cell(text=texts.moment(row.at), muted=True)


def _who(row: TrackingRow, _texts: Translator) -> Cell:
    return Cell(text=row.customer, seed=row.party_id, letters=initials(row.customer))


def _what(row: TrackingRow, texts: Translator) -> Cell:
    status, icon = _LOOK.get(row.event, (Status.NEUTRAL, "activity"))
    return Cell(text=tracking_words(row, texts), status=status, icon=icon)


COLUMNS: tuple[Column[TrackingRow], ...] = (
    Column(key="when", title_key="tracking.when", cell=_when, width=150, fixed=True),
    Column(key="who", title_key="tracking.who", kind=Kind.AVATAR, cell=_who, width=280),
    Column(key="what", title_key="tracking.what", kind=Kind.STATUS, cell=_what, stretch=True),
)


class TrackingsPage(QWidget):
    """A table of the newest 500 activities."""

    def __init__(self, place: Workplace) -> None:
        """Asks at once; refreshes when activities arrive."""
        super().__init__()
        self._place, kit = place, place.kit
        self.head = PageHead(kit, "areas.trackings")
        self.model: StaticTableModel[TrackingRow] = StaticTableModel(kit, COLUMNS, self)
        self.table = TableView(kit, self.model, name_key="areas.trackings")
        self.table.opened.connect(self._open)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        empty = EmptyState(kit, Emptiness.NOTHING_YET, title="", words="", icon="activity")
        kit.on_language(
            empty, lambda: empty.set_words(place.text("tracking.empty"), place.text("tracking.empty-words"))
        )
        self._stack.addWidget(empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._stack, 1)
        place.changes.happened.connect(self._changed)
        self._rows: list[TrackingRow] = []
        self._ask()

    def _changed(self, changes: ChangeSet) -> None:
        if changes.concerns({"tracking"}):
            self._ask()

    def _ask(self) -> None:
        self._place.read(lambda: self._place.desk.history.trackings(), receiver=self, done=self._show)

    def _show(self, rows: list[TrackingRow]) -> None:
        self._rows = rows
        self.model.set_rows(rows)
        self._stack.setCurrentIndex(0 if rows else 1)

    def _open(self, row_id: int) -> None:
        row = self.model.row_with(row_id)
        if row is not None:
            self._place.navigate("customer", id=row.party_id, section="app")
