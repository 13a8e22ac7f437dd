"""Between window and exchange: runs rounds on the sync lane, at the right times, and brings results to the GUI thread.

The exchange with its HTTP client and wire models is imported by the first round, so that the list does not wait for it.
"""

from __future__ import annotations

import platform
import random
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from brokerdesk.core.errors import BUG, BugError, DeskError, KnownError
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.services.desk import Desk
from brokerdesk.services.invitations import INVITE_REFUSED
from brokerdesk.sync.report import State, SyncReport
from brokerdesk.ui.background.lanes import Background, Job, Lane

if TYPE_CHECKING:
    from brokerdesk.sync.engine import Engine

_AFTER_EDIT_MS = 2_000
_FIRST_MS = 1_500
_MOST_MS = 15 * 60_000


class ExchangeGateway(QObject):
    """Owns the engine of one open book. `reported` is sent with the `SyncReport` of every round."""

    reported = Signal(object)
    started = Signal()

    def __init__(
        self, desk: Desk, background: Background, *, automatic: bool = True, before_resync: Callable[[], object]
    ) -> None:
        """Nothing happens before `start()`. `before_resync` makes a backup before everything is read anew (S7)."""
        super().__init__()
        self._before_resync = before_resync
        self._desk, self._background, self._automatic = desk, background, automatic
        self._made: Engine | None = None
        self._chance = random.Random()  # spreads attempts, guards nothing
        self._running = False
        self.last: SyncReport | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)
        self._nudged = False
        self._ended = QElapsedTimer()
        self._network: QObject | None = None

    def start(self) -> None:
        """First round soon; from then on at the times the engine names."""
        if self._automatic:
            self._timer.start(_FIRST_MS)

    def set_automatic(self, *, on: bool) -> None:
        """Rounds by themselves, or only on request."""
        self._automatic = on
        self._timer.stop()
        self.start()

    def stop(self) -> None:
        """No further rounds; a running one ends by itself."""
        self._automatic = False
        self._timer.stop()
        if self._made is not None:
            self._made.close()

    @property
    def _engine(self) -> Engine:
        """The engine, made by the first use; only the one worker of the sync lane makes it."""
        if self._made is None:
            from brokerdesk.services import exchange
            from brokerdesk.sync.engine import Engine

            book = self._desk.book
            if book.crashed and exchange.meta(book) is not None:
                exchange.want_digest(book)
            self._made = Engine(book, before_resync=self._before_resync)
        return self._made

    @property
    def online(self) -> bool:
        """Whether the last round reached the portal."""
        return self.last is not None and self.last.state in {State.IDLE, State.REFUSED, State.DIGEST}

    @property
    def busy(self) -> bool:
        """Whether a round runs now."""
        return self._running

    def changed(self, changes: ChangeSet) -> None:
        """Local edits go out two seconds later."""
        if self._automatic and changes and not self._running and self._timer.remainingTime() > _AFTER_EDIT_MS:
            self._timer.start(_AFTER_EDIT_MS)

    def sync_now(self) -> None:
        """A round at once."""
        if not self._running:
            self._timer.stop()
            self._round(force=True)

    def network_returned(self) -> None:
        """A round within seconds that ignores the back-off, at most every half minute (protocol.md § 10)."""
        if not self._automatic or self._running:
            return
        from brokerdesk.sync import backoff

        rested = timedelta(milliseconds=self._ended.elapsed()) if self._ended.isValid() else timedelta.max
        self._nudged = True
        self._timer.start(int(backoff.nudged_s(self._chance, since_last=rested) * 1000))

    def _due(self) -> None:
        self._round(force=self._nudged)

    def _round(self, *, force: bool = False) -> None:
        if self._running:
            return
        self._running, self._nudged = True, False
        self.started.emit()

        def work(_job: Job) -> tuple[SyncReport, Any]:
            from brokerdesk.services import exchange

            return self._engine.run_once(force=force), exchange.status(self._desk.book)

        self._background.run(Lane.SYNC, work, self, self._finished, failed=self._broke)

    def _finished(self, result: tuple[SyncReport, Any]) -> None:
        self.last = result[0]
        self._over()
        self.reported.emit(self.last)
        self._plan()

    def _broke(self, _problem: BaseException) -> None:
        self._over()
        self._plan()

    def _over(self) -> None:
        self._running = False
        self._ended.start()
        if (
            self._network is None
            and self._automatic
            and self.last is not None
            and self.last.state is not State.UNPAIRED
        ):
            from brokerdesk.app.network import NetworkWatch

            self._network = watch = NetworkWatch(self)
            watch.returned.connect(self.network_returned)

    def _plan(self) -> None:
        if self._automatic:
            active = QGuiApplication.focusWindow() is not None
            self._timer.start(min(_MOST_MS, int(self._engine.next_delay_s(active=active) * 1000)))

    def invitation_link(
        self, party_id: str, *, done: Callable[[str], object], failed: Callable[[DeskError], object]
    ) -> None:
        """A new invitation link; the old one dies (S2.36, S2.37)."""

        def work(_job: Job) -> str:
            block = self._desk.invitations.block(party_id)
            if not block.link.enabled or block.invitation_id is None:
                raise KnownError(INVITE_REFUSED, reason=block.link.reason or "")
            verdict = self._engine.execute_online("invitation.link", kind="invitation", record_id=block.invitation_id)
            return str((verdict.result or {})["url"])

        self._background.run(Lane.SYNC, work, self, done, failed=lambda problem: failed(_as_desk_error(problem)))

    def pair(self, url: str, code: str, *, done: Callable[[], object], failed: Callable[[DeskError], object]) -> None:
        """Pair this book with a portal, then start exchanging."""

        def work(_job: Job) -> None:
            from brokerdesk.sync.pairing import pair

            pair(self._desk.book, url, code, device_name=platform.node() or "BrokerDesk")

        def paired(_nothing: None) -> None:
            self._automatic = True
            done()
            self.sync_now()

        self._background.run(Lane.SYNC, work, self, paired, failed=lambda problem: failed(_as_desk_error(problem)))


def _as_desk_error(problem: BaseException) -> DeskError:
    return problem if isinstance(problem, DeskError) else BugError(BUG, place="exchange")
