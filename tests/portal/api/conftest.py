"""One portal per session and database; every test has a tenant of its own in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.portal import Desk, Office, Running, running_portal, settings_in
from tests.support.postgres import Server, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_portal(settings_in(tmp_path_factory.mktemp("portal"))) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_portal(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Iterator[Running]:
    settings = settings_in(tmp_path_factory.mktemp("portal-pg"), database=postgres.fresh_url())
    with running_portal(settings) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def running(request: pytest.FixtureRequest) -> Running:
    found: Running = request.getfixturevalue(f"{request.param}_portal")
    return found


@pytest.fixture
def office(running: Running) -> Iterator[Office]:
    yield running.office()
    running.close_clients()


@pytest.fixture
def desk(office: Office) -> Desk:
    return office.desk()
