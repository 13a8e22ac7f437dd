"""A real SMTP server on a free loopback port that keeps what it takes."""

from __future__ import annotations

import email
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller


@dataclass
class Inbox:
    """Takes every mail. `url` is for `--smtp`."""

    url: str
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(cast("EmailMessage", email.message_from_bytes(envelope.content, policy=default)))
        self.recipients += envelope.rcpt_tos
        return "250 taken"

    def wait(self, number: int = 1, *, seconds: float = 30, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Until so many mails have come."""
        end = time.monotonic() + seconds
        while len(self.mails) < number:
            assert time.monotonic() < end, f"{len(self.mails)} of {number} mails"
            meanwhile()
            time.sleep(0.02)


def plain_text(message: EmailMessage) -> str:
    """The plain part of a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """Runs until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inbox = Inbox(f"smtp://127.0.0.1:{port}")
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()
