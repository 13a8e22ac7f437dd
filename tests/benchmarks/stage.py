"""The big book of the benchmarks: a real profile with passphrase, kept below `build/bench`, and its plain SQLite twin."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from brokerdesk.core.clock import SystemClock
from brokerdesk.core.paths import Folders
from brokerdesk.services import profiles
from brokerdesk.services.desk import Desk
from brokerdesk.store import migrations, search
from brokerdesk.store.book import Book
from brokerdesk.vault.passphrase import FLOOR
from tests.benchmarks import big_book
from tests.support.fake_keyring import absent_vault

PASSPHRASE = "Benchmarks am Fluss 7"
PROFILE = "Bench"


@dataclass
class Stage:
    """Sizes and places of one run. `scale` is 1 for the real sizes, 10 for `--quick`."""

    root: Path
    scale: int = 1
    each: int = 5

    @property
    def customers(self) -> int:
        """Customers of the book."""
        return 100_000 // self.scale

    def repeats(self, full: int, *, least: int = 3) -> int:
        """Fewer repeats in a quick run."""
        return max(least, full if self.scale == 1 else full // 5)

    @cached_property
    def home(self) -> Path:
        """What `BROKERDESK_HOME` points at; its name says what is inside, so that another schema gets another book."""
        made_by = (Path(big_book.__file__).read_bytes(), Path(search.__file__).read_bytes())
        stamp = hashlib.sha256(b"".join((*made_by, str(migrations.current_version()).encode()))).hexdigest()[:8]
        return self.root / f"{self.customers}-{stamp}"

    @property
    def scratch(self) -> Path:
        """A folder that every run empties."""
        return self.root / "scratch"

    def fresh(self, name: str) -> Path:
        """A new empty folder in the scratch folder."""
        folder = self.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    @property
    def folders(self) -> Folders:
        """The folders of the user of the bench."""
        return Folders(self.home / "config", self.home / "data", self.home / "logs")

    @property
    def profile(self) -> profiles.Profile:
        """The profile with the big book."""
        return profiles.find_profile(self.folders, PROFILE)

    @property
    def passphrase_file(self) -> Path:
        """What `--passphrase-file` gets."""
        return self.home / "passphrase.txt"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of children that open the big book; bytecode is kept, as in every installation."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {
            **kept,
            "BROKERDESK_HOME": str(self.home),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPYCACHEPREFIX": str(self.root / "bytecode"),
        }

    def prepare(self) -> None:
        """Make book and twin unless they are there, complete or not at all."""
        if (self.home / "complete").exists():
            return
        for older in self.root.glob(f"{self.customers}-*"):
            shutil.rmtree(older)
        self.home.mkdir(parents=True)
        self.passphrase_file.write_text(PASSPHRASE + "\n", encoding="utf-8")
        profiles.create_profile(
            self.folders, PROFILE, passphrase=PASSPHRASE, clock=SystemClock(), vault=absent_vault(), cost=FLOOR
        )
        with self.book() as book:
            big_book.fill(book, customers=self.customers, each=self.each)
            big_book.plain_copy(book, self.home / "plain.db").close()
        (self.home / "complete").touch()

    @contextmanager
    def book(self) -> Iterator[Book]:
        """The big book, open; closed properly, so that the next start has nothing to check."""
        book = profiles.unlock(
            self.profile, clock=SystemClock(), vault=absent_vault(), passphrase=PASSPHRASE, cost=FLOOR
        )
        try:
            yield book
        finally:
            book.close()

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """The services on the big book."""
        with self.book() as book:
            yield Desk(book, book.clock)

    @cached_property
    def plain(self) -> sqlite3.Connection:
        """The plain twin, with the cache a reader of the book has."""
        connection = sqlite3.connect(self.home / "plain.db")
        connection.execute("PRAGMA cache_size = -32768")
        return connection
