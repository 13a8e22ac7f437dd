"""Bytes → records of 256 characters, whatever separates them. Looks at nothing but lengths and line ends."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import BinaryIO

from brokerdesk.formats.gdv.charset import BLOCK
from brokerdesk.formats.gdv.layouts import RECORD_LENGTH

TRUNCATED, TOO_LONG = "record-truncated", "line-too-long"
_CTRL_Z = "\x1a"
_BYTE_ORDER_MARK = "\ufeff"
Piece = tuple[str, str]
"""The characters (at least 256; longer only with `line-too-long`) and the code of what was noticed, or ``""``."""


class Splitter:
    """Iterates over the records of one stream. Blank lines are skipped, stripped blanks are filled up again."""

    def __init__(self, stream: BinaryIO, charset: str, progress: Callable[[int], None] | None = None) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(charset)("replace")
        self._progress = progress
        self._short_lines = False
        self._lines = 0
        self.end_mark = False
        """Whether a Ctrl-Z (end of file in old systems) was met; complete after the iteration."""

    def __iter__(self) -> Iterator[Piece]:
        rest = ""
        for text in self._texts():
            lines = (rest + text).split("\n")
            rest = lines.pop()
            for line in lines:
                if len(line) == RECORD_LENGTH:
                    self._lines += 1
                    if not line.isspace():
                        yield line, ""
                else:
                    yield from self._odd_line(line)
            if len(rest) > 2 * RECORD_LENGTH:
                keep = len(rest) - len(rest) % RECORD_LENGTH - RECORD_LENGTH
                yield from self._blocks(rest[:keep])
                rest = rest[keep:]
        yield from self._last_line(rest)

    def _texts(self) -> Iterator[str]:
        """Decoded blocks with LF as the only separator; a CR at the end of a block waits for the next one."""
        held, done = "", 0
        while block := self._stream.read(BLOCK):
            text = held + self._decoder.decode(block)
            text = text.removeprefix(_BYTE_ORDER_MARK) if not done else text
            held = "\r" if text.endswith("\r") else ""
            text = text[:-1] if held else text
            done += len(block)
            yield text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
            if self._progress:
                self._progress(done)
        tail = held + self._decoder.decode(b"", final=True)
        yield tail.replace("\r", "\n")

    def _odd_line(self, line: str) -> Iterator[Piece]:
        if line.startswith(_CTRL_Z) or line.endswith(_CTRL_Z):
            line, self.end_mark = line.strip(_CTRL_Z), True
        if not line or line.isspace():
            return
        rest = line[RECORD_LENGTH:]
        if not rest.strip():
            self._short_lines = self._short_lines or len(line) < RECORD_LENGTH
            self._lines += 1
            yield line[:RECORD_LENGTH].ljust(RECORD_LENGTH), ""
        elif len(line) % RECORD_LENGTH == 0 or (rest[:4].isascii() and rest[:4].isdigit()):
            yield from self._blocks(line)
        else:
            self._lines += 1
            yield line, TOO_LONG

    def _blocks(self, text: str) -> Iterator[Piece]:
        for start in range(0, len(text), RECORD_LENGTH):
            piece = text[start : start + RECORD_LENGTH]
            self._lines += 1
            if not piece.isspace():
                yield piece.ljust(RECORD_LENGTH), ""

    def _last_line(self, rest: str) -> Iterator[Piece]:
        """What has no separator behind it: short means cut off, unless the file strips blanks anyway."""
        text = rest.rstrip(_CTRL_Z)
        self.end_mark = self.end_mark or text != rest
        if not text or text.isspace():
            return
        over = len(text) % RECORD_LENGTH
        if over and len(text) > RECORD_LENGTH:
            yield from self._odd_line(text[: len(text) - over])
            text = rest = text[-over:]
            if text.isspace():
                return
        if len(text) < RECORD_LENGTH and self._lines > 0 and not self._short_lines and text == rest:
            yield text.ljust(RECORD_LENGTH), TRUNCATED
        else:
            yield from self._odd_line(text)
