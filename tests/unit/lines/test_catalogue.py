"""The shipped catalogue of lines is complete and agrees with itself; tax rows and categories say what they should."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from brokerdesk.core.paths import resource
from brokerdesk.core.texts import Texts
from brokerdesk.models.rules.lines import net_cents, notice_months, preselected, tax_finding, tax_rate
from brokerdesk.models.values.lines import Answer, Basis
from brokerdesk.models.values.names import Language
from brokerdesk.models.values.tables import parse_lines
from tests.support.lines import TODAY, catalogue, result

A1 = (
    "010 020 030 040 050 051 052 053 054 055 059 060 063 065 069 070 080 081 082 083 089 090 099 100 109 110 120 123 124"
    " 130 140 150 160 161 162 169 170 171 172 174 175 176 179 180 181 182 183 184 185 189 190 191 192 193 194 197 199 200"
    " 201 202 209 210 230 231 232 233 240 241 242 243 244 249 250 251 252 290 291 293 294 296 299 510 550 560 570 580 600"
    " 630 650 684 000"
).split()


def test_every_sparte_of_the_code_table_has_a_home() -> None:
    assert set(catalogue().homes) == set(A1)


def test_every_line_has_three_names_and_a_named_group() -> None:
    texts = Texts("de")
    for line in catalogue().lines.values():
        assert all(line.name(language).strip(" –") for language in Language)
        assert texts.has(f"lines.group.{line.group}")
    assert len(catalogue().lines) == 63


def test_every_part_feature_answer_and_finding_has_a_text() -> None:
    texts = Texts("nl")
    keys = [f"lines.part.{c}" for c in catalogue().part_codes] + [
        f"lines.feature.{c}" for c in catalogue().feature_codes
    ]
    keys += [f"lines.answer.{a.value}" for a in Answer] + [f"lines.basis.{b.value}" for b in Basis]
    keys += [f"lines.missing.{a.missing}" for a in catalogue().assumptions]
    keys += [f"finding.{c}" for c in ("line-assumed", "line-unknown", "tax-differs")]
    assert [k for k in keys if not texts.has(k)] == []
    found = result("040").findings[0]
    assert "liability_private" in texts(f"finding.{found.code}", **dict(found.parameters))


def test_topic_conditions_name_known_parts_and_features() -> None:
    parts = set(catalogue().part_codes) | set(catalogue().lines)
    allowed = {f"part:{p}" for p in parts} | {f"{k}:{f}" for k in ("yes", "not") for f in catalogue().feature_codes}
    allowed |= {"", "fact:earmarked", "fact:sum", "fact:medical", "fact:plan"}
    assert {t.condition for line in catalogue().lines.values() for t in line.topics} <= allowed


def test_a_file_that_contradicts_itself_is_refused() -> None:
    data = resource("lines.toml").read_bytes()
    with pytest.raises(ValueError, match="two homes"):
        parse_lines(data.replace(b'home = ["110"]', b'home = ["110", "130"]'))
    with pytest.raises(ValueError, match="tax"):
        parse_lines(data.replace(b'tax_de = "household"', b'tax_de = "nothing"'))
    with pytest.raises(ValueError, match="do not exist"):
        parse_lines(data.replace(b'line = "boat_hull"', b'line = "boat"'))


@pytest.mark.parametrize(
    ("line", "sparte", "on", "country", "percent", "unsure"),
    [
        ("household", "130", TODAY, "DE", "16.15", False),
        ("building", "140", TODAY, "DE", "16.34", False),
        ("property_commercial", "080", TODAY, "DE", "13.2", False),
        ("property_commercial", "090", TODAY, "DE", "19", False),
        ("business_interruption", "231", TODAY, "DE", "13.2", False),
        ("business_interruption", "230", TODAY, "DE", "19", True),
        ("property_commercial", "150", TODAY, "DE", None, False),
        ("transport", "191", TODAY, "DE", "3", False),
        ("boat_hull", "191", TODAY, "DE", "19", False),
        ("transport", "192", TODAY, "DE", "0", True),
        ("credit_surety", "201", TODAY, "DE", None, True),
        ("life_term", "010", TODAY, "DE", "0", False),
        ("child_disability", "030", TODAY, "DE", "19", True),
        ("health_basic", "", TODAY, "DE", None, False),
        ("bundle", "000", TODAY, "DE", None, False),
        ("household", "130", date(2009, 1, 1), "DE", None, False),
        ("glass", "110", date(2006, 12, 31), "DE", None, False),
        ("household", "", date(2010, 1, 1), "NL", "7.5", False),
        ("household", "", date(2011, 3, 1), "NL", "9.7", False),
        ("household", "", date(2012, 12, 31), "NL", "9.7", False),
        ("household", "", date(2013, 1, 1), "NL", "21", False),
        ("travel", "", TODAY, "NL", "21", True),
        ("no_such_line", "", TODAY, "DE", None, False),
    ],
)
def test_tax_by_line_sparte_and_day(
    line: str, sparte: str, on: date, country: str, percent: str | None, unsure: bool
) -> None:
    rate = tax_rate(line, sparte, on, country, catalogue=catalogue())
    assert rate.percent == (Decimal(percent) if percent else None)
    assert rate.unsure is unsure
    if percent is None:
        assert net_cents(11900, rate) is None


@pytest.mark.parametrize(("delivered", "differs"), [("16.15", False), ("16.17", False), ("16.18", True), ("19", True)])
def test_a_delivered_rate_that_differs_is_a_finding(delivered: str, differs: bool) -> None:
    rate = tax_rate("household", "130", TODAY, catalogue=catalogue())
    found = tax_finding(Decimal(delivered), rate)
    assert (found is not None) is differs
    if found:
        assert found.code == "tax-differs" and dict(found.parameters)["table_percent"] == "16.15"


def test_notice_by_country() -> None:
    notice = {c: notice_months("health_basic", TODAY, catalogue=catalogue(), country=c) for c in ("DE", "NL")}
    assert notice == {"DE": None, "NL": 0}
    assert notice_months("motor_car", TODAY, catalogue=catalogue()) == 1
    assert notice_months("household", TODAY, catalogue=catalogue()) == 3


def test_exactly_the_recommended_categories_are_preselected() -> None:
    ticked = {c for c in catalogue().categories if preselected(c, catalogue=catalogue())}
    assert ticked == {
        "policy", "endorsement", "premium_notice", "premium_change", "terms", "annual_statement", "tax_certificate",
        "insurance_card", "cancellation", "advice_protocol", "mandate", "first_information", "consent",
        "contract_overview", "claim_letter",
    }  # fmt: skip
    in_health = {c for c in catalogue().categories if preselected(c, catalogue=catalogue(), parent_is_health=True)}
    assert ticked - in_health == {"policy", "endorsement", "advice_protocol", "contract_overview", "claim_letter"}
    assert not preselected("policy", catalogue=catalogue(), marked_health=True)
    assert not preselected("medical", catalogue=catalogue(), recommended=True)
    assert not preselected("a-newer-category", catalogue=catalogue())
    assert preselected("offer", catalogue=catalogue(), recommended=True)
