"""Households: a person of the book joins, leaves another one, and undo puts both back."""

from __future__ import annotations

from datetime import date

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.names import PartyKind, PartyName
from brokerdesk.services.desk import Desk

TODAY = date(2026, 11, 21)


def customer(desk: Desk, first: str, last: str, **values: object) -> str:
    return desk.customers.create(values={"first_name": first, "last_name": last, **values}).value


def members(desk: Desk, party_id: str) -> dict[str, date | None]:
    """First name → until, of the household a party lives in now."""
    return {p.first_name: p.until for p in desk.customers.card(party_id).household}


def found(desk: Desk, party_id: str, words: str) -> list[str]:
    return [hit.name for hit in desk.households.people(party_id, words)]


@pytest.mark.feature("S5.14")
def test_somebody_of_the_book_joins_and_undo_takes_it_back(desk: Desk) -> None:
    mia, can = customer(desk, "Mia", "Löwenzahn"), customer(desk, "Can", "Distel", street="Musterallee 7", city="Köln")
    before = desk.customers.card(can)
    joined = desk.households.join(mia, can, relation="partner")
    assert members(desk, mia) == {"Mia": None, "Can": None}
    assert [p.relation for p in desk.customers.card(can).household] == ["self", "partner"]
    after = desk.customers.card(can)
    assert (after.street, after.city, after.number) == (before.street, before.city, before.number)
    with pytest.raises(KnownError) as problem:
        desk.households.join(mia, can, relation="partner")
    assert problem.value.code == "already-in-household"
    desk.history.undo(joined.undo or "")
    assert desk.customers.card(can) == before and members(desk, mia) == {}
    desk.households.join(mia, can, relation="sibling")
    assert members(desk, mia) == {"Mia": None, "Can": None}, "after an undo it can be done again"


@pytest.mark.feature("S5.14")
def test_who_joins_leaves_the_other_household_today_and_undo_lets_him_stay(desk: Desk) -> None:
    old, new = customer(desk, "Mia", "Löwenzahn"), customer(desk, "Ole", "Distel")
    child = desk.households.add_person(old, name=PartyName(first_name="Jonte", last_name="L"), relation="child").value
    moved = desk.households.join(new, child, relation="child")
    assert members(desk, old) == {"Mia": None, "Jonte": TODAY}
    assert members(desk, new) == {"Ole": None, "Jonte": None} == members(desk, child)
    desk.history.undo(moved.undo or "")
    assert members(desk, old) == {"Mia": None, "Jonte": None} == members(desk, child)
    assert members(desk, new) == {}


def test_moving_there_and_back_keeps_one_membership_per_household(desk: Desk) -> None:
    old, new = customer(desk, "Mia", "Löwenzahn"), customer(desk, "Ole", "Distel")
    child = desk.households.add_person(old, name=PartyName(first_name="Jonte", last_name="L"), relation="child").value
    desk.households.join(new, child, relation="child")
    back = desk.households.join(old, child, relation="other")
    assert members(desk, new) == {"Ole": None, "Jonte": TODAY}
    assert [(p.first_name, p.relation, p.until) for p in desk.customers.card(old).household] == [
        ("Mia", "self", None),
        ("Jonte", "other", None),
    ]
    desk.history.undo(back.undo or "")
    assert members(desk, child) == {"Ole": None, "Jonte": None}


def test_a_household_is_made_anew_for_one_who_left_his_own(desk: Desk) -> None:
    mia, can = customer(desk, "Mia", "Löwenzahn"), customer(desk, "Can", "Distel")
    home = desk.households.join(mia, can, relation="partner").value
    desk.households.leave(home, mia, until=date(2026, 1, 1))
    desk.households.add_person(mia, name=PartyName(first_name="Ole", last_name="L"), relation="child")
    assert members(desk, mia) == {"Mia": None, "Ole": None}
    assert members(desk, can) == {"Mia": date(2026, 1, 1), "Can": None}


def test_an_undone_household_can_be_made_again(desk: Desk) -> None:
    mia = customer(desk, "Mia", "Löwenzahn")
    made = desk.households.add_person(mia, name=PartyName(first_name="Ole", last_name="L"), relation="child")
    desk.history.undo(made.undo or "")
    assert members(desk, mia) == {}
    desk.households.add_person(mia, name=PartyName(first_name="Ida", last_name="L"), relation="child")
    assert members(desk, mia) == {"Mia": None, "Ida": None}


def test_people_are_found_by_name_with_what_tells_them_apart(desk: Desk) -> None:
    mia = customer(desk, "Mia", "Löwenzahn", city="Bonn")
    ole = desk.households.add_person(
        mia, name=PartyName(first_name="Ole", last_name="Löwenzahn"), relation="child"
    ).value
    one = customer(desk, "Ida", "Löwenzahn", birth_date=date(1950, 1, 2), zip="50667", city="Köln")
    two = customer(desk, "Ida", "Löwenzahn", birth_date=date(1981, 3, 4), city="Bonn")
    desk.customers.create(values={"kind": PartyKind.ORGANISATION.value, "company_name": "Löwenzahn GmbH"})
    gone = customer(desk, "Uwe", "Löwenzahn")
    desk.customers.archive(gone)
    hits = desk.households.people(mia, "loewenz")
    assert [(h.party_id, h.birth_date, h.place, h.household) for h in hits] == [
        (one, date(1950, 1, 2), "50667 Köln", ""),
        (two, date(1981, 3, 4), "Bonn", ""),
    ], "neither himself, nor who lives there, nor companies, nor archived ones"
    (hit,) = desk.households.people(two, "Ole")
    assert (hit.party_id, hit.is_customer, hit.household) == (ole, False, "Löwenzahn")
    desk.households.join(mia, one, relation="parent")
    assert found(desk, mia, "Ida") == ["Löwenzahn, Ida"]
    home = desk.customers.card(mia).household_id or ""
    desk.households.leave(home, one, until=date(2026, 2, 1))
    assert len(found(desk, mia, "Ida")) == 2, "who moved out can come back"
    assert found(desk, mia, "  ") == [] == found(desk, mia, "Nirgendwo")
