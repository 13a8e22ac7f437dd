"""The table of mail jobs: order a mail, call waiting ones off, read one back as the pure `MailJob`.

Only rows: what a job's next step is, `mail_jobs` decides; who sends it, `portal.jobs`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Row, insert, select, update

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.core.ids import new_id
from brokerdesk.models.values.smtp import SmtpReply
from brokerdesk.portal.domain.invitation import MailOrder, Stage
from brokerdesk.portal.domain.mail_jobs import JobState, MailJob
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.settings import Settings
from brokerdesk.portal.store.tables import mail_job


def sender_domain(settings: Settings) -> str:
    """The domain of Message-IDs: the portal's public host."""
    host = settings.public_url.split("//", 1)[-1].split("/", 1)[0].rpartition("@")[2]
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else "localhost"
    return name if any(c.isalpha() for c in name) else "localhost"


def enqueue(
    connection: Connection,
    portal: Portal,
    tenant_id: str,
    job: MailJob,
    *,
    now: datetime,
    recipient: str,
    language: str,
    invitation_id: str | None = None,
    access_id: str | None = None,
    stage: str | None = None,
    extra: dict[str, Any] | None = None,
) -> str:
    """Write a job and return its id. `stage` names a mail outside of invitations, `extra` what its text needs."""
    job_id = new_id(portal.clock)
    payload = {"copy": job.order.copy, "due": to_wire(job.due), **(extra or {})}
    connection.execute(
        insert(mail_job).values(
            id=job_id,
            tenant_id=tenant_id,
            invitation_id=invitation_id,
            access_id=access_id,
            stage=stage or job.order.stage.value,
            attempt=job.order.attempt,
            recipient=recipient,
            language=language,
            payload=to_json(payload).decode(),
            state=job.state.value,
            due_at=to_wire(job.next_try),
            message_id=f"<{job_id}@{sender_domain(portal.settings)}>",
            created_at=to_wire(now),
        )
    )
    return job_id


def enqueue_plain(
    connection: Connection,
    portal: Portal,
    tenant_id: str,
    stage: str,
    *,
    now: datetime,
    recipient: str,
    language: str,
    extra: dict[str, Any],
    access_id: str | None = None,
    invitation_id: str | None = None,
) -> str:
    """A mail that leaves at once and belongs to no series: password link, code, notice."""
    job = MailJob(order=MailOrder(Stage.INVITE, 0), due=now, next_try=now)
    return enqueue(
        connection, portal, tenant_id, job, now=now, recipient=recipient, language=language,
        access_id=access_id, invitation_id=invitation_id, stage=stage, extra=extra,
    )  # fmt: skip


def cancel_open(connection: Connection, tenant_id: str, invitation_id: str, *, now: datetime) -> str | None:
    """Call off what waits; returns the stage of a mail that is being sent this very moment (too late for it)."""
    mine = (mail_job.c.tenant_id == tenant_id) & (mail_job.c.invitation_id == invitation_id)
    series = mail_job.c.stage.in_([s.value for s in Stage])
    connection.execute(
        update(mail_job)
        .where(mine, series, mail_job.c.state == JobState.PENDING.value)
        .values(state=JobState.CANCELLED.value, done_at=to_wire(now))
    )
    query = select(mail_job.c.stage).where(mine, series, mail_job.c.state == JobState.CLAIMED.value)
    return connection.execute(query).scalars().first()


def read_job(row: Row[Any]) -> tuple[MailJob, dict[str, Any]]:
    """A row as the pure job, with its payload."""
    payload: dict[str, Any] = from_json(row.payload)
    series = row.stage in {s.value for s in Stage}
    order = MailOrder(Stage(row.stage) if series else Stage.INVITE, row.attempt, payload.get("copy", 1))
    job = MailJob(
        order=order,
        due=from_wire(payload["due"]),
        state=JobState(row.state),
        next_try=from_wire(row.due_at),
        lease_until=from_wire(row.lease_until) if row.lease_until else None,
        tries=row.tries,
        unknowns=row.unknowns,
        last_code=row.last_text,
    )
    return job, payload


def write_job(
    connection: Connection,
    job_id: str,
    job: MailJob,
    *,
    now: datetime,
    worker: str | None,
    reply: SmtpReply | None = None,
) -> None:
    """Write a job's state back; a final state is stamped with `now`."""
    done = job.state not in {JobState.PENDING, JobState.CLAIMED}
    values: dict[str, Any] = {
        "state": job.state.value,
        "due_at": to_wire(job.next_try),
        "lease_until": to_wire(job.lease_until) if job.lease_until else None,
        "lease_by": worker,
        "tries": job.tries,
        "unknowns": job.unknowns,
        "done_at": to_wire(now) if done else None,
    }
    if reply is not None:
        values |= {"last_code": reply.code, "last_text": reply.text_code}
    connection.execute(update(mail_job).where(mail_job.c.id == job_id).values(values))


def last_mail_at(connection: Connection, tenant_id: str, recipient: str) -> datetime | None:
    """When this address last got a mail of this tenant."""
    query = select(mail_job.c.done_at).where(
        mail_job.c.tenant_id == tenant_id,
        mail_job.c.recipient == recipient,
        mail_job.c.state == JobState.ACCEPTED.value,
    )
    found = connection.execute(query.order_by(mail_job.c.done_at.desc()).limit(1)).scalar_one_or_none()
    return from_wire(found) if found else None
