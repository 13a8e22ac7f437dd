"""Windows of one test are gone before the next begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.support.qt import let_go


@pytest.fixture(autouse=True)
def _let_go(qapp: QApplication) -> Iterator[None]:
    yield
    let_go()
