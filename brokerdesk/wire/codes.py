"""Codes that people type: pairing codes of twelve and broker codes (Makler-ID) of six characters, each with a check character.

The alphabet has 31 signs, a prime, without the pairs that look alike; one wrong or two swapped neighbours are always found.
"""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
PAIRING_LENGTH = 12
BROKER_LENGTH = 6


def new_code(length: int) -> str:
    """A random code of `length` characters, the last of which checks the others."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return body + _check(body)


def normalise(text: str, length: int) -> str | None:
    """The code in its one spelling (upper case, no blanks or dashes), or None when it cannot be right."""
    code = "".join(c for c in text.upper() if c not in " -")
    if len(code) != length or any(c not in ALPHABET for c in code):
        return None
    return code if code[-1] == _check(code[:-1]) else None


def grouped(code: str) -> str:
    """A code in blocks of four for reading aloud: `ABCD-EFGH-JKLM`."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def _check(body: str) -> str:
    total = sum((i + 1) * ALPHABET.index(c) for i, c in enumerate(body))
    weight = len(body) + 1
    inverse = pow(weight, -1, len(ALPHABET))
    return ALPHABET[(-total * inverse) % len(ALPHABET)]
