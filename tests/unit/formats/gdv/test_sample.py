"""The public sample file is read as its authors describe it."""

from __future__ import annotations

import io

from brokerdesk.core.paths import resource
from brokerdesk.core.texts import LANGUAGES
from brokerdesk.formats.gdv.reader import read_gdv
from brokerdesk.formats.gdv.records import ContractBundle, FileSummary, PacketEnd, PacketStart
from brokerdesk.formats.gdv.writer import GdvWriter
from brokerdesk.services.gdv_import import finding_text

SAMPLE = resource("gdv/igor_110120.txt")


def test_counts_sums_and_charset() -> None:
    summary = list(read_gdv(SAMPLE))[-1]
    assert isinstance(summary, FileSummary)
    assert summary.records == {"0001": 1, "0100": 5, "0200": 5, "0210": 10, "0220": 10, "9999": 1}
    assert (summary.contracts, summary.packets) == (5, 1)
    assert summary.net_as_delivered_cents == summary.net_per_year_cents == 119170
    assert (summary.charset, summary.separator) == ("iso8859-15", "lf")
    assert summary.sha256.startswith("51bb26112fbf11ca")
    assert summary.findings_by_code == {"trailer-count": 1, "trailer-net": 1}


def test_trailer_is_checked_and_belongs_to_the_uncut_original() -> None:
    (end,) = [e for e in read_gdv(SAMPLE) if isinstance(e, PacketEnd)]
    assert (end.delivered.records, end.delivered.net_cents) == (31605, 18332390)
    assert (end.computed.records, end.computed.net_cents) == (30, 119170)
    assert not end.count_ok
    assert not end.net_ok
    assert end.gross_ok and end.commission_ok and end.claims_ok
    assert {f.record for f in end.findings} == {32}
    text = finding_text(end.findings[1], "de")
    assert "183.323,90\u00a0€" in text
    assert "1.191,70\u00a0€" in text
    assert all("31605" in finding_text(end.findings[0], language) for language in LANGUAGES)


def test_contracts_and_policyholders() -> None:
    contracts = [e for e in read_gdv(SAMPLE) if isinstance(e, ContractBundle)]
    holders = [p for c in contracts for p in c.policyholders]
    assert len(holders) == 5
    assert len({(p.name1, p.name3, p.zip, p.street) for p in holders}) == 4
    assert [p.birth.iso for p in holders if p.birth] == ["1957-02-28", "1966-07-29"]
    first = contracts[0]
    assert first.key == ("1111", "050", "10680009018297020", "01")
    assert first.broker_number == "109-60013"
    assert first.general is not None
    assert (first.general.net_cents, first.general.gross_cents, first.general.frequency) == (14460, None, "1")
    assert (first.general.currency, holders[0].country, holders[0].city) == ("xxx", "x", "xüxxxxx")
    assert first.net_per_year_cents == 14460
    (vehicle,) = first.details["vehicle"]
    assert (vehicle["wkz"], vehicle["hsn"], vehicle["vehicle_kind"]) == ("112", "0600", "x" * 18 + " xxx xxxxxxx")
    assert [c["sparte"] for c in first.details["cover"]] == ["051", "053"]
    assert first.facts.of("0210", "050", 1)[0]["b43"] == "112"
    assert first.facts.details == ("050", "051", "053")
    assert first.risks[0]["kind"] == "vehicle"


def test_header_says_the_releases() -> None:
    start = next(iter(read_gdv(SAMPLE)))
    assert isinstance(start, PacketStart)
    assert (start.vu, start.releases["0100"], start.releases["0210.050"]) == ("1111", "2.1", "2.5")
    assert start.period_from is not None
    assert start.period_from.iso == "2009-05-27"


def test_raw_records_come_back_byte_for_byte() -> None:
    stream = io.BytesIO()
    writer = GdvWriter(stream, separator="\n")
    writer.start("1111")
    for event in read_gdv(SAMPLE):
        if isinstance(event, ContractBundle):
            writer.contract(event)
    writer.end()
    assert stream.getvalue().split(b"\n")[1:31] == SAMPLE.read_bytes().split(b"\n")[1:31]
