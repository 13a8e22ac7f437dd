"""From a passphrase to a wrapping key: Argon2id, calibrated to the machine, never below the floor (security.md 2.1)."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass

from brokerdesk.core.errors import KnownError, register

PASSPHRASE_EMPTY = register("passphrase-empty")

FLOOR_MEMORY_KIB = 64 * 1024
FLOOR_TIME_COST = 3
LANES = 4
LARGEST_MEMORY_KIB = 128 * 1024
"""Calibration takes no more memory than this and adds passes instead: unlocking must also work on a small machine."""
_SHORTEST_S = 0.5
_TARGET_S = 0.75
_SANE_MEMORY_KIB = 4 * 1024 * 1024
_SANE_TIME_COST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class KdfParameters:
    """Cost of one derivation; memory in KiB.

    `below_floor_for_tests` is the only way under the floor of 64 MiB and three passes: tests that open hundreds of books
    use it, and slots read from a file (their cost is what it is; they are wrapped anew at the next unlock).
    """

    memory_kib: int = FLOOR_MEMORY_KIB
    time_cost: int = FLOOR_TIME_COST
    lanes: int = LANES
    below_floor_for_tests: bool = False

    def __post_init__(self) -> None:
        """Refuse costs below the floor or beyond reason."""
        sane = 8 * self.lanes <= self.memory_kib <= _SANE_MEMORY_KIB and 1 <= self.time_cost <= _SANE_TIME_COST
        if not sane or not 1 <= self.lanes <= 16:
            raise ValueError("these Argon2 parameters make no sense")
        if not self.below_floor_for_tests and not self.reaches(FLOOR_MEMORY_KIB, FLOOR_TIME_COST):
            raise ValueError("Argon2 parameters below the floor")

    def reaches(self, memory_kib: int, time_cost: int) -> bool:
        """Whether a derivation costs at least this much memory and this many passes."""
        return self.memory_kib >= memory_kib and self.time_cost >= time_cost


FLOOR = KdfParameters()


def derive(passphrase: str, salt: bytes, cost: KdfParameters) -> bytes:
    """The 32-byte wrapping key of a passphrase. Raises `KnownError(passphrase-empty)`."""
    from argon2.low_level import Type, hash_secret_raw

    if not passphrase:
        raise KnownError(PASSPHRASE_EMPTY)
    return hash_secret_raw(
        unicodedata.normalize("NFC", passphrase).encode(),
        salt,
        time_cost=cost.time_cost,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=32,
        type=Type.ID,
    )


def _measure(cost: KdfParameters) -> float:
    began = time.perf_counter()
    derive("calibration", bytes(16), cost)
    return time.perf_counter() - began


def calibrate() -> KdfParameters:
    """Parameters that take this machine 0.5–1 s, never below the floor: first more memory, then more passes."""
    floor = _measure(FLOOR)
    memory = min(LARGEST_MEMORY_KIB, max(FLOOR_MEMORY_KIB, int(FLOOR_MEMORY_KIB * _TARGET_S / max(floor, 1e-3))))
    cost = KdfParameters(memory_kib=memory // 1024 * 1024)
    if cost.memory_kib < LARGEST_MEMORY_KIB:
        return cost
    taken = _measure(cost)
    if taken >= _SHORTEST_S:
        return cost
    passes = min(_SANE_TIME_COST, max(FLOOR_TIME_COST, round(FLOOR_TIME_COST * _TARGET_S / max(taken, 1e-3))))
    return KdfParameters(memory_kib=cost.memory_kib, time_cost=passes)
