"""How often the random tests of crash and damage repeat, and their seeds: one place (reliability.md § 4)."""

from __future__ import annotations

import os
import random
import secrets

FULL = bool(os.environ.get("BROKERDESK_TEST_FULL"))


def repeats(normal: int, full: int) -> int:
    """How often: `normal` in `dev.py test`, `full` in `dev.py test --full`."""
    return full if FULL else normal


KILLS = repeats(30, 300)
KILLED_RESTORES = repeats(8, 40)
KILLED_MIGRATIONS = repeats(6, 40)
TORN_LOGS = repeats(300, 3_000)
FULL_DISKS = repeats(50, 200)
FLIPPED_BYTES = repeats(60, 500)
RESTORED_PROFILES = repeats(1, 5)


def seeded(name: str) -> random.Random:
    """A random source whose seed is printed; `BROKERDESK_TEST_SEED` replays it."""
    seed = os.environ.get("BROKERDESK_TEST_SEED") or secrets.token_hex(4)
    print(f"{name}: BROKERDESK_TEST_SEED={seed}")
    return random.Random(f"{name}/{seed}")
