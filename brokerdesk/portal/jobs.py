"""What the portal does by itself: sends due mails, lets invitations expire, forgets what is over.

`MailRun.run_due` is one tick and may run in several processes at once: a job is claimed under a lease in the transaction
that re-checks the invitation, and the mail server is never talked to inside a transaction. `mount` adds the thread.
"""

from __future__ import annotations

import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.exc import DBAPIError

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.core.errors import KnownError
from brokerdesk.core.logs import logger
from brokerdesk.models.values.smtp import SmtpReply, SmtpStage, classify
from brokerdesk.portal.delivery.compose import compose
from brokerdesk.portal.delivery.folder import FolderTransport
from brokerdesk.portal.delivery.smtp import SmtpTransport
from brokerdesk.portal.delivery.transport import Transport
from brokerdesk.portal.domain import invitation as rules
from brokerdesk.portal.domain import mail_jobs
from brokerdesk.portal.domain.book import PORTAL, RecordBook
from brokerdesk.portal.domain.mail_jobs import JobState, MailJob, Verdict
from brokerdesk.portal.domain.mail_queue import last_mail_at, read_job, write_job
from brokerdesk.portal.domain.office import office_of
from brokerdesk.portal.domain.series import Scene, store_step
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.settings import Settings
from brokerdesk.portal.store.tables import invitation_side, mail_job, password_reset, throttle, web_session

TICK_S = 2.0
BATCH = 100
MAILS_PER_MINUTE = 120
MAILS_PER_DAY = 20_000
SIDE_DAYS = 400
_log = logger(__name__)


def transport_of(portal: Portal) -> Transport:
    """The way out that the settings name: a mail server, a folder, or the folder `mails` beside the database."""
    settings: Settings = portal.settings
    if settings.smtp_url:
        return SmtpTransport.from_url(settings.smtp_url)
    return FolderTransport(settings.mail_dir or settings.data_dir / "mails", portal.clock)


@dataclass(frozen=True, slots=True)
class _Claimed:
    row: Row[Any]
    job: MailJob
    message: EmailMessage | None


@dataclass(slots=True)
class MailRun:
    """The worker of one process."""

    portal: Portal
    transport: Transport
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    _sent: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def run_due(self) -> int:
        """One tick: expire, look after lost leases, send what is due. Answers how many mails it tried to send."""
        now = self.portal.clock.now()
        self._expire(now)
        self._find_lost(now)
        tried = 0
        for job_id, tenant_id in self._due(now):
            if self._has_room(tenant_id, now) and self._send(job_id, now):
                tried += 1
        return tried

    def _due(self, now: datetime) -> list[tuple[str, str]]:
        query = (
            select(mail_job.c.id, mail_job.c.tenant_id)
            .where(mail_job.c.state == JobState.PENDING.value, mail_job.c.due_at <= to_wire(now))
            .order_by(mail_job.c.due_at, mail_job.c.id)
            .limit(BATCH)
        )
        with self.portal.database.reading() as connection:
            return [(row.id, row.tenant_id) for row in connection.execute(query)]

    def _has_room(self, tenant_id: str, now: datetime) -> bool:
        """Whether the tenant stays within 120 mails a minute and 20,000 a day (protocol.md § 11)."""
        sent = self._sent[tenant_id]
        while sent and now - sent[0] >= timedelta(days=1):
            sent.popleft()
        recent = len(sent) >= MAILS_PER_MINUTE and now - sent[-MAILS_PER_MINUTE] < timedelta(minutes=1)
        return not recent and len(sent) < MAILS_PER_DAY

    def _send(self, job_id: str, now: datetime) -> bool:
        claimed = self._claim(job_id, now)
        if claimed is None:
            return False
        self._sent[claimed.row.tenant_id].append(now)
        if claimed.message is None:
            reply = classify(SmtpStage.SENDER, 553)
        else:
            reply = self.transport.send(claimed.message)
        _log.info("mail-tried", stage=claimed.row.stage, code=reply.text_code, record_id=claimed.row.invitation_id)
        self._settle(job_id, claimed, reply)
        return True

    # claim: re-check and lease in one transaction

    def _claim(self, job_id: str, now: datetime) -> _Claimed | None:
        with self.portal.database.writing() as connection:
            row = connection.execute(select(mail_job).where(mail_job.c.id == job_id)).first()
            if row is None:
                return None
            book = RecordBook(connection, row.tenant_id, now=to_wire(now))
            record = book.live("invitation", row.invitation_id) if row.invitation_id else None
            row = connection.execute(select(mail_job).where(mail_job.c.id == job_id).with_for_update()).first()
            if row is None or row.state != JobState.PENDING.value:
                return None
            job, payload = read_job(row)
            if row.stage in set(rules.Stage):
                invitation = rules.Invitation.from_data(record.data) if record else None
                verdict = self._decide(connection, row, job, invitation, now)
            else:
                verdict = None
            if verdict is not None:
                write_job(connection, job_id, verdict, now=now, worker=None)
                return None
            leased = mail_jobs.claim(job, now)
            write_job(connection, job_id, leased, now=now, worker=self.name)
            return _Claimed(row, leased, self._message(connection, row, payload, now))

    def _decide(
        self, connection: Connection, row: Row[Any], job: MailJob, invitation: rules.Invitation | None, now: datetime
    ) -> MailJob | None:
        """None to send; else the job as it is to be written instead."""
        if invitation is None:
            return mail_jobs.closed(job, JobState.CANCELLED)
        times = office_of(connection, row.tenant_id).times
        last = last_mail_at(connection, row.tenant_id, row.recipient)
        decision = mail_jobs.decide(job, invitation, now, times=times, last_mail=last)
        match decision.verdict:
            case Verdict.SEND:
                return None
            case Verdict.WAIT:
                return mail_jobs.postponed(job, decision.until or now)
            case Verdict.SKIP:
                return mail_jobs.closed(job, JobState.SKIPPED)
            case Verdict.CANCEL:
                return mail_jobs.closed(job, JobState.CANCELLED)

    def _message(
        self, connection: Connection, row: Row[Any], payload: dict[str, Any], now: datetime
    ) -> EmailMessage | None:
        try:
            return compose(self.portal, connection, row, payload, now)
        except KnownError as problem:
            _log.error("mail-not-composed", stage=row.stage, code=problem.code, record_id=row.invitation_id)
            return None

    # settle: what the try led to

    def _settle(self, job_id: str, claimed: _Claimed, reply: SmtpReply) -> None:
        now = self.portal.clock.now()
        with self.portal.database.writing() as connection:
            times = office_of(connection, claimed.row.tenant_id).times
            settled = mail_jobs.settle(claimed.job, reply, now, times=times)
            self._conclude(connection, claimed.row, settled, reply)

    def _find_lost(self, now: datetime) -> None:
        """Jobs whose worker died while it talked: the outcome is unknown."""
        query = select(mail_job.c.id).where(
            mail_job.c.state == JobState.CLAIMED.value, mail_job.c.lease_until < to_wire(now)
        )
        with self.portal.database.reading() as connection:
            found = list(connection.execute(query).scalars())
        for job_id in found:
            with self.portal.database.writing() as connection:
                row = connection.execute(select(mail_job).where(mail_job.c.id == job_id)).one()
                if row.state == JobState.CLAIMED.value and from_wire(row.lease_until) < now:
                    job, _ = read_job(row)
                    self._conclude(connection, row, mail_jobs.lost(job, now), None)

    def _conclude(
        self, connection: Connection, row: Row[Any], settled: mail_jobs.Settled, reply: SmtpReply | None
    ) -> None:
        now, job_id = self.portal.clock.now(), row.id
        book = RecordBook(connection, row.tenant_id, now=to_wire(now))
        record = book.live("invitation", row.invitation_id) if row.invitation_id else None
        held = select(mail_job.c.state, mail_job.c.lease_until).where(mail_job.c.id == job_id).with_for_update()
        now_there = connection.execute(held).one()
        if now_there.state != JobState.CLAIMED.value:  # our lease ran out and somebody else concluded
            return
        write_job(connection, job_id, settled.job, now=now, worker=None, reply=reply)
        if record is None or row.stage not in set(rules.Stage) or settled.tell is None:
            return
        invitation, order = rules.Invitation.from_data(record.data), settled.job.order
        if settled.tell == "accepted":
            step = rules.mail_accepted(invitation, order, now, possibly_twice=settled.possibly_twice)
        else:
            step = rules.mail_failed(invitation, order, outcome=settled.tell, code=settled.job.last_code or "")
        store_step(Scene(self.portal, book, PORTAL), record.id, step, record=record)
        book.flush()

    def _expire(self, now: datetime) -> None:
        """Invitations whose 30 days are over."""
        query = select(invitation_side.c.tenant_id, invitation_side.c.invitation_id).where(
            invitation_side.c.expires_at <= to_wire(now)
        )
        with self.portal.database.reading() as connection:
            found = list(connection.execute(query.limit(BATCH)))
        for tenant_id, invitation_id in found:
            with self.portal.database.writing() as connection:
                book = RecordBook(connection, tenant_id, now=to_wire(now))
                record = book.live("invitation", invitation_id)
                if record is None:
                    here = invitation_side.c.tenant_id == tenant_id, invitation_side.c.invitation_id == invitation_id
                    connection.execute(delete(invitation_side).where(*here))
                    continue
                invitation = rules.Invitation.from_data(record.data)
                if invitation.expires_at is None or invitation.expires_at > now:
                    continue
                try:
                    step = rules.expire(invitation)
                except rules.TransitionRefused:
                    step = rules.Step(invitation=invitation)
                store_step(Scene(self.portal, book, PORTAL), invitation_id, step, record=record)
                book.flush()


def forget_what_is_over(portal: Portal) -> int:
    """Delete ended sessions, used links, old counters and old mail jobs (S-46). Answers how many rows went."""
    now = portal.clock.now()
    long_ago = to_wire(now - timedelta(days=SIDE_DAYS))
    yesterday = to_wire(now - timedelta(days=1))
    statements = (
        delete(web_session).where(web_session.c.expires_at < to_wire(now)),
        delete(password_reset).where(password_reset.c.expires_at < yesterday),
        delete(throttle).where(throttle.c.window_at < yesterday),
        delete(mail_job).where(mail_job.c.done_at < long_ago),
    )
    with portal.database.writing() as connection:
        return sum(connection.execute(s).rowcount for s in statements)


class JobThread:
    """Ticks in the background until it is stopped; a failing tick is logged and the next one comes."""

    def __init__(self, portal: Portal, run: MailRun, *, pause_s: float = TICK_S) -> None:
        """Prepare the thread; `start` begins."""
        self._portal, self._run, self._pause_s = portal, run, pause_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._swept: datetime | None = None

    def start(self) -> None:
        """Begin ticking."""
        self._thread = threading.Thread(target=self._loop, name="portal-jobs")
        self._thread.start()

    def stop(self) -> None:
        """End after the mail that is being sent."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._guarded(self._run.run_due)
            now = self._portal.clock.now()
            if self._swept is None or now - self._swept > timedelta(hours=6):
                self._swept = now
                self._guarded(lambda: forget_what_is_over(self._portal))
            self._stop.wait(self._pause_s)

    def _guarded(self, tick: Callable[[], object]) -> None:
        try:
            tick()
        except (DBAPIError, OSError) as problem:
            _log.error("job-failed", error=type(problem).__name__)


def mount(_app: FastAPI, portal: Portal) -> None:
    """Start and stop the background thread with the server, unless the settings switch it off."""
    if not portal.settings.background_jobs:
        return
    thread = JobThread(portal, MailRun(portal, transport_of(portal)))
    portal.on_start.append(thread.start)
    portal.on_stop.append(thread.stop)
