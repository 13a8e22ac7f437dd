"""What a mail server's answer means for the mail: one table for the portal and for the broker's own account.

`classify` looks at the stage of the conversation and the reply code. It talks to no server. A refusal that the sender's
own set-up causes (login, encryption, sender address) is temporary: the recipient's address is not to blame.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class SmtpStage(StrEnum):
    """Where in the conversation something happened."""

    CONNECT = "connect"
    TLS = "tls"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    END_OF_DATA = "end_of_data"


class MailOutcome(StrEnum):
    """The four outcomes of one try (protocol.md § 14, mail job)."""

    ACCEPTED = "accepted"
    PERMANENT = "perm"
    TEMPORARY = "temp"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpReply:
    """The classified end of one try. `code` is the three-digit reply (None when the line was lost), `text_code` the
    stable name of the reason, `enhanced` the server's `5.1.1` where it gave one."""

    outcome: MailOutcome
    stage: SmtpStage
    code: int | None
    text_code: str
    enhanced: str = ""


_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")

OWN_STAGES = frozenset({SmtpStage.CONNECT, SmtpStage.TLS, SmtpStage.LOGIN, SmtpStage.SENDER})
"""Stages at which a 5xx speaks about the sender's set-up, not about the recipient."""

REASONS: tuple[tuple[str, str], ...] = (
    ("5.1.1", "mailbox-unknown"),
    ("5.1.2", "domain-unknown"),
    ("5.1.3", "address-invalid"),
    ("5.1.10", "domain-unknown"),
    ("5.2.1", "mailbox-disabled"),
    ("5.2.2", "mailbox-full"),
    ("4.2.2", "mailbox-full"),
    ("5.2.3", "too-big"),
    ("5.3.4", "too-big"),
    ("5.4.1", "mailbox-unknown"),
    ("5.7.", "refused-by-policy"),
    ("4.7.", "greylisted"),
)
"""Enhanced status code (RFC 3463) or its beginning → reason."""

REPLIES: dict[int, str] = {
    421: "server-closing",
    450: "mailbox-busy",
    451: "greylisted",
    452: "server-full",
    530: "login-required",
    534: "login-too-weak",
    535: "login-wrong",
    538: "encryption-required",
    550: "mailbox-unknown",
    551: "mailbox-moved",
    552: "too-big",
    553: "address-invalid",
    554: "refused-by-policy",
}
"""Reply code (RFC 5321, RFC 4954) → reason, used where no enhanced code says more."""


def classify(stage: SmtpStage, code: int | None, text: str = "") -> SmtpReply:
    """The outcome of a try that ended at `stage` with reply `code`, or with a lost line (`code` None).

    A line lost after the end-of-data dot is `unknown`: the server may have delivered. Lost earlier it is temporary.
    """
    found = _ENHANCED.search(text)
    enhanced = found[1] if found else ""
    return SmtpReply(
        outcome=_outcome(stage, code),
        stage=stage,
        code=code,
        text_code=_reason(stage, code, enhanced),
        enhanced=enhanced,
    )


def _outcome(stage: SmtpStage, code: int | None) -> MailOutcome:
    if code is None or not 200 <= code < 600:
        return MailOutcome.UNKNOWN if stage is SmtpStage.END_OF_DATA else MailOutcome.TEMPORARY
    if code < 400:
        return MailOutcome.ACCEPTED if stage is SmtpStage.END_OF_DATA else MailOutcome.TEMPORARY
    if code < 500 or stage in OWN_STAGES:
        return MailOutcome.TEMPORARY
    return MailOutcome.PERMANENT


def _reason(stage: SmtpStage, code: int | None, enhanced: str) -> str:
    if code is None:
        return f"line-lost-{stage.value.replace('_', '-')}"
    if code < 400:
        return "ok" if stage is SmtpStage.END_OF_DATA else "unexpected-reply"
    if stage is SmtpStage.TLS:
        return "encryption-failed"
    for prefix, reason in REASONS:
        if enhanced == prefix or (prefix.endswith(".") and enhanced.startswith(prefix)):
            return reason
    return REPLIES.get(code, "temporary" if code < 500 else "refused")


def from_status(enhanced: str) -> SmtpReply:
    """A delivery report's `Status:` field (RFC 3464) as an outcome: 5.x.x permanent, 4.x.x temporary, 2.x.x accepted."""
    first = enhanced[:1]
    outcome = {"5": MailOutcome.PERMANENT, "4": MailOutcome.TEMPORARY}.get(first, MailOutcome.ACCEPTED)
    code = {"5": 550, "4": 450}.get(first, 250)
    stage = SmtpStage.END_OF_DATA if first == "2" else SmtpStage.RECIPIENT
    return SmtpReply(
        outcome=outcome, stage=stage, code=code, text_code=_reason(stage, code, enhanced), enhanced=enhanced
    )
