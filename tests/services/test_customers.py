"""Customers: short form, checks, lists, search, duplicates, households, undo."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.names import PartyKind, PartyName, Salutation
from brokerdesk.models.values.paging import Filter, ListQuery, SortKey
from brokerdesk.models.values.states import AppState
from brokerdesk.services.desk import Desk


@pytest.mark.feature("S1.34")
def test_name_and_address_are_enough(desk: Desk) -> None:
    made = desk.customers.create_short(name="Theodora von der Heide", email="T.Heide@Kunden.example")
    card = desk.customers.card(made.value)
    assert card.name.full == "Theodora von der Heide"
    assert card.name.name_prefix == "von der"
    assert card.email == "T.Heide@kunden.example"
    assert card.number == "10001"
    assert card.since == date(2026, 11, 21)
    assert [r.name for r in desk.customers.rows(desk.customers.keys(ListQuery()))] == ["Heide, Theodora von der"]


@pytest.mark.feature("S1.35")
def test_completeness_grows_with_the_record(desk: Desk) -> None:
    made = desk.customers.create_short(name="Ole Probe", email="o@kunden.example")
    before = desk.customers.card(made.value).completeness
    desk.customers.edit(made.value, values={"street": "Musterallee 7", "zip": "50667", "city": "Köln"})
    card = desk.customers.card(made.value)
    assert card.completeness > before
    assert "iban" in card.missing


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"last_name": "  "}, "name-missing"),
        ({"last_name": "A", "email": "nobody"}, "email-invalid"),
        ({"last_name": "A", "iban": "DE02 1203 0000 0000 2020 52"}, "iban-checksum"),
        ({"last_name": "A", "iban": "DE02 1203"}, "iban-length"),
        ({"last_name": "A", "mobile": "12"}, "phone-invalid"),
        ({"last_name": "A", "sort_key": "x"}, "unknown-field"),
    ],
)
def test_bad_values_are_refused_and_nothing_is_written(desk: Desk, values: dict[str, str], code: str) -> None:
    with pytest.raises(KnownError) as problem:
        desk.customers.create(values=values)
    assert problem.value.code == code
    assert len(desk.customers.keys(ListQuery())) == 0


def test_numbers_rise_and_never_repeat(desk: Desk) -> None:
    first = desk.customers.create(values={"last_name": "A", "customer_number": "77777"})
    second = desk.customers.create(values={"last_name": "B"})
    assert desk.customers.card(first.value).number == "77777"
    assert desk.customers.card(second.value).number == "77778"


@pytest.mark.feature("S2.01")
def test_people_and_companies_are_two_views(desk: Desk) -> None:
    desk.customers.create(values={"last_name": "Wiesengrund", "salutation": Salutation.MRS.value})
    desk.customers.create(values={"kind": PartyKind.ORGANISATION.value, "company_name": "Fantasiebau GmbH"})
    private = desk.customers.keys(ListQuery(filters=(Filter("type", "is", "private"),)))
    company = desk.customers.keys(ListQuery(filters=(Filter("type", "is", "company"),)))
    assert [r.name for r in desk.customers.rows(private)] == ["Wiesengrund"]
    assert [r.name for r in desk.customers.rows(company)] == ["Fantasiebau GmbH"]


@pytest.mark.parametrize(
    "words", ["müller", "mueller", "MULLER", "łukasz", "lukasz mull", "50667", "strasse", "171 392"]
)
def test_search_finds_by_any_spelling(desk: Desk, words: str) -> None:
    desk.customers.create(
        values={"first_name": "Łukasz", "last_name": "Müller-Straße", "zip": "50667", "mobile": "0171 39200140"}
    )
    desk.customers.create(values={"last_name": "Anders"})
    found = desk.customers.rows(desk.customers.keys(ListQuery(search=words)))
    assert [r.name for r in found] == ["Müller-Straße, Łukasz"]


def test_sorting_follows_the_dictionary_rule_for_names(desk: Desk) -> None:
    for name in ("Zander", "Ärmel", "Adler", "Aerts", "ßtest"):
        desk.customers.create(values={"last_name": name})
    names = [r.name for r in desk.customers.rows(desk.customers.keys(ListQuery()))]
    assert names == ["Adler", "Ärmel", "Aerts", "ßtest", "Zander"]
    down = desk.customers.keys(ListQuery(sort=(SortKey("name", descending=True),)))
    assert [r.name for r in desk.customers.rows(down)] == names[::-1]


@given(st.lists(st.text("abcäöüß 0123456789-%_'\"", min_size=0, max_size=12), max_size=3))
def test_any_typed_text_is_a_search(words: list[str]) -> None:
    from brokerdesk.store.search import match_expression

    expression = match_expression(" ".join(words))
    assert expression is None or expression.count('"') % 2 == 0


def test_a_list_after_a_change_is_the_new_one(desk: Desk) -> None:
    made = desk.customers.create(values={"last_name": "Alt"})
    assert len(desk.customers.keys(ListQuery())) == 1
    desk.customers.archive(made.value)
    assert len(desk.customers.keys(ListQuery())) == 0
    desk.customers.archive(made.value, archived=False)
    assert len(desk.customers.keys(ListQuery())) == 1


def test_similar_customers_are_shown_while_typing(desk: Desk) -> None:
    desk.customers.create(values={"first_name": "Anna", "last_name": "Müller", "birth_date": date(1981, 3, 14)})
    near = PartyName(first_name="Ana", last_name="Mueller")
    assert desk.customers.similar(name=near, birth_date=date(1981, 3, 14), zip_code="", email="")
    assert not desk.customers.similar(name=near, birth_date=date(1999, 1, 1), zip_code="", email="")
    other = PartyName(first_name="Bert", last_name="Anders")
    assert not desk.customers.similar(name=other, birth_date=date(1981, 3, 14), zip_code="", email="")


@pytest.mark.feature("S5.14")
def test_a_household_is_made_once(desk: Desk) -> None:
    customer = desk.customers.create(values={"first_name": "Mia", "last_name": "Löwenzahn"}).value
    partner = desk.households.add_person(
        customer, name=PartyName(first_name="Can", last_name="Löwenzahn"), relation="partner"
    )
    desk.households.add_person(customer, name=PartyName(first_name="Ole", last_name="Löwenzahn"), relation="child")
    card = desk.customers.card(customer)
    assert [p.relation for p in card.household] == ["self", "partner", "child"]
    assert desk.customers.card(partner.value).household_id == card.household_id
    with pytest.raises(KnownError) as problem:
        desk.households.join(customer, partner.value, relation="partner")
    assert problem.value.code == "already-in-household"


def test_a_household_member_becomes_a_customer_with_one_step(desk: Desk) -> None:
    customer = desk.customers.create(values={"last_name": "Löwenzahn"}).value
    partner = desk.households.add_person(customer, name=PartyName(first_name="Can", last_name="L"), relation="partner")
    assert len(desk.customers.keys(ListQuery())) == 1
    desk.customers.give_customer_role(partner.value)
    assert len(desk.customers.keys(ListQuery())) == 2
    assert desk.customers.card(partner.value).number == "10002"


def test_undo_puts_the_old_values_back(desk: Desk) -> None:
    made = desk.customers.create(values={"last_name": "Alt", "birth_date": date(1980, 1, 2)})
    changed = desk.customers.edit(made.value, values={"last_name": "Neu", "birth_date": date(1990, 3, 4)})
    assert changed.undo is not None
    desk.history.undo(changed.undo)
    card = desk.customers.card(made.value)
    assert (card.name.last_name, card.birth_date) == ("Alt", date(1980, 1, 2))


def test_undo_refuses_to_overwrite_a_later_change(desk: Desk) -> None:
    made = desk.customers.create(values={"last_name": "Eins"})
    changed = desk.customers.edit(made.value, values={"last_name": "Zwei"})
    desk.customers.edit(made.value, values={"last_name": "Drei"})
    with pytest.raises(KnownError) as problem:
        desk.history.undo(changed.undo or "")
    assert problem.value.code == "undo-changed-since"
    assert desk.customers.card(made.value).name.last_name == "Drei"


def test_history_names_field_old_and_new(desk: Desk) -> None:
    made = desk.customers.create(values={"last_name": "Alt"})
    desk.customers.edit(made.value, values={"city": "Bonn"})
    newest = desk.history.of_customer(made.value)[0]
    assert [(e.field, e.old, e.new) for e in newest.edits] == [("city", "", "Bonn")]


@pytest.mark.feature("S1.04", "S1.05", "T01")
def test_without_an_address_the_reason_names_it(paired: Desk) -> None:
    made = paired.customers.create(values={"last_name": "Ohne"})
    row = paired.customers.rows(paired.customers.keys(ListQuery()))[0]
    assert row.app_state is AppState.DATA_MISSING
    assert row.missing == ("email",)
    block = paired.invitations.block(made.value)
    assert not block.invite.enabled
    assert block.invite.reason == "app.reason.email"
