"""What answers of mail servers and delivery reports mean (P5)."""

from __future__ import annotations

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.smtp import MailOutcome, SmtpStage, classify
from brokerdesk.portal.delivery.bounces import parse_bounces

REPORT = b"""\
From: MAILER-DAEMON@mx.example\r
To: no-reply@localhost\r
Subject: Undelivered\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
Sorry.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; h.grossmueller@kunde.example\r
Action: %(action)s\r
Status: %(status)s\r
Diagnostic-Code: smtp; 550 5.1.1 unknown\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Subject: Zugang\r
Message-ID: %(id)s\r
\r
--b--\r
"""


def report(message_id: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report on one of our mails."""
    return REPORT % {b"id": message_id.encode(), b"status": status.encode(), b"action": action.encode()}


@pytest.mark.parametrize(
    ("stage", "code", "text", "outcome", "reason"),
    [
        (SmtpStage.CONNECT, None, "", MailOutcome.TEMPORARY, "line-lost-connect"),
        (SmtpStage.CONNECT, 554, "", MailOutcome.TEMPORARY, "refused-by-policy"),
        (SmtpStage.TLS, 454, "", MailOutcome.TEMPORARY, "encryption-failed"),
        (SmtpStage.LOGIN, 535, "5.7.8 no", MailOutcome.TEMPORARY, "refused-by-policy"),
        (SmtpStage.LOGIN, 535, "no", MailOutcome.TEMPORARY, "login-wrong"),
        (SmtpStage.SENDER, 553, "", MailOutcome.TEMPORARY, "address-invalid"),
        (SmtpStage.RECIPIENT, 450, "4.7.1 greylisted", MailOutcome.TEMPORARY, "greylisted"),
        (SmtpStage.RECIPIENT, 550, "5.1.1 unknown", MailOutcome.PERMANENT, "mailbox-unknown"),
        (SmtpStage.RECIPIENT, 552, "5.2.2 full", MailOutcome.PERMANENT, "mailbox-full"),
        (SmtpStage.DATA, None, "", MailOutcome.TEMPORARY, "line-lost-data"),
        (SmtpStage.DATA, 554, "", MailOutcome.PERMANENT, "refused-by-policy"),
        (SmtpStage.END_OF_DATA, 250, "ok", MailOutcome.ACCEPTED, "ok"),
        (SmtpStage.END_OF_DATA, 451, "", MailOutcome.TEMPORARY, "greylisted"),
        (SmtpStage.END_OF_DATA, 552, "5.3.4 too big", MailOutcome.PERMANENT, "too-big"),
        (SmtpStage.END_OF_DATA, None, "", MailOutcome.UNKNOWN, "line-lost-end-of-data"),
        (SmtpStage.END_OF_DATA, 999, "", MailOutcome.UNKNOWN, "refused"),
    ],
)
def test_every_reply_has_its_class(
    stage: SmtpStage, code: int | None, text: str, outcome: MailOutcome, reason: str
) -> None:
    reply = classify(stage, code, text)
    assert (reply.outcome, reply.text_code) == (outcome, reason)


def test_a_report_names_our_mail_and_the_reason() -> None:
    (bounce,) = parse_bounces(report("<1@portal.example>"))
    assert bounce.message_id == "<1@portal.example>"
    assert bounce.recipient == "h.grossmueller@kunde.example"
    assert bounce.is_permanent
    assert bounce.reply.text_code == "mailbox-unknown"
    (delayed,) = parse_bounces(report("<1@portal.example>", status="4.4.1", action="delayed"))
    assert not delayed.is_permanent


@pytest.mark.parametrize("content", [b"", b"Subject: hello\r\n\r\nbody", b"\xff\x00" * 200, report("")])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(KnownError, match="dsn-unreadable"):
        parse_bounces(content)
