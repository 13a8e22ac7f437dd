"""Packets and contract bundles → a GDV file: 256 characters, CRLF, ISO-8859-1, totals of the trailer recomputed.

Bundles that came from a file go back as their raw records, byte for byte; others are composed from their values. What no
mapping knows is not invented: only what `mapping.toml` names can be written from values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, BinaryIO

from brokerdesk.formats.gdv.compose import Composer, Head
from brokerdesk.formats.gdv.extract import Extractor, extractors
from brokerdesk.formats.gdv.layouts import layouts, sparten
from brokerdesk.formats.gdv.packets import Packet
from brokerdesk.formats.gdv.records import Channel, ContractBundle, GeneralPart, PartyBlock, RawRecord
from brokerdesk.models.values.findings import Finding, Severity

CHARSET = "iso8859-1"
_LIFE = {"1": "13", "3": "13", "2": "2", "4": "48", "8": "48"}


class GdvWriter:
    """Writes packets one after another. `findings` lists what was cut or replaced; nothing else is ever changed."""

    def __init__(self, stream: BinaryIO, *, charset: str = CHARSET, separator: str = "\r\n") -> None:
        self._stream, self._charset, self._separator = stream, charset, separator
        self._composer = Composer()
        self._packet: Packet | None = None
        self._number = 0
        self._broker = ""

    @property
    def findings(self) -> list[Finding]:
        """Values that were cut (`value-cut`) and characters that the charset does not have (`character-replaced`)."""
        return self._composer.findings

    def start(
        self,
        vu: str,
        *,
        sender: str = "",
        receiver: str = "",
        broker: str = "",
        first: date | None = None,
        last: date | None = None,
    ) -> None:
        """Begins a packet with its 0001."""
        values = {
            "vu": vu,
            "sender": sender,
            "receiver": receiver,
            "period_from": first,
            "period_to": last,
            "broker_number": broker,
            **{f"b{f.start}": layout.release for f, layout in _releases()},
        }
        self._broker = broker
        self._packet = Packet(1, vu, None)
        self._line(self._composer.record("0001.1", None, values, number=self._number + 1))

    def contract(self, bundle: ContractBundle) -> None:
        """Writes one contract: its raw records when it has them, else composed ones."""
        lines = (record.text for record in bundle.raw) if bundle.raw else self._compose(bundle)
        for text in lines:
            self.record(text)

    def record(self, text: str) -> None:
        """Writes one finished record of the open packet and adds it to the totals. Raises `ValueError` without a packet."""
        if self._packet is None:
            raise ValueError("a record needs a packet")
        self._packet.add(text[:4], text, self._number + 1)
        self._line(text)

    def end(self) -> None:
        """Ends the packet with its 9999. Raises `ValueError` without a packet."""
        if self._packet is None:
            raise ValueError("no packet is open")
        totals = self._packet.end(RawRecord(0, " " * 256)).computed
        values = {field.name: getattr(totals, field.name) for field in fields(totals)}
        text = self._composer.record("9999.1", None, {**values, "b15": self._broker}, number=self._number + 1)
        self._packet = None
        self._line(text)

    def _line(self, text: str) -> None:
        self._number += 1
        data = text.encode(self._charset, errors="replace")
        if data.decode(self._charset) != text:
            self.findings.append(Finding(severity=Severity.WARNING, code="character-replaced", record=self._number))
        self._stream.write(data + self._separator.encode("ascii"))

    def _compose(self, bundle: ContractBundle) -> Iterator[str]:
        key = bundle.key
        head = _head(bundle, key.sparte)
        for party in bundle.parties:
            yield from self._parts("0100", head, _party_values(party))
        if bundle.general is not None:
            yield from self._parts("0200", head, _general_values(bundle.general))
        for group, entries in bundle.details.items():
            for entry in entries:
                yield from self._detail(group, bundle, entry)
        for line in bundle.commissions:
            values = {f.name: getattr(line, f.name) for f in fields(line)}
            yield from self._parts("0400", head, values)
            for part in line.parts:
                own = _head(bundle, str(part.get("sparte", key.sparte)))
                yield self._record("0410.1", own, part)
        for claim in bundle.claims:
            values = {f.name: getattr(claim, f.name) for f in fields(claim)}
            yield from self._parts("0500", head, {**values, "booking": "001"}, needed={"2": "reserve_cents"})

    def _detail(self, group: str, bundle: ContractBundle, entry: Mapping[str, Any]) -> Iterator[str]:
        """The Teildatensaetze of one detail entry: the first of its group, the others when they have a value."""
        sparte = str(entry.get("sparte", bundle.key.sparte))
        chosen = [e for e in extractors().values() if e.group == group and _fits(e, sparte, entry)]
        for index, extractor in enumerate(chosen):
            joined = {
                key for key, field in extractor.plan if extractor.join.start <= field.start - 1 < extractor.join.stop
            }
            if index == 0 or any(key in entry for key, _ in extractor.plan if key not in joined):
                yield self._record(extractor.layout.record, _head(bundle, sparte), entry)

    def _parts(
        self, satzart: str, head: Head, values: Mapping[str, Any], *, needed: Mapping[str, str] | None = None
    ) -> Iterator[str]:
        for name, extractor in extractors().items():
            if not name.startswith(f"{satzart}."):
                continue
            part = extractor.layout.part
            needs = (needed or {}).get(part)
            filled = any(values.get(key) not in {None, ""} for key, _ in extractor.plan)
            if part == "1" or (values.get(needs) is not None if needs else filled):
                yield self._record(name, head, values)

    def _record(self, name: str, head: Head, values: Mapping[str, Any]) -> str:
        known = {key for key, _ in extractors()[name].plan}
        chosen = {key: value for key, value in values.items() if key in known}
        return self._composer.record(name, head, chosen, number=self._number + 1)


def write_gdv(stream: BinaryIO, vu: str, bundles: Iterable[ContractBundle], **header: Any) -> list[Finding]:
    """One packet with these contracts; returns what was cut or replaced. `header` as in `GdvWriter.start`."""
    writer = GdvWriter(stream)
    writer.start(vu, **header)
    for bundle in bundles:
        writer.contract(bundle)
    writer.end()
    return writer.findings


def _releases() -> Iterator[tuple[Any, Any]]:
    """Release slots of the 0001 with a layout of ours."""
    for field in layouts()["0001.1"].fields:
        if field.key.startswith("version_"):
            name = field.name.removeprefix("Version ")
            found = next((lay for record, lay in layouts().items() if record.startswith(name + ".")), None)
            if found is not None:
                yield field, found


def _head(bundle: ContractBundle, sparte: str) -> Head:
    key = bundle.key
    return Head(
        vu=key.vu,
        sparte=sparte,
        policy=key.policy,
        sequence=key.sequence,
        broker=bundle.broker_number,
        bundled=bundle.bundled,
    )


def _party_values(party: PartyBlock) -> dict[str, Any]:
    values: dict[str, Any] = {f.name: getattr(party, f.name) for f in fields(party)}
    for slot, channel in _slots(party.channels):
        values |= {f"channel{slot}.kind": channel.kind, f"channel{slot}.value": channel.value}
    for index, bank in enumerate(party.banks, start=1):
        values |= {f"bank{index}.{f.name}": getattr(bank, f.name) for f in fields(bank)}
    if party.mandate is not None:
        values |= {f"mandate.{f.name}": getattr(party.mandate, f.name) for f in fields(party.mandate)}
    return values


def _slots(channels: Iterable[Channel]) -> Iterator[tuple[int, Channel]]:
    """Seven slots: 1–4 hold 20 characters, 5–7 hold 60. What finds no slot of its size takes any that is free."""
    free = [1, 2, 3, 4, 5, 6, 7]
    for channel in sorted(channels, key=lambda c: len(c.value) <= 20):
        wide = [slot for slot in free if slot > 4]
        narrow = [slot for slot in free if slot <= 4]
        order = narrow + wide if len(channel.value) <= 20 else wide + narrow
        if order:
            free.remove(order[0])
            yield order[0], channel


def _general_values(general: GeneralPart) -> dict[str, Any]:
    values: dict[str, Any] = {f.name: getattr(general, f.name) for f in fields(general)}
    values["change_reasons"] = "".join(general.change_reasons)[:10].ljust(10, "0")
    return values


def _fits(extractor: Extractor, sparte: str, entry: Mapping[str, Any]) -> bool:
    """Whether a detail entry of this Sparte (life: of this Wagnisart) uses the layout."""
    satzart, *rest = extractor.layout.record.split(".")
    if len(rest) == 1:
        return satzart in {"0300", "0350"}
    line = sparten().get(sparte)
    if line is None or rest[0] != line.layout:
        return False
    if satzart == "0220" and rest[0] == "010" and extractor.group in {"life", "beneficiary"}:
        return rest[1] == _LIFE.get(str(entry.get("risk_kind", "1")), "5679")
    return True
