"""Starting the program with a window: the real workstation, and the demo with its own portal."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from brokerdesk.app.workstation import Workstation, make_kit
from brokerdesk.core.clock import SystemClock
from brokerdesk.core.logs import logger
from brokerdesk.core.paths import Folders
from brokerdesk.services import profiles
from brokerdesk.vault.key_store import SystemVault

_NOISE = ("does not support propagateSizeHints", "does not support raise()")
_log = logger(__name__)


def make_application(arguments: list[str] | None = None) -> QApplication:
    """The one `QApplication`, with names for settings and a quiet message handler."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(arguments or [sys.argv[0]])
    app.setApplicationName("BrokerDesk")
    app.setOrganizationName("BrokerDesk")
    qInstallMessageHandler(_message)
    return app


def _message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    if kind is not QtMsgType.QtDebugMsg and not any(noise in text for noise in _NOISE):
        _log.info("qt-message", kind=kind.name)


def run_workstation(
    *,
    profile: str | None,
    passphrase_file: str | None,
    language: str | None,
    exit_when_ready: bool = False,
    ready: Callable[[], object] | None = None,
) -> int:
    """The workstation on the user's own profiles; `ready` is called after the first list is painted."""
    app = make_application()
    faulthandler.enable()
    folders = Folders.of_user()
    chosen = profiles.find_profile(folders, profile) if profile else None
    kit = make_kit(language=language or profiles.last_language(folders) or "de")
    station = Workstation(folders=folders, clock=SystemClock(), vault=SystemVault(), kit=kit, profile=chosen)
    passphrase = _first_line(passphrase_file) if passphrase_file else None
    station.demo_wanted.connect(lambda: _start_demo_elsewhere(station))
    if ready is not None:
        station.ready.connect(ready)
    return _run(app, station, passphrase=passphrase, exit_when_ready=exit_when_ready)


def _first_line(path: str) -> str | None:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return lines[0] if lines else None


def _start_demo_elsewhere(station: Workstation) -> None:
    """The demo is a program of its own, so that real and invented people never share a window."""
    import subprocess

    from brokerdesk.app.portal_process import program

    subprocess.Popen([*program(), "demo"], start_new_session=True)
    station.window.close()


def run_demo(*, fresh: bool, exit_when_ready: bool, language: str | None, say: Callable[[str], object]) -> int:
    """The demo workstation; its portal ends with it."""
    from brokerdesk.app import demo as demo_setup

    app = make_application()
    folders, clock, vault = Folders.of_user(), SystemClock(), SystemVault()
    running = demo_setup.prepare(folders, clock=clock, vault=vault, fresh=fresh, say=say)
    try:
        kit = make_kit(language=language or "de")
        station = Workstation(folders=folders, clock=clock, vault=vault, kit=kit, profile=running.profile, demo=True)
        return _run(app, station, passphrase=demo_setup.PASSPHRASE, exit_when_ready=exit_when_ready)
    finally:
        running.stop()


def _run(app: QApplication, station: Workstation, *, passphrase: str | None, exit_when_ready: bool) -> int:
    if exit_when_ready:
        station.ready.connect(station.window.close)
    app.aboutToQuit.connect(station.shutdown)
    station.start(passphrase=passphrase)
    return int(app.exec())
