"""Mails through a real SMTP server on loopback: every stage refuses once, lines are lost, nothing is sent twice unseen (P5)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from brokerdesk.core.errors import KnownError
from brokerdesk.portal.delivery.smtp import SmtpTransport
from tests.portal.world import World

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@dataclass
class Server:
    """What the server answers, and what it got."""

    answers: dict[str, str] = field(default_factory=dict)
    drop_after_data: bool = False
    delay_s: float = 0.0
    got: list[Envelope] = field(default_factory=list)

    async def handle_MAIL(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _o: Any) -> str:
        """Stage sender."""
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 ok")

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _o: Any) -> str:
        """Stage recipient."""
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 ok")

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        """After the closing dot."""
        await asyncio.sleep(self.delay_s)
        answer = self.answers.get("DATA", "250 accepted")
        if answer.startswith("2"):
            self.got.append(envelope)
        if self.drop_after_data:
            assert server.transport is not None
            server.transport.abort()
        return answer


@contextmanager
def running(server: Server, **options: Any) -> Iterator[str]:
    """The server on a free port; its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}?timeout=2"
    finally:
        controller.stop()


@pytest.fixture
def mailing(world: World) -> Callable[[str], World]:
    """The world whose mails leave over SMTP."""

    def use(url: str) -> World:
        world.transport = SmtpTransport.from_url(url)
        return world

    return use


@pytest.mark.feature("S2.29", "S2.40")
def test_the_mail_arrives_with_umlauts_and_both_parts(mailing: Callable[[str], World]) -> None:
    server = Server()
    with running(server) as url:
        world = mailing(url)
        invitation_id = world.invite()
        assert world.tick() == 1
    (envelope,) = server.got
    assert envelope.rcpt_tos == ["h.grossmueller@kunde.example"]
    message = message_from_bytes(envelope.original_content or b"")
    assert [p.get_content_type() for p in message.walk()][1:] == ["text/plain", "text/html"]
    assert "Großmüller" in message.get_payload()[0].get_payload(decode=True).decode()
    assert world.state(invitation_id) == "sent"


@pytest.mark.parametrize(
    ("stage", "answer", "state", "code"),
    [
        ("MAIL", "451 later", "queued", None),
        ("MAIL", "553 sender refused", "queued", None),
        ("RCPT", "450 4.7.1 greylisted", "queued", None),
        ("RCPT", "550 5.1.1 unknown", "bounced", "mailbox-unknown"),
        ("DATA", "452 full", "queued", None),
        ("DATA", "552 5.3.4 too big", "bounced", "too-big"),
    ],
)
def test_refusals_at_each_stage(
    mailing: Callable[[str], World], stage: str, answer: str, state: str, code: str | None
) -> None:
    server = Server(answers={stage: answer})
    with running(server) as url:
        world = mailing(url)
        invitation_id = world.invite()
        world.tick()
        assert world.state(invitation_id) == state
        assert world.read("invitation", invitation_id)["mail_code"] == code
        server.answers.clear()
        world.tick(timedelta(minutes=20))
        assert world.state(invitation_id) == ("sent" if state == "queued" else "bounced")
    assert len(server.got) == (1 if state == "queued" else 0)


def test_five_temporary_failures_over_a_day_bounce(mailing: Callable[[str], World]) -> None:
    server = Server(answers={"RCPT": "451 4.3.0 try later"})
    with running(server) as url:
        world = mailing(url)
        invitation_id = world.invite()
        tries = sum(world.tick(timedelta(minutes=15)) for _ in range(4 * 23))
        assert (tries, world.state(invitation_id)) == (4, "queued")
        tries += sum(world.tick(timedelta(minutes=15)) for _ in range(4 * 4))
    assert (tries, world.state(invitation_id)) == (5, "bounced")
    assert world.read("invitation", invitation_id)["mail_outcome"] == "temporary"


def test_a_line_lost_after_the_dot_repeats_once_with_the_same_id(mailing: Callable[[str], World]) -> None:
    server = Server(drop_after_data=True)
    with running(server) as url:
        world = mailing(url)
        invitation_id = world.invite()
        tries = sum(world.tick(timedelta(minutes=5)) for _ in range(30))
    ids = {message_from_bytes(e.original_content or b"")["Message-ID"] for e in server.got}
    assert (tries, len(server.got), len(ids)) == (2, 2, 1)
    data = world.read("invitation", invitation_id)
    assert (data["state"], data["possibly_twice"]) == ("sent", True)


def test_a_slow_server_counts_as_unknown_not_as_failed(mailing: Callable[[str], World]) -> None:
    server = Server(delay_s=0.6)
    with running(server) as url:
        world = mailing(url.replace("timeout=2", "timeout=0.3"))
        invitation_id = world.invite()
        world.tick()
        assert world.state(invitation_id) == "queued"
        server.delay_s = 0.0
        world.tick(timedelta(minutes=16))
    data = world.read("invitation", invitation_id)
    assert (data["state"], data["possibly_twice"]) == ("sent", True)


def test_nobody_listening_is_temporary(mailing: Callable[[str], World]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    world = mailing(f"smtp://127.0.0.1:{port}?timeout=1")
    invitation_id = world.invite()
    world.tick()
    assert world.state(invitation_id) == "queued"


def test_login_right_wrong_and_encryption_missing(mailing: Callable[[str], World]) -> None:
    def check(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"post", b"ge heim")
        return AuthResult(success=good, handled=False)

    server = Server()
    with running(server, authenticator=check, auth_required=True, auth_require_tls=False) as url:
        world = mailing(url.replace("//", "//post:falsch@"))
        invitation_id = world.invite()
        world.tick()
        assert world.state(invitation_id) == "queued"
        world.transport = SmtpTransport.from_url(url.replace("smtp://", "starttls://post:ge%20heim@"))
        world.tick(timedelta(minutes=20))
        assert world.state(invitation_id) == "queued"
        world.transport = SmtpTransport.from_url(url.replace("//", "//post:ge%20heim@"))
        world.tick(timedelta(hours=3))
    assert world.state(invitation_id) == "sent"
    assert "ge heim" not in repr(world.transport)


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://host:port", "mail.example:25"])
def test_an_unusable_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(KnownError, match="smtp-url-invalid"):
        SmtpTransport.from_url(url)


def test_a_worker_that_died_is_noticed_and_the_mail_repeated_once(mailing: Callable[[str], World]) -> None:
    class Killed(BaseException):
        pass

    class Dying:
        def send(self, _message: object) -> Any:
            raise Killed

    server = Server()
    with running(server) as url:
        world = mailing(url)
        invitation_id = world.invite()
        good, world.transport = world.transport, Dying()
        with pytest.raises(Killed):
            world.tick()
        world.transport = good
        assert world.tick(timedelta(minutes=9)) == 0
        world.tick(timedelta(minutes=2))
        assert world.state(invitation_id) == "queued"
        assert world.tick(timedelta(minutes=16)) == 1
    data = world.read("invitation", invitation_id)
    assert (data["state"], data["possibly_twice"], len(server.got)) == ("sent", True, 1)


def test_a_stop_while_the_mail_is_being_sent_says_too_late(mailing: Callable[[str], World]) -> None:
    world = mailing("smtp://127.0.0.1:9")
    invitation_id = world.invite()

    class Stopping:
        def send(self, _message: object) -> Any:
            self.verdict = world.op("invitation.stop", invitation_id)
            from brokerdesk.models.values.smtp import SmtpStage, classify

            return classify(SmtpStage.END_OF_DATA, 250)

    during = Stopping()
    world.transport = during
    world.tick()
    assert during.verdict.is_applied
    assert during.verdict.result == {"too_late_for": "invite"}
    assert world.state(invitation_id) == "stopped"
    assert sum(world.tick(timedelta(days=1)) for _ in range(10)) == 0
