"""First pass over a file: charset, separator, checksum, size. Reads in blocks, keeps nothing."""

from __future__ import annotations

import codecs
import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 1 << 17
ISO, CP850, UTF8 = "iso8859-15", "cp850", "utf-8"
CHARSETS = (ISO, "iso8859-1", CP850, UTF8)
"""What a user may choose in place of the guess."""
_ASCII = bytes(range(128))
_GERMAN_ISO = bytes((0xE4, 0xF6, 0xFC, 0xC4, 0xD6, 0xDC, 0xDF))
_GERMAN_CP850 = bytes((0x84, 0x94, 0x81, 0x8E, 0x99, 0x9A, 0xE1))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScan:
    """What the first pass found. `separator`: none, lf, crlf, cr or mixed."""

    charset: str
    separator: str
    sha256: str
    size: int


class _Tally:
    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.size = self.iso = self.cp850 = self.lf = self.cr = self.crlf = 0
        self.ascii = self.utf8 = True
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._last = b""

    def add(self, block: bytes, *, final: bool) -> None:
        self.digest.update(block)
        self.size += len(block)
        joined = self._last + block
        self.crlf += joined.count(b"\r\n")
        self.lf += block.count(b"\n")
        self.cr += block.count(b"\r")
        self._last = block[-1:] if block[-1:] == b"\r" else b""
        if not block.isascii():
            self.ascii = False
            letters = block.translate(None, _ASCII)
            self.iso += sum(letters.count(byte) for byte in _GERMAN_ISO)
            self.cp850 += sum(letters.count(byte) for byte in _GERMAN_CP850)
        if self.utf8:
            try:
                self._decoder.decode(block, final)
            except UnicodeDecodeError:
                self.utf8 = False

    @property
    def charset(self) -> str:
        if self.utf8 and not self.ascii:
            return UTF8
        return CP850 if self.cp850 > self.iso else ISO

    @property
    def separator(self) -> str:
        kinds = {"crlf": self.crlf, "lf": self.lf - self.crlf, "cr": self.cr - self.crlf}
        used = [name for name, count in kinds.items() if count]
        return used[0] if len(used) == 1 else ("mixed" if used else "none")


def scan(stream: BinaryIO) -> FileScan:
    """Reads the stream once from its start and leaves it there again.

    Rule of the guess (gdv.md section 9): UTF-8 if everything decodes strictly and is not plain ASCII, else the set in
    which more German letters are found, ISO-8859-15 on a tie.
    """
    tally = _Tally()
    stream.seek(0)
    block = stream.read(BLOCK)
    while block:
        following = stream.read(BLOCK)
        tally.add(block, final=not following)
        block = following
    stream.seek(0)
    return FileScan(charset=tally.charset, separator=tally.separator, sha256=tally.digest.hexdigest(), size=tally.size)


def guess_charset(data: bytes) -> str:
    """The guess for bytes in memory, e.g. for a preview."""
    return scan(io.BytesIO(data)).charset
