"""The recovery code: 160 random bits as 36 printable letters and digits, in nine groups of four.

Letters are those of Crockford's base 32 (no I, L, O, U). The last group is a checksum, so that a typing error is told
from a code of another book. Case, blanks, hyphens and the look-alikes O/0 and I/L/1 do not matter when typing.
"""

from __future__ import annotations

import hashlib
import secrets

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.logs import Secret

RECOVERY_CODE_LENGTH = register("recovery-code-length", "found", "expected")
RECOVERY_CODE_MISTYPED = register("recovery-code-mistyped")

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BYTES = 20
GROUP = 4
_BODY = BYTES * 8 // 5
_CHECK = 4
LENGTH = _BODY + _CHECK
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def _letters(value: int, count: int) -> str:
    return "".join(ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(count)))


def _checksum(secret: bytes) -> str:
    return _letters(int.from_bytes(hashlib.sha256(b"recovery-code" + secret).digest()[:3], "big") >> 4, _CHECK)


def printed(secret: bytes) -> Secret:
    """The code of 20 secret bytes as it is printed: `ABCD-EFGH-…`."""
    if len(secret) != BYTES:
        raise ValueError("a recovery code holds 20 bytes")
    text = _letters(int.from_bytes(secret, "big"), _BODY) + _checksum(secret)
    return Secret("-".join(text[i : i + GROUP] for i in range(0, LENGTH, GROUP)))


def new_secret() -> bytes:
    """160 fresh random bits."""
    return secrets.token_bytes(BYTES)


def typed(text: str) -> bytes:
    """The 20 bytes of a typed code.

    Raises `KnownError` with recovery-code-length, or recovery-code-mistyped when a letter is impossible or the checksum
    does not match.
    """
    letters = "".join(c for c in text.upper() if c.isalnum()).translate(_LOOK_ALIKES)
    if len(letters) != LENGTH:
        raise KnownError(RECOVERY_CODE_LENGTH, found=len(letters), expected=LENGTH)
    if any(c not in ALPHABET for c in letters):
        raise KnownError(RECOVERY_CODE_MISTYPED)
    value = 0
    for letter in letters[:_BODY]:
        value = value << 5 | ALPHABET.index(letter)
    secret = value.to_bytes(BYTES, "big")
    if _checksum(secret) != letters[_BODY:]:
        raise KnownError(RECOVERY_CODE_MISTYPED)
    return secret
