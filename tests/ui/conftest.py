"""A kit; windows of one test are gone before the next begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from brokerdesk.ui.kit import Kit
from tests.support.qt import let_go, make_kit


@pytest.fixture(autouse=True)
def _let_go(qapp: QApplication) -> Iterator[None]:
    yield
    let_go()


@pytest.fixture
def kit(qapp: QApplication) -> Kit:
    """Light, 100 %, German."""
    return make_kit()
