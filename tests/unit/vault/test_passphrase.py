"""Argon2id parameters: stored with the slot, never below the floor, calibrated to the machine (S-03)."""

from __future__ import annotations

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.vault import key_slots, passphrase
from brokerdesk.vault.key_slots import decode, encode
from brokerdesk.vault.passphrase import FLOOR, KdfParameters, calibrate, derive
from tests.unit.vault.test_key_slots import KEY, PROFILE


def test_the_floor_is_64_mib_and_three_passes() -> None:
    assert (FLOOR.memory_kib, FLOOR.time_cost) == (65_536, 3)
    with pytest.raises(ValueError, match="floor"):
        KdfParameters(memory_kib=65_535)
    with pytest.raises(ValueError, match="floor"):
        KdfParameters(time_cost=2)
    with pytest.raises(ValueError, match="sense"):
        KdfParameters(memory_kib=1 << 33)


def test_parameters_are_stored_with_the_slot() -> None:
    cost = KdfParameters(memory_kib=70_000, time_cost=3, lanes=2)
    slots = key_slots.KeySlots(PROFILE, (key_slots.passphrase_slot(PROFILE, KEY, "geheim", cost),))
    stored = decode(encode(slots)).slots[0].cost
    assert stored is not None
    assert (stored.memory_kib, stored.time_cost, stored.lanes) == (70_000, 3, 2)


def test_parameters_decide_the_key() -> None:
    salt = bytes(16)
    low = {"below_floor_for_tests": True}
    keys = {
        derive("geheim", salt, KdfParameters(memory_kib=m, time_cost=t, lanes=p, **low))  # type: ignore[arg-type]
        for m, t, p in ((64, 1, 1), (128, 1, 1), (64, 2, 1), (64, 1, 2))
    }
    assert len(keys) == 4
    assert all(len(k) == 32 for k in keys)


def test_an_empty_passphrase_is_refused() -> None:
    with pytest.raises(KnownError, match="passphrase-empty"):
        derive("", bytes(16), FLOOR)


@pytest.mark.parametrize(
    ("at_floor", "expected"),
    [(0.9, (65_536, 3)), (0.5, (98_304, 3)), (0.1, (131_072, 11)), (2.0, (65_536, 3))],
)
def test_calibration_adds_memory_first_then_passes(
    monkeypatch: pytest.MonkeyPatch, at_floor: float, expected: tuple[int, int]
) -> None:
    def pretend(cost: KdfParameters) -> float:
        return at_floor * cost.memory_kib / 65_536 * cost.time_cost / 3

    monkeypatch.setattr(passphrase, "_measure", pretend)
    found = calibrate()
    assert (found.memory_kib, found.time_cost) == expected
    assert 0.5 <= pretend(found) <= 1.0 or found == FLOOR


@pytest.mark.slow
def test_calibration_on_this_machine_stays_above_the_floor() -> None:
    found = calibrate()
    assert found.reaches(FLOOR.memory_kib, FLOOR.time_cost)
    assert found.memory_kib <= passphrase.LARGEST_MEMORY_KIB
