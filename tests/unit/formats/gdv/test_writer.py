"""Writing: what is written is read again unchanged; what does not fit is listed, never silently lost."""

from __future__ import annotations

import io
import time
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.formats.gdv.compose import Composer, Head
from brokerdesk.formats.gdv.reader import GdvReader, read_gdv
from brokerdesk.formats.gdv.records import Channel, ContractBundle, FileSummary, PacketEnd, PartialDate
from brokerdesk.formats.gdv.writer import GdvWriter, write_gdv
from tests.support.gdv_files import (
    VU,
    bundle,
    events_of,
    every_line,
    gdv_file,
    general,
    lines_of,
    party,
    portfolio,
    raws_of,
)

_TEXT = st.text(st.sampled_from("abcÄÖÜäöüßé XYZ-.&'/0123456789"), min_size=1, max_size=25).map(str.strip).filter(bool)
_DATES = st.dates(min_value=PartialDate(1900, 1, 1).exact).map(lambda d: PartialDate(d.year, d.month, d.day))  # type: ignore[arg-type]
_CENTS = st.integers(0, 999_999_999_999)


def read_back(data: bytes) -> list[ContractBundle]:
    return [e for e in events_of(data) if isinstance(e, ContractBundle)]


def same(read: ContractBundle, made: ContractBundle) -> None:
    """Equal but for places in the file, facts and raw records."""
    assert read.key == made.key
    assert read.broker_number == made.broker_number
    assert read.general is not None
    assert replace(read.general, record=0) == made.general
    parties = [replace(p, record=0, channels=tuple(sorted(p.channels))) for p in read.parties]
    assert parties == [replace(p, channels=tuple(sorted(p.channels))) for p in made.parties]
    assert {g: [dict(d) for d in e] for g, e in read.details.items()} == {
        g: [dict(d) for d in e] for g, e in made.details.items()
    }
    assert [replace(c, record=0, bookings=0) for c in read.claims] == list(made.claims)
    assert [(c.gross_cents, c.commission_cents, c.parts) for c in read.commissions] == [
        (c.gross_cents, c.commission_cents, c.parts) for c in made.commissions
    ]


def test_all_lines_survive_a_round_trip() -> None:
    made = every_line()
    events = events_of(gdv_file(made))
    for read, expected in zip([e for e in events if isinstance(e, ContractBundle)], made, strict=True):
        same(read, expected)
    (end,) = [e for e in events if isinstance(e, PacketEnd)]
    assert end.present
    assert end.delivered == end.computed
    assert (end.computed.claims_cents, end.computed.handling_cents) == (123450, -500)
    assert (end.computed.gross_cents, end.computed.commission_cents) == (11900, -1500)


@given(
    st.builds(
        party,
        st.integers(0, 500),
        role=st.sampled_from(["01", "03", "09", "31", "A4"]),
        name1=_TEXT,
        name3=_TEXT,
        city=_TEXT,
        street=_TEXT,
        birth=st.one_of(st.none(), _DATES),
        channels=st.lists(st.builds(Channel, st.sampled_from(["10", "30", "50"]), _TEXT), max_size=3).map(tuple),
    ),
    st.builds(
        general,
        net_cents=_CENTS,
        gross_cents=st.integers(1, 999_999_999_999),
        begin=_DATES,
        product_name=_TEXT.map(lambda t: t[:20].strip()),
    ),
)
def test_any_values_survive_a_round_trip(person: object, part: object) -> None:
    made = bundle("050", parties=(person,), general=part)
    (read,) = read_back(gdv_file([made]))
    same(read, made)


def test_file_has_the_form_of_the_standard() -> None:
    data = gdv_file(every_line())
    lines = lines_of(data)
    assert all(len(line) == 256 for line in lines)
    assert data.count(b"\r\n") == len(lines)
    assert lines[0].startswith(b"0001" + VU.encode())
    assert lines[0][95:98] == b"2.5"
    assert int(lines[-1][4:14]) == len(lines) - 2
    assert lines[1][13:30] == b"         70000000"


def test_raw_records_come_back_byte_for_byte() -> None:
    data = gdv_file(every_line())
    stream = io.BytesIO()
    write_gdv(stream, VU, read_back(data), sender="Muster Versicherung", receiver="Makler Beispiel", broker="4711-01")
    assert stream.getvalue() == data


def test_what_does_not_fit_is_cut_and_listed() -> None:
    composer = Composer()
    text = composer.record("0100.1", Head(vu=VU, policy="1" * 20), {"name1": "N" * 31, "city": "Köln"}, number=7)
    assert len(text) == 256
    assert [(f.code, f.field, f.record) for f in composer.findings] == [
        ("value-cut", "Versicherungsschein-Nummer", 7),
        ("value-cut", "Name 1", 7),
    ]
    stream = io.BytesIO()
    findings = write_gdv(stream, VU, [bundle(parties=(party(name1="Nováček Łukasz"),))])
    assert [f.code for f in findings] == ["character-replaced"]
    assert b"Nov\xe1?ek ?ukasz" in stream.getvalue()


def test_a_record_needs_a_packet_and_a_known_key() -> None:
    writer = GdvWriter(io.BytesIO())
    with pytest.raises(ValueError, match="packet"):
        writer.record("0200".ljust(256))
    with pytest.raises(ValueError, match="packet"):
        writer.end()
    with pytest.raises(KeyError):
        Composer().record("0200.1", None, {"no_such_field": 1})


def test_progress_and_cancel() -> None:
    class Cancelled(Exception):  # noqa: N818
        pass

    seen: list[int] = []
    data = portfolio(30)
    reader = GdvReader(io.BytesIO(data), progress=seen.append)
    assert raws_of(list(reader))
    assert seen[-1] == reader.scan.size == len(data)

    def cancel(done: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        list(read_gdv(io.BytesIO(data), progress=cancel))


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(count: int) -> int:
        data = portfolio(count)
        reader = GdvReader(io.BytesIO(data), window=20)
        tracemalloc.start()
        contracts = sum(isinstance(event, ContractBundle) for event in reader)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert contracts == count
        return found

    peak(10)  # reads the tables
    small, large = peak(250), peak(750)  # both above two blocks
    assert large < small * 1.3


def test_speed_is_printed() -> None:
    data = portfolio(400)
    started = time.perf_counter()
    summary = list(read_gdv(io.BytesIO(data)))[-1]
    seconds = time.perf_counter() - started
    assert isinstance(summary, FileSummary)
    records = sum(summary.records.values())
    assert summary.contracts == 400
    print(f"GDV reader: {records} records, {records / seconds:,.0f} per second")
