"""Values of single fields: dates, amounts, signs, roles; charsets and separators of whole files."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.formats.gdv.charset import BLOCK, guess_charset, scan
from brokerdesk.formats.gdv.fields import BAD, cents_reader, decimal_reader, number_reader, read_date, read_iso, signed
from brokerdesk.formats.gdv.records import PartialDate, base_role
from tests.support.gdv_files import party


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("14031981", PartialDate(1981, 3, 14)),
        ("00031981", PartialDate(1981, 3, None)),
        ("00001981", PartialDate(1981, None, None)),
        ("031981", PartialDate(1981, 3, None)),
        ("29022024", PartialDate(2024, 2, 29)),
        ("00000000", None),
        ("        ", None),
        ("000000", None),
        ("31022015", BAD),
        ("29022023", BAD),
        ("14000000", BAD),
        ("14001981", BAD),
        ("01010001", BAD),
        ("1403 981", BAD),
        ("14.03.81", BAD),
        (" 4031981", BAD),
        ("14131981", BAD),
        ("²4031981", BAD),
    ],
)
def test_dates(raw: str, expected: object) -> None:
    assert read_date(raw) == expected
    assert read_iso(raw) == (expected.iso if isinstance(expected, PartialDate) else expected)


@given(st.dates(min_value=date(1800, 1, 1)))
def test_every_calendar_day_is_read(day: date) -> None:
    found = read_date(day.strftime("%d%m") + f"{day.year:04d}")
    assert isinstance(found, PartialDate)
    assert found.exact == day
    assert found.iso == day.isoformat()


@given(st.text(max_size=10))
def test_no_text_raises(raw: str) -> None:
    read_date(raw)
    for reader in (number_reader(), cents_reader(decimals=2), cents_reader(decimals=4), decimal_reader(decimals=3)):
        reader(raw)


@pytest.mark.parametrize(
    ("decimals", "times", "raw", "expected"),
    [
        (2, 1, "000000041141", 41141),
        (1, 1, "00009770", 97700),
        (0, 1, "000012", 1200),
        (0, 1000, "000000005", 500000),
        (4, 1, "0000001239999", 12399),
        (2, 1, "000000000000", None),
        (2, 1, "            ", None),
        (2, 1, "00000X041141", BAD),
        (2, 1, "      041141", BAD),
        (2, 1, "-00000041141", BAD),
    ],
)
def test_amounts(decimals: int, times: int, raw: str, expected: object) -> None:
    assert cents_reader(decimals=decimals, times=times)(raw) == expected


def test_zero_is_a_value_where_it_is_kept() -> None:
    assert cents_reader(decimals=2, keep_zero=True)("0000") == 0
    assert number_reader(keep_zero=True)("0000") == 0


@pytest.mark.parametrize(("sign", "expected"), [("+", 5), (" ", 5), ("-", -5), ("x", BAD), ("0", BAD)])
def test_signs_stand_behind_the_amount(sign: str, expected: object) -> None:
    assert signed(5, sign) == expected


def test_decimals_are_exact_text() -> None:
    assert decimal_reader(decimals=2)("01250") == "12.5"
    assert decimal_reader(decimals=6)("00000012345678") == "12.345678"
    assert decimal_reader(decimals=2)("10000") == "100"


@pytest.mark.parametrize(
    ("role", "base"),
    [("", "01"), ("01", "01"), ("31", "01"), ("61", "01"), ("33", "03"), ("86", "26"), ("D1", "A1"), ("G4", "A4")],
)
def test_roles_have_one_base(role: str, base: str) -> None:
    assert base_role(role) == base


def test_organisations_are_recognised() -> None:
    assert party(salutation="3").is_organisation
    assert party(gender="0").is_organisation
    assert party(legal_form="05").is_organisation
    assert not party(legal_form="01").is_organisation
    assert party(salutation="4").is_couple
    assert not party(role="03").is_policyholder


@pytest.mark.parametrize("charset", ["utf-8", "cp850", "iso8859-15"])
def test_charset_is_guessed_from_german_letters(charset: str) -> None:
    assert guess_charset("Jörg Groß, Käthe Übermut".encode(charset)) == charset


def test_charset_of_a_file_cut_inside_a_letter() -> None:
    assert guess_charset("Käthe ü".encode()[:-1]) == "iso8859-15"
    assert guess_charset(b"plain") == "iso8859-15"


@pytest.mark.parametrize(
    ("data", "separator"),
    [(b"a\nb", "lf"), (b"a\r\nb\r\n", "crlf"), (b"a\rb", "cr"), (b"ab", "none"), (b"a\r\nb\n", "mixed"), (b"", "none")],
)
def test_separators_are_told_apart(data: bytes, separator: str) -> None:
    assert scan(io.BytesIO(data)).separator == separator


def test_scan_across_blocks() -> None:
    data = b"x" * (BLOCK - 1) + b"\r\n" + "ü".encode() * 10
    found = scan(io.BytesIO(data))
    assert (found.separator, found.charset, found.size) == ("crlf", "utf-8", len(data))
