"""The receiving half of a round: feed pages with their cursor, resync by snapshot, digest (protocol.md § 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from brokerdesk.core.clock import from_wire
from brokerdesk.core.logs import logger
from brokerdesk.services.exchange import memory, pages, rounds
from brokerdesk.services.exchange.messages import Applied, Incoming
from brokerdesk.services.exchange.pages import Resync
from brokerdesk.sync.digest import compare
from brokerdesk.sync.failures import RefusedError, UnreachableError
from brokerdesk.sync.pushing import new_epoch
from brokerdesk.sync.round import RestartError, Round
from brokerdesk.sync.uncollected import uncollected
from brokerdesk.sync.versions import limit
from brokerdesk.wire.pull import ChangesAnswer

PAGE = 5_000
DIGEST_EVERY = timedelta(days=1)
_ANEW = frozenset({"cursor_expired", "visibility_changed", "cursor_invalid"})
_TRIES = 3
_log = logger(__name__)


@dataclass(slots=True)
class Puller:
    """Pulls everything there is in one round."""

    round: Round

    def run(self) -> None:
        """Read the feed to its end. Raises `FuseBlownError`, `RestartError` and what `failures` declares."""
        progress = pages.resync_in_progress(self.round.book)
        if progress is not None:
            self._snapshot(progress)
        while self._page()[0].more:
            pass
        pages.end_drain(self.round.book)

    def _page(self) -> tuple[ChangesAnswer, list[Incoming]]:
        meta = self._meta()
        try:
            page, records = self.round.client.changes(meta.cursor, limit=limit(meta.capabilities, "page_max", PAGE))
        except RefusedError as problem:
            self._refused(problem)
            raise
        self._check_epoch(page.epoch)
        self.round.fault("page-received")
        self.apply(page, records)
        self.round.fault("page-applied")
        return page, records

    def apply(self, page: ChangesAnswer, records: list[Incoming]) -> None:
        """Apply one page together with its cursor."""
        meta = self._meta()
        if not records and page.next_cursor == meta.cursor:
            return
        with uncollected():
            done = pages.apply_page(
                self.round.book,
                records,
                cursor=page.next_cursor,
                position=page.feed_seq,
                before_commit=lambda: self.round.fault("mid-page"),
            )
        self._count(done)

    def _meta(self) -> rounds.Meta:
        found = rounds.meta(self.round.book)
        assert found is not None
        return found

    def _count(self, done: Applied) -> None:
        tally = self.round.tally
        tally.pulled += done.applied + done.removed
        tally.conflicts += done.conflicts

    def _check_epoch(self, epoch: str) -> None:
        if epoch != self._meta().epoch:
            new_epoch(self.round, epoch)

    def _refused(self, problem: RefusedError) -> None:
        if problem.code == "epoch_changed":
            new_epoch(self.round, str(problem.members.get("epoch", "")))
        if problem.code in _ANEW:
            self.resync(problem.code)

    def resync(self, reason: str) -> None:
        """Read everything anew; what the portal does not show any more is removed, within the fuse. Always raises."""
        _log.info("resync", reason=reason)
        self.round.before_resync()
        pages.begin_resync(self.round.book, reason, keep=False)
        raise RestartError

    def _snapshot(self, progress: Resync) -> None:
        more = True
        while more:
            try:
                page, records = self.round.client.snapshot(
                    progress.after, limit=limit(self._meta().capabilities, "page_max", PAGE)
                )
            except RefusedError as problem:
                self._refused(problem)
                raise
            self._check_epoch(page.epoch)
            if page.resume_cursor is not None:
                progress = replace(progress, resume_cursor=page.resume_cursor, counts=page.counts)
            more = page.more
            progress = replace(progress, after=page.next_after)
            self.round.fault("page-received")
            self._count(pages.apply_snapshot_page(self.round.book, records, progress))
            self.round.fault("page-applied")
        pages.end_resync(self.round.book, progress)

    # digest

    def digest(self) -> bool:
        """Compare digests when due; a first difference heals itself by a resync. False after a second one."""
        if not self._is_due() or rounds.is_unsent(self.round.book):
            return True
        for _ in range(_TRIES):
            told = self.round.client.digest()
            self._check_epoch(told.epoch)
            if self._page()[1]:
                continue
            differences = compare(rounds.revisions(self.round.book), told.types)
            differed = rounds.note_digest(self.round.book, equal=not differences)
            if differences:
                _log.info("digest-differs", count=len(differences), attempt=differed)
                self.round.tally.differences = [f"{d.kind}: {d.here}/{d.there}" for d in differences]
            if differed == 1:
                self.resync("digest")
            return not differences
        raise UnreachableError("portal_busy")

    def _is_due(self) -> bool:
        meta = self._meta()
        last = rounds.recall(self.round.book, memory.DIGEST).get("at")
        if meta.digest_due or last is None:
            return True
        return self.round.book.clock.now() - from_wire(last) > DIGEST_EVERY
