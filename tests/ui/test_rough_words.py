"""No page shows a code, a raw date or a piece of JSON, whatever a delivery brought and a colleague changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from brokerdesk.core.texts import LANGUAGES
from brokerdesk.models.values.paging import ListQuery
from brokerdesk.ui.dialogs.contract import ContractDialog
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.section_list import SECTIONS
from tests.support.books import PASSPHRASE, folders_in
from tests.support.customer_pages import everyone, open_customer_room
from tests.support.desks import office
from tests.support.gdv_files import every_line, gdv_file
from tests.support.imports import changed, importing
from tests.support.journey import furnish, make_book, press, set_look, workstation

pytestmark = [pytest.mark.gui, pytest.mark.slow]
ROUGH = re.compile(r"\b[a-z]+_[a-z_]+\b|\b\d{4}-\d\d-\d\d\b|\b(None|True|False|null)\b|[{}]|\['")


def shown(root: QWidget) -> Iterator[str]:
    """Everything that can be read below `root`, tables included."""
    for widget in [root, *root.findChildren(QWidget)]:
        for name in ("full_text", "text", "placeholderText", "title", "toolTip", "accessibleName"):
            getter = getattr(widget, name, None)
            words = getter() if callable(getter) else ""
            if isinstance(words, str):
                yield words
        if isinstance(widget, QPlainTextEdit):
            yield widget.toPlainText()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from cells(widget.model())


def cells(model: QAbstractItemModel) -> Iterator[str]:
    """The words of a table or list."""
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                words = model.index(row, column).data(role)
                if isinstance(words, str):
                    yield words


def test_no_page_of_a_customer_shows_a_code(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    with importing(tmp_path / "book") as imported:
        first = every_line()
        imported.deliver(gdv_file(first))
        later = [
            changed(b, general={"status": "4", "frequency": "2", "net_cents": 7777}, party={"marital_status": "7"})
            for b in first
        ]
        imported.deliver(gdv_file(later))
        with office(kit, imported.desk) as around:
            room = open_customer_room(qtbot, around)
            found = set()
            for language in LANGUAGES:
                kit.texts.set_language(language)
                for customer in everyone(imported.desk):
                    room.show(customer.id)
                    for section in SECTIONS:
                        room.page.show_section(section)
                        room.settle()
                        found |= {f"{section}: {words}" for words in shown(room.window) if ROUGH.search(words)}
                    for contract in imported.desk.contracts.of_customer(customer.id):
                        dialog = ContractDialog(around.place, contract_id=contract.id)
                        dialog.show()
                        room.settle()
                        found |= {f"contract: {words}" for words in shown(dialog) if ROUGH.search(words)}
                        dialog.deleteLater()
                room.begin()
                found |= {f"form: {words}" for words in shown(room.window) if ROUGH.search(words)}
                room.settle()
            kit.texts.set_language("de")
            assert not found, "\n".join(sorted(found))


def test_no_page_of_the_window_shows_a_code(tmp_path: Path, qapp: QApplication) -> None:
    profile = make_book(folders_in(tmp_path), fill=lambda desk: furnish(desk, customers=6))
    file = tmp_path / "bestand.txt"
    file.write_bytes(gdv_file([changed(b, general={"status": "9", "currency": "QQQ"}) for b in every_line()]))
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as rig:
        page = rig.open("import")
        page.open_file(file)
        rig.settle()
        press(page.start)
        rig.settle()
        for party in rig.desk.customers.keys(ListQuery())[:2]:
            rig.desk.customers.archive(rig.desk.customers.rows([party])[0].id, archived=True)
        found = set()
        for language in LANGUAGES:
            set_look(rig, language=language)
            for area in ("import", "sync", "trackings", "customers", "settings"):
                page = rig.open(area)
                rig.settle()
                found |= {f"{area}: {words}" for words in shown(rig.window) if ROUGH.search(words)}
        assert not found, "\n".join(sorted(found))
