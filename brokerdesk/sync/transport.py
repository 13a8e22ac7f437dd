"""The connection to a portal: TLS by the system's trust, or by a pinned key; never a redirect, never the environment.

Facts behind the rules: `requests` lets a netrc entry replace our Authorization header and follows redirects with it
(reliability.md § 2), hence `trust_env=False`, no redirects, and an own auth hook.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from brokerdesk.core.errors import KnownError, register
from brokerdesk.sync.failures import PinError

PORTAL_URL = register("sync-portal-url")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def checked_url(text: str) -> str:
    """The base address of a portal without a trailing slash.

    Raises `KnownError(sync-portal-url)` for anything but https, or plain http on loopback, and for addresses with
    user names, queries or fragments.
    """
    parts = urlsplit(text.strip())
    host = parts.hostname or ""
    plain_allowed = parts.scheme == "http" and host in LOOPBACK
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise KnownError(PORTAL_URL)
    if parts.scheme != "https" and not plain_allowed:
        raise KnownError(PORTAL_URL)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


class Bearer(requests.auth.AuthBase):
    """Puts our token on the request and nothing else; an explicit hook keeps netrc files out."""

    def __init__(self, token: str | None) -> None:
        """`token` is None for calls that need none."""
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set or remove the header."""
        request.headers.pop("Authorization", None)
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _SystemTrust(HTTPAdapter):
    """TLS 1.2 or newer, verified by the trust store of the operating system."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        super().init_poolmanager(*args, ssl_context=context, **more)


class _PinnedTrust(HTTPAdapter):
    """TLS 1.2 or newer, verified by the SHA-256 of the portal's public key; checked before anything is sent."""

    def __init__(self, pins: frozenset[str]) -> None:
        self._pins = pins
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the pin replaces the authority: a self-hosted portal signs itself
        super().init_poolmanager(*args, ssl_context=context, assert_hostname=False, **more)
        self.poolmanager.pool_classes_by_scheme = {"https": _pinned_pool(self._pins)}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The pin is checked by the connection itself."""
        conn.cert_reqs = "CERT_NONE"
        conn.ca_certs = None


def _pinned_pool(pins: frozenset[str]) -> Any:
    from urllib3.connection import HTTPSConnection
    from urllib3.connectionpool import HTTPSConnectionPool

    class Connection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            sock: Any = self.sock
            shown = spki_sha256(sock.getpeercert(binary_form=True))
            if not any(hmac.compare_digest(shown, pin) for pin in pins):
                self.close()
                raise PinError("pin_mismatch")
            self.is_verified = True

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool


def spki_sha256(certificate: bytes) -> str:
    """SHA-256 (hex) of the public key of a DER certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(certificate).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def make_session(pins: frozenset[str] = frozenset()) -> requests.Session:
    """A session that trusts nothing of the environment."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _PinnedTrust(pins) if pins else _SystemTrust())
    return session
