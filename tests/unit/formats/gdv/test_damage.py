"""Damaged files: reading never raises, and every character that is not blank is handed out exactly once, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.core.paths import resource
from brokerdesk.core.texts import LANGUAGES
from brokerdesk.formats.gdv.charset import CHARSETS
from brokerdesk.formats.gdv.records import ContractBundle, Event, FileSummary, PacketEnd, PacketStart, PartialDate
from brokerdesk.services.gdv_import import finding_text
from tests.support.gdv_files import (
    DAMAGES,
    events_of,
    every_line,
    gdv_file,
    joined,
    lines_of,
    portfolio,
    raws_of,
    record,
)

CLEAN = gdv_file(every_line())
SAMPLE = resource("gdv/igor_110120.txt").read_bytes()
SMALL = portfolio(4)
_IGNORED = str.maketrans("", "", "\x1a\0\ufeff")


def squeezed(text: str) -> str:
    """The characters without white space and end-of-file marks: what must not get lost."""
    return "".join(text.translate(_IGNORED).split())


def read(data: bytes, **options: object) -> list[Event]:
    """Reads and checks what holds for every file whatever it contains."""
    events = events_of(data, **options)
    summary = events[-1]
    assert isinstance(summary, FileSummary)
    raws = raws_of(events)
    decoded = data.decode(summary.charset, errors="replace")
    assert squeezed("".join(raw.text for raw in raws)) == squeezed(decoded)
    assert [raw.number for raw in raws] == list(range(1, len(raws) + 1))
    assert sum(summary.records.values()) == len(raws)
    starts = [e for e in events if isinstance(e, PacketStart)]
    ends = [e for e in events if isinstance(e, PacketEnd)]
    assert [e.index for e in starts] == [e.index for e in ends] == list(range(1, summary.packets + 1))
    found = [f for e in events[:-1] for f in e.findings] + list(summary.notes)  # type: ignore[union-attr]
    assert summary.findings == len(found)
    for finding in found:
        for language in LANGUAGES:
            assert finding_text(finding, language) not in {"", finding.code}
    return events


def contracts(events: list[Event]) -> list[ContractBundle]:
    return [e for e in events if isinstance(e, ContractBundle)]


def codes(events: list[Event]) -> dict[str, int]:
    summary = events[-1]
    assert isinstance(summary, FileSummary)
    return dict(summary.findings_by_code)


def values(bundles: list[ContractBundle]) -> list[object]:
    """What a bundle says, without its places in the file."""
    return [
        (b.key, b.product, [(p.name1, p.city, p.street, p.channels) for p in b.parties], b.details, len(b.claims))
        for b in bundles
    ]


@pytest.mark.parametrize("name", DAMAGES)
def test_every_kind_of_damage_is_read_without_loss(name: str) -> None:
    read(DAMAGES[name](CLEAN))


@pytest.mark.parametrize("name", DAMAGES)
def test_two_kinds_of_damage_together(name: str) -> None:
    for other in ("stripped blanks", "no separators", "CP850", "truncated", "several packets"):
        read(DAMAGES[other](DAMAGES[name](SMALL) or SMALL))


HARMLESS = (
    "no separators",
    "line feed only",
    "carriage return only",
    "stripped blanks",
    "blank lines",
    "UTF-8",
    "UTF-8 with mark",
    "UTF-8 without separators",
    "CP850",
    "mixed separators",
    "policy left aligned",
    "Ctrl-Z",
    "Ctrl-Z line",
    "missing header",
    "missing trailer",
    "wrong trailer count",
    "unreadable trailer",
    "extension between",
    "unknown Satzart",
    "VU of four digits",
    "late details",
)


@pytest.mark.parametrize("name", HARMLESS)
def test_damage_outside_the_fields_changes_no_value(name: str) -> None:
    clean, damaged = contracts(read(CLEAN)), contracts(read(DAMAGES[name](CLEAN)))
    assert sorted(map(repr, values(damaged))) == sorted(map(repr, values(clean)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("missing trailer", {"trailer-missing": 1}),
        ("missing header", {"header-missing": 1}),
        ("trailer alone", {"trailer-misplaced": 1}),
        ("two trailers", {"trailer-misplaced": 1}),
        ("wrong trailer count", {"trailer-count": 1}),
        ("wrong trailer sum", {"trailer-net": 1}),
        ("Ctrl-Z", {"end-of-file-mark": 1}),
        ("Ctrl-Z line", {"end-of-file-mark": 1}),
        ("impossible dates", {"date-invalid": 14}),
        ("letters in dates", {"date-invalid": 16}),
        ("letters in amounts", {"amount-invalid": 14, "trailer-net": 1}),
        ("blanks in amounts", {"amount-invalid": 14, "trailer-net": 1}),
        ("roles blank", {"role-missing": 16}),
        ("garbage line", {"record-unreadable": 1, "trailer-count": 1}),
        ("line too long", {"line-too-long": 1}),
        ("unknown Satzart without policy", {"satzart-unknown": 1, "trailer-count": 1}),
        ("mixed charsets", {"charset-mixed": 16}),
        ("addresses only", {"contract-without-general": 14, "trailer-count": 1, "trailer-net": 1}),
        ("empty", {"no-packet": 1}),
    ],
)
def test_findings_say_what_is_wrong(name: str, expected: dict[str, int]) -> None:
    assert codes(read(DAMAGES[name](CLEAN))) == expected


def test_truncated_record_is_reported_and_used() -> None:
    for name in ("truncated", "truncated without separators"):
        events = read(DAMAGES[name](CLEAN))
        assert codes(events).get("record-truncated") == 1
        assert len(contracts(events)) == 14


def test_partial_dates_stay_partial() -> None:
    (holder, *_) = contracts(read(DAMAGES["partial dates"](CLEAN)))[0].parties
    assert holder.birth == PartialDate(1981, 3, None)
    assert holder.birth.exact is None
    assert holder.birth.iso == "1981-03"


def test_unreadable_amount_is_empty_and_never_guessed() -> None:
    for name in ("letters in amounts", "blanks in amounts"):
        for contract in contracts(read(DAMAGES[name](CLEAN))):
            assert contract.general is not None
            assert contract.general.net_cents is None


def test_several_packets_and_insurers() -> None:
    events = read(DAMAGES["several packets"](CLEAN))
    starts = [e for e in events if isinstance(e, PacketStart)]
    assert [s.vu for s in starts] == ["5555", "6666", "5555"]
    assert len(contracts(events)) == 42
    assert all(e.count_ok and e.net_ok for e in events if isinstance(e, PacketEnd))


def test_bytes_256_blank_reads_first_parts() -> None:
    events = read(DAMAGES["bytes 256 blank"](CLEAN))
    names = [[p.name1 for p in c.parties] for c in contracts(events)]
    assert names == [[p.name1 for p in c.parties] for c in contracts(read(CLEAN))]
    assert codes(events)["part-number-missing"] >= 14
    assert all(c.general and c.general.net_cents == 10000 for c in contracts(events))


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_chosen_charset_overrides_the_guess(charset: str) -> None:
    events = read(CLEAN, charset=charset)
    summary = events[-1]
    assert isinstance(summary, FileSummary)
    assert summary.charset == charset
    assert len(contracts(events)) == 14


def test_contracts_twice_come_out_twice_with_a_finding() -> None:
    events = read(DAMAGES["contracts twice"](CLEAN))
    assert codes(events)["contract-repeated"] == 14
    twice = contracts(events)
    assert len(twice) == 28
    assert all(
        len(b.parties) == len(a.parties) for a, b in zip(values_by_key(twice), contracts(read(CLEAN)), strict=True)
    )


def values_by_key(bundles: list[ContractBundle]) -> list[ContractBundle]:
    """The last bundle of each key, in the order of the first."""
    return list({b.key: b for b in bundles}.values())


def test_several_contracts_under_one_policy_number() -> None:
    events = read(DAMAGES["one policy number"](CLEAN))
    found = contracts(events)
    assert len(found) == 14
    assert {c.key.policy for c in found} == {"70000000"}
    for contract, expected in zip(found, every_line(), strict=True):
        assert contract.key.sparte == expected.key.sparte
        assert {g for g, d in contract.details.items() if d} == set(expected.details)
        assert contract.policyholders[0].street == expected.parties[0].street


def test_bundle_keeps_its_lines_together() -> None:
    lines = lines_of(gdv_file([every_line()[8]]))
    assert every_line()[8].key.sparte == "130"
    lines = [line[:10] + b"000" + line[13:] if line.startswith((b"01", b"0200")) else line for line in lines]
    home = record("0210.040.1", {"product_name": "PHV"}, sparte="040", policy="70000008")
    data = joined([*lines[:-1], home.rstrip(b"\r\n"), lines[-1]])
    (bundle,) = contracts(read(data))
    assert bundle.key.sparte == "000"
    assert bundle.facts.details == ("130", "040")
    assert bundle.details["contents"][0]["area_m2"] == 95
    assert bundle.details["liability"][0]["product_name"] == "PHV"


def test_window_bounds_memory_and_late_details_become_orphans() -> None:
    lines = lines_of(portfolio(40))
    key = lines[1][13:32]
    late = [line for line in lines if line[13:32] == key and line.startswith((b"022", b"023"))]
    data = joined([*(line for line in lines[:-1] if line not in late), *late, lines[-1]])
    wide, narrow = read(data), read(data, window=5)
    assert len(contracts(wide)) == 40
    assert not [c for c in contracts(wide) if c.general is None]
    (orphan,) = [c for c in contracts(narrow) if c.general is None]
    assert len(orphan.raw) == len(late)
    assert orphan.key.policy == key[:17].decode().strip()
    assert codes(narrow)["contract-without-general"] == 1


def test_a_contract_without_end_is_cut() -> None:
    events = read(CLEAN, largest=7)
    assert codes(events)["contract-split"] > 0
    assert len([c for c in contracts(events) if c.general]) == 14


def test_orphan_claim_keeps_its_value() -> None:
    lines = lines_of(CLEAN)
    claim = record("0500.1", {"number": "S9", "paid_cents": -12345}, sparte="040", policy="99")
    events = read(joined([lines[0], claim.rstrip(b"\r\n")]))
    (orphan,) = contracts(events)
    assert (orphan.general, orphan.claims[0].number, orphan.claims[0].paid_cents) == (None, "S9", -12345)


def test_claims_are_grouped_and_signed() -> None:
    parts = [
        record("0500.1", {"number": "S1", "paid_cents": 10000, "settled": "0"}),
        record("0500.2", {"reserve_cents": 5000}),
        record("0500.1", {"number": "S2", "paid_cents": 700}),
        record("0500.1", {"number": "S1", "paid_cents": -2500, "settled": "1"}),
    ]
    (bundle,) = contracts(read(b"".join(parts)))
    assert [(c.number, c.paid_cents, c.reserve_cents, c.is_closed, c.bookings) for c in bundle.claims] == [
        ("S1", 7500, 5000, True, 2),
        ("S2", 700, None, False, 1),
    ]


def test_unknown_codes_are_counted_together_in_the_end() -> None:
    strange = [record("0210.040.1", {}, sparte=f"{n:03d}"[::-1], policy=f"{n}") for n in range(200, 900)]
    events = read(b"".join(strange))
    end = next(e for e in events if isinstance(e, PacketEnd))
    odd = [dict(f.parameters) for f in end.findings if f.code == "sparte-unknown"]
    assert len(odd) == 101
    assert sum(int(f["times"]) for f in odd) > 500


BASES = (CLEAN, SAMPLE, SMALL, SMALL.replace(b"\r\n", b""))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file with a few bytes replaced, inserted, deleted, moved or cut off."""
    data = bytearray(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.integers(0, 5)):
            case 0:
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=3))
            case 1:
                data[at:at] = draw(st.binary(max_size=300))
            case 2:
                del data[at : at + draw(st.integers(1, 600))]
            case 3:
                data[at:at] = draw(st.sampled_from((b"\r\n", b"\n", b"\r", b"\x1a", b"\0", b"9999", b"0001", b"0200")))
            case 4:
                end = at + draw(st.integers(1, 1200))
                data += data[at:end]
            case _:
                del data[max(at, len(data) // 2) :]
    return bytes(data)


@given(mutated())
def test_bytes_may_change_anywhere(data: bytes) -> None:
    read(data)


@given(st.binary(max_size=3000), st.sampled_from([None, *CHARSETS]))
def test_any_bytes_are_accounted_for(data: bytes, charset: str | None) -> None:
    read(data, charset=charset)


@given(st.lists(st.sampled_from(sorted(DAMAGES)), min_size=1, max_size=4))
def test_any_mix_of_damage(names: list[str]) -> None:
    data = SMALL
    for name in names:
        if len(lines_of(data)) > 4:  # damage to lines needs lines
            data = DAMAGES[name](data)
    read(data)


@given(st.randoms(use_true_random=False))
def test_order_of_records_never_loses_one(random: object) -> None:
    lines = lines_of(SMALL)
    middle = lines[1:-1]
    random.shuffle(middle)  # type: ignore[attr-defined]
    events = read(joined([lines[0], *middle, lines[-1]]))
    end = next(e for e in events if isinstance(e, PacketEnd))
    assert end.count_ok
    assert end.net_ok
