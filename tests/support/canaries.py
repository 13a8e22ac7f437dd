"""Finds marked words in files, whatever dress they wear: plain, UTF-16, hex, base64, deflated (security.md § 4)."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_STREAM_HEADS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_MOST_STREAMS, _LONGEST = 20_000, 1 << 22


def dresses(word: str) -> frozenset[bytes]:
    """Every form of a word that a search of lower-cased bytes finds, and the exact ones of base64."""
    plain = word.encode()
    return frozenset(
        {plain.lower(), word.lower().encode("utf-16-le"), word.lower().encode("utf-16-be"), plain.hex().encode()}
    )


def in_base64(word: str) -> frozenset[bytes]:
    """The middle of the three ways in which base64 writes a word inside of other bytes."""
    found = set()
    for before in range(3):
        text = base64.b64encode(b"\0" * before + word.encode())
        found.add(text[(0, 2, 3)[before] : len(text) - (0 if (before + len(word)) % 3 == 0 else 4)])
    return frozenset(found)


def found_in(data: bytes, words: Iterable[str]) -> set[str]:
    """The words that stand in `data`, also inside of deflated streams."""
    words = list(words)
    found: set[str] = set()
    for piece in (data, *_inflated(data)):
        lowered = piece.lower()
        found |= {w for w in words if any(d in lowered for d in dresses(w)) or any(b in piece for b in in_base64(w))}
    return found


def _inflated(data: bytes) -> Iterator[bytes]:
    tries = 0
    for head in _STREAM_HEADS:
        at = data.find(head)
        while at >= 0 and tries < _MOST_STREAMS:
            tries += 1
            try:
                piece = zlib.decompressobj().decompress(data[at:], _LONGEST)
            except zlib.error:
                piece = b""
            if len(piece) > 8:
                yield piece
            at = data.find(head, at + 1)


def sweep(place: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """File below `place` → words found in its bytes or in its name; files without a hit are left out."""
    words = list(words)
    hits = {}
    for file in sorted(p for p in place.rglob("*") if p.is_file()):
        found = found_in(file.read_bytes(), words) | found_in(file.relative_to(place).as_posix().encode(), words)
        if found:
            hits[file.relative_to(place).as_posix()] = found
    return hits
