"""The boundary tests L01–L32 of product/lines.md section 5, as far as they need no other area."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from brokerdesk.core.paths import resource
from brokerdesk.models.rules.lines import (
    due_kind,
    hidden_in_app,
    holds_health_data,
    may_replace,
    net_cents,
    preselected,
    releasable,
    tax_rate,
)
from brokerdesk.models.values.lines import Answer, Basis, Due, Part
from tests.support.lines import TODAY, catalogue, codes, result, tags_of, topics_of

ASSUMED = ["line-assumed"]


def _findings(found: Any) -> list[str]:
    return [f.code for f in found.findings]


def test_l01_private_liability_by_text() -> None:
    found = result("040", {"0220.040.2": {"b52": "Privathaftpflicht Familie"}})
    assert (found.line, found.basis, _findings(found)) == ("liability_private", Basis.TEXT, [])
    assert "pl" in tags_of(found)


def test_l02_a_dog_is_an_animal_but_a_hundred_percent_is_not() -> None:
    found = result("040", {"0220.040.2": {"b52": "Hundehalterhaftpflicht"}})
    assert found.line == "liability_animal"
    assert "pl" not in tags_of(found) and "TIER_H" in topics_of(found)
    found = result("040", {"0220.040.2": {"b52": "Deckung hundert Prozent"}})
    assert found.line == "liability_private" and _findings(found) == ASSUMED


def test_l03_private_liability_with_dogs() -> None:
    found = result("040", {"0220.040.2": [{"b43": "1", "b52": "Privat-Haftpflicht"}, {"b43": "2", "b52": "Hunde"}]})
    assert found.line == "liability_private" and codes(found) == {"liability_animal"}
    assert "pl" in tags_of(found) and {"PHV", "TIER_H"} <= topics_of(found)


@pytest.mark.parametrize(("organisation", "line"), [(False, "liability_private"), (True, "liability_business")])
def test_l04_liability_without_details(organisation: bool, line: str) -> None:
    found = result("040", customer_is_organisation=organisation)
    assert (found.line, found.basis, _findings(found)) == (line, Basis.DEFAULT, ASSUMED)
    assert ("pl" in tags_of(found)) is not organisation


CAR = {"0210.050.1": {"b43": "112"}, "0220.051.1": {}, "0220.053.1": {}}


def test_l05_car_with_partial_cover() -> None:
    found = result("050", CAR)
    assert (found.line, found.basis) == ("motor_car", Basis.FIELD)
    assert codes(found) == {"kh", "hull_part"}
    assert topics_of(found) == {"KFZ_H"}


@pytest.mark.parametrize(("days", "met"), [(-1, False), (0, False), (1, True)])
def test_l06_an_excluded_cover_meets_no_need(days: int, met: bool) -> None:
    until = (TODAY + timedelta(days=days)).isoformat()
    found = result("050", CAR | {"0220.052.1": {"until": until}})
    assert "hull_full" in codes(found, active=False)
    assert ("KFZ_WERT" in topics_of(found)) is met


@pytest.mark.parametrize(
    ("key", "line", "findings"),
    [
        ("003", "motor_motorcycle", []),
        ("005", "motor_moped", []),
        ("127", "motor_other", []),
        ("155", "motor_other", []),
        ("251", "motor_other", []),
        ("541", "motor_other", []),
        ("999", "motor_other", ASSUMED),
        ("", "motor_car", ASSUMED),
    ],
)
def test_l07_vehicles_by_key(key: str, line: str, findings: list[str]) -> None:
    found = result("050", {"0210.050.1": {"b43": key}})
    assert (found.line, _findings(found)) == (line, findings)


def test_l08_a_moped_ends_by_itself() -> None:
    found = result("600")
    assert (found.line, found.basis, _findings(found)) == ("motor_moped", Basis.SPARTE, [])
    assert due_kind(found.line, TODAY, catalogue=catalogue()) is Due.FIXED
    assert "vehicle" in tags_of(found)


def test_l09_assistance_is_no_legal_cover() -> None:
    found = result("510")
    assert found.line == "breakdown_assistance"
    assert not tags_of(found) & {"legal", "legal_traffic", "vehicle"}


def test_l10_a_plate_alone_is_motor_legal_cover() -> None:
    found = result("070", {"0220.070.1": {"b208": "K-BD 2026"}})
    assert (found.line, found.basis) == ("legal_traffic", Basis.FIELD)
    assert {"legal", "legal_traffic"} <= tags_of(found) and "RS" not in topics_of(found)


@pytest.mark.parametrize(
    ("text", "traffic"),
    [
        ("Privat- und Berufs-RS für Nichtselbständige", Answer.NO),
        ("Privat- u. Berufs-RS f. nicht Selbständige", Answer.NO),
        ("Privat-, Berufs- und Verkehrs-RS", Answer.YES),
    ],
)
def test_l11_legal_texts(text: str, traffic: Answer) -> None:
    found = result("070", {"0220.070.1": {"b103": text}})
    assert (found.line, found.features["traffic"]) == ("legal_private", traffic)
    assert {"private", "work"} <= codes(found)
    assert ("legal_traffic" in tags_of(found)) is (traffic is Answer.YES)


def test_l12_legal_without_details() -> None:
    found = result("070")
    assert (found.line, found.features["traffic"]) == ("legal_private", Answer.UNKNOWN)
    assert _findings(found) == ASSUMED and "legal_traffic" not in tags_of(found)


def _life(*kinds: str, contract: dict[str, str] | None = None, death: str = "") -> dict[str, Any]:
    return {"0220.010.1": [{"b60": k, "b111": death} for k in kinds], "0210.010.2": contract or {}}


def test_l13_term_life_with_disability() -> None:
    found = result("010", _life("0", "3", "4"))
    assert (found.line, codes(found)) == ("life_term", {"disability"})
    assert {"income", "death", "life"} <= tags_of(found)


def test_l14_basis_pension_with_disability() -> None:
    found = result("010", _life("2", "4", contract={"b117": "7"}))
    assert (found.line, codes(found)) == ("pension_basis", {"disability"})
    assert "income" in tags_of(found)


def test_l15_occupational_disability() -> None:
    found = result("010", _life("4", contract={"b119": "1"}))
    assert (found.line, found.features["occupational"]) == ("disability", Answer.YES)


@pytest.mark.parametrize(("death", "tagged"), [("0", False), ("000020000", True), ("", False)])
def test_l16_endowment_death_sum(death: str, tagged: bool) -> None:
    found = result("010", _life("1", death=death))
    assert found.line == "life_savings" and ("death" in tags_of(found)) is tagged


@pytest.mark.parametrize(
    ("text", "line", "income"),
    [("Grundfähigkeit", "basic_ability", True), ("Erwerbsunfähigkeit", "work_incapacity", False)],
)
def test_l17_disability_by_text(text: str, line: str, income: bool) -> None:
    found = result("010", _life("4"), product_texts=(text,))
    assert (found.line, found.basis) == (line, Basis.TEXT)
    assert ("income" in tags_of(found)) is income


def test_l18_compulsory_care_goes_with_full_cover() -> None:
    found = result("020", {"0220.020.2": [{"b43": "01", "b51": "PVN"}, {"b43": "01", "b51": "A 100"}]})
    assert found.line == "health_full"
    assert "health_full" in tags_of(found) and "PFLEGE_1" not in topics_of(found)


def test_l18_compulsory_care_of_another_person_does_not() -> None:
    found = result("020", {"0220.020.2": [{"b43": "01", "b51": "PVN"}, {"b43": "02", "b51": "Zahn"}]})
    assert found.line == "health_dental" or found.line == "care_compulsory"
    assert "health_full" not in tags_of(found)


@pytest.mark.parametrize(
    ("tariff", "line", "findings"), [("ZAHN PLUS", "health_dental", []), ("X7", "health_supplementary", ASSUMED)]
)
def test_l19_one_tariff(tariff: str, line: str, findings: list[str]) -> None:
    found = result("020", {"0220.020.2": {"b43": "01", "b51": tariff}})
    assert (found.line, _findings(found)) == (line, findings)


def test_l20_accident_of_a_child() -> None:
    found = result("030", {"0220.030.1": {"b189": "5"}})
    assert (found.line, found.features["child"]) == ("accident", Answer.YES)
    assert tax_rate(found.line, "030", TODAY, catalogue=catalogue()).percent == Decimal(19)
    found = result("030", {"0220.030.1": {"b189": "5"}, "0220.030.4": {"b66": "00000004000000"}})
    assert (found.line, found.basis) == ("accident_refund", Basis.FIELD)
    assert tax_rate(found.line, "030", TODAY, catalogue=catalogue()).percent == Decimal("3.8")


@pytest.mark.parametrize(("mark", "stated"), [("", Answer.UNKNOWN), ("0", Answer.NO), ("J", Answer.YES)])
def test_l21_natural_hazards_of_a_building(mark: str, stated: Answer) -> None:
    found = result("140", {"0220.140.2": {"b221": mark}})
    assert (found.line, found.basis, found.features["natural_building"]) == ("building", Basis.SPARTE, stated)
    assert ("natural_building" in tags_of(found)) is (stated is Answer.YES)
    assert ("ELEM" in topics_of(found)) is (stated is Answer.YES)


def test_l22_contents_hazards_do_not_cover_the_building() -> None:
    contents = result("130", {"0210.130.1": {"b68": "FESLM"}})
    house = result("140", {"0220.140.2": {"b221": "0"}})
    assert "HR_ELEM" in topics_of(contents)
    assert "natural_building" not in tags_of(contents) | tags_of(house)


@pytest.mark.parametrize(
    ("perils", "natural", "glass"),
    [
        ("FESLMG", Answer.YES, Answer.YES),
        ("FESL", Answer.NO, Answer.NO),
        ("", Answer.UNKNOWN, Answer.UNKNOWN),
    ],
)
def test_household_perils(perils: str, natural: Answer, glass: Answer) -> None:
    found = result("130", {"0210.130.1": {"b68": perils}})
    assert (found.features["natural_contents"], found.features["glass"]) == (natural, glass)


def test_l23_a_bundle_of_two_families() -> None:
    found = result("000", {"0210.130.1": {}, "0210.040.1": {}}, product_texts=("Privathaftpflicht",))
    assert (found.line, codes(found), _findings(found)) == ("bundle", {"household", "liability_private"}, [])
    assert {"pl", "household"} <= tags_of(found)


def test_l24_a_bundle_of_one_family_is_that_family() -> None:
    found = result("000", {"0210.130.1": {}})
    assert (found.line, found.basis) == ("household", Basis.SPARTE)


@pytest.mark.parametrize("sparte", ["777", "", "ABC", "   "])
def test_l25_an_unknown_sparte_keeps_its_code(sparte: str) -> None:
    found = result(sparte)
    assert (found.line, _findings(found)) == ("other", ["line-unknown"])
    assert dict(found.findings[0].parameters)["sparte"] == sparte


def test_l26_investments_need_the_entitlement() -> None:
    found = result("550")
    assert found.line == "investment"
    assert hidden_in_app(found.line, catalogue=catalogue(), investment_entitled=False)
    assert not hidden_in_app(found.line, catalogue=catalogue(), investment_entitled=True)
    assert not preselected("policy", catalogue=catalogue(), parent_is_investment=True)
    assert not hidden_in_app("life_savings", catalogue=catalogue(), investment_entitled=False)


@pytest.mark.parametrize(
    ("gross", "line", "sparte", "country", "net"),
    [
        (11900, "liability_private", "040", "DE", 10000),
        (11634, "building", "140", "DE", 10000),
        (12100, "liability_private", "", "NL", 10000),
        (5000, "accident", "", "NL", 5000),
    ],
)
def test_l27_l28_net_from_gross(gross: int, line: str, sparte: str, country: str, net: int) -> None:
    rate = tax_rate(line, sparte, date(2026, 1, 1), country, catalogue=catalogue())
    assert net_cents(gross, rate) == net


def test_l29_health_lines_hold_their_policy_back() -> None:
    flag = holds_health_data("disability", (), catalogue=catalogue())
    assert flag
    assert not preselected("policy", catalogue=catalogue(), parent_is_health=flag)
    assert preselected("premium_notice", catalogue=catalogue(), parent_is_health=flag)
    assert preselected("policy", catalogue=catalogue())
    assert holds_health_data("bundle", (Part("accident"),), catalogue=catalogue())
    assert not holds_health_data("household", (Part("glass"),), catalogue=catalogue())


def test_l30_internal_notes_never_get_an_eye() -> None:
    assert not releasable("internal", catalogue=catalogue()) and not releasable("commission", catalogue=catalogue())
    assert not preselected("internal", catalogue=catalogue(), recommended=True)
    assert releasable("correspondence", catalogue=catalogue())


def test_l31_a_manual_line_stays_and_says_what_was_delivered() -> None:
    found = result("040", {"0220.040.2": {"b52": "Privathaftpflicht"}}, manual="liability_animal")
    assert (found.line, found.basis, found.delivered_line) == ("liability_animal", Basis.MANUAL, "liability_private")
    assert not found.findings
    assert not any(may_replace(Basis.MANUAL, new) for new in Basis if new is not Basis.MANUAL)


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        (Basis.FIELD, Basis.SPARTE, True),
        (Basis.SPARTE, Basis.FIELD, True),
        (Basis.TEXT, Basis.SPARTE, True),
        (Basis.DEFAULT, Basis.DEFAULT, True),
        (Basis.FIELD, Basis.TEXT, False),
        (Basis.TEXT, Basis.DEFAULT, False),
    ],
)
def test_a_basis_is_replaced_by_an_equal_or_better_one(old: Basis, new: Basis, allowed: bool) -> None:
    assert may_replace(old, new) is allowed


def _sample() -> dict[str, dict[str, list[dict[str, str]]]]:
    """Detail records of the public sample by policy: the bytes that lines.md 3.2 names, cut straight from the file."""
    cuts = {
        "0210.050": {"b43": (43, 45), "b148": (148, 148)},
        "0220.051": {"b162": (162, 162)},
        "0220.052": {"b199": (199, 199)},
        "0220.053": {"b173": (173, 173)},
    }
    policies: dict[str, dict[str, list[dict[str, str]]]] = {}
    for record in resource("gdv/igor_110120.txt").read_text(encoding="latin-1").splitlines():
        policy, key = record[13:30].strip(), f"{record[:4]}.{record[10:13]}"
        if record[:4] == "0200" and record[255:256] == "1":
            policies[policy] = {}
        elif key in cuts and record[255:256] == "1":
            fact = {name: record[start - 1 : end].strip() for name, (start, end) in cuts[key].items()}
            policies[policy].setdefault(f"{key}.1", []).append(fact)
    return policies


def test_l32_the_public_sample() -> None:
    found = [result("050", records) for records in _sample().values()]
    assert [(f.line, f.basis, _findings(f)) for f in found] == [("motor_car", Basis.FIELD, [])] * 5
    parts = [code for f in found for code in codes(f)]
    assert {code: parts.count(code) for code in parts} == {"kh": 5, "hull_full": 3, "hull_part": 2}
