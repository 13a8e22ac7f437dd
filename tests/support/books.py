"""Real books and profiles for tests, made fast by key derivation below the floor."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from brokerdesk.core.clock import Clock, FixedClock
from brokerdesk.core.ids import new_id
from brokerdesk.core.paths import Folders
from brokerdesk.models.entities import Contract, Party, SyncMeta
from brokerdesk.services import profiles
from brokerdesk.store.book import Book, create_book, open_book
from brokerdesk.vault.key_store import Vault
from brokerdesk.vault.passphrase import KdfParameters
from tests.support.fake_keyring import absent_vault

QUICK = KdfParameters(memory_kib=64, time_cost=1, lanes=1, below_floor_for_tests=True)
MOMENT = datetime(2026, 3, 2, 9, 12, 44, tzinfo=UTC)
PASSPHRASE = "sieben Sonnen über Söhnlein"


def clock_at(moment: datetime = MOMENT) -> FixedClock:
    """A clock that stands still."""
    return FixedClock(moment)


@dataclass(frozen=True)
class BookPlace:
    """Folder, key and identity of a book that tests open again and again."""

    folder: Path
    key: bytes
    profile_id: str

    @property
    def file(self) -> Path:
        return self.folder / "book.db"

    def open(self, clock: Clock | None = None) -> Book:
        return open_book(self.folder, self.key, profile_id=self.profile_id, clock=clock or clock_at())


def new_place(folder: Path, *, clock: Clock | None = None) -> BookPlace:
    """A closed, empty book."""
    clock = clock or clock_at()
    place = BookPlace(folder, secrets.token_bytes(32), new_id(clock))
    create_book(folder, place.key, profile_id=place.profile_id, clock=clock)
    return place


@contextmanager
def new_book(folder: Path, *, clock: Clock | None = None, paired: bool = False) -> Iterator[Book]:
    """An open, empty book."""
    with new_place(folder, clock=clock).open(clock) as book:
        if paired:
            pair(book)
        yield book


def pair(book: Book) -> None:
    """Pretend that the book has been paired: the row that makes it fill its outbox."""
    with book.work() as work:
        work.add(
            SyncMeta(
                portal_url="https://portal.example",
                tenant=new_id(book.clock),
                device_id=new_id(book.clock),
                epoch=new_id(book.clock),
            )
        )
        work.commit()


def person(book: Book, last_name: str = "Beispiel", **values: object) -> Party:
    """A customer that is not in the book yet."""
    return Party(
        id=new_id(book.clock),
        first_name="Anna",
        last_name=last_name,
        roles=["customer"],
        customer_type="private",
        **values,
    )


def add_person(book: Book, last_name: str = "Beispiel", **values: object) -> str:
    """A customer in the book; returns the id."""
    with book.work() as work:
        party = person(book, last_name, **values)
        work.add(party)
        work.commit()
    return party.id


def contract(book: Book, party_id: str, **values: object) -> Contract:
    """A contract that is not in the book yet."""
    return Contract(id=new_id(book.clock), party_id=party_id, **values)


@dataclass(frozen=True)
class MadeProfile:
    """A profile as `create_profile` left it."""

    folders: Folders
    profile: profiles.Profile
    recovery: str
    vault: Vault
    clock: FixedClock

    def unlock(self, **way: object) -> Book:
        way = way or {"passphrase": PASSPHRASE}
        return profiles.unlock(self.profile, clock=self.clock, vault=self.vault, cost=QUICK, **way)  # type: ignore[arg-type]


def folders_in(place: Path) -> Folders:
    """Folders of a user below `place`."""
    return Folders(place / "config", place / "data", place / "logs")


def make_profile(
    place: Path, *, name: str = "Makler Weber", vault: Vault | None = None, remember: bool = False
) -> MadeProfile:
    """A new profile with an empty book."""
    clock, vault, folders = clock_at(), vault or absent_vault(), folders_in(place)
    made = profiles.create_profile(
        folders, name, passphrase=PASSPHRASE, clock=clock, vault=vault, remember=remember, cost=QUICK
    )
    return MadeProfile(folders, made.profile, made.recovery.reveal(), vault, clock)
