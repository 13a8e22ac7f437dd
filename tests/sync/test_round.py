"""Rounds of the exchange against the real portal: pairing, push, pull, conflicts, what people see of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.models.entities import Contract
from brokerdesk.services import exchange
from brokerdesk.sync.report import State
from tests.support.portal import Office
from tests.sync.desks import TestDesk

Make = Callable[..., TestDesk]


def two(desks: Make, office: Office) -> tuple[TestDesk, TestDesk]:
    """Two desks of one office, both empty."""
    anna, bert = desks("anna"), desks("bert")
    anna.pair(office)
    bert.pair(office, office.employee(name="Bert", role="admin"))
    return anna, bert


def test_a_book_pairs_and_its_customers_reach_the_second_desk(desks: Make, office: Office) -> None:
    anna = desks("anna")
    adviser = anna.add_adviser("V1", name="Vera Vermittler")
    party = anna.add_customer("Łukasz", first_name="Zoë", street="Weg 1", city="Köln", birth_date=date(1980, 2, 29),
        adviser_id=adviser, contacts=[{"kind": "phone", "value": "+49 30 23125001"}], tags=["vip"])  # fmt: skip
    contract = anna.add_contract(party, premium_gross_cents=12_345, frequency="monthly", start=date(2020, 1, 1))
    assert anna.waiting == []
    assert anna.pair(office).queued == 3
    report = anna.sync()
    assert (report.pushed, report.outbox, report.refused) == (3, 0, 0)
    bert = desks("bert")
    bert.pair(office)
    assert bert.sync().pulled >= 3
    assert bert.show(party) == anna.show(party)
    assert bert.show(contract, "contract") == anna.show(contract, "contract")
    with bert.book.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT sort_key, contracts_own, premium_year_cents, app_state FROM party WHERE id = ?", (party,)
        ).one()
    assert tuple(row) == ("lukasz zoe", 1, 148_140, "data_missing")
    assert anna.sync().pushed == 0
    assert anna.rev(party) == bert.rev(party) == 1
    assert bert.count("change_log") == 0


@pytest.mark.feature("S1.36")
def test_edits_of_different_fields_both_win_and_history_names_the_author(desks: Make, office: Office) -> None:
    anna, bert = two(desks, office)
    party = anna.add_customer()
    anna.sync(), bert.sync()
    anna.edit(party, phone="+49 30 23125001")
    bert.edit(party, email="neu@kunde.example")
    anna.sync(), bert.sync(), anna.sync()
    for desk in (anna, bert):
        shown = desk.show(party)
        assert shown is not None
        assert (shown["phone"], shown["email"]) == ("+49 30 23125001", "neu@kunde.example")
        assert desk.conflicts == []
    with anna.book.read() as connection:
        actors = connection.exec_driver_sql("SELECT actor FROM change_log WHERE origin = 'feed'").scalars().all()
    assert list(actors) == ["Bert"]


def test_the_same_field_becomes_a_conflict_that_people_can_resolve(desks: Make, office: Office) -> None:
    anna, bert = two(desks, office)
    party = anna.add_customer(street="A 1", city="Berlin")
    anna.sync(), bert.sync()
    anna.edit(party, street="B 2", phone="1")
    bert.edit(party, street="C 3", zip="20095", phone="2")
    anna.sync()
    report = bert.sync()
    assert (report.conflicts, report.outbox) == (2, 0)
    found = {c.field: c for c in bert.conflicts}
    assert found["phone"].mine == "2"
    assert found["phone"].theirs == "1"
    assert found["phone"].their_actor == "Anna"
    assert found["address"].theirs["street"] == "B 2"
    assert found["address"].mine["zip"] == "20095"
    shown = bert.show(party)
    assert shown is not None
    assert shown["address"]["street"] == "C 3"
    bert.restart()
    assert len(bert.conflicts) == 2
    exchange.resolve_mine(bert.book, [found["phone"].key])
    exchange.resolve_theirs(bert.book, [found["address"].key])
    bert.sync(), anna.sync()
    assert anna.show(party) == bert.show(party)
    shown = anna.show(party)
    assert shown is not None
    assert (shown["phone"], shown["address"]["street"], shown["address"]["zip"]) == ("2", "B 2", None)
    assert bert.conflicts == anna.conflicts == []


def test_a_third_value_resolves_a_conflict_and_a_third_change_is_seen_again(desks: Make, office: Office) -> None:
    anna, bert = two(desks, office)
    party = anna.add_customer(phone="0")
    anna.sync(), bert.sync()
    anna.edit(party, phone="1")
    bert.edit(party, phone="2")
    anna.sync(), bert.sync()
    exchange.resolve_other(bert.book, bert.conflicts[0].key, "3")
    anna.edit(party, phone="4")
    anna.sync()
    bert.sync()
    (again,) = bert.conflicts
    assert (again.mine, again.theirs) == ("3", "4")
    with pytest.raises(KnownError, match="sync-conflict-value"):
        exchange.resolve_other(bert.book, again.key, 5)
    exchange.resolve_other(bert.book, again.key, "5")
    bert.sync(), anna.sync()
    shown = anna.show(party)
    assert shown is not None
    assert shown["phone"] == "5"


def test_sets_unite_and_the_restrictive_consent_wins(desks: Make, office: Office) -> None:
    anna, bert = two(desks, office)
    party = anna.add_customer(tags=["a", "b"], consent_email="granted")
    anna.sync(), bert.sync()
    anna.edit(party, tags=["b", "c"], consent_email="refused")
    bert.edit(party, tags=["a", "b", "d"])
    anna.sync(), bert.sync(), anna.sync()
    for desk in (anna, bert):
        shown = desk.show(party)
        assert shown is not None
        assert set(shown["tags"]) == {"b", "c", "d"}
        assert shown["consent_email"] == "refused"
    anna.edit(party, consent_email="granted")
    bert.edit(party, consent_email="withdrawn")
    anna.sync(), bert.sync(), anna.sync()
    shown = anna.show(party)
    assert shown is not None
    assert shown["consent_email"] == "withdrawn"


def test_two_desks_make_the_same_adviser(desks: Make, office: Office) -> None:
    anna, bert = two(desks, office)
    one = anna.add_adviser("V1", name="Vera", phone="1")
    two_ = bert.add_adviser("V1", name="Vera", email="v@makler.example")
    assert one == two_
    anna.sync(), bert.sync(), anna.sync()
    shown = anna.show(one, "adviser")
    assert shown == bert.show(one, "adviser")
    assert shown is not None
    assert (shown["phone"], shown["email"]) == ("1", "v@makler.example")
    assert bert.conflicts == []


def test_an_invoice_of_work_is_atomic_and_parents_go_first(desks: Make, office: Office) -> None:
    anna, bert = two(desks, office)
    party = anna.add_customer()
    anna.sync()
    anna.edit(party, phone="1")  # an older item that will refer to a newer record
    adviser = anna.add_adviser("V9", name="Neu")
    anna.edit(party, adviser_id=adviser)
    contract = anna.add_contract(party)
    anna.edit(contract, Contract, adviser_id=adviser)
    report = anna.sync()
    assert (report.refused, report.outbox) == (0, 0)
    bert.sync()
    assert bert.show(contract, "contract") == anna.show(contract, "contract")


def test_a_rejected_item_waits_with_its_reason_and_the_queue_goes_on(desks: Make, office: Office) -> None:
    anna, bert = two(desks, office)
    party = anna.add_customer(phone="0")
    anna.sync(), bert.sync()
    anna.edit(party, phone="x" * 600)
    other = anna.add_customer("Zweite")
    report = anna.sync()
    assert (report.refused, report.outbox, report.state) == (1, 1, State.IDLE)
    (item,) = anna.waiting
    assert (item.state, item.problem, item.problem_fields) == ("attention", "validation", ("phone",))
    bert.sync()
    assert bert.show(other) is not None
    bert.edit(party, email="b@kunde.example", phone="7")
    bert.sync(), anna.sync()
    shown = anna.show(party)
    assert shown is not None
    assert shown["email"] == "b@kunde.example"
    assert shown["phone"] == "x" * 600
    exchange.withdraw(anna.book, item.key)
    shown = anna.show(party)
    assert shown is not None
    assert shown["phone"] == "7"
    assert anna.waiting == []
