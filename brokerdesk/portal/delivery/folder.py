"""Delivers mails into a folder as `.eml` files: for the demo, for tests, for an operator who tries things out."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from brokerdesk.core.clock import Clock
from brokerdesk.models.values.smtp import SmtpReply, SmtpStage, classify


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """Writes each mail as `<time>-<hash of its Message-ID>.eml`; a repeat with the same Message-ID is a second file."""

    folder: Path
    clock: Clock

    def send(self, message: EmailMessage) -> SmtpReply:
        """Write the file completely or not at all. A full or missing disk is a temporary failure."""
        mark = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:12]
        stamp = self.clock.now().strftime("%Y%m%dT%H%M%S%f")
        target = self.folder / f"{stamp}-{mark}.eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = target.with_suffix(".part")
            with temporary.open("wb") as stream:
                stream.write(message.as_bytes(policy=SMTP))
                stream.flush()
                os.fsync(stream.fileno())
            number = 1
            while target.exists():
                number += 1
                target = self.folder / f"{stamp}-{mark}-{number}.eml"
            temporary.replace(target)
        except OSError:
            return classify(SmtpStage.DATA, 452)
        return classify(SmtpStage.END_OF_DATA, 250)
