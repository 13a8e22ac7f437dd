"""What is declared once is declared whole: settings, pages, commands, columns and fields of kinds, each by walking its table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from brokerdesk.core.paths import resource
from brokerdesk.core.texts import catalogue
from brokerdesk.models.entities import SYNCED
from brokerdesk.services.settings import SETTINGS
from brokerdesk.store.queries.customers import SORTS
from brokerdesk.ui.actions.catalogue import MENUS
from brokerdesk.ui.actions.spec import ActionSpec, faults
from brokerdesk.ui.areas import ALL_ACTIONS, build_frame, pages_of
from brokerdesk.ui.main_window import MainWindow
from brokerdesk.ui.pages.customers.columns import customer_columns
from brokerdesk.wire.kinds import KINDS, Writer
from tests.support.desks import demo_desk, office
from tests.support.qt import make_kit

pytestmark = pytest.mark.gui


def test_every_setting_has_its_texts_and_an_allowed_default() -> None:
    wrong = []
    for spec in SETTINGS.values():
        keys = [f"settings.{spec.name}", f"settings.section.{spec.section}"]
        keys += [f"settings.choice.{spec.name}.{choice}" for choice in spec.choices]
        wrong += [key for key in keys if spec.section != "hidden" and key not in catalogue()]
        wrong += [] if spec.accepts(spec.default) else [f"default of {spec.name}"]
    assert not wrong, wrong


def test_every_command_is_fit() -> None:
    assert not faults(ALL_ACTIONS, MENUS)


def test_every_page_has_a_text_and_an_icon_and_every_command_a_handler(qtbot: QtBot, tmp_path: Path) -> None:
    kit = make_kit()
    with demo_desk(tmp_path / "book", customers=3) as desk, office(kit, desk) as here:
        here.place.extras.update(lock=lambda: None, gateway=None, profile=None, vault=None)
        window = MainWindow(kit)
        qtbot.addWidget(window)
        pages = pages_of(here.place)
        for page in pages:
            assert page.title_key in catalogue(), page.id
            assert resource(f"icons/{page.icon}.svg").exists(), page.id
        keys = [ActionSpec(id=f"page.{p.id}", text_key=p.title_key, shortcut=p.shortcut) for p in pages if p.shortcut]
        assert not faults([*ALL_ACTIONS, *keys], MENUS)
        window.show_frame(build_frame(here.place, window), sentence=here.place.sentence)
        assert window.frame is not None
        for page in pages:
            window.frame.stack.page(page.id)
        assert not here.place.actions.unhandled()
        window.frame.deleteLater()
        QCoreApplication.sendPostedEvents(window.frame, QEvent.Type.DeferredDelete)


def test_every_column_of_the_customer_list_has_a_title_and_a_known_order() -> None:
    for column in customer_columns(product=str, today=lambda: date(2026, 11, 21)):
        assert not column.title_key or column.title_key in catalogue(), column.key
        assert not column.sort or column.sort in SORTS, column.key


def test_every_kind_is_mapped_and_the_fields_a_desk_writes_have_names() -> None:
    """Conflicts and the queue name fields; those that only the portal writes never stand there."""
    assert set(KINDS) == set(SYNCED)
    nameless = {
        f"{kind}: field.{name}"
        for kind, spec in KINDS.items()
        if spec.writer is Writer.BOTH
        for field in spec.fields
        for name in ({m.name for m in field.members} or {field.name})
        if f"field.{name}" not in catalogue()
    }
    assert not nameless, sorted(nameless)
