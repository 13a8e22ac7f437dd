"""The sending half of a round: freeze, push until empty, record verdicts (protocol.md § 6).

Three kinds of failure: the queue pauses as a whole (nothing counted), the engine stops for a person, or a single operation
is refused and only that one stops. Poisonous operations are cornered by halving and replaced by a noop (§ 6.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.core.ids import new_id
from brokerdesk.core.logs import logger
from brokerdesk.services.exchange import memory, pages, rounds, sending, verdicts
from brokerdesk.services.exchange.messages import FrozenOp, Verdict
from brokerdesk.sync import appliers
from brokerdesk.sync.failures import PortalFaultError, RefusedError, UnreachableError
from brokerdesk.sync.freezing import encode_batch, encode_op
from brokerdesk.sync.round import ForkedError, RestartError, Round
from brokerdesk.sync.uncollected import uncollected
from brokerdesk.sync.versions import known_fields, limit
from brokerdesk.wire.push import PushAnswer

MAX_OPS, MAX_BYTES = 2_000, 4 * 1024 * 1024
FAULTS_TO_HALVE, FAULTS_TO_REPLACE = 3, 10
POISON_TIME = timedelta(hours=1)
_BAD_BATCH = frozenset({"malformed", "envelope", "too_large", "http_413", "http_400", "http_422"})
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _OnItsWay:
    """A batch that the portal works on, and its answer to come. `full`: more may be waiting behind it."""

    ops: list[FrozenOp]
    full: bool
    answer: Future[PushAnswer]


@dataclass(slots=True)
class Pusher:
    """Pushes everything that is due in one round."""

    round: Round
    answers: dict[str, Verdict] = field(default_factory=dict)
    """Verdicts of this round by operation id, for who waits for one."""

    def run(self) -> None:
        """Push until nothing is due. Raises what `failures` and `round` declare."""
        with ThreadPoolExecutor(1, "push") as lane:
            batch: _OnItsWay | None = None
            while True:
                ops = batch.ops if batch is not None else self.due()
                if not ops:
                    if not self.freeze():
                        return
                    continue
                batch = batch or self._send(lane, ops)
                goes_on, batch = self._finish(lane, batch)
                if not goes_on:
                    return

    def due(self, *, beyond: int = 0) -> list[FrozenOp]:
        """The next batch behind the number `beyond`; smaller than allowed while a poisonous operation is being cornered."""
        told = self.round.meta.capabilities
        allowed = limit(told, "push_ops", MAX_OPS)
        cornering = rounds.recall(self.round.book, memory.POISON).get("limit")
        return sending.due(
            self.round.book,
            after=max(self.round.last_seq, beyond),
            beyond=beyond,
            max_ops=min(allowed, int(cornering)) if cornering else allowed,
            max_bytes=limit(told, "push_bytes", MAX_BYTES),
        )

    @uncollected()
    def freeze(self, *, ahead: bool = False) -> int:
        """Freeze the next soft items; returns how many. `ahead` while a batch is on its way."""
        self.round.fault("before-freeze")
        told = self.round.meta.capabilities
        done = sending.freeze_batch(
            self.round.book,
            encode_op,
            limit=limit(told, "push_ops", MAX_OPS),
            fields=known_fields(told),
            ahead=ahead,
            before_commit=lambda: self.round.fault("mid-freeze"),
        )
        self.round.fault("after-freeze")
        self.round.tally.refused += done.faulty
        return done.count

    def _send(self, lane: ThreadPoolExecutor, ops: list[FrozenOp]) -> _OnItsWay:
        meta = self.round.meta
        body = encode_batch(ops, batch_id=new_id(self.round.book.clock), epoch=meta.epoch, device_id=meta.device_id)
        full = len(ops) >= limit(meta.capabilities, "push_ops", MAX_OPS)
        return _OnItsWay(ops, full, lane.submit(self.round.client.push, body))

    def _finish(self, lane: ThreadPoolExecutor, batch: _OnItsWay) -> tuple[bool, _OnItsWay | None]:
        """Wait for a batch, send what is frozen behind it, then record the answer while the portal works.

        False when this employee may not write at all.
        """
        behind: list[FrozenOp] = []
        if batch.full:
            self.freeze(ahead=True)
            behind = self.due(beyond=batch.ops[-1].seq)
        try:
            answer = batch.answer.result()
        except PortalFaultError:
            self._portal_fault(batch.ops)
            raise
        except RefusedError as problem:
            return self._refused(batch.ops, problem), None
        # Nothing hangs on recording first: frozen bytes do not change, and after a crash both batches are sent again and
        # answered from what the portal has stored (protocol.md § 6.2 step 1).
        following = self._send(lane, behind) if behind and _is_complete(answer, batch.ops) else None
        self.record(answer)
        self._loosen()
        if answer.retry_after is not None or not answer.results:
            raise UnreachableError("portal_busy", retry_after_s=answer.retry_after)
        return True, following

    @uncollected()
    def record(self, answer: PushAnswer) -> None:
        """Record the verdicts of one answer."""
        found = [appliers.verdict(r) for r in answer.results]
        self.answers |= {v.op_id: v for v in found}
        recorded = verdicts.record(self.round.book, found, before_commit=lambda: self.round.fault("mid-verdicts"))
        self.round.fault("verdicts-recorded")
        self.round.last_seq = max(self.round.last_seq, answer.last_seq)
        tally = self.round.tally
        tally.pushed += recorded.count
        tally.refused += recorded.done.refused
        tally.conflicts += recorded.done.conflicts

    # refusals of a whole batch

    def _refused(self, ops: list[FrozenOp], problem: RefusedError) -> bool:
        code, members = problem.code, problem.members
        _log.info("push-refused", code=code, status=problem.status, count=len(ops))
        if code == "epoch_changed":
            new_epoch(self.round, str(members.get("epoch", "")))
        elif code == "seq_gap":
            self._gap(ops, int(members.get("last_seq", 0)))
        elif code == "device_forked":
            raise ForkedError
        elif code == "op_id_reuse" and sending.reissue(self.round.book, str(members.get("op_id", ""))):
            return True
        elif code == "scope":
            self.round.tally.problem = "scope"
            return False
        elif code in _BAD_BATCH:
            self._corner(ops)
        else:
            raise problem
        return True

    def _gap(self, ops: Sequence[FrozenOp], last_seq: int) -> None:
        """The portal misses numbers before ours: send them from the journal, else it must know us anew."""
        if self.round.last_seq == last_seq:
            raise ForkedError
        self.round.last_seq = last_seq
        again = self.due()
        if not again or again[0].seq != last_seq + 1:
            raise ForkedError

    # poison

    def _portal_fault(self, ops: list[FrozenOp]) -> None:
        """The portal failed on this batch: count it, and corner the operation that causes it."""
        book = self.round.book
        sending.note_attempt(book, ops)
        now = book.clock.now()
        seen = rounds.recall(book, memory.POISON)
        if seen.get("first") != ops[0].seq or seen.get("size") != len(ops):
            seen = {
                "first": ops[0].seq,
                "size": len(ops),
                "count": 0,
                "since": to_wire(now),
                "limit": seen.get("limit"),
            }
        seen["count"] += 1
        if not _is_single(ops):
            if seen["count"] >= FAULTS_TO_HALVE:
                seen |= {"limit": max(1, len(ops) // 2), "count": 0}
        elif seen["count"] >= FAULTS_TO_REPLACE and now - from_wire(seen["since"]) >= POISON_TIME:
            self._replace(ops)
            return
        rounds.remember(book, memory.POISON, seen)

    def _corner(self, ops: list[FrozenOp]) -> None:
        """A batch that can never be accepted: halve it at once, replace the single operation at once."""
        if _is_single(ops):
            self._replace(ops)
        else:
            rounds.remember(self.round.book, memory.POISON, {"limit": max(1, len(ops) // 2)})

    def _replace(self, ops: Sequence[FrozenOp]) -> None:
        _log.info("op-replaced", seq=ops[0].seq, count=len(ops))
        sending.replace_by_noop(self.round.book, [op.seq for op in ops])
        rounds.remember(self.round.book, memory.POISON, {"limit": 1})

    def _loosen(self) -> None:
        """After a success batches grow again."""
        cornering = rounds.recall(self.round.book, memory.POISON).get("limit")
        if cornering is None:
            return
        grown = int(cornering) * 2
        rounds.remember(self.round.book, memory.POISON, None if grown >= MAX_OPS else {"limit": grown})


def _is_single(ops: Sequence[FrozenOp]) -> bool:
    """One operation, or one atomic group, which cannot be parted."""
    return len(ops) == 1 or (ops[0].group is not None and all(op.group == ops[0].group for op in ops))


def _is_complete(answer: PushAnswer, ops: Sequence[FrozenOp]) -> bool:
    """Whether the portal has decided every operation of the batch."""
    return answer.last_seq >= ops[-1].seq and len(answer.results) == len(ops)


def new_epoch(round_: Round, epoch: str) -> None:
    """The portal was restored: compare everything anew and remove nothing (protocol.md § 7.3). Always raises."""
    round_.before_resync()
    pages.begin_resync(round_.book, "epoch_changed", keep=True, epoch=epoch or None)
    raise RestartError
