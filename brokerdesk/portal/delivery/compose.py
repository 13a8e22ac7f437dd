"""Turns a mail job into a message: gathers what the mail names, `documents` writes it. Talks to no server."""

from __future__ import annotations

from datetime import date, datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Connection, Row

from brokerdesk.core.clock import from_wire
from brokerdesk.documents.contexts.mail import MailContext, MailKind
from brokerdesk.documents.contexts.office import AdviserContact, OfficeProfile
from brokerdesk.documents.mails import build_mail
from brokerdesk.portal.domain import links
from brokerdesk.portal.domain.mail_queue import sender_domain
from brokerdesk.portal.domain.office import Office, office_of
from brokerdesk.portal.domain.people import adviser_of, customer_type, form_of, language_of, party_name, record_data
from brokerdesk.portal.portal import Portal

PURPOSES = {MailKind.PASSWORD: "password", MailKind.VERIFY: "verify"}
"""Mails whose link is a one-time link, with its purpose."""


def compose(
    portal: Portal, connection: Connection, row: Row[Any], payload: dict[str, Any], now: datetime
) -> EmailMessage:
    """The message of a job's row. Raises `KnownError` when an address or link cannot be used."""
    kind = MailKind(row.stage)
    office = office_of(connection, row.tenant_id)
    invitation = record_data(connection, row.tenant_id, "invitation", row.invitation_id) or {}
    party = record_data(connection, row.tenant_id, "party", payload.get("party_id") or invitation.get("party_id"))
    adviser = adviser_of(connection, row.tenant_id, party)
    expires = payload.get("expires_at") or invitation.get("expires_at")
    context = MailContext(
        kind=kind,
        office=_profile(office),
        link=_link(portal, office, row, payload, invitation),
        customer=party_name(party),
        adviser=AdviserContact(name=adviser.name, phone=adviser.phone, email=adviser.email) if adviser else None,
        form=form_of(payload.get("form") or invitation.get("address_form")),
        language=language_of(row.language, office.language),
        product=office.product(customer_type(party)),
        expires_on=_local_day(office, expires),
        office_code=office.code,
    )
    return build_mail(context).message(
        sender=sender_address(portal), recipient=row.recipient, message_id=row.message_id, sent_at=now
    )


def sender_address(portal: Portal) -> str:
    """The bare address mails come from."""
    return portal.settings.mail_from or f"no-reply@{sender_domain(portal.settings)}"


def _profile(office: Office) -> OfficeProfile:
    return OfficeProfile(
        name=office.name, street=office.street, zip=office.zip, city=office.city, phone=office.phone,
        email=office.email, website=office.website, register_number=office.register_number,
    )  # fmt: skip


def _link(portal: Portal, office: Office, row: Row[Any], payload: dict[str, Any], invitation: dict[str, Any]) -> str:
    base, kind = portal.settings.public_url, MailKind(row.stage)
    if kind in PURPOSES:
        return links.reset_url(base, portal.keys, payload["purpose"], payload["nonce"])
    if kind is MailKind.REGISTERED:
        return f"{base.rstrip('/')}/t/{office.code}/login"
    return links.invitation_url(base, portal.keys, row.invitation_id, int(invitation.get("link_generation") or 1))


def _local_day(office: Office, moment: str | None) -> date | None:
    return office.times.local(from_wire(moment)).date() if moment else None
