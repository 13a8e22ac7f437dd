"""A window on the big book in a process of its own; prints one line of JSON. Started by `window`, not by people."""

from __future__ import annotations

import json
import resource
import sys
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from brokerdesk.app.start import make_application
from brokerdesk.app.workstation import Workstation, make_kit
from brokerdesk.core.clock import SystemClock
from brokerdesk.core.logs import configure
from brokerdesk.core.paths import Folders
from brokerdesk.models.values.paging import SortKey
from brokerdesk.services import profiles
from brokerdesk.ui.pages.customer import page as detail
from brokerdesk.ui.pages.customer.record import load
from brokerdesk.ui.pages.customers.page import CustomersPage
from tests.benchmarks.figures import timed
from tests.benchmarks.stage import PASSPHRASE, PROFILE
from tests.benchmarks.typed import prefixes
from tests.support.fake_keyring import absent_vault


def memory_mb(name: str) -> float:
    """Present (`VmRSS`) or peak (`VmHWM`) memory of this process."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_048_576
    line = next(x for x in status.read_text().splitlines() if x.startswith(name))
    return int(line.split()[1]) / 1024


class Painted(QObject):
    """Waits until a widget, or something in it, was painted after it was told to look."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._looking: Callable[[], QWidget | None] | None = None
        self.seen = False
        app.installEventFilter(self)
        self._heart = QTimer(self, interval=25)  # so that waiting for an event ends
        self._heart.start()

    def look(self, at: Callable[[], QWidget | None]) -> None:
        self.seen, self._looking = False, at

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._looking is not None and event.type() is QEvent.Type.Paint and isinstance(watched, QWidget):
            wanted = self._looking()
            if wanted is not None and (watched is wanted or wanted.isAncestorOf(watched)):
                self.seen, self._looking = True, None
        return False

    def wait(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            self._app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if time.monotonic() > end:
                raise TimeoutError("the window did not answer")


class Window:
    """The real workstation, unlocked."""

    def __init__(self, passphrase_file: str) -> None:
        configure(Folders.of_user().logs)
        assert Path(passphrase_file).read_text(encoding="utf-8").strip() == PASSPHRASE
        self.app = make_application(["bench"])
        self.painted = Painted(self.app)
        folders = Folders.of_user()
        self.station = Workstation(
            folders=folders, clock=SystemClock(), vault=absent_vault(), kit=make_kit(),
            profile=profiles.find_profile(folders, PROFILE),
        )  # fmt: skip
        ready: list[bool] = []
        self.station.ready.connect(lambda: ready.append(True))
        self.station.start(passphrase=PASSPHRASE)
        self.painted.wait(lambda: bool(ready), 60)
        assert self.station.window.frame is not None
        self.frame = self.station.window.frame
        page = self.frame.stack.page("customers")
        assert isinstance(page, CustomersPage)
        self.list = page
        self.cpu_ms = 0.0
        self.calm()

    def calm(self) -> None:
        """Nothing is under way any more."""
        self.painted.wait(lambda: not self.station.background.busy)
        self.app.processEvents()

    def close(self) -> None:
        self.station.window.close()
        self.station.shutdown()

    def until_listed(self, act: Callable[[], object]) -> float:
        """Milliseconds from `act` until the list with its answer is painted."""
        shown: list[int] = []
        model = self.list.model
        nothing = model.rowCount() == 0

        def arrived(count: int) -> None:
            shown.append(count)
            self.painted.look(lambda: self.list.panel)

        connection = model.loaded.connect(arrived)
        begin, cpu = time.perf_counter(), time.process_time()
        act()
        self.painted.wait(lambda: bool(shown) and (self.painted.seen or (nothing and not shown[-1])))
        spent = (time.perf_counter() - begin) * 1000
        self.cpu_ms = (time.process_time() - cpu) * 1000
        model.loaded.disconnect(connection)
        self.calm()
        return spent


def press(field: QWidget, letter: str) -> None:
    """A key as the window system would send it; QTest knows ASCII only."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(field, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def keys(window: Window, step: str) -> dict[str, Any]:
    """Times of single keys at the end of every `step`-th prefix."""
    field = window.list.filters.search
    times, cpu = [], []
    for words in prefixes()[:: int(step)]:
        if words.endswith(" "):
            continue  # asks for nothing new
        if words[:-1].strip() != field.text().strip():
            window.until_listed(lambda words=words: field.setText(words[:-1]))
        field.setText(words[:-1])
        times.append(window.until_listed(lambda key=words[-1]: press(field, key)))
        cpu.append(window.cpu_ms)
    if field.text():
        window.until_listed(field.clear)
    sorts = [
        window.until_listed(
            lambda column=column, down=down: window.list.model.set_sort(SortKey(column, descending=down))
        )
        for column in ("premium", "number", "name")
        for down in (True, False)
    ]
    return {"ms": times, "cpu_ms": cpu, "sort_ms": sorts}


def opened(window: Window, count: str) -> dict[str, Any]:
    """Reading and painting of customers across the list."""
    assert window.station.open is not None
    desk, wanted = window.station.open.desk, int(count)
    all_keys = window.list.model.all_ids()
    chosen = array("q", [all_keys[i * (len(all_keys) // wanted)] for i in range(wanted)])
    ids = [row.id for row in desk.customers.rows(chosen)]
    read = [timed(lambda party_id=party_id: load(desk, party_id))[0] for party_id in ids]
    page = window.frame.stack.page("customer")
    assert isinstance(page, detail.CustomerPage)
    times, cpu = [], []
    for number, party_id in enumerate(ids):
        begin, used = time.perf_counter(), time.process_time()
        window.frame.open("customer", {"id": party_id})
        shows = lambda party_id=party_id: page.record is not None and page.record.card.id == party_id  # noqa: E731
        window.painted.wait(shows)
        window.painted.look(lambda: page)
        window.painted.wait(lambda: window.painted.seen)
        if number:
            times.append((time.perf_counter() - begin) * 1000)
            cpu.append((time.process_time() - used) * 1000)
        window.calm()
        if number % 2:
            window.frame.open("customers")
            window.calm()
    return {"ids": ids, "read_ms": read, "ms": times, "cpu_ms": cpu}


def memory(window: Window) -> dict[str, Any]:
    """Peak after scrolling from end to end and searching."""
    ready = memory_mb("VmRSS")
    bar = window.list.table.verticalScrollBar()
    for position in range(0, bar.maximum() + 1, max(1, bar.maximum() // 150)):
        bar.setValue(position)
        window.app.processEvents()
    keys(window, "6")
    return {"ready_mb": ready, "now_mb": memory_mb("VmRSS"), "peak_mb": memory_mb("VmHWM")}


def main() -> int:
    """Run one measurement."""
    what, passphrase_file, *more = sys.argv[1:]
    program = memory_mb("VmRSS")
    window = Window(passphrase_file)
    result = {"keys": keys, "open": opened, "memory": memory}[what](window, *more)
    window.close()
    print(json.dumps(result | {"program_mb": program}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
