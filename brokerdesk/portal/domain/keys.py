"""The portal's secret: 32 random bytes in a file beside the database, never in it, so that a stolen database yields no
living link, token or cursor. Every use has its own derived key. Encrypts nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from brokerdesk.core.errors import KnownError, register

SECRET_UNREADABLE = register("portal-secret-unreadable")
SECRET_MISSING = register("portal-secret-missing", "folder")
_FILE = "portal.secret"


class Keys:
    """Derives keys and codes from the portal's secret."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Wrap the 32 bytes of the secret."""
        self._secret = secret

    def __repr__(self) -> str:
        return "Keys(…)"

    def code(self, purpose: str, *parts: str | int, length: int = 32) -> bytes:
        """HMAC-SHA-256 of `parts` under the key of `purpose`, cut to `length` bytes."""
        key = hmac.digest(self._secret, purpose.encode(), "sha256")
        return hmac.digest(key, "\x1f".join(map(str, parts)).encode(), "sha256")[:length]

    def token(self, purpose: str, *parts: str | int, length: int = 32) -> str:
        """`code` as URL-safe text without padding; 16 bytes give 22 characters."""
        return base64.urlsafe_b64encode(self.code(purpose, *parts, length=length)).rstrip(b"=").decode()


def token_hash(text: str) -> str:
    """What is stored of a token: SHA-256 in hex. Tokens are random, so no salt is needed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def has_secret(data_dir: Path) -> bool:
    """Whether a portal lives in this folder."""
    return (data_dir / _FILE).exists()


def load_keys(data_dir: Path) -> Keys:
    """The secret of this portal, made at the first start. Raises `KnownError` when the file is damaged."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data_dir / _FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32))
            stream.flush()
            os.fsync(stream.fileno())
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise KnownError(SECRET_UNREADABLE)
    return Keys(secret)


def secret_file(data_dir: Path) -> Path:
    """Where the secret lies; a backup carries it."""
    return data_dir / _FILE
