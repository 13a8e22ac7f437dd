"""Lanes of background work: the only module of the window that starts threads.

WRITE has one worker, so that writes keep their order; READ two, SYNC one, WORK two. A result arrives on the GUI thread, or
not at all when its receiver is gone or the job was cancelled. Jobs never touch widgets.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThread, QThreadPool, Signal, Slot

from brokerdesk.core.logs import logger

T = TypeVar("T")
_log = logger(__name__)


class Lane(StrEnum):
    """Where a job runs."""

    WRITE = "write"
    READ = "read"
    SYNC = "sync"
    WORK = "work"


WORKERS = {Lane.WRITE: 1, Lane.READ: 2, Lane.SYNC: 1, Lane.WORK: 2}


class CancelledError(Exception):
    """Raised inside a job by `Job.check()` after the user cancelled it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `done` of `total` (0 when unknown) and, if it helps, the key of a text."""

    done: int
    total: int
    text_key: str = ""


@dataclass(eq=False)
class Job:
    """A running or waiting job, as seen by itself and by whoever started it."""

    lane: Lane
    title_key: str = ""
    _report: Callable[[Progress], None] | None = None
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the job to stop; nothing arrives from it any more."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether someone asked the job to stop."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Called by the job between steps. Raises `CancelledError` when it shall stop."""
        if self.cancelled:
            raise CancelledError

    def report(self, done: int, total: int, text_key: str = "") -> None:
        """Tell the window how far the job is; safe from any thread."""
        if self._report is not None and not self.cancelled:
            self._report(Progress(done, total, text_key))


@dataclass(eq=False)
class _Ticket:
    job: Job
    receiver: weakref.ref[QObject]
    done: Callable[[Any], object]
    failed: Callable[[BaseException], object] | None
    progress: Callable[[Progress], object] | None


class _Run(QRunnable):
    def __init__(self, ticket: _Ticket, work: Callable[[Job], Any], home: Background) -> None:
        super().__init__()
        self._ticket, self._work, self._home = ticket, work, home

    def run(self) -> None:
        outcome: Any = None
        problem: BaseException | None = None
        try:
            self._ticket.job.check()
            outcome = self._work(self._ticket.job)
        except CancelledError:
            self._ticket.job.cancel()
        except BaseException as error:  # noqa: BLE001 - whatever a job raises belongs to its receiver
            problem = error
        self._home.deliver(self._ticket, outcome, problem)


class Background(QObject):
    """All lanes of one application. `changed` is sent when a job starts, reports or ends."""

    changed = Signal()
    _arrived = Signal(object, object, object)
    _progressed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        """Threads start with the first job of a lane."""
        super().__init__(parent)
        self._pools = {lane: QThreadPool(self) for lane in Lane}
        for lane, pool in self._pools.items():
            pool.setMaxThreadCount(WORKERS[lane])
            pool.setObjectName(f"lane-{lane.value}")
        self._running: dict[Job, Progress | None] = {}
        self._tickets: dict[Job, _Ticket] = {}
        self._closed = False
        self._arrived.connect(self._finish)
        self._progressed.connect(self._on_progress)

    def run(
        self,
        lane: Lane,
        work: Callable[[Job], T],
        receiver: QObject,
        done: Callable[[T], object],
        *,
        failed: Callable[[BaseException], object] | None = None,
        progress: Callable[[Progress], object] | None = None,
        title_key: str = "",
    ) -> Job:
        """Queue `work` and call `done` or `failed` on the GUI thread while `receiver` lives. Call from the GUI thread.

        A problem without `failed` is logged by its class name. Jobs with a `title_key` are listed by `jobs()`.
        """
        if self._closed:
            raise RuntimeError("the background is closed")
        job = Job(lane, title_key)
        job._report = lambda step: self._progressed.emit(job, step)
        ticket = _Ticket(job, weakref.ref(receiver), done, failed, progress)
        self._running[job] = None
        self._tickets[job] = ticket
        self._pools[lane].start(_Run(ticket, work, self))
        self.changed.emit()
        return job

    def jobs(self) -> list[tuple[Job, Progress | None]]:
        """Jobs with a title that run or wait, oldest first, with their last progress."""
        return [(job, step) for job, step in self._running.items() if job.title_key]

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return bool(self._running)

    def settle(self) -> None:
        """Let the write lane finish, cancel everything else and wait; results of what ran are not delivered any more."""
        for job in self._running:
            if job.lane is not Lane.WRITE:
                job.cancel()
        for pool in self._pools.values():
            pool.waitForDone()
        for job in self._running:
            job.cancel()

    def shutdown(self) -> None:
        """Let the write lane finish, cancel everything else, wait for all threads. Nothing can be queued afterwards."""
        self._closed = True
        for job in self._running:
            if job.lane is not Lane.WRITE:
                job.cancel()
        for pool in self._pools.values():
            pool.waitForDone()

    def deliver(self, ticket: _Ticket, outcome: object, problem: BaseException | None) -> None:
        """Called by a worker thread when its job has ended."""
        if shiboken6.isValid(self):
            self._arrived.emit(ticket, outcome, problem)

    @Slot(object, object, object)
    def _finish(self, ticket: _Ticket, outcome: object, problem: BaseException | None) -> None:
        assert QThread.currentThread() is self.thread()
        self._running.pop(ticket.job, None)
        self._tickets.pop(ticket.job, None)
        receiver = ticket.receiver()
        alive = receiver is not None and shiboken6.isValid(receiver)
        try:
            if not alive or ticket.job.cancelled:
                return
            if problem is None:
                ticket.done(outcome)
            elif ticket.failed is not None:
                ticket.failed(problem)
            else:
                _log.error("job-failed", error=type(problem).__name__)
        finally:
            self.changed.emit()

    @Slot(object, object)
    def _on_progress(self, job: Job, step: Progress) -> None:
        if job not in self._running:
            return
        self._running[job] = step
        ticket = self._tickets[job]
        receiver = ticket.receiver()
        if ticket.progress and receiver is not None and shiboken6.isValid(receiver) and not job.cancelled:
            ticket.progress(step)
        self.changed.emit()
