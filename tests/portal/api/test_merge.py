"""The conflict policy per merge class as properties (protocol.md § 8), and the fast shape check against the field table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.portal.domain.book import same
from brokerdesk.portal.domain.merge import Do, merge_edit, merge_set
from brokerdesk.portal.domain.shapes import surely_fits
from brokerdesk.wire.kinds import CONSENT_RANK, KINDS, Field, Merge, Type, accepts

FEW = st.sampled_from([None, "a", "b", "c"])
PHONE = Field(name="phone")
NOTES = Field(name="notes", type=Type.LONG_TEXT, merge=Merge.TEXT)
CONSENT = Field(name="consent", type=Type.CODE, merge=Merge.CONSENT)
SEEN = Field(name="seen", type=Type.TIME, merge=Merge.MAXIMUM)
EVENT = Field(name="event", type=Type.CODE, merge=Merge.APPEND)
FLAG = Field(name="flag", type=Type.BOOL)
STATE = Field(name="state", type=Type.CODE, merge=Merge.STATE)
TAGS = Field(name="tags", type=Type.CODES, merge=Merge.SET)
ADDRESS = KINDS["party"].by_name["address"]


def _after(spec: Field, current: Any, base: Any, new: Any) -> Any:
    merged = merge_edit(spec, current, base, new)
    return merged.value if merged.do is Do.WRITE else current


@pytest.mark.parametrize("spec", [PHONE, NOTES], ids=["F", "T"])
@given(current=FEW, base=FEW, new=FEW)
def test_a_scalar_is_written_only_over_the_value_it_was_based_on(
    spec: Field, current: Any, base: Any, new: Any
) -> None:
    merged = merge_edit(spec, current, base, new)
    if current == new:
        assert merged.do is Do.KEEP, "equal new values are no conflict"
    elif current == base:
        assert (merged.do, merged.value) == (Do.WRITE, new)
    else:
        assert merged.do is Do.CONFLICT


@given(base=FEW, one=FEW, other=FEW)
def test_of_two_scalar_edits_on_one_base_none_vanishes_silently(base: Any, one: Any, other: Any) -> None:
    first = _after(PHONE, base, base, one)
    second = merge_edit(PHONE, first, base, other)
    if second.do is Do.WRITE:
        assert first == base, "INV-04: what is overwritten equals the base"


MEMBERS = st.sampled_from(["street", "zip", "city"])
ADDRESSES = st.none() | st.dictionaries(MEMBERS, st.sampled_from(["1", "2"]))


@given(current=ADDRESSES, base=ADDRESSES, new=ADDRESSES)
def test_a_group_is_never_a_mix_of_two_writers(current: Any, base: Any, new: Any) -> None:
    merged = merge_edit(ADDRESS, current, base, new)
    if merged.do is not Do.WRITE:
        return
    now, seen, wanted = current or {}, base or {}, dict.fromkeys(current or {}) if new is None else new
    for name in seen.keys() | wanted.keys():
        assert now.get(name) == seen.get(name), "every member the editor touches is as he saw it"
    for name in now.keys() - seen.keys() - wanted.keys():
        assert (merged.value or {}).get(name) == now[name], "members he does not know stay"


def test_a_group_that_somebody_else_changed_is_one_conflict() -> None:
    base = {"street": "A 1", "zip": "10115", "city": "Berlin", "country": "DE"}
    theirs = base | {"zip": "10117"}
    assert merge_edit(ADDRESS, theirs, base, base | {"street": "B 2"}).do is Do.CONFLICT


TAG_LISTS = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True)


@given(current=TAG_LISTS, add=TAG_LISTS, remove=TAG_LISTS)
def test_a_set_is_a_union_of_additions_minus_what_was_seen_and_removed(
    current: list[str], add: list[str], remove: list[str]
) -> None:
    merged = merge_set(TAGS, current, add, remove)
    after = merged.value if merged.do is Do.WRITE else current
    assert set(after) == (set(current) - (set(remove) - set(add))) | set(add)
    assert len(after) == len(set(after))
    again = merge_set(TAGS, after, add, remove)
    assert again.do is Do.KEEP, "a repeated edit changes nothing"


@given(current=TAG_LISTS, first=TAG_LISTS, second=TAG_LISTS)
def test_additions_to_a_set_commute(current: list[str], first: list[str], second: list[str]) -> None:
    def run(*adds: list[str]) -> set[str]:
        value = current
        for add in adds:
            merged = merge_set(TAGS, value, add, [])
            value = merged.value if merged.do is Do.WRITE else value
        return set(value)

    assert run(first, second) == run(second, first)


CONSENTS = st.sampled_from(list(CONSENT_RANK))


@given(base=CONSENTS, one=CONSENTS, other=CONSENTS)
def test_the_restrictive_consent_wins_in_every_order(base: Any, one: Any, other: Any) -> None:
    def run(*edits: Any) -> Any:
        value = base
        for new in edits:
            value = _after(CONSENT, value, base, new)
        return value

    narrow = max(CONSENT_RANK[one], CONSENT_RANK[other])
    if narrow > CONSENT_RANK[base]:
        assert CONSENT_RANK[run(one, other)] == CONSENT_RANK[run(other, one)] == narrow


def test_widening_a_consent_needs_its_base() -> None:
    assert merge_edit(CONSENT, "refused", "granted", "granted").do is Do.CONFLICT
    assert merge_edit(CONSENT, "refused", "refused", "granted").do is Do.WRITE


TIMES = st.sampled_from([None, "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"])


@given(current=TIMES, values=st.lists(TIMES, max_size=4))
def test_the_larger_value_wins_whatever_the_order(current: Any, values: list[Any]) -> None:
    value = current
    for new in values:
        value = _after(SEEN, value, None, new)
    assert value == max([v for v in (current, *values) if v is not None], default=None)


@given(current=FEW, base=FEW, new=FEW)
def test_an_appended_value_is_never_replaced(current: Any, base: Any, new: Any) -> None:
    assert current is None or _after(EVENT, current, base, new) == current


def test_states_and_sets_cannot_be_edited_as_values() -> None:
    assert merge_edit(STATE, "sent", "sent", "revoked").do is Do.INVALID
    assert merge_edit(TAGS, ["a"], ["a"], ["b"]).do is Do.INVALID
    assert merge_set(PHONE, None, ["a"], []).do is Do.INVALID


def test_a_flag_that_was_never_set_is_off() -> None:
    assert merge_edit(FLAG, None, False, True).do is Do.WRITE
    assert merge_edit(FLAG, False, None, True).do is Do.WRITE
    assert merge_edit(FLAG, None, None, False).do is Do.KEEP
    assert merge_edit(FLAG, True, False, False).do is Do.CONFLICT


@given(value=st.recursive(st.none() | st.booleans() | st.integers(0, 2) | st.text(max_size=2), st.lists))
def test_json_values_are_the_same_only_with_the_same_types(value: Any) -> None:
    assert same(value, json.loads(json.dumps(value)))
    assert not same(True, 1)
    assert not same({"a": [False]}, {"a": [0]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=4) | st.floats(allow_nan=False),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=6,
)
SHAPED = st.sampled_from(
    ["2026-01-02", "02-03", "2026-01-02T03:04:05.000Z", "de", "x y", "0" * 501, "a\x00b", "\ud800", "٢٠٢٦-٠١-٠٢", "a\n"]
)


@given(kind=st.sampled_from(list(KINDS.values())), data=st.data())
def test_the_fast_shape_check_never_allows_what_the_field_table_refuses(kind: Any, data: st.DataObject) -> None:
    names = st.sampled_from([*kind.by_name, "unknown"])
    members = st.dictionaries(st.sampled_from(["street", "zip", "first_name", "iban", "x"]), SHAPED | JSON, max_size=2)
    drawn = data.draw(st.dictionaries(names, JSON | SHAPED | members | st.lists(SHAPED, max_size=2), max_size=4))
    if surely_fits(kind, drawn):
        assert all(name in kind.by_name and accepts(kind.by_name[name], value) for name, value in drawn.items())


def test_the_fast_shape_check_allows_an_ordinary_party() -> None:
    party = {
        "kind": "person",
        "name": {"first_name": "Mira"},
        "birth_date": "1980-01-02",
        "tags": ["a"],
        "archived": False,
    }
    assert surely_fits(KINDS["party"], party)
    assert not surely_fits(KINDS["party"], party | {"birth_date": "1980-01-02x"})
