"""Reads delivery reports (DSN, RFC 3464): which of our mails failed and why. Changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default

from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.values.smtp import MailOutcome, SmtpReply, from_status

DSN_UNREADABLE = register("dsn-unreadable")

MAX_BYTES = 5_000_000
_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One recipient of one report. `message_id` is that of our mail, with its angle brackets."""

    message_id: str
    recipient: str
    action: str
    reply: SmtpReply

    @property
    def is_permanent(self) -> bool:
        """Whether the mail will never arrive."""
        return self.action == "failed" and self.reply.outcome is MailOutcome.PERMANENT


def parse_bounces(content: bytes) -> list[Bounce]:
    """All recipients of a delivery report. Raises `KnownError(dsn-unreadable)` when it is none or names no mail of ours."""
    if len(content) > MAX_BYTES:
        raise KnownError(DSN_UNREADABLE)
    report = message_from_bytes(content, policy=default)
    status = next((p for p in report.walk() if p.get_content_type() == "message/delivery-status"), None)
    message_id = _original_id(report)
    if status is None or not message_id:
        raise KnownError(DSN_UNREADABLE)
    found = [b for block in _blocks(status) if (b := _bounce(block, message_id))]
    if not found:
        raise KnownError(DSN_UNREADABLE)
    return found


def _blocks(status: Message) -> list[Message]:
    payload = status.get_payload()
    return [p for p in payload if isinstance(p, Message)] if isinstance(payload, list) else []


def _bounce(block: Message, message_id: str) -> Bounce | None:
    recipient = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "")
    status = re.search(r"\b([245]\.\d{1,3}\.\d{1,3})\b", str(block.get("Status") or ""))
    if not recipient or not status:
        return None
    return Bounce(
        message_id=message_id,
        recipient=recipient.rpartition(";")[2].strip(),
        action=str(block.get("Action") or "failed").strip().lower(),
        reply=from_status(status[1]),
    )


def _original_id(report: Message) -> str:
    """The Message-ID of the mail the report is about, from the returned message or its headers."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, Message) and inner["Message-ID"]:
                return str(inner["Message-ID"]).strip()
        if kind == "text/rfc822-headers":
            text = part.get_content() if isinstance(part, EmailMessage) else str(part.get_payload())
            found = _MESSAGE_ID.search(text if isinstance(text, str) else text.decode("utf-8", "replace"))
            if found:
                return found[1]
    return ""
