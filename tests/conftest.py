"""Shared set-up: one offscreen application, no network folder of the user, failure on noise."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from brokerdesk.core import logs

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("test", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("full", settings.get_profile("test"), max_examples=400)
settings.load_profile("full" if os.environ.get("BROKERDESK_TEST_FULL") else "test")


SLOW_PLACES = (
    "tests/sync/",
    "tests/cli/",
    "tests/store/test_crash.py",
    "tests/store/test_corruption.py",
    "tests/store/test_derived.py",
    "tests/store/test_migrations.py",
    "tests/services/test_backups.py",
    "tests/services/test_profiles.py",
    "tests/services/test_gdv_import",
    "tests/portal/api/",
    "tests/portal/web/",
    "tests/project/test_repository.py",
)
"""Whole modules that start portals, kill processes or fill books: not part of the quick tier."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """PostgreSQL, browser and the places above are slow, so that `-m "not gui and not slow"` stays under a minute.

    The long tier repeats ten times as often and has ten times the patience.
    """
    for item in items:
        marked = item.get_closest_marker("postgres") or item.get_closest_marker("browser")
        if marked or item.nodeid.startswith(SLOW_PLACES):
            item.add_marker(pytest.mark.slow)
        if os.environ.get("BROKERDESK_TEST_FULL") and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(1_200))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which group of tests takes how long: seconds of all workers together, by folder."""
    groups: dict[str, list[float]] = {}
    for report in (r for reports in terminalreporter.stats.values() for r in reports):
        if isinstance(report, pytest.TestReport):
            groups.setdefault(report.nodeid.split("/")[1], []).append(report.duration)
    if len(groups) > 1:
        terminalreporter.section("seconds by group")
        for name, durations in sorted(groups.items(), key=lambda item: -sum(item[1])):
            terminalreporter.write_line(f"{sum(durations):8.1f} s  {name}")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the folders of the user who runs it."""
    monkeypatch.setenv("BROKERDESK_HOME", str(tmp_path / "home"))
    for name in ("BROKERDESK_PASSPHRASE_FILE", "BROKERDESK_RESOURCES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _fail_on_noise(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Warning records of our own program and threads that stay behind fail a test, unless it is marked `noisy`."""
    before = set(threading.enumerate())
    logs.configure(None)  # records reach `caplog`, whatever an earlier test has set up
    yield
    if request.node.get_closest_marker("noisy"):
        return
    records = [
        r for r in caplog.get_records("call") if r.levelno >= logging.WARNING and r.name.startswith("brokerdesk")
    ]
    assert not records, f"unexpected log records: {[r.getMessage() for r in records]}"
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]
    for thread in left:
        thread.join(timeout=2)
    assert not [t for t in left if t.is_alive()], f"threads left behind: {left}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium with a fresh profile; one for all tests of a process, which bears one driver only."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()
