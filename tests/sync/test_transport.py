"""What may never happen on the wire: a token for the wrong server, a redirect, an endless answer (security S-26…S-28)."""

from __future__ import annotations

import datetime as dt
import http.server
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from brokerdesk.core.errors import KnownError
from brokerdesk.sync import client as client_module
from brokerdesk.sync.client import Client
from brokerdesk.sync.failures import PinError, UnreachableError
from brokerdesk.sync.tokens import Tokens
from brokerdesk.sync.transport import checked_url, spki_sha256

TOKEN = "bda_secretsecretsecretsecret"


class Kept:
    """Tokens in memory."""

    def __init__(self) -> None:
        self.pair: Tokens | None = Tokens(TOKEN, "bdr_x", 10.0**12)

    def load(self) -> Tokens | None:
        return self.pair

    def save(self, tokens: Tokens | None) -> None:
        self.pair = tokens


class Server(http.server.ThreadingHTTPServer):
    """Remembers what it was told; answers what it is told to."""

    daemon_threads = True
    seen: list[dict[str, str]]
    answer: tuple[int, dict[str, str], bytes]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every GET and POST alike."""

    server: Server

    def _reply(self) -> None:
        self.server.seen.append({k.lower(): v for k, v in self.headers.items()})
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _reply

    def log_message(self, *_: Any) -> None:
        """Silence."""


@contextmanager
def server(certificate: tuple[Path, Path] | None = None) -> Iterator[tuple[Server, str]]:
    """A server on loopback, with TLS when it has a certificate."""
    found = Server(("127.0.0.1", 0), Handler)
    found.seen = []
    found.answer = (200, {"Content-Type": "application/json"}, b"{}")
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        found.socket = context.wrap_socket(found.socket, server_side=True)
        found.handle_error = lambda *_: None  # type: ignore[method-assign]
        scheme = "https"
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found, f"{scheme}://127.0.0.1:{found.server_port}"
    finally:
        found.shutdown()
        found.server_close()
        thread.join(5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A self-signed certificate with its key, and the pin of that key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal.example")])
    now = dt.datetime.now(tz=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "c.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "k.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "c.pem", folder / "k.pem", spki_sha256(made.public_bytes(serialization.Encoding.DER))


@contextmanager
def calling(url: str, **values: Any) -> Iterator[Client]:
    """A client that is closed."""
    client = Client(url=url, tokens=Kept(), device_id="d" * 36, **values)
    try:
        yield client
    finally:
        client.close()


def test_a_self_signed_portal_is_refused_before_anything_is_said(certificate: tuple[Path, Path, str]) -> None:
    with server(certificate[:2]) as (found, url), calling(url) as client:
        with pytest.raises(UnreachableError, match="no_secure_connection"):
            client.state()
        assert found.seen == []


def test_a_pinned_portal_is_accepted_and_a_rotated_pin_too(certificate: tuple[Path, Path, str]) -> None:
    pin = certificate[2]
    with server(certificate[:2]) as (found, url), calling(url, pins=frozenset({"00" * 32, pin})) as client:
        with pytest.raises(UnreachableError, match="answer_unreadable"):
            client.state()
        assert found.seen[0]["authorization"] == f"Bearer {TOKEN}"


def test_a_wrong_pin_is_a_hard_stop(certificate: tuple[Path, Path, str]) -> None:
    with server(certificate[:2]) as (found, url), calling(url, pins=frozenset({"00" * 32})) as client:
        with pytest.raises(PinError):
            client.state()
        assert found.seen == []


def test_no_redirect_is_followed(certificate: tuple[Path, Path, str]) -> None:
    with server() as (trap, trap_url), server() as (found, url):
        found.answer = (307, {"Location": trap_url + "/v1/sync/state"}, b"")
        with calling(url) as client, pytest.raises(UnreachableError, match="not_our_portal"):
            client.state()
        assert trap.seen == []


def test_netrc_and_proxy_of_the_environment_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login evil password evil\ndefault login evil password evil\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with server() as (proxy, proxy_url), server() as (found, url):
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy_url)
        with calling(url) as client, pytest.raises(UnreachableError):
            client.state()
        assert proxy.seen == []
        assert [s["authorization"] for s in found.seen] == [f"Bearer {TOKEN}"]


def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_ANSWER", 1_000)
    with server() as (found, url):
        found.answer = (200, {"Content-Type": "application/json"}, b" " * 5_000)
        with calling(url) as client, pytest.raises(UnreachableError, match="answer_too_large"):
            client.state()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"epoch": 1}', b'{"changes": 3}', b"\xff\xfe"])
def test_an_answer_that_is_none_of_ours_is_no_answer(body: bytes) -> None:
    with server() as (found, url):
        found.answer = (200, {"Content-Type": "application/json"}, body)
        with calling(url) as client:
            for call in (client.meta, client.state, client.digest, lambda: client.changes(None, limit=1)):
                with pytest.raises(UnreachableError, match="answer_unreadable"):
                    call()  # type: ignore[operator]


@pytest.mark.parametrize(
    "text",
    ["", "portal.example", "http://portal.example", "http://192.168.0.4", "https://", "https://a@b.example",
     "https://b.example/?x=1", "https://b.example/#x", "file:///etc/passwd"],
)  # fmt: skip
def test_only_https_or_plain_loopback(text: str) -> None:
    with pytest.raises(KnownError, match="sync-portal-url"):
        checked_url(text)


def test_addresses_are_kept_without_a_trailing_slash() -> None:
    assert checked_url(" https://portal.example/desk/ ") == "https://portal.example/desk"
    assert checked_url("http://127.0.0.1:8000/") == "http://127.0.0.1:8000"


def test_tokens_never_show_themselves() -> None:
    assert TOKEN not in repr(Tokens(TOKEN, TOKEN))
