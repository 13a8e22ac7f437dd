"""Codes that people type, the version range, fingerprints and field shapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.wire.codec import fingerprint
from brokerdesk.wire.codes import ALPHABET, BROKER_LENGTH, PAIRING_LENGTH, grouped, new_code, normalise
from brokerdesk.wire.fields import Type
from brokerdesk.wire.kinds import KINDS, REFERENCES, Field, accepts
from brokerdesk.wire.operations import OPERATIONS, generic, order_of
from brokerdesk.wire.version import common, minor_of

LENGTHS = st.sampled_from([PAIRING_LENGTH, BROKER_LENGTH])


@given(length=LENGTHS)
def test_a_code_is_read_as_it_was_spoken(length: int) -> None:
    code = new_code(length)
    assert len(code) == length
    assert normalise(grouped(code).lower().replace("-", " "), length) == code


@given(length=LENGTHS, data=st.data())
def test_one_wrong_character_is_always_found(length: int, data: st.DataObject) -> None:
    code = new_code(length)
    place = data.draw(st.integers(0, length - 1))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != code[place]]))
    assert normalise(code[:place] + other + code[place + 1 :], length) is None


@given(length=LENGTHS, data=st.data())
def test_two_swapped_neighbours_are_always_found(length: int, data: st.DataObject) -> None:
    code = new_code(length)
    place = data.draw(st.integers(0, length - 2))
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or normalise(swapped, length) is None


def test_codes_of_other_lengths_and_signs_are_refused() -> None:
    for text in ("", "ABC", "O" * PAIRING_LENGTH, "ÄÖÜ" * 4, "٢" * PAIRING_LENGTH):
        assert normalise(text, PAIRING_LENGTH) is None


def test_versions() -> None:
    assert minor_of("1.0") == 0
    assert [minor_of(t) for t in ("2.0", "1", "1.x", "1.²", "1.-1", "")] == [None] * 6
    assert common(0, 5) == 0
    assert common(1, 5) is None


def test_a_fingerprint_ignores_the_number_and_the_order_of_members() -> None:
    one = {"seq": 1, "op_id": "x", "data": {"a": 1, "b": [True]}}
    assert fingerprint(one) == fingerprint({"data": {"b": [True], "a": 1}, "op_id": "x", "seq": 9, "group": None})
    assert fingerprint(one) != fingerprint(one | {"data": {"a": 1, "b": [1]}})


def test_every_operation_names_a_known_kind_and_order() -> None:
    assert all(o.kind in KINDS and 0 <= o.order <= 4 for o in OPERATIONS.values())
    assert order_of("party.patch") == 2
    assert generic("party.create") is not None
    assert generic("employee.create") is None
    assert generic("party.explode") is None


def test_every_reference_names_known_kinds_and_fields() -> None:
    for kind, fields in REFERENCES.items():
        assert all(name in KINDS[kind].by_name and target in KINDS for name, target in fields.items())


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        (Type.DATE, ["2026-01-02"], ["2026-1-2", "٢٠٢٦-٠١-٠٢", 20260102, "2026-01-02\n"]),
        (Type.BOOL, [True, False], [0, 1, "true"]),
        (Type.CENTS, [0, -5, 2**53 - 1], [True, 1.5, 2**53, "1"]),
        (Type.TEXT, ["", "ä" * 500], ["x" * 501, "a\x00", "\ud800", 1]),
        (Type.CODES, [[], ["a"]], ["a", [1], ["x" * 201]]),
        (Type.JSON, [{"a": [1, None]}], [1.5, [[[[[[[[1]]]]]]]], {"a": 2**53}]),
    ],
)
def test_shapes(type_: Type, good: list[object], bad: list[object]) -> None:
    spec = Field(name="x", type=type_)
    assert accepts(spec, None)
    assert all(accepts(spec, v) for v in good)
    assert not any(accepts(spec, v) for v in bad)
