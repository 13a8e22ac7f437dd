"""The byte tables are consistent, every mapped byte exists, and every line's fields are read from where they stand."""

from __future__ import annotations

import itertools

import pytest

from brokerdesk.formats.gdv.extract import OWN_RECORDS, extractors
from brokerdesk.formats.gdv.layouts import layouts, sparten
from brokerdesk.formats.gdv.parts import kind_of
from brokerdesk.formats.gdv.records import (
    RISK_GROUPS,
    BankAccount,
    Channel,
    CommissionLine,
    ContractBundle,
    GeneralPart,
    PartyBlock,
    SepaMandate,
)
from tests.support.gdv_files import LINES, VU, bundle, events_of, gdv_file, joined, lines_of, record


@pytest.mark.parametrize("name", sorted(layouts()))
def test_fields_lie_inside_the_record_and_do_not_overlap(name: str) -> None:
    fields = sorted(layouts()[name].fields, key=lambda f: f.start)
    ends = [f.start + f.length + (1 if f.sign else 0) for f in fields]
    assert ends[-1] <= 257
    overlaps = [
        (a.key, b.key) for (a, end), b in zip(zip(fields, ends, strict=True), fields[1:], strict=False) if end > b.start
    ]
    # release 2.4 of 0220.030 repeats the person number behind TD9; nothing else shares bytes
    assert not overlaps
    assert len({f.key for f in fields}) == len(fields)
    assert all(f.sign == f.start + f.length for f in fields if f.sign)


def test_numbers_known_from_the_specification() -> None:
    assert layouts()["0200.1"].at(116).type == "F2"
    assert layouts()["0200.1"].named("gesamtbeitrag_netto").start == 116
    assert layouts()["9999.1"].at(55).sign == 69
    assert layouts()["0220.051.1"].at(110).type == "F1"
    assert layouts()["0220.080.2"].part_byte == 49
    assert sparten()["241"].layout == "510"
    assert sparten()["550"].name == "Investmentfonds"
    assert len(sparten()) == 91


def test_every_mapped_field_has_a_home_in_its_record() -> None:
    homes = {"party": PartyBlock, "general": GeneralPart, "commission": CommissionLine}
    nested = {"bank1": BankAccount, "bank2": BankAccount, "mandate": SepaMandate}
    for extractor in extractors().values():
        home = homes.get(extractor.group)
        for key, _ in extractor.plan if home else ():
            outer, dot, inner = key.partition(".")
            if dot:
                fields = Channel._fields if outer.startswith("channel") else nested[outer].__dataclass_fields__
                assert inner in fields, key
            else:
                assert home is not None
                assert key in home.__dataclass_fields__, key


def test_every_group_of_details_is_exercised_here() -> None:
    groups = {e.group for e in extractors().values()} - OWN_RECORDS
    made = {group for details in LINES.values() for group in details}
    assert groups - made == {"commission_part", "share", "clause"}
    assert set(RISK_GROUPS) <= groups


@pytest.mark.parametrize("sparte", LINES)
def test_details_of_each_line_survive_writing_and_reading(sparte: str) -> None:
    made = bundle(sparte, details=LINES[sparte])
    (read,) = [e for e in events_of(gdv_file([made])) if isinstance(e, ContractBundle)]
    assert not read.findings
    assert {g: [dict(d) for d in ds] for g, ds in read.details.items()} == {
        g: [dict(d) for d in ds] for g, ds in made.details.items()
    }


# satzart.sparte → byte of the Teildatensatz number (gdv.md section 3)
PLACES = {
    ("0100", "050"): 256,
    ("0210", "010"): 256,
    ("0210", "130"): 251,
    ("0210", "030"): 0,
    ("0210", "170"): 43,
    ("0210", "190"): 43,
    ("0220", "190"): 49,
    ("0220", "176"): 50,
    ("0220", "580"): 43,
    ("0220", "040"): 51,
    ("0220", "070"): 53,
    ("0220", "160"): 47,
    ("0221", "160"): 47,
    ("0220", "231"): 49,
    ("0220", "684"): 256,
    ("0230", "140"): 256,
    ("0300", "050"): 256,
    ("0410", "050"): 0,
    ("0450", "190"): 51,
    ("0550", "190"): 66,
    ("0220", "600"): 256,
}


@pytest.mark.parametrize(("place", "byte"), PLACES.items())
def test_place_of_the_part_number(place: tuple[str, str], byte: int) -> None:
    kind = kind_of(*place)
    assert kind is not None
    assert kind.byte == byte


def test_lines_without_layout_have_no_kind() -> None:
    assert kind_of("0220", "201") is None
    assert kind_of("0220", "9X9") is None
    assert kind_of("0820", "050") is None


def _accident(**at: str) -> str:
    line = list(f"0220{VU} 030{'1':>17}01".ljust(256))
    for place, text in at.items():
        start = int(place[1:]) - 1
        line[start : start + len(text)] = text
    return "".join(line)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (_accident(b43="000001", b49="1", b250="1"), "1"),
        (_accident(b43="000001", b49="4", b249="4"), "4"),
        (_accident(b43="000001", b49="4", b250="4"), "4"),
        (_accident(b43="000001", b49="2", b246="035000", b256="X"), "2"),
        (_accident(b43="0000000000000012 9"[:17], b60="9", b250="9"), "9"),
        (_accident(b43="3", b44="1234512345123451", b250="3"), "3"),
        (_accident(b43="3", b44="       4711", b60="9", b250="3"), "3"),
        (_accident(b43="000001", b49="1"), "1"),
        (_accident(b43="000001", b49="2"), "2"),
        (_accident(b43="000001", b60="9"), "9"),
        (_accident(b43="3"), "3"),
    ],
)
def test_accident_variants_are_told_apart(line: str, part: str) -> None:
    kind = kind_of("0220", "030")
    assert kind is not None
    assert kind.part(line) == part


@pytest.mark.parametrize(("risk", "layout"), [("0", "0.1"), ("1", "13.1"), ("3", "13.1"), ("2", "2.1"), ("8", "48.1")])
def test_life_is_chosen_by_wagnisart(risk: str, layout: str) -> None:
    kind = kind_of("0220", "010")
    assert kind is not None
    text = "0220".ljust(59) + risk
    found = kind.extractor(text.ljust(255) + "1", "1")
    assert found is not None
    assert found.layout.record == f"0220.010.{layout}"


def test_facts_carry_the_deciding_bytes() -> None:
    lines = lines_of(gdv_file([bundle("010", details=LINES["010"])]))
    extra = [
        record("0210.040.1", {}, sparte="040"),
        record("0220.040.1", {"risk_key": "PHV", "b120": "9", "excluded_on": "2020-01-31"}, sparte="040"),
    ]
    data = joined([*lines[:-1], *(r.rstrip(b"\r\n") for r in extra), lines[-1]])
    (read,) = [e for e in events_of(data) if isinstance(e, ContractBundle)]
    facts = read.facts
    assert (facts.of("0210", "010", 2)[0]["b43"], facts.of("0210", "010", 2)[0]["b117"]) == ("1", "2")
    assert {f["b60"] for f in facts.of("0220", "010", 1)} == {"0", "1", "2", "4", "7"}
    assert facts.of("0220", "010", 1)[1]["b111"] == "000025000"
    risk = facts.of("0220", "040", 1)[0]
    assert (risk["b43"], risk["b120"], risk["until"], risk["sparte"]) == ("PHV", "000000000900", "2020-01-31", "040")
    assert facts.details == ("010", "040")
    assert set(facts.product_texts) == {"Komfort Plus", "Zukunft", "K1", "R2"}


def test_parts_of_the_same_number_never_mix() -> None:
    """Two vehicles of one contract stay two entries, whatever order their parts have."""
    vehicles = [{"plate": "HH-A 1"}, {"plate": "HH-B 2"}]
    parts = [
        (record("0210.050.1", v), record("0210.050.2", {"mileage_km": 1000 * n})) for n, v in enumerate(vehicles, 1)
    ]
    lines = lines_of(gdv_file([bundle("050")]))
    for order in (itertools.chain(*parts), (parts[0][1], parts[0][0], parts[1][1], parts[1][0])):
        data = joined([*lines[:-1], *(r.rstrip(b"\r\n") for r in order), lines[-1]])
        (read,) = [e for e in events_of(data) if isinstance(e, ContractBundle)]
        assert [(v["plate"], v["mileage_km"]) for v in read.details["vehicle"]] == [("HH-A 1", 1000), ("HH-B 2", 2000)]
