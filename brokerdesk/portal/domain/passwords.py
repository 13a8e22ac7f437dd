"""Customers' passwords: Argon2id, a plain measure of strength, and checks that take equal time for unknown logins.

Employees have no password: they pair devices. Nothing here knows a database or a page.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
MAX_LENGTH = 200
GOOD_LENGTH = 12
STRONG_LENGTH = 16

COMMON = frozenset(
    "passwort password kennwort wachtwoord geheim versicherung makler qwertz qwerty asdf hallo willkommen welkom welcome"
    " schatz sommer winter admin login test iloveyou ichliebedich monkey dragon fussball football".split()
)
"""Words a password must not consist of, digits and signs at its ends aside."""


class Strength(StrEnum):
    """What the hint below the field says."""

    SHORT = "short"
    COMMON = "common"
    LONG = "long"
    FAIR = "fair"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Assessment:
    """Strength of a chosen password; `ok` says whether it is accepted."""

    strength: Strength
    length: int

    @property
    def ok(self) -> bool:
        """Whether the password may be used."""
        return self.strength in {Strength.FAIR, Strength.GOOD}


def assess(password: str, *, about: tuple[str, ...] = ()) -> Assessment:
    """Length counts most (10 to 200 characters); common words, repetitions and own names (`about`) are refused."""
    length = len(password)
    if length < MIN_LENGTH:
        return Assessment(Strength.SHORT, length)
    if length > MAX_LENGTH:
        return Assessment(Strength.LONG, length)
    core = password.casefold().strip("0123456789!?.-_*#$ ")
    names = {part.casefold() for name in about for part in name.replace("@", " ").split() if len(part) > 3}
    if core in COMMON | names or len(set(password)) < 5 or _is_run(password):
        return Assessment(Strength.COMMON, length)
    kinds = sum(any(test(c) for c in password) for test in (str.islower, str.isupper, str.isdigit)) + any(
        not c.isalnum() for c in password
    )
    good = length >= STRONG_LENGTH or (length >= GOOD_LENGTH and kinds >= 2)
    return Assessment(Strength.GOOD if good else Strength.FAIR, length)


def _is_run(password: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(password)}
    return len(steps) == 1


class Passwords:
    """Hashes and checks passwords with one set of parameters."""

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 65_536, parallelism: int = 2) -> None:
        """The defaults are the floor of security.md 2.1; tests may use cheaper ones."""
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)
        self._nobody = cache(lambda: self._hasher.hash("nobody has this password"))

    def hash(self, password: str) -> str:
        """The Argon2id text to store."""
        return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether `password` belongs to `stored`; None (no such login) costs the same time and is always False."""
        try:
            self._hasher.verify(stored or self._nobody(), password[: MAX_LENGTH + 1])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether the parameters have been raised since `stored` was made."""
        return self._hasher.check_needs_rehash(stored)
