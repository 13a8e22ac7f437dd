"""The insurance tax of a delivery beside the table of rates: a finding, never a correction (lines.md 2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brokerdesk.formats.gdv.records import CommissionLine, PartialDate
from brokerdesk.services.gdv_import import finding_text
from tests.support.gdv_files import bundle, gdv_file
from tests.support.imports import Importing, changed, importing


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Importing]:
    with importing(tmp_path) as made:
        yield made


def booked(percent: str) -> CommissionLine:
    """One collected premium with its rate of tax."""
    part = {"sparte": "050", "net_cents": 10000, "tax_percent": percent}
    return CommissionLine(booked_on=PartialDate(2026, 1, 1), net_cents=10000, currency="EUR", parts=(part,))


@pytest.mark.parametrize(
    ("sparte", "general", "said"),
    [
        ("050", {"gross_cents": 11900}, None),
        ("050", {"gross_cents": 11901}, None),
        ("050", {"gross_cents": 11903}, "19,03"),
        ("130", {"gross_cents": 11615}, None),
        ("130", {"gross_cents": 11900}, "19,00"),
        ("140", {"net_cents": 4711, "gross_cents": 5481}, None),
        ("130", {"gross_cents": None, "tax_free": "1"}, "0"),
        ("050", {"gross_cents": None}, None),
        ("050", {"gross_cents": None, "tax_free": "0"}, None),
        ("020", {"net_cents": 30000, "gross_cents": 360000}, None),
        ("201", {"gross_cents": 12500}, None),
    ],
)
def test_a_delivered_tax_is_compared_and_never_corrected(
    desk: Importing, sparte: str, general: dict[str, Any], said: str | None
) -> None:
    """lines.md 2.3: amounts that the table explains to the cent are equal; an unsure rate proves nothing."""
    report = desk.deliver(gdv_file([changed(bundle(sparte, 1), general=general)]))
    found = [finding_text(f, "de") for f in report.findings if f.code == "tax-differs"]
    assert [text.split(" % ")[0].rsplit(" ")[-1] for text in found] == ([said] if said else [])
    kept = desk.value("SELECT premium_gross_cents FROM contract")
    assert kept == (None if sparte == "020" else general.get("gross_cents"))


def test_the_rate_of_a_booking_counts_before_the_amounts(desk: Importing) -> None:
    made = replace(bundle("050", 1), commissions=(booked("19"),))
    assert "tax-differs" not in desk.deliver(gdv_file([made])).findings_by_code
    made = replace(bundle("050", 2), commissions=(booked("16.15"),))
    assert desk.deliver(gdv_file([made])).findings_by_code["tax-differs"] == 1
    made = replace(bundle("050", 3), commissions=(booked("16.15"), booked("19")))
    assert "tax-differs" not in desk.deliver(gdv_file([made])).findings_by_code, "two rates are none"
