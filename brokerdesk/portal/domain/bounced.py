"""Applies delivery reports: the invitation whose mail will never arrive becomes `bounced` (protocol.md § 14, P5)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from brokerdesk.core.clock import to_wire
from brokerdesk.portal.delivery.bounces import Bounce, parse_bounces
from brokerdesk.portal.domain import invitation as rules
from brokerdesk.portal.domain.book import PORTAL, RecordBook
from brokerdesk.portal.domain.mail_jobs import JobState
from brokerdesk.portal.domain.mail_queue import read_job
from brokerdesk.portal.domain.series import Scene, store_step
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import mail_job


def apply_report(portal: Portal, content: bytes) -> list[dict[str, Any]]:
    """Apply a report; one entry per recipient: `bounced`, `temporary`, `unknown_mail` or `no_change`.

    Raises `KnownError(dsn-unreadable)` for anything that is no delivery report. The same report twice changes nothing.
    """
    return [_apply(portal, bounce) for bounce in parse_bounces(content)]


def _apply(portal: Portal, bounce: Bounce) -> dict[str, Any]:
    said = {"message_id": bounce.message_id, "status": bounce.reply.enhanced}
    if not bounce.is_permanent:
        return {**said, "result": "temporary"}
    now = portal.clock.now()
    with portal.database.writing() as connection:
        row = connection.execute(select(mail_job).where(mail_job.c.message_id == bounce.message_id)).first()
        if row is None or row.invitation_id is None or row.stage not in set(rules.Stage):
            return {**said, "result": "unknown_mail"}
        book = RecordBook(connection, row.tenant_id, now=to_wire(now))
        record = book.live("invitation", row.invitation_id)
        if record is None:
            return {**said, "result": "unknown_mail"}
        job, _ = read_job(row)
        before = rules.Invitation.from_data(record.data)
        step = rules.mail_failed(before, job.order, outcome="perm", code=bounce.reply.text_code)
        connection.execute(
            update(mail_job)
            .where(mail_job.c.id == row.id)
            .values(state=JobState.FAILED.value, last_code=bounce.reply.code, last_text=bounce.reply.text_code)
        )
        store_step(Scene(portal, book, PORTAL), record.id, step, record=record)
        book.flush()
        changed = step.invitation.state is not before.state
    return {**said, "invitation": row.invitation_id, "result": "bounced" if changed else "no_change"}
