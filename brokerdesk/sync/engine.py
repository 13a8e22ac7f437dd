"""One round of the exchange: token, state, push until empty, pull until empty, digest (protocol.md § 7.2).

No timers and no threads: whoever owns the clock calls `run_once` when `next_delay_s` has passed. Every failure ends in a
report, never in an exception, except faults of our own.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from requests import Session

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.logs import logger
from brokerdesk.services.exchange import memory, pages, queue, rounds, sending
from brokerdesk.services.exchange.messages import Verdict
from brokerdesk.services.exchange.pairing import NOT_PAIRED
from brokerdesk.services.exchange.rounds import Meta
from brokerdesk.store.book import Book
from brokerdesk.sync import backoff, watchdog
from brokerdesk.sync.client import Client
from brokerdesk.sync.failures import ExchangeError, PinError, SignInError, UnreachableError, UpgradeError
from brokerdesk.sync.freezing import encode_op
from brokerdesk.sync.pulling import Puller
from brokerdesk.sync.pushing import Pusher, new_epoch
from brokerdesk.sync.report import STOPPED, State, SyncReport, Tally
from brokerdesk.sync.round import ForkedError, RestartError, Round
from brokerdesk.sync.tokens import BookTokens, TokenStore
from brokerdesk.sync.transport import make_session
from brokerdesk.sync.versions import check_version, known_fields
from brokerdesk.wire.pull import StateAnswer

OFFLINE = register("sync-offline", "reason")
OUTCOME_UNKNOWN = register("sync-outcome-unknown")
ONLINE_REFUSED = register("sync-online-refused", "reason")
CLOCK_WARNING_MS = 5 * 60 * 1000
_RESTARTS = 4
_NO_NETWORK = frozenset({"no_connection", "no_secure_connection", "not_our_portal"})
_log = logger(__name__)


def _nothing(_point: str = "") -> None:
    """The hook that does nothing."""


@dataclass(slots=True)
class Engine:
    """The exchange of one open book. `fault` is called at named points (tests kill the desk there).

    `before_resync` makes a verified backup before everything is read anew (reliability.md § 3, S7).
    """

    book: Book
    tokens: Callable[[Book], TokenStore] = BookTokens
    fault: Callable[[str], None] = _nothing
    before_resync: Callable[[], object] = _nothing
    rng: random.Random = field(default_factory=random.Random)
    sessions: Callable[[frozenset[str]], Session] = make_session
    pusher: Callable[[Round], Pusher] = Pusher
    puller: Callable[[Round], Puller] = Puller
    _client: Client | None = None
    _told: bool = False
    _offset_ms: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            self._client.close()
            self._client = None
        self._told = False

    def next_delay_s(self, *, active: bool) -> float:
        """Seconds until the next round without a reason: after a failure what the back-off says."""
        meta = rounds.meta(self.book)
        if meta is not None and meta.next_try is not None:
            return max(0.0, (meta.next_try - self.book.clock.now()).total_seconds())
        return backoff.poll_s(self.rng, active=active)

    # rounds

    def run_once(self, *, force: bool = False) -> SyncReport:
        """One round. `force` (a click, the network came back) ignores the back-off and asks again after a stop."""
        with self._lock:
            meta = rounds.meta(self.book)
            early = self._stay_away(meta, force=force)
            if early is not None or meta is None:
                return self._report(Tally(), early or State.UNPAIRED)
            tally = Tally()
            state, wait = self._guarded(lambda: self._round(meta, tally), tally)
            return self._report(tally, self._watch(state, tally.problem), wait_s=wait)

    def _stay_away(self, meta: Meta | None, *, force: bool) -> State | None:
        if meta is None:
            return State.UNPAIRED
        if meta.paused:
            return State.PAUSED
        if force:
            return None
        if meta.last_problem in STOPPED:
            return State(meta.last_problem)
        if meta.next_try is not None and self.book.clock.now() < meta.next_try:
            return State.WAITING
        return None

    def _guarded(self, work: Callable[[], None], tally: Tally) -> tuple[State, float | None]:
        """Do the work and turn its failure into a state; the second value is how long to wait."""
        try:
            work()
        except UnreachableError as problem:
            tally.problem = problem.code
            return State.UNREACHABLE, self._pause(problem.code, problem.retry_after_s)
        except pages.FuseBlownError as problem:
            pages.note_fuse(self.book, problem)
            return self._stop(State.FUSE, tally)
        except ForkedError:
            return self._stop(State.FORKED, tally)
        except ExchangeError as problem:
            return self._ended(problem, tally)
        differs = bool(tally.differences)
        rounds.note_success(
            self.book, clock_offset_ms=self._offset_ms, problem=State.DIGEST.value if differs else tally.problem
        )
        return (State.DIGEST if differs else State.IDLE), None

    def _ended(self, problem: ExchangeError, tally: Tally) -> tuple[State, float | None]:
        tally.problem = problem.code
        if isinstance(problem, SignInError):
            return self._stop(State.REVOKED if problem.code == "device_revoked" else State.SIGN_IN, tally)
        if isinstance(problem, UpgradeError):
            return self._stop(State.UPGRADE, tally)
        if isinstance(problem, PinError):
            return self._stop(State.PIN, tally)
        return State.REFUSED, self._pause(problem.code, None)

    def _pause(self, problem: str, retry_after: float | None) -> float:
        meta = rounds.meta(self.book)
        failures = (meta.failures if meta else 0) + 1
        wait = backoff.delay_s(failures, self.rng, retry_after=retry_after)
        rounds.note_failure(self.book, problem, wait=timedelta(seconds=wait))
        _log.info("round-paused", code=problem, attempt=failures)
        return wait

    def _stop(self, state: State, tally: Tally) -> tuple[State, float | None]:
        tally.problem = tally.problem or state.value
        rounds.note_failure(self.book, state.value, wait=None)
        _log.info("round-stopped", state=state.value)
        return state, None

    def _round(self, meta: Meta, tally: Tally) -> None:
        for _ in range(_RESTARTS):
            try:
                self._attempt(meta, tally)
                return
            except RestartError:
                again = rounds.meta(self.book)
                assert again is not None
                meta = again
        raise UnreachableError("portal_restless")

    def _attempt(self, meta: Meta, tally: Tally) -> None:
        current = self._prepare(meta, tally)
        pusher = self.pusher(current)
        pusher.run()
        puller = self.puller(current)
        puller.run()
        if rounds.is_unsent(self.book):
            pusher.run()  # edits that waited for what the feed brought
        if puller.digest():
            tally.differences = []

    def _prepare(self, meta: Meta, tally: Tally) -> Round:
        """Token and state: everything before the first operation is sent."""
        client = self._connect(meta)
        if not self._told or meta.failures >= backoff.CIRCUIT_AFTER:
            meta = self._ask_meta(client, meta)
        client.fresh_token()
        state = client.state()
        current = Round(
            book=self.book,
            client=client,
            meta=meta,
            tally=tally,
            fault=self.fault,
            before_resync=self.before_resync,
            last_seq=state.last_seq,
        )
        self._check(current, state)
        return current

    def _check(self, current: Round, state: StateAnswer) -> None:
        """Recognise a restored portal or a restored desk before anything is sent (§ 7.2, § 15)."""
        meta = current.meta
        if state.epoch != meta.epoch:
            new_epoch(current, state.epoch)
        if state.last_seq >= meta.next_seq:
            raise ForkedError
        behind = state.last_seq < sending.highest_acknowledged(self.book) or state.feed_head < meta.position
        if behind and pages.resync_in_progress(self.book) is None:
            new_epoch(current, state.epoch)

    def _connect(self, meta: Meta) -> Client:
        if self._client is not None and (self._client.url, self._client.device_id) != (meta.portal_url, meta.device_id):
            self.close()  # paired anew meanwhile: other tokens
        if self._client is None:
            self._client = Client(
                url=meta.portal_url,
                tokens=self.tokens(self.book),
                device_id=meta.device_id,
                pins=frozenset({meta.pin} if meta.pin else ()),
                fault=self.fault,
                on_server_time=self._server_time,
                sessions=self.sessions,
            )
        self._client.epoch = meta.epoch
        return self._client

    def _ask_meta(self, client: Client, meta: Meta) -> Meta:
        """What the portal is and can; fields that it has learned meanwhile are queued."""
        told = client.meta()
        check_version(told)
        capabilities = told.model_dump(mode="json", by_alias=True)
        lasting = {k: v for k, v in capabilities.items() if k not in {"server_time", "epoch"}}
        rounds.note_capabilities(self.book, lasting)
        queue.release_transmittable(self.book, known_fields(lasting))
        self._told = True
        again = rounds.meta(self.book)
        return again or meta

    def _server_time(self, text: str, round_trip_s: float) -> None:
        try:
            theirs = from_wire(text) + timedelta(seconds=round_trip_s / 2)
        except ValueError:
            return
        self._offset_ms = round((theirs - datetime.now(tz=UTC)).total_seconds() * 1000)

    def _watch(self, state: State, problem: str | None) -> State:
        """Restart an engine whose queue stands still although the portal answers; red at the second time."""
        kept = rounds.recall(self.book, memory.WATCH)
        since = kept.get("since")
        before = watchdog.Watch(
            int(kept.get("last_seq", -1)), from_wire(since) if since else None, int(kept.get("restarts", 0))
        )
        after, alarm = watchdog.observe(
            before,
            now=self.book.clock.now(),
            waiting=rounds.is_unsent(self.book),
            reachable=state in {State.IDLE, State.REFUSED, State.DIGEST} or (state is State.UNREACHABLE and self._told),
            last_seq=sending.highest_acknowledged(self.book),
        )
        if after != before:
            stamp = to_wire(after.since) if after.since else None
            value = {"last_seq": after.last_seq, "since": stamp, "restarts": after.restarts}
            rounds.remember(self.book, memory.WATCH, value)
        if alarm is watchdog.Alarm.NONE:
            return state
        _log.info("queue-stands-still", count=after.restarts)
        self.close()
        return State.STUCK if alarm is watchdog.Alarm.RED else state

    def _report(self, tally: Tally, state: State, *, wait_s: float | None = None) -> SyncReport:
        status = rounds.status(self.book)
        return SyncReport(
            pushed=tally.pushed,
            pulled=tally.pulled,
            refused=tally.refused,
            conflicts=tally.conflicts,
            outbox=status.outbox,
            state=state,
            problem=tally.problem,
            wait_s=wait_s,
            clock_warning=abs(status.clock_offset_ms) > CLOCK_WARNING_MS,
            differences=tuple(tally.differences),
        )

    # online operations

    def execute_online(
        self, operation: str, *, kind: str, record_id: str, payload: dict[str, Any] | None = None,
        expect: dict[str, Any] | None = None,
    ) -> Verdict:  # fmt: skip
        """Push the queue, then this operation, and wait for its verdict (§ 2.1); `result` holds e.g. the link.

        Raises `KnownError`: sync-not-paired, sync-offline (nothing was sent), sync-online-refused, or
        sync-outcome-unknown (the connection was lost meanwhile; it stays on its way and happens at most once).
        """
        with self._lock:
            meta = rounds.meta(self.book)
            if meta is None:
                raise KnownError(NOT_PAIRED)
            tally = Tally()
            pusher = self._online_pusher(meta, tally)
            op = sending.freeze_operation(
                self.book, encode_op, kind=kind, record_id=record_id, operation=operation, payload=payload or {},
                expect=expect,
            )  # fmt: skip
            self._guarded(pusher.run, tally)
            verdict = pusher.answers.get(op.op_id)
            if verdict is None:
                raise KnownError(OUTCOME_UNKNOWN)
            if verdict.status != "applied":
                sending.drop_refused(self.book, op.op_id, op.seq)
                raise KnownError(ONLINE_REFUSED, reason=verdict.code or verdict.status)
            return verdict

    def _online_pusher(self, meta: Meta, tally: Tally) -> Pusher:
        try:
            for _ in range(_RESTARTS):
                try:
                    pusher = self.pusher(self._prepare(meta, tally))
                    pusher.run()
                    return pusher
                except RestartError:
                    meta = rounds.meta(self.book) or meta
        except (ExchangeError, ForkedError) as problem:
            raise KnownError(OFFLINE, reason=getattr(problem, "code", "device_forked")) from problem
        raise KnownError(OFFLINE, reason="portal_restless")
