"""Streaming reader of GDV files: bytes in, packets and contract bundles out. Never raises on content, loses no record.

Memory is bounded: of every packet the last `WINDOW` contracts stay open, so that details which come later still find
theirs, whatever stands between (gdv.md section 9: group by key, not by adjacency). A detail whose contract has left the
window comes out as a bundle of its own without `general`, with its records and a finding; the import attaches it to the
contract of the book by its key. A contract with more than `LARGEST` records is cut in the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from brokerdesk.formats.gdv.bundles import bundles_of
from brokerdesk.formats.gdv.charset import FileScan, scan
from brokerdesk.formats.gdv.packets import Packet
from brokerdesk.formats.gdv.parts import KNOWN
from brokerdesk.formats.gdv.records import (
    ContractBundle,
    Event,
    FileSummary,
    LooseRecord,
    PacketEnd,
    PacketStart,
    RawRecord,
)
from brokerdesk.formats.gdv.splitter import TOO_LONG, Splitter
from brokerdesk.models.values.findings import Finding, Severity

WINDOW = 256
LARGEST = 50_000
_GroupKey = tuple[str, str, str]
_Inner = PacketStart | ContractBundle | LooseRecord | PacketEnd
_ODD_CHARACTERS = re.compile("[\x80-\x9f\ufffd]")
_FRAME = frozenset({"0001", "9999"})
_WITHOUT_POLICY = frozenset({"0052", "0600", "9950", "9951", "9952"})
"""Satzarten that may stand beside the contracts."""


class _Group:
    """The records of one policy number that are still open, the Sparten of its 0200, and what was noticed on the way."""

    __slots__ = ("findings", "heads", "records")

    def __init__(self) -> None:
        self.records: list[RawRecord] = []
        self.heads: set[str] = set()
        self.findings: list[Finding] = []


class GdvReader:
    """Reads one file: iterate once, the last event is the `FileSummary`.

    `charset` overrides the guess (one of `charset.CHARSETS`); `progress` is called with the bytes read so far (total:
    `scan.size`) and may raise to cancel. The stream must be seekable, is read from its start and is not closed.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        charset: str | None = None,
        progress: Callable[[int], None] | None = None,
        window: int = WINDOW,
        largest: int = LARGEST,
    ) -> None:
        self.scan: FileScan = scan(stream)
        self.charset = charset or self.scan.charset
        self._splitter = Splitter(stream, self.charset, progress)
        self._window, self._largest = window, largest
        self._number = self._index = self._contracts = self._net = self._net_per_year = 0
        self._counts: Counter[str] = Counter()
        self._codes: Counter[str] = Counter()
        self._packet: Packet | None = None
        self._groups: dict[_GroupKey, _Group] = {}
        self._key: _GroupKey = ("", "", "")
        self._group = _Group()

    def __iter__(self) -> Iterator[Event]:
        for event in self._events():
            if event.findings:
                self._codes.update(finding.code for finding in event.findings)
            if isinstance(event, ContractBundle) and event.general is not None:
                self._contracts += 1
            yield event
        yield self._summary()

    def _events(self) -> Iterator[_Inner]:
        last_head, group = "", self._group
        for text, trouble in self._splitter:
            self._number = number = self._number + 1
            satzart, head = text[:4], text[4:9] + text[13:32]
            record = RawRecord(number, text)
            if satzart in _FRAME:
                last_head = ""
                yield from self._frame(satzart, record, trouble)
                continue
            packet = self._packet
            if packet is None or not packet.started:
                packet = self._packet = packet or self._new_packet(text, None)
                yield packet.start()
            packet.add(satzart, text, number)
            if head != last_head:
                last_head = head
                yield from self._switch(head)
                group = self._group
            if not self._key[1] or not (satzart.isdigit() and satzart.isascii()):
                yield self._loose(record, trouble)
                continue
            if satzart == "0200" and _begins(text, group):
                if text[10:13] in group.heads:
                    group = yield from self._again()
                group.heads.add(text[10:13])
            elif len(group.records) >= self._largest:
                group = yield from self._cut()
            group.records.append(record)
            if trouble or not text.isascii():
                group.findings += _noticed(record, trouble)
        yield from self._close_packet(None)

    def _frame(self, satzart: str, record: RawRecord, trouble: str) -> Iterator[_Inner]:
        """A 0001 or 9999: begins or ends a packet; one in a wrong place is handed out alone, with a finding."""
        self._counts[satzart] += 1
        part, packet = record.text[255], self._packet
        findings = _noticed(record, trouble)
        if satzart == "9999":
            if packet is None:
                findings.append(_finding("trailer-misplaced", record.number))
                yield LooseRecord(raw=record, satzart=satzart, findings=tuple(findings))
                return
            if not packet.started:
                yield packet.start()
            packet.findings += findings
            yield from self._close_packet(record)
        elif part in {"2", "3"} and packet is not None and not packet.started:
            packet.headers.append(record)
            packet.findings += findings
        elif part in {"2", "3"}:
            findings.append(_finding("header-misplaced", record.number))
            yield LooseRecord(raw=record, satzart=satzart, findings=tuple(findings))
        else:
            yield from self._close_packet(None)
            self._packet = self._new_packet(record.text, record)
            self._packet.findings += findings

    def _new_packet(self, text: str, header: RawRecord | None) -> Packet:
        self._index += 1
        return Packet(self._index, text[4:9].strip(), header)

    def _close_packet(self, trailer: RawRecord | None) -> Iterator[_Inner]:
        packet = self._packet
        if packet is None:
            return
        if not packet.started:
            yield packet.start()
        for key, group in self._groups.items():
            yield from _emit(key, group)
        self._groups, self._packet = {}, None
        for satzart, count in packet.counts.items():
            self._counts[satzart] += count
        self._net += packet.net
        self._net_per_year += packet.net_per_year
        yield packet.end(trailer)

    def _loose(self, record: RawRecord, trouble: str) -> LooseRecord:
        findings, satzart = _noticed(record, trouble), record.text[:4]
        if not (satzart.isdigit() and satzart.isascii()):
            satzart = "?"
            findings.append(_finding("record-unreadable", record.number))
        elif satzart in KNOWN and satzart not in _WITHOUT_POLICY:
            findings.append(_finding("policy-missing", record.number, satzart=satzart))
        return LooseRecord(raw=record, satzart=satzart, findings=tuple(findings))

    def _switch(self, head: str) -> Iterator[_Inner]:
        """Makes the contract of `head` the newest of the open ones; the oldest leaves when there are too many."""
        self._key = key = (head[:5].strip(), head[5:22].strip(), head[22:].strip())
        group = self._groups.pop(key, None)
        if group is None:
            group = _Group()
            if len(self._groups) >= self._window:
                oldest = next(iter(self._groups))
                yield from _emit(oldest, self._groups.pop(oldest))
        self._groups[key] = self._group = group

    def _again(self) -> Generator[_Inner, None, _Group]:
        """The same contract begins once more: the 0100 right before belong to the new one, the rest goes out."""
        records = self._group.records
        split = len(records)
        while split and records[split - 1].text.startswith("0100"):
            split -= 1
        fresh = _Group()
        fresh.records = records[split:]
        fresh.findings.append(_finding("contract-repeated", self._number, policy=self._key[1]))
        del records[split:]
        yield from _emit(self._key, self._group)
        self._groups[self._key] = self._group = fresh
        return fresh

    def _cut(self) -> Generator[_Inner, None, _Group]:
        """A contract without end: what there is goes out, the rest follows as an orphan of the same key."""
        yield from _emit(self._key, self._group)
        fresh = _Group()
        fresh.findings.append(_finding("contract-split", self._number, policy=self._key[1]))
        self._groups[self._key] = self._group = fresh
        return fresh

    def _summary(self) -> FileSummary:
        notes = []
        if self._splitter.end_mark:
            notes.append(Finding(severity=Severity.INFO, code="end-of-file-mark"))
        if not self._number:
            notes.append(Finding(severity=Severity.ERROR, code="no-packet"))
        self._codes.update(finding.code for finding in notes)
        return FileSummary(
            charset=self.charset,
            sha256=self.scan.sha256,
            separator=self.scan.separator,
            packets=self._index,
            records=dict(sorted(self._counts.items())),
            contracts=self._contracts,
            net_as_delivered_cents=self._net,
            net_per_year_cents=self._net_per_year,
            findings=self._codes.total(),
            findings_by_code=dict(sorted(self._codes.items())),
            notes=tuple(notes),
        )


def read_gdv(
    source: Path | BinaryIO, *, charset: str | None = None, progress: Callable[[int], None] | None = None
) -> Iterator[Event]:
    """All events of one file; a path is opened and closed here. See `GdvReader`. Raises `OSError` only."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield from GdvReader(stream, charset=charset, progress=progress)
    else:
        yield from GdvReader(source, charset=charset, progress=progress)


def _emit(key: _GroupKey, group: _Group) -> Iterator[_Inner]:
    extra = tuple(group.findings)
    if group.records:
        for bundle in bundles_of(group.records, *key):
            yield replace(bundle, findings=extra + bundle.findings) if extra else bundle
            extra = ()


def _begins(text: str, group: _Group) -> bool:
    """Whether a 0200 is a Teildatensatz 1. Without a number it is one unless it follows another 0200."""
    if text[255] in {"1", "2"}:
        return text[255] == "1"
    return not (group.records and group.records[-1].text.startswith("0200"))


def _noticed(record: RawRecord, trouble: str) -> list[Finding]:
    """Findings about the characters of one record."""
    number, text = record
    findings = []
    if trouble == TOO_LONG:
        findings.append(_finding(trouble, number, length=str(len(text))))
    elif trouble:
        findings.append(_finding(trouble, number))
    if not text.isascii() and (odd := _ODD_CHARACTERS.search(text)):
        findings.append(_finding("charset-mixed", number, place=str(odd.start() + 1)))
    return findings


def _finding(code: str, number: int, **parameters: str) -> Finding:
    return Finding(severity=Severity.WARNING, code=code, record=number, parameters=tuple(sorted(parameters.items())))
