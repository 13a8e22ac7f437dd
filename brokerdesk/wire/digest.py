"""The checksum that desk and portal compare per kind (protocol.md § 7.4): a sum does not depend on the order of records."""

from __future__ import annotations

import hashlib

MODULUS = 2**64


def check_of(kind: str, record_id: str, rev: int) -> int:
    """The first 8 bytes of SHA-256 over `kind|id|rev`, as a number."""
    return int.from_bytes(hashlib.sha256(f"{kind}|{record_id}|{rev}".encode()).digest()[:8], "big")
