"""Puts a step of the invitation's state machine into the database: record, link, mail jobs, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from brokerdesk.core.clock import from_wire, to_wire
from brokerdesk.models.values.states import InvitationState, next_state
from brokerdesk.portal.domain import links
from brokerdesk.portal.domain.book import Origin, Record, RecordBook
from brokerdesk.portal.domain.invitation import Invitation, Step
from brokerdesk.portal.domain.mail_jobs import job_for
from brokerdesk.portal.domain.mail_queue import cancel_open, enqueue
from brokerdesk.portal.domain.office import office_of
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import invitation_side, web_session


@dataclass(frozen=True, slots=True)
class Scene:
    """Portal and record book of one writing transaction, and on whose behalf it writes."""

    portal: Portal
    book: RecordBook
    origin: Origin

    @property
    def now(self) -> datetime:
        """The transaction's time."""
        return from_wire(self.book.now)


@dataclass(frozen=True, slots=True)
class Stored:
    """The record after a step, and the stage of a mail that could not be held back any more."""

    record: Record
    too_late_for: str | None = None


def store_step(scene: Scene, invitation_id: str, step: Step, *, record: Record | None) -> Stored:
    """Write `step` of the invitation; `record` is None when it is new."""
    book, after = scene.book, step.invitation
    data = after.to_data()
    if record is None:
        record = book.create("invitation", invitation_id, data, origin=scene.origin)
    else:
        record = book.change(record, data, origin=scene.origin)
    _store_link(scene, invitation_id, after)
    too_late = None
    if step.cancel_mails:
        too_late = cancel_open(book.connection, book.tenant_id, invitation_id, now=scene.now)
    if step.orders:
        _order_mails(scene, invitation_id, step)
    return Stored(record, too_late)


def _store_link(scene: Scene, invitation_id: str, invitation: Invitation) -> None:
    connection, tenant_id = scene.book.connection, scene.book.tenant_id
    here = (invitation_side.c.tenant_id == tenant_id) & (invitation_side.c.invitation_id == invitation_id)
    generation = connection.execute(select(invitation_side.c.generation).where(here)).scalar_one_or_none()
    may_expire = next_state("expire", invitation.state) is not None and invitation.expires_at is not None
    values = {
        "generation": invitation.link_generation,
        "token_hash": links.link_hash(scene.portal.keys, invitation_id, invitation.link_generation),
        "series_at": to_wire(invitation.invited_at) if invitation.invited_at else None,
        "expires_at": to_wire(invitation.expires_at) if may_expire and invitation.expires_at else None,
    }
    if generation is None:
        connection.execute(insert(invitation_side).values(tenant_id=tenant_id, invitation_id=invitation_id, **values))
        return
    connection.execute(update(invitation_side).where(here).values(values))
    dead = invitation.state in {InvitationState.REVOKED, InvitationState.EXPIRED, InvitationState.REGISTERED}
    if dead or generation != invitation.link_generation:
        connection.execute(
            delete(web_session).where(
                web_session.c.tenant_id == tenant_id,
                web_session.c.invitation_id == invitation_id,
                web_session.c.purpose == "invitation",
            )
        )


def _order_mails(scene: Scene, invitation_id: str, step: Step) -> None:
    book, after = scene.book, step.invitation
    times = office_of(book.connection, book.tenant_id).times
    for order in step.orders:
        job = job_for(order, now=scene.now, t0=after.invited_at, times=times)
        enqueue(
            book.connection, scene.portal, book.tenant_id, job, now=scene.now, recipient=after.email or "",
            language=after.language, invitation_id=invitation_id,
        )  # fmt: skip
