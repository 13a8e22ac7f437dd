"""A running portal per module, an office per test, and desks that are closed whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from brokerdesk.portal.settings import WireLimits
from tests.support.portal import Office, Running, running_portal, settings_in
from tests.sync.desks import TestDesk


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One portal for the tests of a module."""
    with running_portal(settings_in(tmp_path_factory.mktemp("portal"), limits=WireLimits(push_ops=3))) as running:
        yield running


@pytest.fixture
def office(portal: Running) -> Office:
    """An office of its own for each test."""
    return portal.office()


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Callable[..., TestDesk]]:
    """Makes desks; closes them at the end."""
    made: list[TestDesk] = []

    def make(name: str = "anna", **values: Any) -> TestDesk:
        desk = TestDesk(tmp_path / name, **values)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.close()
