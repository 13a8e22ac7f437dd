"""How a backup stands in a list: when, why, how much is in it, how large. Read from its description, no key needed."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from brokerdesk.services.profiles import BackupInfo
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.tables.columns import Cell, Column


def _at(row: BackupInfo, texts: Translator) -> Cell:
    return Cell(text=texts.moment(row.at) if row.at else "–")


def _reason(row: BackupInfo, texts: Translator) -> Cell:
    key = f"settings.backup.reason.{row.reason}"
    return Cell(text=texts(key) if texts.has(key) else row.reason or row.file.name)


def _people(row: BackupInfo, texts: Translator) -> Cell:
    return _rows(row, "party", texts)


def _contracts(row: BackupInfo, texts: Translator) -> Cell:
    return _rows(row, "contract", texts)


def _rows(row: BackupInfo, table: str, texts: Translator) -> Cell:
    return Cell(text=texts.count(row.rows.get(table, 0)) if row.rows else "–")


def _size(row: BackupInfo, texts: Translator) -> Cell:
    return Cell(text=texts.locale.formattedDataSize(row.bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat))


COLUMNS: tuple[Column[BackupInfo], ...] = (
    Column(key="at", title_key="settings.backup.at", cell=_at, width=164),
    Column(key="reason", title_key="settings.backup.reason-title", cell=_reason, stretch=True),
    Column(key="people", title_key="settings.backup.parties", cell=_people, width=84, align="right"),
    Column(key="contracts", title_key="settings.backup.contracts", cell=_contracts, width=84, align="right"),
    Column(key="size", title_key="settings.backup.size", cell=_size, width=86, align="right"),
)
BRIEF = COLUMNS[:-1]
"""Without the size, where there is less room."""
