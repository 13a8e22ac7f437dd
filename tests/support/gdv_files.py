"""GDV files for tests: contracts of every line with invented people, and every kind of damage met in practice."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from brokerdesk.formats.gdv.compose import Composer, Head
from brokerdesk.formats.gdv.reader import GdvReader
from brokerdesk.formats.gdv.records import (
    BankAccount,
    Channel,
    Claim,
    CommissionLine,
    ContractBundle,
    ContractKey,
    Event,
    GeneralPart,
    PartialDate,
    PartyBlock,
    RawRecord,
    SepaMandate,
)
from brokerdesk.formats.gdv.writer import GdvWriter
from brokerdesk.models.values.line_facts import LineFacts

VU = "5555"
_FAMILY = ("Grünwald", "Voß", "Öztürk", "Ährenfeld", "de Vries", "Novák", "Meier-Süß", "Petersen")
_FIRST = ("Jörg", "Käthe", "Sören", "Élodie", "Willemijn", "Tomáš", "Uwe", "Hannelore")


def party(index: int = 0, *, role: str = "01", **changes: Any) -> PartyBlock:
    """One invented person with all channels, two bank accounts and a mandate."""
    block = PartyBlock(
        role=role,
        salutation="1",
        name1=_FAMILY[index % 8].encode("iso8859-1", "replace").decode("iso8859-1"),
        name3=_FIRST[index % 8].encode("iso8859-1", "replace").decode("iso8859-1"),
        country="D",
        zip=f"{20000 + index % 70000:05d}",
        city="Musterstädt",
        street=f"Große Straße {1 + index % 90}",
        birth=PartialDate(1950 + index % 50, 1 + index % 12, 1 + index % 28),
        gender="1",
        insurer_number=f"{4711000 + index}",
        payment_method="1",
        marital_status="2",
        channels=(
            Channel("10", "040 123456"),
            Channel("31", "0171 39200140"),
            Channel("51", f"person{index}.mit.langer.adresse@beispiel.example"),
        ),
        banks=(
            BankAccount(iban="DE89370400440532013000", bic="COBADEFFXXX", bank_name="Musterbank", kind="01"),
            BankAccount(account_number="532013000", bank_code="37040044", holder="Gemeinsames Konto", kind="02"),
        ),
        mandate=SepaMandate(creditor_id="DE98ZZZ09999999999", reference=f"M{index}", issued=PartialDate(2020, 1, 2)),
    )
    return replace(block, **changes)


def general(**changes: Any) -> GeneralPart:
    """A yearly contract of 100.00 net and 119.00 gross."""
    values: dict[str, Any] = {
        "collection": "2",
        "begin": PartialDate(2015, 3, 1),
        "end": PartialDate(2031, 3, 1),
        "main_due": PartialDate(2027, 3, 1),
        "frequency": "1",
        "status": "1",
        "currency": "EUR",
        "net_cents": 10000,
        "gross_cents": 11900,
        "tax_free": "0",
        "product_name": "Komfort Plus",
        "printed_number": "55.123-456/7",
    }
    return GeneralPart(**(values | changes))


_GROSS = {"010": 10000, "020": 10000, "030": 10380, "081": 11320, "130": 11615, "140": 11634}
"""100.00 net with the tax of the line; 119.00 where it is not named."""


def bundle(
    sparte: str = "050",
    index: int = 0,
    *,
    details: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    **changes: Any,
) -> ContractBundle:
    """One contract without raw records; policy number and people follow `index`."""
    values: dict[str, Any] = {
        "key": ContractKey(VU, sparte, f"{70000000 + index}", "01"),
        "broker_number": "4711-01",
        "general": general(gross_cents=_GROSS.get(sparte, 11900)),
        "parties": (party(index),),
        "facts": LineFacts(sparte=sparte),
        "details": {name: tuple(entries) for name, entries in (details or {}).items()},
    }
    return ContractBundle(**(values | changes))


LINES: Mapping[str, Mapping[str, tuple[Mapping[str, Any], ...]]] = {
    "010": {
        "life_contract": ({"sparte": "010", "product_name": "Zukunft", "occupational": "1", "tax_support": "2"},),
        "person": (
            {
                "sparte": "010",
                "number": "1",
                "name": "Voß",
                "first_name": "Käthe",
                "born_on": "1981-03-14",
                "gender": "2",
            },
        ),
        "life": (
            {
                "sparte": "010",
                "person_number": "1",
                "risk_kind": "1",
                "begin_on": "2010-01-01",
                "end_on": "2040-01-01",
                "premium_cents": 5055,
                "death_sum_cents": 2500000,
                "tariff": "K1",
                "surrender_value_on": "2026-06",
            },
            {"sparte": "010", "person_number": "1", "risk_kind": "2", "annual_pension_cents": 480012, "tariff": "R2"},
            {"sparte": "010", "person_number": "1", "risk_kind": "4", "annual_pension_cents": 1200000},
            {"sparte": "010", "person_number": "1", "risk_kind": "7", "begin_on": "2012-05-01", "term_years": 30},
        ),
        "beneficiary": (
            {"sparte": "010", "person_number": "1", "risk_kind": "1", "death_kind": "9", "death_name": "Uwe Voß"},
        ),
        "fund": ({"sparte": "010", "isin": "DE000BAY0017", "name": "Musterfonds", "units_rate": "12.345678"},),
    },
    "020": {
        "health_contract": ({"sparte": "020", "profession": "Lehrerin", "provision_surcharge_cents": 1234},),
        "person": ({"sparte": "020", "number": "01", "name": "Voß", "first_name": "Käthe", "born_on": "1981-03-14"},),
        "tariff": (
            {
                "sparte": "020",
                "person_number": "01",
                "tariff_number": "001",
                "tariff": "ZAHN 90",
                "benefit": "Zahnersatz",
                "premium_cents": 1990,
                "provision_surcharge_cents": 199,
            },
            {"sparte": "020", "person_number": "01", "tariff_number": "002", "tariff": "AMB", "premium_cents": 2500},
        ),
    },
    "030": {
        "accident_contract": ({"sparte": "030", "product_name": "Unfall Basis", "premium_refund": "N"},),
        "person": (
            {"sparte": "030", "number": "000001", "name": "Voß", "first_name": "Ida", "tariff_kind": "5"},
            {"sparte": "030", "number": "000002", "name": "Voß", "first_name": "Uwe", "tariff_kind": "1"},
        ),
        "accident": (
            {"sparte": "030", "person_number": "000001", "disability_cents": 10000000, "daily_1_cents": 2550},
            {"sparte": "030", "person_number": "000002", "death_cents": 5000000, "progression_percent": "350"},
        ),
        "accident_premium": ({"sparte": "030", "insurer_number": "4711", "premium_1_cents": 1234},),
        "accident_refund": ({"sparte": "030", "person_number": "000001", "amount_1_cents": 77700},),
        "beneficiary": ({"sparte": "030", "person_number": "1", "claim_name": "Uwe Voß", "claim_percent": "50"},),
        "accident_benefit": (
            {"sparte": "030", "person_number": "000001", "benefit_kind": "001", "benefit_cents": 123456},
        ),
    },
    "040": {
        "liability": ({"sparte": "040", "sum_kind_1": "A", "sum_1_cents": 1_000_000_000, "product_name": "PHV Top"},),
        "liability_risk": (
            {
                "sparte": "040",
                "risk_key": "PHV001",
                "order_number": "01",
                "premium_cents": 6000,
                "text": "Privathaftpflicht",
                "description": "Familie",
            },
        ),
    },
    "050": {
        "vehicle": (
            {
                "sparte": "050",
                "wkz": "112",
                "power_rate": "85",
                "manufacturer": "MUSTER",
                "model": "Kombi",
                "hsn": "0603",
                "tsn": "ABC",
                "vin": "WVWZZZ1JZXW000001",
                "plate": "HH-XY 1234",
                "first_registration_on": "2019-05-14",
                "premium_cents": 30000,
                "vehicle_kind": "Pkw",
                "mileage_km": 12000,
            },
        ),
        "cover": (
            {"sparte": "051", "begin_on": "2019-05-14", "premium_cents": 20010, "no_claims_class": "SF12", "rate": 30},
            {"sparte": "052", "premium_cents": 9990, "deductible_cents": 30000, "deductible_part_cents": 15000},
            {"sparte": "054", "premium_cents": 1000, "seats": 5},
            {"sparte": "055", "text": "Schutzbrief", "premium_cents": 600},
            {"sparte": "059", "sum_cents": 200000, "premium_cents": 500},
        ),
    },
    "070": {
        "legal": ({"sparte": "070", "product_name": "RS Komplett", "premium_cents": 22000},),
        "legal_risk": (
            {"sparte": "070", "risk_key": "VRS", "number": "00001", "text": "Verkehr", "plate": "HH-XY 1234"},
            {"sparte": "070", "risk_key": "PRS", "number": "00002", "text": "Privat", "object": "Haus"},
        ),
    },
    "081": {
        "fire": ({"sparte": "081", "sum_cents": 50000000, "premium_cents": 80000, "product_name": "Gewerbe Feuer"},),
        "premises": (
            {
                "sparte": "081",
                "place": "001",
                "object": "001",
                "text": "Halle 1",
                "zip": "20099",
                "city": "Musterstädt",
            },
        ),
        "position": ({"sparte": "081", "place": "001", "object": "001", "position": "A1", "sum_cents": 100},),
    },
    "110": {
        "glass_contract": ({"sparte": "110", "product_name": "Glas"},),
        "glass": ({"sparte": "110", "zip": "20099", "city": "Musterstädt", "street": "Weg 1", "premium_cents": 4000},),
    },
    "130": {
        "contents": (
            {
                "sparte": "130",
                "perils": "FELSHM",
                "zip": "20099",
                "city": "Musterstädt",
                "street": "Weg 1",
                "sum_cents": 6500000,
                "area_m2": 95,
                "waiver": "1",
                "object": "00001",
                "product_name": "Hausrat Top",
            },
        ),
        "contents_cover": ({"sparte": "130", "text": "Fahrrad", "premium_cents": 1500, "object": "00001"},),
    },
    "140": {
        "building_contract": ({"sparte": "140", "product_name": "Wohngebäude"},),
        "building": (
            {"sparte": "140", "risk_key": "W1", "object": "1", "zip": "20099", "street": "Weg 1", "built": "1978"},
        ),
        "building_position": (
            {"sparte": "140", "risk_key": "W1", "object": "1", "sum_cents": 45000000, "natural_hazards": "1"},
        ),
    },
    "160": {
        "line": ({"sparte": "160", "line_name": "Tierversicherung", "sum_1_cents": 500000, "risk_1": "Hund"},),
        "general_risk": ({"sparte": "160", "number": "0001", "premium_cents": 9900, "risk_1": "Hund Bella"},),
    },
    "192": {
        "transport": ({"sparte": "192", "sum_cents": 9900000, "premium_cents": 123456, "product_name": "Waren"},),
        "transport_risk": ({"sparte": "192", "number": "0001", "begin_on": "2024-01-01"},),
    },
    "510": {
        "service": ({"sparte": "510", "product_name": "Schutzbrief"},),
        "service_vehicle": ({"sparte": "510", "number": "1", "wkz": "112", "plate": "HH-XY 1234"},),
    },
    "550": {
        "investment": ({"sparte": "550", "programme": "Sparplan", "deposit": "12345", "target_cents": 1000000},),
        "fund": ({"sparte": "550", "name": "Musterfonds", "isin": "DE000BAY0017", "value_cents": 123456},),
    },
}
"""Detail groups of one contract per line, in the reader's own keys."""


def every_line() -> list[ContractBundle]:
    """One contract of every line, the first with a claim, commission and partners."""
    made = [bundle(sparte, index, details=details) for index, (sparte, details) in enumerate(LINES.items())]
    made[0] = replace(
        made[0],
        parties=(party(0), party(1, role="03"), party(2, role="09", gender="2")),
        claims=(
            Claim(
                number="S-2024-1",
                occurred_on=PartialDate(2024, 5, 1),
                reported_on=PartialDate(2024, 5, 3),
                settled="1",
                paid_cents=123450,
                handling_cents=-500,
                reserve_cents=70000,
                text="Glasbruch",
            ),
        ),
        commissions=(
            CommissionLine(
                booked_on=PartialDate(2026, 1, 15),
                gross_cents=11900,
                commission_cents=-1500,
                net_cents=10000,
                insurer_reference="R1",
                parts=({"sparte": "010", "net_cents": 10000, "tax_percent": "19", "commission_1_cents": -1500},),
            ),
        ),
    )
    return made


def gdv_file(bundles: Iterable[ContractBundle], *, vu: str = VU, **options: Any) -> bytes:
    """A correct file with one packet. Options: `charset`, `separator`."""
    stream = io.BytesIO()
    writer = GdvWriter(stream, **options)
    writer.start(vu, sender="Muster Versicherung", receiver="Makler Beispiel", broker="4711-01")
    for made in bundles:
        writer.contract(made)
    writer.end()
    assert not writer.findings, writer.findings
    return stream.getvalue()


def portfolio(count: int, *, who: Callable[[int], PartyBlock] = party) -> bytes:
    """A file with `count` contracts, going round the lines; `who` makes the customer of each."""
    lines = list(LINES.items())
    return gdv_file(
        bundle(lines[i % len(lines)][0], i, details=lines[i % len(lines)][1], parties=(who(i),)) for i in range(count)
    )


def record(
    name: str, values: Mapping[str, Any], *, sparte: str = "050", policy: str = "70000000", **head: Any
) -> bytes:
    """One record with CRLF, e.g. `record("0500.1", {"number": "S1"})`; keys as in `Composer.record`."""
    made = Composer().record(name, Head(vu=head.pop("vu", VU), sparte=sparte, policy=policy, **head), values)
    return made.encode("iso8859-1") + b"\r\n"


def events_of(data: bytes, **options: Any) -> list[Event]:
    """All events of a file in memory."""
    return list(GdvReader(io.BytesIO(data), **options))


def raws_of(events: Iterable[Event]) -> list[RawRecord]:
    """Every raw record that was handed out, in the order of the file."""
    found: list[RawRecord] = []
    for event in events:
        raw = getattr(event, "raw", ())
        found += [raw] if isinstance(raw, RawRecord) else list(raw)
    return sorted(found)


def lines_of(data: bytes) -> list[bytes]:
    """The records of a CRLF file without their separators."""
    return data.split(b"\r\n")[:-1]


def joined(lines: Iterable[bytes], separator: bytes = b"\r\n") -> bytes:
    """The inverse of `lines_of`."""
    return b"".join(line + separator for line in lines)


def _every(start: int, end: int, text: bytes, satzart: bytes, *, first_part: bool = False) -> Callable[[bytes], bytes]:
    """Replaces bytes start–end (1-based, inclusive) in every record of the Satzart, or in its first parts only."""

    def damage(data: bytes) -> bytes:
        assert len(text) == end - start + 1
        return joined(
            line[: start - 1] + text + line[end:]
            if line.startswith(satzart) and (not first_part or line[255:256] == b"1")
            else line
            for line in lines_of(data)
        )

    return damage


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda data: joined(change(lines_of(data)))


def _mixed(data: bytes) -> bytes:
    separators = (b"\r\n", b"\n", b"", b"\r", b"\n\n")
    return b"".join(line + separators[i % 5] for i, line in enumerate(lines_of(data)))


def _recode(charset: str) -> Callable[[bytes], bytes]:
    return lambda data: data.decode("iso8859-1").encode(charset, errors="replace")


def _late(lines: list[bytes]) -> list[bytes]:
    """The details of the first contract come last, before the trailer."""
    key = lines[1][13:32]
    late = [line for line in lines if line[13:32] == key and line.startswith((b"0220", b"0230"))]
    return [line for line in lines[:-1] if line not in late] + late + lines[-1:]


def _blank_parts(lines: list[bytes]) -> list[bytes]:
    return [line[:255] + b" " if line.startswith((b"01", b"02", b"05")) else line for line in lines]


DAMAGES: Mapping[str, Callable[[bytes], bytes]] = {
    "no separators": lambda data: data.replace(b"\r\n", b""),
    "line feed only": lambda data: data.replace(b"\r\n", b"\n"),
    "carriage return only": lambda data: data.replace(b"\r\n", b"\r"),
    "mixed separators": _mixed,
    "stripped blanks": _lines(lambda lines: [line.rstrip() for line in lines]),
    "blank lines": _lines(lambda lines: [part for line in lines for part in (line, b"", b"   ")]),
    "UTF-8": _recode("utf-8"),
    "UTF-8 with mark": lambda data: b"\xef\xbb\xbf" + _recode("utf-8")(data),
    "UTF-8 without separators": lambda data: _recode("utf-8")(data.replace(b"\r\n", b"")),
    "CP850": _recode("cp850"),
    "mixed charsets": _every(44, 47, b"M\x9f\x8ar", b"0100", first_part=True),
    "several packets": lambda data: data + data.replace(b"5555", b"6666") + data,
    "unknown Satzart": _lines(
        lambda lines: [lines[0], *(p for line in lines[1:-1] for p in (line, b"0820" + line[4:])), lines[-1]]
    ),
    "unknown Satzart without policy": _lines(lambda lines: [*lines[:2], b"0802" + b" " * 251 + b"1", *lines[2:]]),
    "unknown Sparte": _every(11, 13, b"9X9", b"02"),
    "wrong Satzart": _lines(lambda lines: [b"0220" + line[4:] if line.startswith(b"0210") else line for line in lines]),
    "missing trailer": _lines(lambda lines: lines[:-1]),
    "missing header": _lines(lambda lines: lines[1:]),
    "trailer alone": _lines(lambda lines: lines[-1:]),
    "two trailers": _lines(lambda lines: [*lines, lines[-1]]),
    "wrong trailer count": _every(5, 14, b"0000031605", b"9999"),
    "wrong trailer sum": _every(25, 39, b"000000018332390", b"9999"),
    "unreadable trailer": _every(5, 39, b"x" * 35, b"9999"),
    "truncated": lambda data: data[:-120],
    "truncated without separators": lambda data: data.replace(b"\r\n", b"")[:-120],
    "Ctrl-Z": lambda data: data + b"\x1a",
    "Ctrl-Z line": lambda data: data + b"\x1a\r\n",
    "joined with Ctrl-Z": lambda data: data + b"\x1a" + data,
    "impossible dates": _every(44, 51, b"31022015", b"0200"),
    "partial dates": _every(226, 233, b"00031981", b"0100", first_part=True),
    "letters in dates": _every(226, 233, b"14.03.81", b"0100", first_part=True),
    "letters in amounts": _every(116, 127, b"00000X123,45", b"0200"),
    "blanks in amounts": _every(116, 127, b"   000012345", b"0200"),
    "bytes 256 blank": _lines(_blank_parts),
    "byte 256 is data": _every(256, 256, b"Q", b"02"),
    "roles blank": _every(237, 238, b"  ", b"0100", first_part=True),
    "roles unknown": _every(237, 238, b"Q7", b"0100", first_part=True),
    "VU of four digits": _every(5, 9, b"5555 ", b"0"),
    "VU blank": _every(5, 9, b"     ", b"0"),
    "policy blank": _every(14, 30, b" " * 17, b"02"),
    "policy left aligned": _lines(lambda lines: [ln[:13] + ln[13:30].strip().ljust(17) + ln[30:] for ln in lines]),
    "Folgenummer blank": _every(31, 32, b"  ", b"0"),
    "NUL bytes": lambda data: data.replace(b"  ", b"\0\0", 500),
    "contracts twice": _lines(lambda lines: [*lines[:-1], *lines[1:]]),
    "one policy number": _every(14, 30, b"         70000000", b"0"),
    "line too long": _lines(lambda lines: [*lines[:3], lines[3] + b"zzz", *lines[4:]]),
    "garbage line": _lines(lambda lines: [*lines[:3], b"<html>not found</html>", *lines[3:]]),
    "shifted by one": _lines(lambda lines: [*lines[:3], b" " + lines[3][:-1], *lines[4:]]),
    "parts reversed": _lines(lambda lines: [lines[0], *sorted(lines[1:-1], key=lambda ln: ln[:32])[::-1], lines[-1]]),
    "late details": _lines(_late),
    "addresses only": _lines(lambda lines: [ln for ln in lines if not ln.startswith(b"02")]),
    "contracts only": _lines(lambda lines: [ln for ln in lines if not ln.startswith(b"01")]),
    "extension between": _lines(
        lambda lines: [p for ln in lines for p in ((b"0221" + ln[4:], ln) if ln.startswith(b"0220") else (ln,))]
    ),
    "empty": lambda data: b"",
    "blank": lambda data: b" \r\n \r\n\x1a",
}
"""Name → what it does to the bytes of a correct file."""
