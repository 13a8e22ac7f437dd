"""Passwords: what is accepted, how it is stored, and equal work for unknown logins (S-35)."""

from __future__ import annotations

import time

import pytest

from brokerdesk.portal.domain.passwords import Passwords, Strength, assess


@pytest.mark.parametrize(
    ("password", "strength"),
    [
        ("", Strength.SHORT),
        ("Kurz 1234", Strength.SHORT),
        ("passwort123", Strength.COMMON),
        ("!!Sommer2026", Strength.COMMON),
        ("aaaaaaaaaaaa", Strength.COMMON),
        ("abcdefghijkl", Strength.COMMON),
        ("großmüller99", Strength.COMMON),
        ("kaffeetasse", Strength.FAIR),
        ("Kaffee am F7", Strength.GOOD),
        ("nur kleine worte hier", Strength.GOOD),
        ("x1" * 101, Strength.LONG),
    ],
)
def test_strength_is_length_first_and_nothing_obvious(password: str, strength: Strength) -> None:
    assert assess(password, about=("Hanna Großmüller",)).strength is strength


def test_stored_as_argon2id_with_the_floor_of_parameters() -> None:
    stored = Passwords().hash("Kaffee am Fluss 7")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=2$")
    assert Passwords().matches(stored, "Kaffee am Fluss 7")
    assert not Passwords().matches(stored, "Kaffee am Fluss 8")
    assert Passwords(time_cost=4).needs_rehash(stored)


def test_nobody_costs_as_much_as_somebody() -> None:
    passwords = Passwords(memory_kib=4096)
    stored = passwords.hash("Kaffee am Fluss 7")
    passwords.matches(None, "x")

    def spent(who: str | None) -> float:
        begin = time.process_time()
        for _ in range(8):
            assert not passwords.matches(who, "falsch falsch")
        return time.process_time() - begin

    known, unknown = min(spent(stored) for _ in range(3)), min(spent(None) for _ in range(3))
    assert 0.5 < known / unknown < 2.0
    assert not passwords.matches("no hash at all", "x")
