"""Numbers at insurers and tags of a party: what stands in the book survives, what is new is checked; history and exchange."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.core.errors import KnownError
from brokerdesk.models.entities import Party
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.models.values.party_lists import checked_numbers, checked_tags, number_entry, number_parts
from brokerdesk.services.desk import Desk
from brokerdesk.wire.fields import accepts
from brokerdesk.wire.kinds import PARTY
from tests.support.gdv_files import bundle, gdv_file
from tests.support.imports import changed, importing

ENTRIES = st.lists(st.text(max_size=12), max_size=5, unique=True)


@given(st.text(max_size=20))
def test_an_entry_is_taken_apart_and_put_together_exactly(entry: str) -> None:
    assert number_entry(*number_parts(entry)) == entry


@given(ENTRIES, st.data())
def test_what_is_stored_survives_whatever_it_is(stored: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.permutations(stored)) if stored else []
    assert checked_numbers(kept, stored) == kept == checked_tags(kept, stored)
    assert checked_numbers([*kept, "5555:Neu 1"], stored) == [
        *kept,
        *(["5555:Neu 1"] if "5555:Neu 1" not in kept else []),
    ]


@given(ENTRIES, ENTRIES)
def test_new_tags_are_neither_blank_nor_repeated_and_fit_the_exchange(wanted: list[str], stored: list[str]) -> None:
    tags = [tag for tag in checked_tags(wanted, stored) if tag not in stored]
    folded = [tag.casefold() for tag in tags]
    assert all(tag == " ".join(tag.split()) != "" for tag in tags)
    assert len(set(folded)) == len(folded)
    assert not {tag.casefold() for tag in wanted if tag in stored} & set(folded)
    if not any("\x00" in tag for tag in tags):
        assert accepts(PARTY.by_name["tags"], tags)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("insurer_numbers", ["4711"], "insurer-number-invalid"),
        ("insurer_numbers", ["5555:"], "insurer-number-invalid"),
        ("insurer_numbers", ["Alte Weser:4711"], "insurer-number-invalid"),
        ("insurer_numbers", ["5555:" + "1" * 61], "insurer-number-invalid"),
        ("insurer_numbers", ["5555:1\x00"], "insurer-number-invalid"),
        ("tags", ["x" * 61], "tag-too-long"),
    ],
)
def test_a_wrong_new_entry_is_refused_and_nothing_is_written(
    desk: Desk, field: str, value: list[str], code: str
) -> None:
    made = desk.customers.create(values={"last_name": "Probe", "tags": ["alt"]}).value
    with pytest.raises(KnownError) as problem:
        desk.customers.edit(made, values={field: value, "city": "Bonn"})
    assert problem.value.code == code
    card = desk.customers.card(made)
    assert (card.tags, card.insurer_numbers, card.city) == (("alt",), (), "")


def test_an_edit_stands_in_the_history_waits_for_the_exchange_and_can_be_undone(paired: Desk) -> None:
    made = "0192a000-0000-7000-8000-000000000001"
    with paired.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.add(Party(id=made, last_name="Probe", tags=["alt"], server_rev=3))
        unit.commit()
    changed = paired.customers.edit(made, values={"tags": ["alt", " Neu ", "neu"], "insurer_numbers": ["ab1: 47  11"]})
    card = paired.customers.card(made)
    assert (card.tags, card.insurer_numbers) == (("alt", "Neu"), (("AB1", "47 11"),))
    edits = {e.field: (e.old, e.new) for e in paired.history.of_customer(made)[0].edits}
    assert edits == {"tags": (["alt"], ["alt", "Neu"]), "insurer_numbers": ([], ["AB1:47 11"])}
    with paired.book.read() as connection:
        (fields,) = connection.exec_driver_sql(
            "SELECT fields FROM outbox WHERE record_id = ? ORDER BY key DESC LIMIT 1", (made,)
        ).one()
    assert {"tags", "insurer_numbers"} <= set(json.loads(fields))
    paired.history.undo(changed.undo or "")
    card = paired.customers.card(made)
    assert (card.tags, card.insurer_numbers) == (("alt",), ())


def test_known_tags_are_offered_once_in_the_order_of_the_alphabet(desk: Desk) -> None:
    assert desk.customers.tags() == []
    desk.customers.create(values={"last_name": "A", "tags": ["Verein", "allein"]})
    desk.customers.create(values={"last_name": "B", "tags": ["Verein", "Bauherr"]})
    assert desk.customers.tags() == ["allein", "Bauherr", "Verein"]


def test_odd_entries_of_another_desk_survive_an_addition(desk: Desk) -> None:
    odd = ["1", ":2", "9999:", "Ä:b:c", "5555: 7 "]
    made = desk.customers.create(values={"last_name": "Probe"}).value
    with desk.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.get(Party, made).insurer_numbers = list(odd)
        unit.commit()
    entries = [number_entry(*parts) for parts in desk.customers.card(made).insurer_numbers]
    assert entries == odd
    desk.customers.edit(made, values={"insurer_numbers": [*entries, "5555:8"]})
    assert [number_entry(*p) for p in desk.customers.card(made).insurer_numbers] == [*odd, "5555:8"]


def test_delivered_numbers_survive_an_edit_and_own_ones_the_next_delivery(tmp_path: Path) -> None:
    stored = "SELECT id, insurer_numbers FROM party WHERE is_customer"
    with importing(tmp_path) as book:
        made = bundle("050", 1)
        book.deliver(gdv_file([made]))
        (before,) = book.rows(stored)
        assert before["insurer_numbers"] == '["5555:4711001"]'
        book.desk.customers.edit(before["id"], values={"tags": ["Verein"], "profession": "Imkerin"})
        assert [dict(row) for row in book.rows(stored)] == [dict(before)]
        book.desk.customers.edit(before["id"], values={"insurer_numbers": ["5555:4711001", "7777:K7"]})
        later = changed(made, party={"city": "Neustadt"})
        book.deliver(gdv_file([later]))
        assert json.loads(book.rows(stored)[0]["insurer_numbers"]) == ["5555:4711001", "7777:K7"]
        book.desk.customers.edit(before["id"], values={"insurer_numbers": ["7777:K7"]})
        book.deliver(gdv_file([changed(later, party={"city": "Altstadt"})]))
        assert json.loads(book.rows(stored)[0]["insurer_numbers"]) == ["5555:4711001", "7777:K7"], (
            "as the handbook says"
        )
