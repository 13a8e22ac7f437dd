"""The page of one customer on a real book of invented customers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from brokerdesk.ui.kit import Kit
from tests.support.customer_pages import CustomerRoom, open_customer_room, rich
from tests.support.desks import Office, demo_desk, office


@pytest.fixture
def around(kit: Kit, tmp_path: Path) -> Iterator[Office]:
    with demo_desk(tmp_path / "book", customers=40) as desk, office(kit, desk) as made:
        yield made


@pytest.fixture
def room(qtbot: QtBot, around: Office) -> CustomerRoom:
    """The page with a customer who has a bit of everything."""
    room = open_customer_room(qtbot, around)
    room.show(rich(around.desk).id)
    return room
