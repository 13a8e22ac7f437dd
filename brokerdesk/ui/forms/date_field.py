"""The date field: typed in any usual way, or picked from a calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QFrame, QVBoxLayout

from brokerdesk.models.values.dates import format_date, parse_date
from brokerdesk.ui.forms.edges import inner_button
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.kit import Kit


class DateField(LineField):
    """A date; understands `14.3.81`, `140381`, `h`, `m`, `+14`. F4 or Alt+Down opens the calendar."""

    def __init__(
        self, kit: Kit, label_key: str, *, today: Callable[[], date], birth: bool = False, **options: Any
    ) -> None:
        """`birth` reads two-digit years as past ones."""
        self._today, self._birth = today, birth
        self._popup: QFrame | None = None
        self._shown: date | None = None
        super().__init__(kit, label_key, maximum=20, **options)
        self._pick = inner_button(kit, "calendar-event")
        kit.bind(self, self._pick.set_name, "ui.date.pick")
        self._pick.clicked.connect(self.open_calendar)
        self.edges.add_trailing(self._pick)
        kit.on_language(self, self._rewrite)

    def parse(self, text: str) -> date:
        """Raises `KnownError(date-invalid)`."""
        self._shown = parse_date(text, today=self._today(), birth=self._birth)
        return self._shown

    def format(self, value: date) -> str:
        """With a four-digit year."""
        self._shown = value
        return format_date(value, self.kit.texts.formats)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys that open the calendar."""
        if watched is self.line and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            alt_down = event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
            if event.key() == Qt.Key.Key_F4 or alt_down:
                self.open_calendar()
                return True
        return super().eventFilter(watched, event)

    def open_calendar(self) -> None:
        """Show the calendar below the field, on the entered date or today."""
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setProperty("surface", "popup")
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(popup)
        column.setContentsMargins(4, 4, 4, 4)
        calendar = QCalendarWidget()
        calendar.setLocale(self.kit.texts.locale)
        calendar.setAccessibleName(self.label.text())
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        if self.problem() == "" and self.text():
            entered: date = self.value()
            calendar.setSelectedDate(QDate(entered.year, entered.month, entered.day))
        calendar.activated.connect(self._picked)
        calendar.clicked.connect(self._picked)
        column.addWidget(calendar)
        self._popup = popup
        popup.move(self.line.mapToGlobal(QPoint(0, self.line.height() + 2)))
        popup.show()
        calendar.setFocus()

    def _picked(self, chosen: QDate) -> None:
        self.set_value(date(chosen.year(), chosen.month(), chosen.day()))
        if self._popup is not None:
            self._popup.close()
            self._popup = None
        self.line.setFocus()
        self.edited.emit()

    def _rewrite(self) -> None:
        if self.text() and self._shown and not self._problem:
            self.line.setText(self.format(self._shown))
