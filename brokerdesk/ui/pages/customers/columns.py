"""The columns of the customer list and how a row becomes cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil
from typing import Any

from PySide6.QtGui import QFontMetricsF

from brokerdesk.models.rows.customers import CustomerRow
from brokerdesk.models.values.states import AppState
from brokerdesk.ui import app_status
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.columns import Cell, Column, Kind, check_column, menu_column
from brokerdesk.ui.theme_tokens import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductColumn(Column[CustomerRow]):
    """The column of app access; its title is what the office calls the app, if it calls it anything."""

    product: Callable[[], str] = str

    def title(self, texts: Translator) -> str:
        """The office's own name, else the usual one."""
        return self.product() or texts(self.title_key)


def app_width(kit: Kit) -> int:
    """Units the column of app access needs so that no state is cut: 194, more where the system's font runs wide."""
    day = datetime(2026, 12, 28, tzinfo=UTC)
    words = [
        app_status.list_words(state, day, ("email",), kit.texts, today=day.date())
        for state in AppState
        if state is not AppState.WAITING
    ]
    widest = max(QFontMetricsF(kit.units.font()).horizontalAdvance(w) for w in words)
    return max(194, ceil(widest * 100 / kit.units.percent) + 22 + 12 + 2)


def customer_columns(
    *, product: Callable[[], str], today: Callable[[], date], app_units: int = 194
) -> tuple[Column[Any], ...]:
    """Widths as in the picture: name stretches, place 122, app 194, contracts 94, premium 96 (mockups README § 5)."""
    app = ProductColumn(
        key="app", title_key="customers.column.app", kind=Kind.STATUS, sort="app", width=app_units, product=product,
        cell=lambda row, texts: app_cell(row, texts, today=today()),
    )  # fmt: skip
    return (check_column(), *_PERSON, app, *_FIGURES, menu_column())


def app_cell(row: CustomerRow, texts: Translator, *, today: date) -> Cell:
    """State of app access and the action it offers, in one cell (S1.08)."""
    look = app_status.LOOKS[row.app_state]
    return Cell(
        text=app_status.list_words(row.app_state, row.app_since, row.missing, texts, today=today),
        status=look.status,
        icon=look.icon,
        action=app_status.action_text(look.action, texts) if look.action else "",
        action_id=look.action.value if look.action else "",
        action_icon=app_status.ACTION_ICON[look.action] if look.action else "",
    )


def _name(row: CustomerRow, texts: Translator) -> Cell:
    return Cell(text=row.name, seed=row.id, letters=row.initials, square=row.is_organisation)


def _number(row: CustomerRow, texts: Translator) -> Cell:
    return Cell(text=row.number, muted=True)


def _place(row: CustomerRow, texts: Translator) -> Cell:
    return Cell(text=row.place, muted=True)


def _released(row: CustomerRow, texts: Translator) -> Cell:
    shown = row.contracts_released > 0
    return Cell(
        text=texts.count(row.contracts_released),
        rest=texts("customers.list.of", total=texts.count(row.contracts_own)),
        icon="device-mobile" if shown else "",
        icon_status=Status.OK if shown else None,
        muted=not shown,
        spoken=texts("customers.list.released", shown=row.contracts_released, total=row.contracts_own),
    )


def _premium(row: CustomerRow, texts: Translator) -> Cell:
    return Cell(text=texts.cents(row.premium_year_cents))


def _adviser(row: CustomerRow, texts: Translator) -> Cell:
    return Cell(text=row.adviser, muted=True)


_PERSON: tuple[Column[Any], ...] = (
    Column(
        key="name", title_key="customers.column.name", kind=Kind.AVATAR, cell=_name, sort="name", stretch=True, minimum=120,
        lead=0,
    ),
    Column(key="number", title_key="customers.column.number", cell=_number, sort="number", width=84, hidden=True),
    Column(key="place", title_key="customers.column.place", cell=_place, sort="place", width=122),
)  # fmt: skip
_FIGURES: tuple[Column[Any], ...] = (
    Column(
        key="released", title_key="customers.column.released", cell=_released, sort="released", width=94, align="right"
    ),
    Column(
        key="premium", title_key="customers.column.premium", kind=Kind.AMOUNT, cell=_premium, sort="premium", width=96,
        align="right", inset=0,
    ),
    Column(key="adviser", title_key="customers.column.adviser", cell=_adviser, width=140, hidden=True),
)  # fmt: skip
