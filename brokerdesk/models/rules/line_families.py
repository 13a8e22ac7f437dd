"""Deciding fields and texts of the Sparten that have them (lines.md 3.2–3.5). One function per family of Sparten.

A function returns the line it decides, or no line: then `rules/lines` goes on with texts, assumption and home.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from brokerdesk.models.rules.line_delivery import (
    Delivery,
    Verdict,
    amount,
    answer,
    folded,
    hits,
    marked,
    strongest,
    text_of,
    until_of,
)
from brokerdesk.models.values.line_facts import Fact
from brokerdesk.models.values.lines import Answer, Basis

_OCCUPATIONAL_ROUTE = frozenset("123468")
_ANY_LIFE = frozenset({"funeral", "carepension", "childinv"})
_DISABILITY = frozenset({"incapacity", "ability", "critical"})
_RIDERS_ONLY = frozenset("34568")
_SELF_EMPLOYED = re.compile(r"nicht ?selbstaend\w*")
_REFUND_FIELDS = ("b66", "b80", "b94", "b108", "b122", "b144", "b158", "b172")
_COVERS = {"051": "kh", "052": "hull_full", "053": "hull_part", "054": "motor_accident", "059": "luggage"}
_ASSISTANCE_MARKS = {"051": "b162", "052": "b199", "053": "b173"}


def liability(delivery: Delivery, sparte: str) -> Verdict:
    """040: every Wagnis by its text; private wins, else the largest premium, ties in table order."""
    premiums = {_risk_key(f): f for f in delivery.facts.of("0220", sparte, 1)}
    verdict = Verdict(basis=Basis.TEXT)
    found: dict[str, int] = {}
    excluded: dict[str, Verdict] = {}
    texts = delivery.facts.of("0220", sparte, 2)
    active = [f for f in texts if delivery.is_active(premiums.get(_risk_key(f), f))] or list(texts)
    for fact in texts:
        words = delivery.first_list("liability", folded(text_of(fact, "b52", "b102")))
        if words is None or words.line is None:
            continue
        head = premiums.get(_risk_key(fact), {})
        if fact in active:
            found[words.line] = found.get(words.line, 0) + amount(head, "b120")
        else:
            excluded.setdefault(words.line, Verdict()).add(words.line, until_of(head))
    if not found:
        words = delivery.first_list("liability", delivery.product_text())
        verdict.line = words.line if words else None
        return verdict
    verdict.line = "liability_private" if "liability_private" in found else _largest(delivery, found)
    for code in found:
        if code != verdict.line:
            verdict.add(code)
    for code, old in excluded.items():
        if code not in found:
            verdict.add(code, old.parts[0].until)
    return verdict


def _risk_key(fact: Fact) -> tuple[str, str]:
    return text_of(fact, "b43"), text_of(fact, "b49")


def _largest(delivery: Delivery, found: Mapping[str, int]) -> str:
    order = list(delivery.catalogue.lines)
    return min(found, key=lambda code: (-found[code], order.index(code)))


def motor(delivery: Delivery, sparte: str) -> Verdict:
    """050 and its covers: line by Wagniskennziffer, covers as parts (3.4)."""
    verdict = Verdict()
    for cover, code in _COVERS.items():
        for fact in delivery.facts.of("0220", cover):
            verdict.add(code, until_of(fact))
            mark = _ASSISTANCE_MARKS.get(cover)
            if mark and marked(fact, mark):
                verdict.add("breakdown_assistance", until_of(fact))
    for fact in delivery.facts.of("0220", "055"):
        if delivery.first_list("cover", folded(text_of(fact, "b63"))):
            verdict.add("breakdown_assistance", until_of(fact))
    if "510" in delivery.facts.details:
        verdict.add("breakdown_assistance")
    if sparte == "600":
        verdict.line, verdict.basis = "motor_moped", Basis.SPARTE
        return verdict
    vehicles = delivery.records("0210", "050")
    if len(vehicles) > 1 or any(marked(v, "b148") for v in vehicles):
        verdict.features["fleet"] = Answer.YES
    if len(vehicles) > 1:
        verdict.line = "motor_other"
        return verdict
    _vehicle(delivery, verdict, vehicles)
    return verdict


def _vehicle(delivery: Delivery, verdict: Verdict, vehicles: tuple[Fact, ...]) -> None:
    key = text_of(vehicles[0], "b43").lstrip("0") if vehicles else ""
    verdict.line = delivery.catalogue.vehicle_line(key) if key else None
    if verdict.line:
        return
    kinds = " ".join(text_of(f, "b54") for f in delivery.records("0210", "050", 2))
    text = folded(kinds) or delivery.product_text()
    if words := delivery.first_list("vehicle", text):
        verdict.line, verdict.basis = words.line, Basis.TEXT
    elif key:
        verdict.line, verdict.basis, verdict.missing = "motor_other", Basis.DEFAULT, "vehicle_key"


def life(delivery: Delivery, sparte: str) -> Verdict:
    """010: occupational, tax-supported, else by the set of Wagnisarten; texts may turn the result."""
    contract: Fact = next(iter(delivery.records("0210", sparte, 2)), {})
    kinds = _life_kinds(delivery, sparte)
    verdict = Verdict()
    _life_parts(delivery, sparte, verdict, kinds)
    support, route = text_of(contract, "b117"), text_of(contract, "b119")
    if route in _OCCUPATIONAL_ROUTE or text_of(contract, "b43") in set("12345") or support in set("1234"):
        verdict.features["occupational"] = Answer.YES
        if not kinds or not kinds <= _RIDERS_ONLY:
            verdict.line = "pension_occupational"
    elif support == "7":
        verdict.line = "pension_basis"
    elif support == "6" or route == "7":
        verdict.line = "pension_riester"
    if verdict.line is None:
        _life_by_kind(delivery, verdict, kinds)
    _life_riders(verdict, kinds)
    return verdict


def _life_kinds(delivery: Delivery, sparte: str) -> frozenset[str]:
    """The Wagnisarten without 0; records 6–9 and Vertragsart 2 are no parts of their own."""
    found = set()
    for td in range(1, 6):
        for fact in delivery.records("0220", sparte, td):
            if text_of(fact, "b89") != "2":
                found.add(text_of(fact, "b60"))
    return frozenset(found - {"", "0"})


def _life_by_kind(delivery: Delivery, verdict: Verdict, kinds: frozenset[str]) -> None:
    allowed = set(_ANY_LIFE)
    if kinds & set("29"):
        verdict.line = "pension_private"
    elif kinds & set("17"):
        verdict.line = "life_savings"
    elif "3" in kinds:
        verdict.line = "life_term"
        allowed.add("credit")
    elif kinds & set("48"):
        verdict.line = "disability"
        allowed |= _DISABILITY
    elif "5" in kinds:
        verdict.line, verdict.basis, verdict.missing = "life_term", Basis.DEFAULT, "risk_kind"
    if words := delivery.first_list("life", delivery.product_text(), allowed=frozenset(allowed)):
        verdict.line, verdict.basis, verdict.missing = words.line, Basis.TEXT, None


def _life_parts(delivery: Delivery, sparte: str, verdict: Verdict, kinds: frozenset[str]) -> None:
    if kinds & set("79"):
        verdict.features["unit_linked"] = Answer.YES
    sums = [amount(f, "b111") for f in delivery.records("0220", sparte, 1) if text_of(f, "b60") == "1"]
    if sums:
        verdict.features["death_sum"] = Answer.YES if any(sums) else Answer.NO


def _life_riders(verdict: Verdict, kinds: frozenset[str]) -> None:
    own_death = verdict.line in ("life_term", "payment_protection")
    if ("5" in kinds and kinds != {"5"}) or ("3" in kinds and not own_death):
        verdict.add("term_rider")
    if kinds & set("48") and kinds & set("12379"):
        verdict.add("disability")
    if "6" in kinds:
        verdict.add("accident_rider")


def health(delivery: Delivery, sparte: str) -> Verdict:
    """020: no field names the kind of tariff, so substitutive marks first, then texts per tariff (3.5)."""
    premiums, full = _tariffs(delivery, sparte)
    verdict = Verdict(basis=Basis.TEXT)
    if _substitutive(delivery, sparte):
        verdict.line, verdict.basis = "health_full", Basis.FIELD
    elif full:
        verdict.line = "health_full"
    elif premiums:
        verdict.line = _largest(delivery, premiums)
    elif delivery.private_cover:
        verdict.line, verdict.basis, verdict.missing = "health_full", Basis.DEFAULT, "tariff"
    for code in premiums:
        if code != verdict.line:
            verdict.add(code)
    return verdict


def _tariffs(delivery: Delivery, sparte: str) -> tuple[dict[str, int], bool]:
    """Monthly premium per kind of tariff, and whether the texts mean full cover.

    Full cover is named, or compulsory care stands beside any other tariff of the same person.
    """
    premiums: dict[str, int] = {}
    care: set[str] = set()
    persons: dict[str, int] = {}
    for fact in delivery.records("0220", sparte, 2):
        person = text_of(fact, "b43")
        persons[person] = persons.get(person, 0) + 1
        words = delivery.first_list("health", folded(text_of(fact, "b51", "b71")))
        if words and words.line:
            premiums[words.line] = premiums.get(words.line, 0) + amount(fact, "b155")
            care |= {person} if words.name == "carebase" else set()
    if not premiums and (words := delivery.first_list("health", delivery.product_text())) and words.line:
        premiums[words.line] = 0
    return premiums, "health_full" in premiums or any(persons[p] > 1 for p in care)


def _substitutive(delivery: Delivery, sparte: str) -> bool:
    """Vorsorgezuschlag or Beihilfe: only full cover carries them (3.5 step 1)."""
    fields = (("0210", 1, "b163"), ("0210", 1, "b175"), ("0220", 3, "b201"), ("0220", 1, "b222"), ("0220", 1, "b180"))
    return any(amount(f, key) > 0 for satzart, td, key in fields for f in delivery.records(satzart, sparte, td))


def accident(delivery: Delivery, sparte: str) -> Verdict:
    """030: premium refund by its amounts or mark; tariff 5 = child, 2 and 3 = group."""
    verdict = Verdict()
    for fact in delivery.records("0220", sparte, 1):
        tariff = text_of(fact, "b189")
        if tariff in ("5", "2", "3"):
            verdict.features["child" if tariff == "5" else "group"] = Answer.YES
    amounts = any(amount(f, key) > 0 for f in delivery.records("0220", sparte, 4) for key in _REFUND_FIELDS)
    if amounts or any(marked(f, "b73") for f in delivery.records("0210", sparte)):
        verdict.line = "accident_refund"
        verdict.features["premium_refund"] = Answer.YES
    return verdict


def legal(delivery: Delivery, sparte: str) -> Verdict:
    """070: every risk by plate, group of trades and all word lists; any firm risk makes it business cover."""
    verdict = Verdict(basis=Basis.TEXT)
    found: set[str] = set()
    for fact in delivery.records("0220", sparte, 1):
        by_text, by_field = _legal_risk(delivery, fact)
        found |= by_text | by_field
        if by_field - by_text:
            verdict.basis = Basis.FIELD
    found = found or _legal_lists(delivery, delivery.product_text())
    for code in sorted(found - {"firm"}):
        verdict.add(code)
    for fact in delivery.facts.of("0220", sparte, 1):
        if not delivery.is_active(fact):
            for code in sorted(set().union(*_legal_risk(delivery, fact)) - found - {"firm"}):
                verdict.add(code, until_of(fact))
    if not found:
        verdict.features["traffic"] = Answer.UNKNOWN
        return verdict
    verdict.features["traffic"] = Answer.YES if "traffic" in found else Answer.NO
    only_traffic = found == {"traffic"}
    verdict.line = "legal_business" if "firm" in found else "legal_traffic" if only_traffic else "legal_private"
    return verdict


def _legal_risk(delivery: Delivery, fact: Fact) -> tuple[set[str], set[str]]:
    """What one risk covers, by its text and by its fields (plate, group of trades)."""
    by_field = {"traffic"} if text_of(fact, "b208") else set()
    by_field |= {"firm"} if text_of(fact, "b171") else set()
    return _legal_lists(delivery, folded(text_of(fact, "b103"))), by_field


def _legal_lists(delivery: Delivery, text: str) -> set[str]:
    text = _SELF_EMPLOYED.sub("", text)
    return {words.name for words in delivery.catalogue.family("legal") if hits(words, text)}


def household(delivery: Delivery, sparte: str) -> Verdict:
    """130: insured perils (M natural hazards, G glass), waiver of under-insurance, bicycle as additional cover."""
    verdict = Verdict()
    perils = [text_of(f, "b68").upper() for f in delivery.records("0210", sparte)]
    for letter, feature in (("M", "natural_contents"), ("G", "glass")):
        filled = [p for p in perils if p]
        stated = Answer.YES if any(letter in p for p in filled) else Answer.NO
        verdict.features[feature] = stated if filled else Answer.UNKNOWN
    verdict.features["waiver"] = strongest(answer(f, "b217") for f in delivery.records("0210", sparte))
    bicycle = next(w for w in delivery.catalogue.words if w.line == "bicycle")
    for fact in delivery.facts.of("0220", sparte):
        if hits(bicycle, folded(text_of(fact, "b204"))):
            verdict.add("bicycle", until_of(fact))
    return verdict


def building(delivery: Delivery, sparte: str) -> Verdict:
    """140: natural hazards, let, and the building shell by their own fields; blank stays unknown."""
    verdict = Verdict()
    objects = delivery.records("0220", sparte, 1)
    verdict.features["natural_building"] = strongest(answer(f, "b221") for f in delivery.records("0220", sparte, 2))
    verdict.features["let"] = strongest(answer(f, "b156") for f in objects)
    if any(amount(f, "b166") > 0 for f in objects):
        verdict.features["shell"] = Answer.YES
    return verdict


Family = Callable[[Delivery, str], Verdict]
FAMILIES: Mapping[str, Family] = {
    "010": life,
    "020": health,
    "030": accident,
    "040": liability,
    "050": motor,
    "600": motor,
    "070": legal,
    "130": household,
    "140": building,
}
"""Head Sparte → function. Sparten that are not listed have no deciding field."""
