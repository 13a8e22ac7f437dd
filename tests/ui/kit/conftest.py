"""Every test of the kit has a kit; background lanes are shut down afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from brokerdesk.ui.background.lanes import Background
from brokerdesk.ui.kit import Kit
from tests.support.qt import let_go, make_kit
from tests.ui.kit.gallery import WORDS


@pytest.fixture(autouse=True)
def _let_go(qapp: QApplication) -> Iterator[None]:
    yield
    let_go()


@pytest.fixture
def kit(qapp: QApplication) -> Kit:
    """The light kit in German."""
    return make_kit(words=WORDS)


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    """Lanes that are closed after the test."""
    lanes = Background()
    yield lanes
    lanes.shutdown()
