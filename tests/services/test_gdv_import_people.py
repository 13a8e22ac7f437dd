"""Who is who in deliveries: one person becomes one customer, near-namesakes stay apart, existing records are not merged."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokerdesk.core.errors import KnownError
from brokerdesk.formats.gdv.records import ContractBundle, PartialDate, PartyBlock
from brokerdesk.models.values.contact import EmailAddress, Iban, PhoneNumber
from brokerdesk.services.gdv_import.identity import Namesakes, folded_street, is_same, likeness
from brokerdesk.services.gdv_import.people import _email, _phone, usable_iban
from tests.support.gdv_files import bundle, gdv_file, party
from tests.support.imports import Importing, changed, importing, two_insurers


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Importing]:
    with importing(tmp_path) as made:
        yield made


def of(block: PartyBlock, index: int) -> ContractBundle:
    """A contract of its own of this person."""
    return changed(bundle("050", index), parties=(block,))


def test_one_customer_number_is_one_customer(desk: Importing) -> None:
    moved = party(1, street="Neue Gasse 1", name1="Grünwald-Petersen")
    report = desk.deliver(gdv_file([of(party(1), 1), of(moved, 2)]))
    assert (report.customers.new, report.contracts.new) == (1, 2)
    assert desk.value("SELECT last_name FROM party WHERE is_customer") == "Grünwald-Petersen"


def test_without_a_number_equal_words_are_one_customer_even_without_a_birth_date(desk: Importing) -> None:
    plain = party(1, insurer_number="", birth=None)
    written = replace(plain, street=plain.street.replace("Straße", "Strasse").upper(), name1=plain.name1.upper())
    assert desk.deliver(gdv_file([of(plain, 1), of(written, 2), of(party(1, birth=None), 3)])).customers.new == 1


def test_two_numbers_without_a_birth_date_stay_two_and_are_proposed(desk: Importing) -> None:
    one, other = party(1, birth=None), party(1, birth=None, insurer_number="999")
    report = desk.deliver(gdv_file([of(one, 1), of(other, 2)]))
    assert (report.customers.new, report.duplicates_proposed) == (2, 1)


def test_father_and_son_stay_apart(desk: Importing) -> None:
    father, son = party(1), party(1, insurer_number="999", birth=PartialDate(1999, 1, 1))
    report = desk.deliver(two_insurers([of(father, 1)], [of(son, 2)]))
    assert (report.customers.new, report.duplicates_proposed) == (2, 0)


def test_one_person_known_to_two_insurers_is_one_customer(desk: Importing) -> None:
    report = desk.deliver(two_insurers([of(party(1), 1)], [of(party(1, insurer_number="K7"), 2)]))
    assert (report.customers.new, report.contracts.new) == (1, 2)
    (row,) = desk.rows("SELECT insurer_numbers, contracts_own FROM party WHERE is_customer")
    assert json.loads(row["insurer_numbers"]) == ["5555:4711001", "6666:K7"]
    assert row["contracts_own"] == 2


def test_without_a_birth_date_two_insurers_make_two_customers_and_a_proposal(desk: Importing) -> None:
    unknown = party(1, birth=None)
    report = desk.deliver(two_insurers([of(unknown, 1)], [of(replace(unknown, insurer_number="K7"), 2)]))
    assert (report.customers.new, report.duplicates_proposed) == (2, 1)
    (pair,) = desk.desk.customers.duplicates()
    assert pair.name_a == pair.name_b


def test_a_company_is_one_by_name_and_address(desk: Importing) -> None:
    firm = party(1, salutation="3", gender="0", name1="Muster Bau GmbH", name3="", birth=None)
    report = desk.deliver(two_insurers([of(firm, 1)], [of(replace(firm, insurer_number="K7"), 2)]))
    assert report.customers.new == 1
    assert desk.value("SELECT customer_type FROM party WHERE is_customer") == "company"


def test_existing_customers_are_never_merged(desk: Importing) -> None:
    block = party(1)
    same: dict[str, Any] = {"first_name": block.name3, "last_name": block.name1, "zip": block.zip}
    same["birth_date"] = block.birth.exact if block.birth else None
    twins = [
        desk.desk.customers.create(values={**same, "street": street}).value
        for street in (block.street, "Andere Gasse 9")
    ]
    report = desk.deliver(gdv_file([of(block, 1)]))
    assert report.customers.new == 0
    assert desk.value("SELECT count(*) FROM party WHERE is_customer AND NOT archived") == 2
    assert desk.value("SELECT party_id FROM contract") == twins[0]


def test_a_nearly_equal_customer_is_proposed(desk: Importing) -> None:
    block = party(1)
    desk.desk.customers.create(
        values={"first_name": block.name3, "last_name": block.name1, "zip": block.zip, "street": "Weg 1"}
    )
    report = desk.deliver(gdv_file([of(block, 1)]))
    assert (report.customers.new, report.duplicates_proposed) == (1, 1)
    assert desk.deliver(gdv_file([of(block, 1)])).duplicates_proposed == 0


def test_a_partner_who_becomes_policyholder_is_the_same_party(desk: Importing) -> None:
    driver = party(5, role="12", insurer_number="")
    first = changed(bundle("050", 1), parties=(party(1), driver))
    desk.deliver(gdv_file([first]))
    report = desk.deliver(gdv_file([first, of(party(5), 2)]))
    assert (report.customers.as_json(), report.partners.new) == ({"new": 0, "changed": 1, "same": 1}, 0)
    assert desk.value("SELECT count(*) FROM party WHERE is_customer") == 2
    assert desk.value("SELECT count(*) FROM party WHERE customer_number IS NOT NULL") == 2


def test_the_broker_s_own_number_is_taken_when_it_is_free(desk: Importing) -> None:
    numbers = [of(party(i, broker_number="4000"), i) for i in (1, 2)]
    desk.deliver(gdv_file([*numbers, of(party(3), 3)]))
    assert sorted(r["customer_number"] for r in desk.rows("SELECT customer_number FROM party WHERE is_customer")) == [
        "10001",
        "10002",
        "4000",
    ]


def test_customers_since_the_first_contract(desk: Importing) -> None:
    early = {"begin": PartialDate(2001, 5, 1)}
    desk.deliver(gdv_file([of(party(1), 1), changed(of(party(1), 2), general=early)]))
    assert desk.value("SELECT customer_since FROM party WHERE is_customer") == "2001-05-01"


_NAMES = st.sampled_from(["Meier", "Meyer", "Müller", "Mueller"])
_PEOPLE = st.builds(
    party,
    st.just(0),
    name1=_NAMES,
    name3=st.sampled_from(["Anna", "Anne"]),
    zip=st.sampled_from(["20095", "20097"]),
    street=st.sampled_from(["Weg 1", "Weg 2"]),
    birth=st.sampled_from([None, PartialDate(1980, 1, 1), PartialDate(1981, 1, 1), PartialDate(1980, 1)]),
    insurer_number=st.just(""),
)


def _person_key(block: PartyBlock) -> tuple[object, ...] | None:
    """What must be one across insurers, None when the block says too little for that."""
    if block.birth is None or block.birth.exact is None:
        return None
    return (block.name1.replace("ü", "ue"), block.name3, block.zip, block.street, block.birth)


@settings(max_examples=15)
@given(st.lists(_PEOPLE, min_size=1, max_size=6), st.lists(_PEOPLE, min_size=1, max_size=6))
def test_across_insurers_only_surely_equal_people_become_one(first: list[PartyBlock], second: list[PartyBlock]) -> None:
    def key(vu: int, block: PartyBlock) -> tuple[object, ...]:
        sure = _person_key(block)
        birth = block.birth.iso if block.birth else ""
        return sure or (vu, block.name1.replace("ü", "ue"), block.name3, block.zip, block.street, birth)

    with tempfile.TemporaryDirectory() as folder, importing(Path(folder)) as desk:
        data = two_insurers([of(b, i) for i, b in enumerate(first)], [of(b, 100 + i) for i, b in enumerate(second)])
        report = desk.deliver(data)
        expected = {key(1, b) for b in first} | {key(2, b) for b in second}
        assert report.customers.new == len(expected)
        owners = {r["number"]: r["party_id"] for r in desk.rows("SELECT id AS number, party_id FROM contract")}
        assert len(set(owners.values())) == len(expected)
        before = desk.dump()
        assert desk.deliver(data).customers.same == len(expected)
        assert desk.dump() == before


@given(st.from_regex(r"0[1-9][0-9 /()-]{5,14}", fullmatch=True))
def test_the_short_way_for_phone_numbers_says_the_same_as_the_long_one(raw: str) -> None:
    try:
        expected: str | None = PhoneNumber.parse(raw).value
    except KnownError:
        expected = None
    assert _phone(raw) == expected


@given(
    st.from_regex(
        r"[a-z0-9._+-]{1,12}@[a-z0-9.-]{1,12}\.(de|com|example|test|local|localhost|arpa|invalid|onion|zz)",
        fullmatch=True,
    )
)
def test_the_short_way_for_addresses_says_the_same_as_the_long_one(raw: str) -> None:
    try:
        expected: str | None = EmailAddress.parse(raw).value
    except KnownError:
        expected = None
    assert _email(raw) == expected


@pytest.mark.parametrize(
    "text", ["DE89370400440532013000", "de89 3704 0044 0532 0130 00", "NL91ABNA0417164300", "AT611904300234573201"]
)
def test_a_right_iban_is_usable(text: str) -> None:
    assert usable_iban(text) == Iban.parse(text).value


@pytest.mark.parametrize("text", ["", "1111111111", "DE89370400440532013001", "DE8937040044053201300", "XX", "DE00x"])
def test_a_masked_or_wrong_account_is_no_iban(text: str) -> None:
    assert usable_iban(text) is None


def test_streets_are_compared_without_spelling() -> None:
    assert folded_street("Große Hauptstraße 5 a") == folded_street("GROSSE HAUPTSTR. 5A")
    assert folded_street("Hauptstraße 5") != folded_street("Hauptstraße 6")


_BIRTHS = (date(1970, 1, 1), date(1970, 1, 2))
_VALUES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("person", "organisation")),
        "name_suffix": st.sampled_from(("", "jun.")),
        "zip": st.sampled_from(("", "50667", "50668")),
        "street": st.sampled_from(("", "Lindenweg 3", "LINDENWEG 3", "Ufer 1")),
        "birth_date": st.sampled_from((None, *_BIRTHS)),
    }
)


def _in_book(number: int, values: dict[str, Any]) -> dict[str, Any]:
    birth = values["birth_date"]
    return values | {"id": str(number), "birth_date": birth.isoformat() if birth else None}


@given(known=st.lists(_VALUES, max_size=8), moved=st.lists(_VALUES, max_size=3), delivered=_VALUES)
def test_asking_few_namesakes_finds_what_asking_all_finds(
    known: list[dict[str, Any]], moved: list[dict[str, Any]], delivered: dict[str, Any]
) -> None:
    rows, names = [_in_book(n, values) for n, values in enumerate(known)], Namesakes()
    for row in rows:
        names.add(row)
    for row, values in zip(rows, moved, strict=False):  # changed after they were taken in
        row |= _in_book(int(row["id"]), values)
        names.add(row)
    same = [row["id"] for row in rows if is_same(row, delivered)]
    assert (names.same(delivered) in same) if same else names.same(delivered) is None
    assert dict(names.alike(delivered)) == {row["id"]: r for row in rows if (r := likeness(row, delivered))}
