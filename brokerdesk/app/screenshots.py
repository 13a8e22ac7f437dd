"""Pictures of every page and dialog of the demo workstation, without a screen: for the handbook and for comparison.

Walks the window like a user and waits until the lanes are quiet before each picture.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from brokerdesk.core.clock import SystemClock
from brokerdesk.core.paths import Folders
from brokerdesk.vault.key_store import SystemVault

SIZE = (1366, 768)
_QUIET_S = 20.0
_DRAWING_S = 0.8
SHOWN = "gruenewald"
"""The customer whose pages are shown: the first one found by this name with contracts."""


def take(folder: Path, *, language: str, dark: bool, percent: int, family: str = "") -> list[str]:
    """Write the pictures into `folder` and return their names."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from brokerdesk.app import demo
    from brokerdesk.app.start import make_application
    from brokerdesk.app.workstation import Workstation, make_kit
    from brokerdesk.ui.theme import Mode

    app = make_application()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="brokerdesk-pictures-") as home:
        base = Path(home)
        folders = Folders(base / "config", base / "data", base / "logs")
        clock, vault = SystemClock(), SystemVault()
        running = demo.prepare(folders, clock=clock, vault=vault, fresh=True)
        kit = make_kit(language=language, mode=Mode.DARK if dark else Mode.LIGHT, percent=percent, family=family)
        station = Workstation(folders=folders, clock=clock, vault=vault, kit=kit, profile=running.profile, demo=True)
        walk = _Walk(app, station, folder, suffix="dark" if dark else "light")
        try:
            station.start()
            walk.security()
            _prefer(running.profile, vault, language, dark=dark, percent=percent)
            station.start(passphrase=demo.PASSPHRASE)
            walk.pages()
        finally:
            station.shutdown()
            running.stop()
    return walk.made


def _prefer(profile: Any, vault: Any, language: str, *, dark: bool, percent: int) -> None:
    """Keep the asked language, colours and size in the demo book, as if chosen in the settings."""
    from brokerdesk.app.demo import PASSPHRASE
    from brokerdesk.services import profiles
    from brokerdesk.services.desk import Desk

    clock = SystemClock()
    with profiles.unlock(profile, clock=clock, vault=vault, passphrase=PASSPHRASE) as book:
        settings = Desk(book, clock).settings
        for name, value in {"language": language, "theme": "dark" if dark else "light", "text_size": percent}.items():
            settings.set(name, value)


class _Walk:
    """One walk through the window."""

    def __init__(self, app: Any, station: Any, folder: Path, *, suffix: str) -> None:
        self._app, self._station, self._folder, self._suffix = app, station, folder, suffix
        self.made: list[str] = []
        station.window.resize(*SIZE)

    def security(self) -> None:
        """Unlock page and assistant."""
        from brokerdesk.ui.security.first_run import FirstRunPage

        window = self._station.window
        window.resize(*SIZE)
        self.grab("unlock")
        window.show_security(FirstRunPage(self._station.kit))
        self.grab("first-run")

    def pages(self) -> None:
        """Every page and dialog of the open book."""
        station = self._station
        self.until(lambda: station.open is not None and station.open.gateway.last is not None)
        station.window.resize(*SIZE)
        station.window.clear_bars()
        self.grab("customers")
        desk = station.open.desk
        party = self._shown(desk)
        frame = station.window.frame
        for section in ("overview", "master", "household", "contracts", "claims", "app", "history"):
            frame.open("customer", {"id": party, "section": section})
            self.grab(f"customer-{section}")
        frame.open("customer", {"id": party, "section": "overview"})
        self._dialogs((("detail.print", "overview-preview"), ("detail.contract", "new-contract")))
        for page in ("trackings", "import", "sync", "settings"):
            frame.open(page)
            self.grab(page)
        self._import_report(frame)
        frame.open("customers")
        self._dialogs(
            (
                ("shell.palette", "palette"),
                ("shell.shortcuts", "shortcuts"),
                ("customer.new", "new-customer"),
                ("customer.invite", "invite"),
            )
        )

    def _import_report(self, frame: Any) -> None:
        from brokerdesk.core.paths import resource

        frame.open("import")
        frame.stack.page("import").open_file(resource("gdv/igor_110120.txt"))
        self.grab("import-report")

    def _dialogs(self, dialogs: tuple[tuple[str, str], ...]) -> None:
        actions = self._station.open.workplace.actions
        for action, name in dialogs:
            self.until(partial(actions.trigger, action))
            palette = self._palette()
            if palette is not None:
                palette.field.setText(SHOWN)
            self.grab(name)
            for widget in self._app.topLevelWidgets():
                if widget is not self._station.window and widget.isVisible():
                    widget.close()
            if palette is not None:
                palette.close_palette()

    def _palette(self) -> Any:
        from brokerdesk.ui.palette.palette import Palette

        found = self._station.window.findChildren(Palette)
        return next((p for p in found if p.isVisible()), None)

    @staticmethod
    def _shown(desk: Any) -> str:
        from brokerdesk.models.values.paging import ListQuery, SortKey

        keys = desk.customers.keys(ListQuery(search=SHOWN, sort=(SortKey("released", descending=True),)))
        rows = desk.customers.rows(keys[:1]) or desk.customers.rows(desk.customers.keys(ListQuery())[:1])
        return str(rows[0].id)

    def _pause(self) -> None:
        """The status bar asks a moment later, and Qt draws pages of a PDF in a thread of its own and tells nobody."""
        end = time.monotonic() + _DRAWING_S
        self.until(lambda: time.monotonic() > end)

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window work until `condition` holds."""
        end = time.monotonic() + _QUIET_S
        while not condition() and time.monotonic() < end:
            self._app.processEvents()
            time.sleep(0.005)

    def grab(self, name: str) -> None:
        """Wait until nothing runs, then write the picture; an open dialog is drawn over the window."""
        self._pause()
        for _ in range(3):
            self.until(lambda: not self._station.background.busy)
            self._app.processEvents()
        picture = self._station.window.grab()
        self._overlay(picture)
        path = self._folder / f"{name}-{self._suffix}.png"
        picture.save(str(path))
        self.made.append(path.name)

    def _overlay(self, picture: Any) -> None:
        from PySide6.QtGui import QPainter
        from PySide6.QtWidgets import QDialog

        window = self._station.window
        for dialog in self._app.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible():
                painter = QPainter(picture)
                painter.drawPixmap(dialog.pos() - window.pos(), dialog.grab())
                painter.end()
