"""Rules of product/lines.md sections 2 and 3 beyond the boundary tests, and what holds for every delivery."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.models.rules.lines import classify
from brokerdesk.models.values.line_facts import LineFacts
from brokerdesk.models.values.lines import Answer, Basis
from tests.support.lines import TODAY, catalogue, codes, delivery, result, tags_of, topics_of

ASSUMED = ["line-assumed"]


@pytest.mark.parametrize("organisation", [False, True])
@pytest.mark.parametrize("sparte", sorted(catalogue().homes))
def test_every_sparte_has_a_line(sparte: str, organisation: bool) -> None:
    found = result(sparte, customer_is_organisation=organisation)
    assert found.line in catalogue().lines
    assert found.basis in (Basis.SPARTE, Basis.DEFAULT)
    assert bool(found.findings) is (found.basis is Basis.DEFAULT)


@pytest.mark.parametrize(
    ("sparte", "text", "organisation", "line", "basis"),
    [
        ("080", "Wohngebäude Einfamilienhaus", False, "building", Basis.TEXT),
        ("080", "Wohngebäude Einfamilienhaus", True, "property_commercial", Basis.SPARTE),
        ("080", "Werkstatt", False, "property_commercial", Basis.DEFAULT),
        ("099", "Hausrat", False, "household", Basis.TEXT),
        ("080", "Hausrat", False, "property_commercial", Basis.DEFAULT),
        ("124", "Elementar", False, "natural_hazards", Basis.TEXT),
        ("110", "Elementar", False, "glass", Basis.SPARTE),
        ("170", "Photovoltaik", True, "home_technology", Basis.TEXT),
        ("174", "Photovoltaik", True, "technical", Basis.SPARTE),
        ("299", "E-Bike Schutz", False, "bicycle", Basis.TEXT),
        ("293", "Mietausfall", False, "rent_loss", Basis.TEXT),
        ("293", "", False, "other", Basis.DEFAULT),
        ("296", "Cyber Police", True, "cyber_crime", Basis.TEXT),
        ("240", "Auslandsreise-Krankenversicherung", False, "travel_health", Basis.TEXT),
        ("290", "Reiserücktritt", False, "travel", Basis.TEXT),
        ("299", "Kinderinvalidität", False, "child_disability", Basis.TEXT),
        ("030", "Schulunfähigkeit Kind", False, "child_disability", Basis.TEXT),
        ("190", "Segelyacht", False, "boat_hull", Basis.TEXT),
        ("191", "", False, "boat_hull", Basis.DEFAULT),
        ("191", "", True, "transport", Basis.SPARTE),
        ("040", "Gewässerschaden Öltank", False, "liability_water", Basis.TEXT),
        ("040", "Haus- und Grundbesitzer", False, "liability_property_owner", Basis.TEXT),
        ("040", "D&O", True, "liability_professional", Basis.TEXT),
        ("050", "Motorrad", False, "motor_motorcycle", Basis.TEXT),
        ("010", "Sterbegeld", False, "funeral", Basis.TEXT),
        ("010", "Erwerbsunfähigkeit", False, "life_savings", Basis.DEFAULT),
        ("070", "Firmen-Rechtsschutz", True, "legal_business", Basis.TEXT),
        ("020", "Krankentagegeld", False, "health_sick_pay", Basis.TEXT),
    ],
)
def test_lines_by_text(sparte: str, text: str, organisation: bool, line: str, basis: Basis) -> None:
    found = result(sparte, product_texts=(text,) if text else (), customer_is_organisation=organisation)
    assert (found.line, found.basis) == (line, basis)


def _life(*kinds: str, **contract: str) -> dict[str, Any]:
    return {"0220.010.1": [{"b60": k} for k in kinds], "0210.010.2": contract}


@pytest.mark.parametrize(
    ("kinds", "contract", "line", "parts"),
    [
        ("1", {}, "life_savings", set()),
        ("7", {}, "life_savings", set()),
        ("9", {}, "pension_private", set()),
        ("25", {}, "pension_private", {"term_rider"}),
        ("23", {}, "pension_private", {"term_rider"}),
        ("36", {}, "life_term", {"accident_rider"}),
        ("35", {}, "life_term", {"term_rider"}),
        ("8", {}, "disability", set()),
        ("5", {}, "life_term", set()),
        ("6", {}, "life_savings", {"accident_rider"}),
        ("", {}, "life_savings", set()),
        ("2", {"b117": "6"}, "pension_riester", set()),
        ("2", {"b119": "7"}, "pension_riester", set()),
        ("2", {"b119": "8"}, "pension_occupational", set()),
        ("2", {"b117": "3"}, "pension_occupational", set()),
        ("14", {"b43": "2"}, "pension_occupational", {"disability"}),
        ("3", {"b43": "2"}, "life_term", set()),
        ("", {"b43": "2"}, "pension_occupational", set()),
        ("2", {"b43": "6", "b119": "5"}, "pension_private", set()),
    ],
)
def test_life_by_kinds_of_risk(kinds: str, contract: dict[str, str], line: str, parts: set[str]) -> None:
    found = result("010", _life(*kinds, **contract))
    assert (found.line, codes(found)) == (line, parts)
    assert bool(found.findings) is (kinds in ("5", "6", "") and not contract)
    if "7" in kinds or "9" in kinds:
        assert found.features["unit_linked"] is Answer.YES


def test_life_records_of_vertragsart_2_and_of_beneficiaries_are_no_parts() -> None:
    records = {"0220.010.1": [{"b60": "1"}, {"b60": "4", "b89": "2"}], "0220.010.6": {"b60": "4"}}
    assert codes(result("010", records)) == set()


@pytest.mark.parametrize(
    ("key", "byte"),
    [
        ("0210.020.1", "b163"),
        ("0210.020.1", "b175"),
        ("0220.020.3", "b201"),
        ("0220.020.1", "b222"),
        ("0220.020.1", "b180"),
    ],
)
def test_substitutive_health_cover_by_field(key: str, byte: str) -> None:
    assert result("020", {key: {byte: "000000000100"}}).basis is Basis.FIELD
    assert result("020", {key: {byte: "000000000000"}}).line == "health_supplementary"


def test_health_by_the_largest_premium_the_rest_are_parts() -> None:
    tariffs = [
        {"b43": "01", "b51": "Zahn", "b155": "1200"},
        {"b43": "01", "b51": "KTG 43", "b155": "2100"},
        {"b43": "01", "b51": "Zahn Plus", "b155": "1500"},
    ]
    found = result("020", {"0220.020.2": tariffs})
    assert (found.line, codes(found)) == ("health_dental", {"health_sick_pay"})


def test_an_unclear_tariff_of_a_privately_insured_person_is_full_cover() -> None:
    found = result("020", {"0220.020.2": {"b43": "01", "b51": "X7"}}, private_cover=True)
    assert (found.line, [f.code for f in found.findings]) == ("health_full", ASSUMED)


def test_a_tariff_that_left_does_not_count() -> None:
    tariffs = [{"b43": "1", "b51": "Zahn", "until": "2020-01-01"}, {"b43": "1", "b51": "Krankentagegeld"}]
    assert result("020", {"0220.020.2": tariffs}).line == "health_sick_pay"
    assert result("020", {"0220.020.2": tariffs[:1]}).line == "health_dental"


def test_liability_takes_the_largest_premium_without_a_private_risk() -> None:
    records = {
        "0220.040.1": [{"b43": "1", "b120": "5000"}, {"b43": "2", "b120": "9000"}],
        "0220.040.2": [{"b43": "1", "b52": "Bauherr"}, {"b43": "2", "b102": "Öltank 5000 l"}],
    }
    found = result("040", records)
    assert (found.line, codes(found)) == ("liability_water", {"liability_builder"})


def test_an_excluded_risk_stays_as_history() -> None:
    records = {
        "0220.040.1": [{"b43": "1"}, {"b43": "2", "until": "2026-01-01"}],
        "0220.040.2": [{"b43": "1", "b52": "Privathaftpflicht"}, {"b43": "2", "b52": "Hundehalter"}],
    }
    found = result("040", records)
    assert codes(found) == set() and codes(found, active=False) == {"liability_animal"}
    assert "TIER_H" not in topics_of(found)


@pytest.mark.parametrize(("cover", "byte"), [("051", "b162"), ("052", "b199"), ("053", "b173")])
def test_assistance_marks_are_parts(cover: str, byte: str) -> None:
    for mark, there in (("J", True), ("0", False), ("N", False), ("", False)):
        found = result("050", {"0210.050.1": {"b43": "112"}, f"0220.{cover}.1": {byte: mark}})
        assert ("breakdown_assistance" in codes(found)) is there


def test_motor_assistance_by_text_or_own_sparte_is_a_part() -> None:
    found = result("050", {"0210.050.1": {"b43": "112"}, "0220.055.1": {"b63": "Auto-Schutzbrief"}})
    assert "breakdown_assistance" in codes(found)
    found = result("050", {"0210.050.1": {"b43": "112"}, "0210.510.1": {}}, bundled=True)
    assert (found.line, codes(found)) == ("motor_car", {"breakdown_assistance"})


def test_several_vehicles_are_a_fleet() -> None:
    found = result("050", {"0210.050.1": [{"b43": "112"}, {"b43": "112"}]})
    assert (found.line, found.basis, found.features["fleet"]) == ("motor_other", Basis.FIELD, Answer.YES)
    found = result("050", {"0210.050.1": {"b43": "112", "b148": "1"}})
    assert (found.line, found.features["fleet"]) == ("motor_car", Answer.YES)


@pytest.mark.parametrize("sparte", ["051", "052", "053", "054", "055", "059"])
def test_a_cover_as_sparte_is_motor(sparte: str) -> None:
    assert result(sparte, {"0210.050.1": {"b43": "112"}}).line == "motor_car"


def test_business_legal_cover_by_field() -> None:
    found = result("070", {"0220.070.1": [{"b171": "4711"}, {"b103": "Privat"}, {"b208": "K-BD 2026"}]})
    assert (found.line, found.basis) == ("legal_business", Basis.FIELD)
    assert {"legal", "legal_traffic"} <= tags_of(found)
    assert not tags_of(result("070", {"0220.070.1": {"b171": "4711"}})) & {"legal", "legal_traffic"}


def test_building_facts() -> None:
    found = result("140", {"0220.140.1": {"b156": "J", "b166": "000000010000"}, "0220.140.2": {"b221": ""}})
    assert found.features == {"natural_building": Answer.UNKNOWN, "let": Answer.YES, "shell": Answer.YES}
    assert topics_of(found) == {"WG_V", "ROHBAU"}
    assert "WG" in topics_of(result("140"))


def test_bicycle_in_the_contents_policy() -> None:
    assert codes(result("130", {"0220.130.1": {"b204": "Fahrraddiebstahl"}})) == {"bicycle"}


def test_bundled_contract_with_the_mark_at_byte_10() -> None:
    records = {"0210.130.1": {}, "0210.110.1": {}}
    assert result("130", records).line == "household"
    found = result("130", records, bundled=True)
    assert (found.line, codes(found)) == ("bundle", {"household", "glass"})
    assert result("130", {"0210.130.1": {}}, bundled=True).line == "household"


def test_sub_lines_are_folded_before_families_are_counted() -> None:
    motor = {"0210.050.1": {"b43": "112"}, "0220.051.1": {}, "0220.053.1": {}}
    assert result("000", motor).line == "motor_car"
    assert (
        result("630", {"0210.099.1": {}, "0210.090.1": {}}, customer_is_organisation=True).line == "property_commercial"
    )
    assert result("230", {"0220.210.1": {}, "0220.231.1": {}}, bundled=True).line == "business_interruption"


def test_a_bundle_without_parts() -> None:
    found = result("000", {"0210.000.1": {"b49": "Privathaftpflicht"}})
    assert (found.line, found.basis) == ("liability_private", Basis.TEXT)
    found = result("000")
    assert (found.line, [f.code for f in found.findings]) == ("bundle", ASSUMED)


def test_an_excluded_family_of_a_bundle_is_history() -> None:
    records = {"0210.130.1": {}, "0210.110.1": {"until": "2026-01-01"}}
    found = result("000", records)
    assert found.line == "household"
    assert codes(found) == set() and codes(found, active=False) == {"glass"}
    records = {"0210.130.1": {"until": "2026-01-01"}}
    assert result("000", records).line == "household"


def test_history_names_neither_the_bundle_itself_nor_the_line_twice() -> None:
    gone = {"until": "2020-01-01"}
    found = result("000", {"0220.010.1": {}, "0220.020.1": {}, "0210.000.1": gone})
    assert found.line == "bundle"
    assert "bundle" not in codes(found, active=False)
    found = result("000", {"0210.090.1": {"b209": "Hausrat"}, "0210.130.1": gone})
    assert (found.line, codes(found, active=False)) == ("household", set())


def test_a_manual_line_without_contradiction_has_no_hint() -> None:
    assert result("130", manual="household").delivered_line is None


_KEYS = [
    "0210.010.2", "0220.010.1", "0220.020.1", "0220.020.2", "0220.020.3", "0220.030.1", "0220.030.4", "0220.040.1",
    "0220.040.2", "0210.050.1", "0220.051.1", "0220.052.1", "0220.055.1", "0220.070.1", "0210.130.1", "0220.130.1",
    "0220.140.1", "0220.140.2", "0210.000.1",
]  # fmt: skip
_BYTES = [
    "b43",
    "b49",
    "b51",
    "b52",
    "b60",
    "b63",
    "b68",
    "b103",
    "b111",
    "b117",
    "b119",
    "b120",
    "b148",
    "b155",
    "b171",
]
_texts = st.one_of(
    st.sampled_from(["", "0", "N", "J", "1", "112", "000", "4", "PVN", "Privat", "Hund", "-", "９", "²", "ABC"]),
    st.text(max_size=8),
)
_record = st.dictionaries(st.sampled_from(_BYTES), _texts, max_size=6).flatmap(
    lambda fact: st.sampled_from([None, "2020-01-01", "2099-12-31"]).map(lambda until: {**fact, "until": until})
)


@given(
    sparte=st.one_of(st.sampled_from([*catalogue().homes, "", "777", "xx"]), st.text(max_size=3)),
    records=st.dictionaries(st.sampled_from(_KEYS), st.lists(_record, min_size=1, max_size=3), max_size=5),
    texts=st.lists(_texts, max_size=2),
    organisation=st.booleans(),
    bundled=st.booleans(),
)
def test_no_delivery_breaks_the_classification(
    sparte: str, records: dict[str, Any], texts: list[str], organisation: bool, bundled: bool
) -> None:
    facts: LineFacts = delivery(
        sparte, records, product_texts=tuple(texts), customer_is_organisation=organisation, bundled=bundled
    )
    found = classify(facts, catalogue=catalogue(), today=TODAY)
    assert found == classify(facts, catalogue=catalogue(), today=TODAY)
    assert found.line in catalogue().lines
    known = set(catalogue().lines) | set(catalogue().part_codes)
    parts = [p.code for p in found.parts]
    assert set(parts) <= known and len(parts) == len(set(parts)) and found.line not in parts
    assert set(found.features) <= set(catalogue().feature_codes)
    assumed = {f.code for f in found.findings}
    assert assumed <= {"line-assumed", "line-unknown"}
    if found.basis is Basis.DEFAULT:
        assert assumed
    tags_of(found)
    topics_of(found)
