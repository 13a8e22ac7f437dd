"""What delivers a finished message: the seam between the mail jobs and the ways out (SMTP, a folder)."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol

from brokerdesk.models.values.smtp import SmtpReply


class Transport(Protocol):
    """One way out for mails."""

    def send(self, message: EmailMessage) -> SmtpReply:
        """Deliver `message` to the one address of its `To` header and classify the end of the try; never raises for it."""
        ...
