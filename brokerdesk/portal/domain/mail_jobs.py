"""The life of one mail job, free of database and mail server (protocol.md § 14).

`pending → claimed → accepted | failed`, with `temporary` tries over a day, one repeat after an unknown outcome, and
`cancelled` or `skipped` when the mail is no longer wanted or too late. `decide` is asked inside the transaction that claims.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from brokerdesk.models.rules.reminders import SendTimes, due_at, is_too_late, may_leave_at, next_in_window
from brokerdesk.models.values.smtp import MailOutcome, SmtpReply
from brokerdesk.portal.domain.invitation import Invitation, MailOrder, Stage, wants_mail

LEASE = timedelta(minutes=10)
UNKNOWN_PAUSE = timedelta(minutes=15)
RETRY_AFTER = (timedelta(minutes=15), timedelta(hours=1, minutes=45), timedelta(hours=6), timedelta(hours=16))
"""Pauses between the five tries: 24 hours in all."""
MAX_UNKNOWN = 2
"""The first try with an unknown outcome, and its one repeat."""


class JobState(StrEnum):
    """Where a job stands; the last four are final."""

    PENDING = "pending"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


OPEN_STATES = frozenset({JobState.PENDING, JobState.CLAIMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailJob:
    """One mail to be sent. `tries` counts temporary failures, `unknowns` tries whose outcome nobody knows."""

    order: MailOrder
    due: datetime
    state: JobState = JobState.PENDING
    next_try: datetime
    lease_until: datetime | None = None
    tries: int = 0
    unknowns: int = 0
    last_code: str | None = None


def job_for(order: MailOrder, *, now: datetime, t0: datetime | None, times: SendTimes) -> MailJob:
    """The job of an ordered mail: mail 0 at once, a reminder on its day."""
    due = now if order.stage is Stage.INVITE or t0 is None else due_at(t0, order.stage, times)
    return MailJob(order=order, due=due, next_try=due)


class Verdict(StrEnum):
    """What `decide` says."""

    SEND = "send"
    WAIT = "wait"
    CANCEL = "cancel"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Decision:
    """Send now, wait until a moment, or never."""

    verdict: Verdict
    until: datetime | None = None


def decide(
    job: MailJob, invitation: Invitation, now: datetime, *, times: SendTimes, last_mail: datetime | None
) -> Decision:
    """Whether `job` may be sent now. `last_mail` is when the address last got a mail of this tenant."""
    if not wants_mail(invitation, job.order):
        return Decision(Verdict.CANCEL)
    if now < job.next_try:
        return Decision(Verdict.WAIT, job.next_try)
    if job.order.stage is Stage.INVITE:
        return Decision(Verdict.SEND)
    if is_too_late(job.due, now):
        return Decision(Verdict.SKIP)
    earliest = may_leave_at(now, times, last_mail=last_mail)
    return Decision(Verdict.SEND) if earliest <= now else Decision(Verdict.WAIT, earliest)


def claim(job: MailJob, now: datetime) -> MailJob:
    """The job under a lease of ten minutes."""
    return dataclasses.replace(job, state=JobState.CLAIMED, lease_until=now + LEASE)


def postponed(job: MailJob, until: datetime) -> MailJob:
    """The job waiting until `until`."""
    return dataclasses.replace(job, next_try=until)


def closed(job: MailJob, state: JobState) -> MailJob:
    """The job at its end."""
    return dataclasses.replace(job, state=state, lease_until=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A job after a try, and what the invitation is told: `accepted`, `perm`, `temporary` or nothing yet."""

    job: MailJob
    tell: str | None = None
    possibly_twice: bool = False


def settle(job: MailJob, reply: SmtpReply, now: datetime, *, times: SendTimes) -> Settled:
    """The job after the try that ended with `reply`."""
    noted = dataclasses.replace(job, last_code=reply.text_code, lease_until=None)
    match reply.outcome:
        case MailOutcome.ACCEPTED:
            return Settled(job=closed(noted, JobState.ACCEPTED), tell="accepted", possibly_twice=job.unknowns > 0)
        case MailOutcome.PERMANENT:
            return Settled(job=closed(noted, JobState.FAILED), tell="perm")
        case MailOutcome.UNKNOWN:
            return lost(noted, now)
        case MailOutcome.TEMPORARY:
            return _temporary(noted, now, times)


def lost(job: MailJob, now: datetime) -> Settled:
    """Nobody knows whether the mail left: one repeat after 15 minutes, then it counts as sent, "possibly twice"."""
    unknowns = job.unknowns + 1
    counted = dataclasses.replace(job, unknowns=unknowns, state=JobState.PENDING, lease_until=None)
    if unknowns >= MAX_UNKNOWN:
        return Settled(job=closed(counted, JobState.ACCEPTED), tell="accepted", possibly_twice=True)
    return Settled(job=postponed(counted, now + UNKNOWN_PAUSE))


def _temporary(job: MailJob, now: datetime, times: SendTimes) -> Settled:
    if job.unknowns:
        # the first try may have been delivered: one repeat was allowed and is used up
        return Settled(job=closed(job, JobState.ACCEPTED), tell="accepted", possibly_twice=True)
    tries = job.tries + 1
    counted = dataclasses.replace(job, tries=tries, state=JobState.PENDING)
    if tries > len(RETRY_AFTER):
        return Settled(job=closed(counted, JobState.FAILED), tell="temporary")
    again = now + RETRY_AFTER[tries - 1]
    return Settled(job=postponed(counted, again if job.order.stage is Stage.INVITE else next_in_window(again, times)))
