"""Key slots as values: what opens opens, what was touched, moved or confused does not; no key in the clear (S-02)."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokerdesk.core.errors import KnownError
from brokerdesk.vault import key_slots
from brokerdesk.vault.key_slots import KeySlots, SlotKind, decode, encode, open_slot
from tests.support.books import QUICK

PROFILE = "019cadd2-42e0-7587-9aa7-9d1cd87f1936"
OTHER = "019cadd2-42e0-7587-9aa7-9d1cd87f1937"
KEY = bytes(range(32))
SECRET = bytes(range(20))


def all_slots(passphrase: str = "geheim") -> KeySlots:
    return KeySlots(
        PROFILE,
        (
            key_slots.passphrase_slot(PROFILE, KEY, passphrase, QUICK),
            key_slots.recovery_slot(PROFILE, KEY, SECRET),
            key_slots.key_store_slot(PROFILE, KEY, SECRET, back_end="Test", slot_id="ab12"),
        ),
    )


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_only_the_right_passphrase_opens(right: str, wrong: str) -> None:
    import unicodedata

    slot = key_slots.passphrase_slot(PROFILE, KEY, right, QUICK)
    assert open_slot(PROFILE, slot, right) == KEY
    same = unicodedata.normalize("NFC", right) == unicodedata.normalize("NFC", wrong)
    assert open_slot(PROFILE, slot, wrong) == (KEY if same else None)


def test_an_umlaut_typed_in_two_ways_is_one_passphrase() -> None:
    slot = key_slots.passphrase_slot(PROFILE, KEY, "Söhnlein", QUICK)
    assert open_slot(PROFILE, slot, "So\u0308hnlein") == KEY


def test_every_slot_opens_with_its_own_secret_only() -> None:
    first, second, third = all_slots().slots
    assert [open_slot(PROFILE, s, w) for s, w in ((first, "geheim"), (second, SECRET), (third, SECRET))] == [KEY] * 3
    assert open_slot(PROFILE, first, SECRET) is None
    assert open_slot(PROFILE, second, "geheim") is None
    assert open_slot(PROFILE, third, bytes(20)) is None


def test_a_slot_does_not_open_another_profile_kind_or_version() -> None:
    for slot, secret in zip(all_slots().slots, ("geheim", SECRET, SECRET), strict=True):
        assert open_slot(OTHER, slot, secret) is None
        assert open_slot(PROFILE, replace(slot, version=2), secret) is None
    recovery = all_slots().of(SlotKind.RECOVERY)[0]
    assert open_slot(PROFILE, replace(recovery, kind=SlotKind.KEY_STORE), SECRET) is None


@settings(max_examples=60)
@given(st.data())
def test_no_changed_byte_opens(data: st.DataObject) -> None:
    slot = data.draw(st.sampled_from(all_slots().slots))
    part = data.draw(st.sampled_from(["salt", "nonce", "sealed"]))
    value = getattr(slot, part)
    place = data.draw(st.integers(0, len(value) - 1))
    flip = data.draw(st.integers(1, 255))
    touched = replace(slot, **{part: value[:place] + bytes([value[place] ^ flip]) + value[place + 1 :]})
    assert open_slot(PROFILE, touched, "geheim" if slot.kind is SlotKind.PASSPHRASE else SECRET) is None


def test_slots_of_equal_secrets_differ() -> None:
    made = [key_slots.recovery_slot(PROFILE, KEY, SECRET) for _ in range(20)]
    assert len({s.nonce for s in made}) == len({s.salt for s in made}) == len({s.sealed for s in made}) == 20
    assert len({key_slots.new_book_key() for _ in range(20)}) == 20


def test_encoded_slots_come_back_and_show_no_key() -> None:
    slots = all_slots()
    data = json.dumps(encode(slots)).encode()
    back = decode(data)
    assert [replace(s, cost=None) for s in back.slots] == [replace(s, cost=None) for s in slots.slots]
    assert back.slots[0].cost == QUICK
    for form in (KEY, KEY.hex().encode(), base64.b64encode(KEY), b"geheim", SECRET.hex().encode()):
        assert form not in data
        assert form.decode("latin-1") not in repr(slots)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"format":2,"profile_id":"019cadd2-42e0-7587-9aa7-9d1cd87f1936","slots":[]}',
        b'{"format":1,"profile_id":"x","slots":[]}',
        b'{"format":1,"profile_id":"019cadd2-42e0-7587-9aa7-9d1cd87f1936","slots":[{}]}',
        b'{"format":1,"profile_id":"019cadd2-42e0-7587-9aa7-9d1cd87f1936","slots":7}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_slot_file_is_refused(data: bytes) -> None:
    with pytest.raises(KnownError, match="key-slots-damaged"):
        decode(data)


@settings(max_examples=200)
@given(st.data())
def test_damaged_files_are_refused_or_open_nothing_wrong(data: st.DataObject) -> None:
    whole = json.dumps(encode(all_slots())).encode()
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    try:
        slots = decode(damaged)
    except KnownError as problem:
        assert problem.code == "key-slots-damaged"
        return
    for slot in slots.slots:
        sane = slot.cost is None or slot.cost.memory_kib <= 1024
        if sane:
            secret = "geheim" if slot.kind is SlotKind.PASSPHRASE else SECRET
            assert open_slot(slots.profile_id, slot, secret) in {KEY, None}


def test_absurd_costs_in_a_file_are_refused() -> None:
    body = encode(all_slots())
    body["slots"][0]["argon2id"]["memory_kib"] = 1 << 40
    with pytest.raises(KnownError, match="key-slots-damaged"):
        decode(body)
