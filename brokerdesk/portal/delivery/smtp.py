"""Delivers one mail over SMTP: `smtp://`, `smtp+starttls://` and `smtps://`, with or without a login.

The conversation is held step by step, because the meaning of a lost line depends on whether the end-of-data dot had left
(protocol.md § 14). Only talks; when to send and what to repeat is decided by the mail jobs.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from urllib.parse import parse_qs, unquote, urlsplit

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.logs import Secret
from brokerdesk.models.values.smtp import SmtpReply, SmtpStage, classify

SMTP_URL_INVALID = register("smtp-url-invalid")

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
TIMEOUT_S = 60.0


class _Ended(Exception):  # noqa: N818 - leaves the conversation with its classified end
    def __init__(self, reply: SmtpReply) -> None:
        super().__init__(reply.text_code)
        self.reply = reply


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpTransport:
    """A mail server with its login. `timeout_s` bounds every single step. `trust` is the set of trusted authorities."""

    host: str
    port: int
    security: str = "smtp"
    user: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))
    timeout_s: float = TIMEOUT_S
    trust: ssl.SSLContext | None = None

    @classmethod
    def from_url(cls, url: str, *, trust: ssl.SSLContext | None = None) -> SmtpTransport:
        """`smtps://user:password@host:465?timeout=30`. Raises `KnownError(smtp-url-invalid)`.

        `starttls://` is a spelling of `smtp+starttls://`; user and password are percent-encoded.
        """
        try:
            parts = urlsplit(url)
            scheme = {"starttls": "smtp+starttls"}.get(parts.scheme, parts.scheme)
            port = parts.port or _PORTS[scheme]
            timeout = float(parse_qs(parts.query).get("timeout", [str(TIMEOUT_S)])[0])
        except (ValueError, KeyError) as problem:
            raise KnownError(SMTP_URL_INVALID) from problem
        if not parts.hostname:
            raise KnownError(SMTP_URL_INVALID)
        return cls(
            host=parts.hostname,
            port=port,
            security=scheme,
            user=unquote(parts.username or ""),
            password=Secret(unquote(parts.password or "")),
            timeout_s=timeout,
            trust=trust,
        )

    def send(self, message: EmailMessage) -> SmtpReply:
        """One try. Every way it can end is a classified reply; exceptions of the line never leave."""
        client: smtplib.SMTP | None = None
        try:
            client = self._connect()
            self._prepare(client)
            reply = self._transfer(client, message)
        except _Ended as ended:
            reply = ended.reply
        finally:
            if client is not None:
                _leave(client)
        return reply

    def _connect(self) -> smtplib.SMTP:
        try:
            if self.security == "smtps":
                return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_s, context=self._context())
            return smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        except ssl.SSLError as problem:
            raise _Ended(classify(SmtpStage.TLS, 454, "")) from problem
        except smtplib.SMTPConnectError as problem:
            raise _Ended(classify(SmtpStage.CONNECT, problem.smtp_code, _text(problem.smtp_error))) from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise _Ended(classify(SmtpStage.CONNECT, None)) from problem

    def _context(self) -> ssl.SSLContext:
        return self.trust or ssl.create_default_context()

    def _prepare(self, client: smtplib.SMTP) -> None:
        """Greeting, encryption, login."""
        stage = SmtpStage.CONNECT
        try:
            client.ehlo_or_helo_if_needed()
            if self.security == "smtp+starttls":
                stage = SmtpStage.TLS
                client.starttls(context=self._context())
                client.ehlo()
            if self.user:
                stage = SmtpStage.LOGIN
                client.login(self.user, self.password.reveal())
        except smtplib.SMTPResponseException as problem:
            raise _Ended(classify(stage, problem.smtp_code, _text(problem.smtp_error))) from problem
        except ssl.SSLError as problem:
            raise _Ended(classify(SmtpStage.TLS, 454)) from problem
        except smtplib.SMTPServerDisconnected as problem:
            raise _Ended(classify(stage, None)) from problem
        except smtplib.SMTPException as problem:  # a login or encryption the server does not offer
            raise _Ended(classify(stage, 530)) from problem
        except OSError as problem:
            raise _Ended(classify(stage, None)) from problem

    def _transfer(self, client: smtplib.SMTP, message: EmailMessage) -> SmtpReply:
        sender, recipient = _address(message["From"]), _address(message["To"])
        wide = not (sender.isascii() and recipient.isascii())
        if wide and not client.has_extn("smtputf8"):
            return classify(SmtpStage.RECIPIENT, 553, "5.6.7")
        body = message.as_bytes(policy=SMTPUTF8 if wide else SMTP)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if wide else []
        if client.has_extn("size"):
            options.append(f"size={len(body)}")
        if wide:
            client.command_encoding = "utf-8"
        _step(SmtpStage.SENDER, lambda: client.mail(sender, options), expected=(250,))
        _step(SmtpStage.RECIPIENT, lambda: client.rcpt(recipient), expected=(250, 251))
        _step(SmtpStage.DATA, lambda: client.docmd("DATA"), expected=(354,))
        return _body(client, body)


def _step(stage: SmtpStage, ask: Callable[[], tuple[int, bytes]], *, expected: tuple[int, ...]) -> None:
    try:
        code, text = ask()
    except (OSError, smtplib.SMTPException) as problem:
        raise _Ended(classify(stage, None)) from problem
    if code not in expected:
        raise _Ended(classify(stage, code, _text(text)))


def _body(client: smtplib.SMTP, body: bytes) -> SmtpReply:
    """The message and its closing dot. From the first byte of the dot on, a lost line means "nobody knows"."""
    content = body.replace(b"\r\n.", b"\r\n..")
    content = b"." + content if content.startswith(b".") else content
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    try:
        client.send(content)
    except (OSError, smtplib.SMTPException):
        return classify(SmtpStage.DATA, None)
    try:
        client.send(b".\r\n")
        code, text = client.getreply()
    except (OSError, smtplib.SMTPException):
        return classify(SmtpStage.END_OF_DATA, None)
    return classify(SmtpStage.END_OF_DATA, code, _text(text))


def _leave(client: smtplib.SMTP) -> None:
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _address(header: object) -> str:
    """The bare address of a header with one mailbox, its domain in ASCII (IDNA)."""
    addresses = getattr(header, "addresses", ())
    spec = addresses[0].addr_spec if addresses else str(header)
    local, _, domain = spec.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}" if not domain.isascii() else spec
