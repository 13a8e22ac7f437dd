"""The section App/Tracking: every date of the app access, and what the customer did there, in words (S1.22, S1.26)."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.models.rows.activity import AppBlock, TrackingRow
from brokerdesk.models.values.states import AppState
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.app_strip import AppStrip
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.pages.customer.section import Section, clear
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.labels import ElidingLabel, PlainLabel, rule
from brokerdesk.ui.widgets.status import IconDisc

TRACKING_ICON: dict[str, tuple[str, Status]] = {
    "registered": ("device-mobile-check", Status.OK),
    "signed_in": ("key", Status.INFO),
    "contract_opened": ("file-text", Status.INFO),
    "password_changed": ("lock", Status.NEUTRAL),
    "email_changed": ("at", Status.WARNING),
}


def tracking_words(row: TrackingRow, texts: Translator, titles: Mapping[str, str]) -> str:
    """An activity in plain words; one that this version does not know is named as it came. `titles` names contracts."""
    key = f"customer.tracking.{row.event}"
    if not texts.has(key):
        return texts("customer.tracking.unknown", event=row.event)
    subject = titles.get(str(row.parameters.get("contract_id", "")))
    with_subject = f"{key}-of"
    if subject and texts.has(with_subject):
        return texts(with_subject, subject=subject)
    return texts(key)


def facts(block: AppBlock, texts: Translator) -> list[tuple[str, str]]:
    """Label key and value of everything known about the access; unknown things are left out."""
    copies = texts("customer.app.copies", n=block.copies) if block.copies else ""
    stopped = texts.moment(block.stopped_at) if block.stopped_at else ""
    if stopped and block.stop_by:
        stopped = texts("customer.app.stopped-by", when=stopped, who=block.stop_by)
    shown = texts("customer.app.visible-of", n=block.contracts_own, shown=block.contracts_released)
    channel = texts(f"customer.app.channel.{block.channel}") if block.channel in {"mail", "link"} else ""
    found = [
        ("requested", texts.moment(block.requested_at) if block.requested_at else ""),
        ("first", texts.day(block.first_invited_at) if block.first_invited_at else ""),
        ("last", texts.moment(block.invited_at) if block.invited_at else ""),
        ("sent", copies),
        ("way", channel),
        ("email", block.email or ""),
        ("next", texts.day(block.next_reminder) if block.next_reminder else ""),
        ("expires", texts.day(block.expires_at) if block.expires_at else ""),
        ("stopped", stopped),
        ("registered", texts.moment(block.registered_at) if block.registered_at else ""),
        ("seen", texts.moment(block.last_seen) if block.last_seen else ""),
        ("visible", shown if block.contracts_own else ""),
        ("shared", ", ".join(block.shared_with)),
    ]
    return [(f"customer.app.{name}", value) for name, value in found if value]


class AppSection(Section):
    """The strip again, all dates, all activities."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Empty until `show_record()`."""
        super().__init__(kit, parent)
        self.strip = AppStrip(kit)
        self._facts = QGridLayout()
        self._events = QVBoxLayout()
        self._events.setSpacing(0)
        heading = PlainLabel(kit, strong=True)
        kit.bind(heading, heading.setText, "customer.app.activities")
        self._none = PlainLabel(kit, tone="muted", wrap=True)
        self.column.addWidget(self.strip)
        self.column.addLayout(self._facts)
        self.column.addWidget(heading)
        self.column.addWidget(self._none)
        self.column.addLayout(self._events)
        self.column.addStretch(1)
        self._facts.setColumnStretch(1, 1)
        self._facts.setColumnStretch(3, 1)
        kit.sized(self, lambda u: self._facts.setVerticalSpacing(u(6)))
        kit.sized(self, lambda u: self._facts.setHorizontalSpacing(u(14)))

    def fit_room(self, units: int) -> None:
        """The strip shows fewer dates."""
        self.strip.set_room(units)

    def show_online(self, *, online: bool) -> None:
        """Whether the portal can be reached."""
        if self.record is not None:
            self.strip.show_block(self.record.block, online=online)

    def show_record(self, record: CustomerRecord) -> None:
        """Show a customer."""
        super().show_record(record)
        texts = self.kit.texts
        clear(self._facts)
        for number, (key, value) in enumerate(facts(record.block, texts)):
            line, side = divmod(number, 2)
            self._facts.addWidget(PlainLabel(self.kit, texts(key), tone="muted"), line, 2 * side)
            self._facts.addWidget(ElidingLabel(self.kit, value), line, 2 * side + 1)
        clear(self._events)
        registered = record.block.state in {AppState.REGISTERED, AppState.DEACTIVATED}
        self._none.setText(texts("customer.app.no-activities" if registered else "customer.app.no-access"))
        self._none.setVisible(not record.trackings)
        day = ""
        for row in record.trackings:
            if (here := texts.day(row.at)) != day:
                day = here
                self._events.addWidget(PlainLabel(self.kit, day, type=Type.HINT, strong=True, tone="muted"))
            self._events.addWidget(self._event(row, record.titles))
            self._events.addWidget(rule("soft"))

    def _event(self, row: TrackingRow, titles: Mapping[str, str]) -> QWidget:
        kit, texts = self.kit, self.kit.texts
        line_widget = QWidget()
        line = QHBoxLayout(line_widget)
        line.setContentsMargins(0, kit.u(5), 0, kit.u(5))
        line.setSpacing(kit.u(10))
        icon, status = TRACKING_ICON.get(row.event, ("activity", Status.NEUTRAL))
        line.addWidget(IconDisc(kit, icon, status=status, size=28))
        line.addWidget(ElidingLabel(kit, tracking_words(row, texts, titles)), 1)
        line.addWidget(PlainLabel(kit, texts.time(row.at), tone="muted"), 0, Qt.AlignmentFlag.AlignVCenter)
        return line_widget
