"""One packet: its 0001, its control totals, its 9999. Adds up while records pass; keeps no record of contracts."""

from __future__ import annotations

from typing import Any

from brokerdesk.formats.gdv.extract import extractors
from brokerdesk.formats.gdv.layouts import layouts, sparten
from brokerdesk.formats.gdv.parts import BY_SPARTE, KNOWN
from brokerdesk.formats.gdv.records import PER_YEAR, PacketEnd, PacketStart, RawRecord, Totals
from brokerdesk.models.values.findings import Finding, Severity

_CHECKS = {
    "records": "trailer-count",
    "net_cents": "trailer-net",
    "gross_cents": "trailer-gross",
    "commission_cents": "trailer-commission",
    "claims_cents": "trailer-claims",
    "handling_cents": "trailer-handling",
}


_WITH_SPARTE = BY_SPARTE | {"0200"}
_MOST_CODES = 100
"""So many unknown codes are reported one by one; what a broken file brings beyond is counted together."""


class Packet:
    """State of the packet that is being read."""

    def __init__(self, index: int, vu: str, header: RawRecord | None) -> None:
        self.index, self.vu = index, vu
        self.headers = [header] if header else []
        self.started = False
        self._sparten = sparten()
        self.net = self.net_per_year = self.gross = self.commission = self.claims = self.handling = 0
        self.counts: dict[str, int] = {}
        """Records by Satzart, `"?"` for unreadable ones; without 0001 and 9999."""
        self._unknown: dict[str, int] = {}
        self.findings: list[Finding] = []
        """What was noticed about the frame records; goes out with the next event of the packet."""
        self.odd: dict[tuple[str, str], list[int]] = {}
        """(finding code, raw code) → [times, first record]."""

    def add(self, satzart: str, text: str, number: int) -> None:
        """Counts one record, adds its amounts, and notes an unknown Satzart or Sparte (reported once per packet)."""
        try:
            self.counts[satzart] += 1
        except KeyError:
            self._first_of(satzart, number)
        adds = _ADDS.get(satzart)
        if adds is not None and text[255] != "2":
            adds(self, text)
        if satzart in _WITH_SPARTE and text[10:13] not in self._sparten:
            self._note("sparte-unknown", text[10:13].strip(), number)

    @property
    def records(self) -> int:
        """All records but 0001 and 9999."""
        return sum(self.counts.values())

    def _first_of(self, satzart: str, number: int) -> None:
        """Unreadable Satzarten count together as `"?"`."""
        readable = satzart.isdigit() and satzart.isascii()
        name = satzart if readable else "?"
        self.counts[name] = self.counts.get(name, 0) + 1
        if readable and satzart not in KNOWN:
            self._unknown.setdefault(satzart, number)

    def _note(self, code: str, raw: str, number: int) -> None:
        place = (code, raw if (code, raw) in self.odd or len(self.odd) < _MOST_CODES else "…")
        entry = self.odd.setdefault(place, [0, number])
        entry[0] += 1

    def start(self) -> PacketStart:
        """The header event; a packet without 0001 carries a finding."""
        self.started = True
        findings, self.findings = self.findings, []
        if not self.headers:
            findings.append(Finding(severity=Severity.WARNING, code="header-missing", parameters=(("vu", self.vu),)))
            return PacketStart(index=self.index, vu=self.vu, present=False, findings=tuple(findings))
        number, text = self.headers[0]
        values: dict[str, Any] = extractors()["0001.1"].read(text, number, findings)
        values.pop("vu", None)
        releases = {
            f.name.removeprefix("Version "): release
            for f in layouts()["0001.1"].fields
            if f.key.startswith("version_") and (release := text[f.cut].strip())
        }
        return PacketStart(
            index=self.index,
            vu=self.vu,
            releases=releases,
            raw=tuple(self.headers),
            findings=tuple(findings),
            **values,
        )

    def general(self, text: str) -> None:
        """Adds one 0200 to the net premium; per year as cli.md, "GDV figures"."""
        net = _digits(text[115:127])
        self.net += net
        self.net_per_year += net * (12 if text[10:13] == "020" else PER_YEAR.get(text[67], 0))

    def collection(self, text: str) -> None:
        """Adds one 0400 to gross and commission."""
        self.gross += _signed(text, 139, 150)
        self.commission += _signed(text, 151, 162)

    def claim(self, text: str) -> None:
        """Adds one 0500 to benefits and handling costs."""
        self.claims += _signed(text, 140, 153)
        self.handling += _signed(text, 154, 167)

    def end(self, trailer: RawRecord | None) -> PacketEnd:
        """The check of the trailer; every difference is a warning with both numbers, never a refusal."""
        self.odd |= {("satzart-unknown", raw): [self.counts[raw], first] for raw, first in self._unknown.items()}
        findings = self.findings + [
            _counted(code, raw, times, first) for (code, raw), (times, first) in self.odd.items()
        ]
        computed = Totals(
            records=self.records,
            net_cents=self.net,
            gross_cents=self.gross,
            commission_cents=self.commission,
            claims_cents=self.claims,
            handling_cents=self.handling,
        )
        delivered = Totals()
        if trailer is None:
            findings.append(Finding(severity=Severity.WARNING, code="trailer-missing", parameters=(("vu", self.vu),)))
        else:
            values: dict[str, Any] = extractors()["9999.1"].read(trailer.text, trailer.number, findings)
            delivered = Totals(**values)
            findings += _differences(delivered, computed, trailer.number)
        wrong = {f.code for f in findings}
        return PacketEnd(
            index=self.index,
            vu=self.vu,
            present=trailer is not None,
            records=self.records,
            delivered=delivered,
            computed=computed,
            count_ok="trailer-count" not in wrong,
            net_ok="trailer-net" not in wrong,
            gross_ok="trailer-gross" not in wrong,
            commission_ok="trailer-commission" not in wrong,
            claims_ok=not wrong & {"trailer-claims", "trailer-handling"},
            raw=(trailer,) if trailer else (),
            findings=tuple(findings),
        )


_ADDS = {"0200": Packet.general, "0400": Packet.collection, "0500": Packet.claim}


def _differences(delivered: Totals, computed: Totals, number: int) -> list[Finding]:
    findings = []
    for name, code in _CHECKS.items():
        stated, found = getattr(delivered, name), getattr(computed, name)
        if stated is not None and stated != found:
            unit = "" if name == "records" else "_cents"
            pair = ((f"expected{unit}", str(stated)), (f"found{unit}", str(found)))
            findings.append(Finding(severity=Severity.WARNING, code=code, record=number, parameters=pair))
    return findings


def _counted(code: str, raw: str, times: int, first: int) -> Finding:
    return Finding(severity=Severity.WARNING, code=code, record=first, parameters=(("raw", raw), ("times", str(times))))


def _digits(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() else 0


def _signed(text: str, first: int, sign: int) -> int:
    amount = _digits(text[first - 1 : sign - 1])
    return -amount if text[sign - 1] == "-" else amount
