"""Picking hits out of an order gives what filtering the order would give."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.services.list_order import ListOrder

_KEYS = st.lists(st.integers(1, 400), unique=True, max_size=60)


@given(keys=_KEYS, found=st.sets(st.integers(1, 900), max_size=80))
def test_the_hits_stand_in_the_order_of_the_list(keys: list[int], found: set[int]) -> None:
    order = ListOrder(1, array("q", keys))
    wanted = [key for key in keys if key in found]
    assert list(order.only(found)) == wanted
    assert list(order.only([*sorted(found), *found])) == wanted, "twice found is shown once"


@given(
    keys=st.permutations(range(1, 50)),
    more=st.sets(st.integers(50, 80)),
    missing=st.sets(st.integers(1, 50), max_size=2),
)
def test_a_search_that_finds_the_whole_list(keys: list[int], more: set[int], missing: set[int]) -> None:
    found = ({*keys} | more) - missing
    assert list(ListOrder(1, array("q", keys)).only(found)) == [key for key in keys if key in found]


@given(keys=st.permutations(range(1, 200)), found=st.sets(st.integers(1, 200), max_size=12))
def test_few_hits_in_a_long_list(keys: list[int], found: set[int]) -> None:
    assert list(ListOrder(1, array("q", keys)).only(found)) == [key for key in keys if key in found]
