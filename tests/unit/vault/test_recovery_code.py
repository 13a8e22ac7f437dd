"""The printed recovery code: every secret comes back however it is typed, every typing error is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.core.errors import KnownError
from brokerdesk.vault import recovery_code
from brokerdesk.vault.recovery_code import ALPHABET, LENGTH, printed, typed

secrets_of_20 = st.binary(min_size=20, max_size=20)


@given(secrets_of_20)
def test_a_printed_code_comes_back(secret: bytes) -> None:
    code = printed(secret).reveal()
    assert typed(code) == secret
    assert [len(group) for group in code.split("-")] == [4] * 9


@given(secrets_of_20, st.data())
def test_case_blanks_and_look_alikes_do_not_matter(secret: bytes, data: st.DataObject) -> None:
    sloppy = ""
    for letter in printed(secret).reveal().replace("-", ""):
        spellings = {"0": "0Oo", "1": "1IiLl"}.get(letter, letter + letter.lower())
        sloppy += data.draw(st.sampled_from(spellings)) + data.draw(st.sampled_from(["", "", " ", "-", "\n", "\u00a0"]))
    assert typed(sloppy) == secret


@given(secrets_of_20, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_noticed(secret: bytes, place: int, letter: str) -> None:
    code = printed(secret).reveal().replace("-", "")
    wrong = code[:place] + letter + code[place + 1 :]
    if wrong == code:
        return
    # a checksum of 20 bits lets one in a million through; then the book does not open
    try:
        assert typed(wrong) != secret
    except KnownError as problem:
        assert problem.code == recovery_code.RECOVERY_CODE_MISTYPED


@pytest.mark.parametrize("place", range(LENGTH - 1))
def test_swapped_neighbours_are_noticed(place: int) -> None:
    code = printed(bytes(range(7, 27))).reveal().replace("-", "")
    if code[place] == code[place + 1]:
        pytest.skip("equal neighbours")
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    with pytest.raises(KnownError, match="recovery-code-mistyped"):
        typed(swapped)


def test_length_and_impossible_letters_are_told_apart() -> None:
    with pytest.raises(KnownError) as short:
        typed("ABCD-EFGH")
    assert short.value.parameters == {"found": 8, "expected": 36}
    code = printed(bytes(20)).reveal()
    with pytest.raises(KnownError, match="recovery-code-mistyped"):
        typed("U" + code[1:])
    with pytest.raises(KnownError, match="recovery-code-mistyped"):
        typed("É" + code[1:])


def test_codes_are_random_and_masked() -> None:
    codes = {printed(recovery_code.new_secret()).reveal() for _ in range(50)}
    assert len(codes) == 50
    one = printed(bytes(20))
    assert one.reveal() not in repr(one) + str(one) + f"{one}"


def test_only_whole_secrets_are_printed() -> None:
    with pytest.raises(ValueError, match="20 bytes"):
        printed(bytes(19))
