"""Physical records as they are kept: packed per contract, and one pack per file for those that belong to none."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from hashlib import blake2b

from brokerdesk.formats.gdv.records import RawRecord

DIGEST = 8
_LEVEL = 1


def joined(records: Iterable[RawRecord]) -> bytes:
    """The characters of some records, as they are digested and packed."""
    return "\n".join([record.text for record in records]).encode("utf-8", "surrogatepass")


def digest_of(text: bytes) -> bytes:
    """Eight bytes that tell one delivery of a contract from another, whatever its place in the file."""
    return blake2b(text, digest_size=DIGEST).digest()


def packed(text: bytes) -> bytes:
    """Joined records as they go into `raw_records`."""
    return zlib.compress(text, _LEVEL)


def unpacked(lines: bytes) -> list[str]:
    """The inverse of `packed`."""
    return zlib.decompress(lines).decode("utf-8", "surrogatepass").split("\n")


class LooseRecords:
    """Collects, packed, the records of a file that belong to no contract of the book."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(_LEVEL)
        self._digest = blake2b(digest_size=16)
        self._pieces: list[bytes] = []
        self.count = 0

    def add(self, records: Iterable[RawRecord]) -> None:
        """Keep these records."""
        for record in records:
            line = ("\n" if self.count else "") + record.text
            data = line.encode("utf-8", "surrogatepass")
            self._digest.update(data)
            self._pieces.append(self._packer.compress(data))
            self.count += 1

    def finish(self) -> tuple[str, bytes]:
        """(digest, pack) of everything kept."""
        return self._digest.hexdigest(), b"".join([*self._pieces, self._packer.flush()])
