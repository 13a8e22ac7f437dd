"""Backups of a profile: a verified copy with its key slots and a description beside it; thinning of the automatic ones.

The description (`…bdbook.json`) holds dates, versions and row counts, so that a list can be shown before anything is
unlocked, and the key slots, so that a backup can be opened on another machine by its passphrase or recovery code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from brokerdesk import __version__
from brokerdesk.core.clock import Clock, from_wire, to_wire
from brokerdesk.core.errors import KnownError
from brokerdesk.core.files import sync_folder, write_atomically
from brokerdesk.core.logs import logger
from brokerdesk.models.rules import backup_thinning
from brokerdesk.services.profiles import keys
from brokerdesk.services.profiles.catalogue import Profile
from brokerdesk.store.backup import Snapshot, copy_book
from brokerdesk.store.book import FILE_NAME, Book
from brokerdesk.store.engine import connect
from brokerdesk.vault.key_slots import KeySlots, decode, encode

SUFFIX = ".bdbook"
_FORMAT = 1
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """One backup file and what its description tells; counts and versions are None when that is missing."""

    file: Path
    bytes: int
    at: datetime | None = None
    reason: str | None = None
    profile_id: str | None = None
    program: str | None = None
    schema_version: int | None = None
    newest_change: datetime | None = None
    rows: dict[str, int] | None = None
    slots: KeySlots | None = None

    @property
    def paired(self) -> bool | None:
        """Whether the book in it was paired with a portal; None when nothing is known of it."""
        return None if self.rows is None else bool(self.rows.get("sync_meta"))


def backup(profile: Profile, book: Book, folder: Path | None = None, *, reason: str = "manual") -> BackupInfo:
    """Write a verified backup of an open book into `folder` (default: the profile's own), while work goes on.

    Raises `KnownError` with disk-low, disk-full, book-read-only or backup-bad; no file is left then.
    """
    slots = keys.load_slots(profile.folder).current
    place = profile.backups if folder is None else folder
    return book.with_key(lambda key: write_backup(profile, key, slots, place, clock=book.clock, reason=reason))


def automatic_backup(
    profile: Profile, book: Book, *, reason: str = "automatic", force: bool = False
) -> BackupInfo | None:
    """Back up into the profile's own folder and thin it, unless the newest backup there is younger than 30 minutes.

    `force` is for what S7 asks for: before a large import, a restore or a resync.
    """
    newest = newest_backup(profile)
    if not force and not backup_thinning.due(newest.at if newest else None, book.clock.now()):
        return None
    made = backup(profile, book, reason=reason)
    thin_backups(profile)
    return made


def write_backup(
    profile: Profile, key: bytes, slots: KeySlots, folder: Path, *, clock: Clock, reason: str
) -> BackupInfo:
    """The copy itself, for callers that hold the key; the book may be open or closed."""
    from brokerdesk.store.book import BOOK_READ_ONLY

    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = _free_name(folder, profile.name, clock)
        source = connect(profile.folder / FILE_NAME, key)
        try:
            copy_book(
                source,
                key,
                target,
                before_rename=lambda taken: _describe(target, taken, slots, clock=clock, reason=reason),
            )
        except BaseException:
            _description(target).unlink(missing_ok=True)
            raise
        finally:
            source.close()
    except OSError as problem:
        raise KnownError(BOOK_READ_ONLY) from problem
    _log.info("backup-written", reason=reason)
    return read_info(target)


def _free_name(folder: Path, name: str, clock: Clock) -> Path:
    stem = f"{name}-{clock.now():%Y%m%d-%H%M%S}Z"
    target, number = folder / f"{stem}{SUFFIX}", 1
    while target.exists():
        number += 1
        target = folder / f"{stem}-{number}{SUFFIX}"
    return target


def _description(file: Path) -> Path:
    return file.with_name(file.name + ".json")


def _describe(target: Path, taken: Snapshot, slots: KeySlots, *, clock: Clock, reason: str) -> None:
    body = {
        "format": _FORMAT,
        "at": to_wire(clock.now()),
        "reason": reason,
        "program": __version__,
        "profile_id": taken.profile_id,
        "schema_version": taken.schema_version,
        "newest_change": taken.newest_change,
        "rows": taken.rows,
        "key_slots": encode(slots),
    }
    write_atomically(_description(target), json.dumps(body, indent=1).encode())


def read_info(file: Path) -> BackupInfo:
    """What is known of a backup file without opening it. Raises `FileNotFoundError`."""
    size = file.stat().st_size
    try:
        body: dict[str, Any] = json.loads(_description(file).read_bytes())
        changed = body["newest_change"]
        return BackupInfo(
            file=file,
            bytes=size,
            at=from_wire(body["at"]),
            reason=str(body["reason"]),
            profile_id=str(body["profile_id"]),
            program=str(body["program"]),
            schema_version=int(body["schema_version"]),
            newest_change=from_wire(changed) if changed else None,
            rows={str(k): int(v) for k, v in body["rows"].items()},
            slots=decode(body["key_slots"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, KnownError):
        return BackupInfo(file=file, bytes=size)


def list_backups(profile: Profile, folder: Path | None = None) -> list[BackupInfo]:
    """The backups in `folder` (default: the profile's own), newest first; needs no key."""
    place = profile.backups if folder is None else folder
    found = [read_info(f) for f in place.glob(f"*{SUFFIX}") if not f.name.startswith(".")]
    return sorted(found, key=lambda b: (b.at is not None, b.at, b.file.name), reverse=True)


def newest_backup(profile: Profile) -> BackupInfo | None:
    """The newest backup of this profile that has a description, or None."""
    return next((b for b in list_backups(profile) if b.at is not None), None)


def thin_backups(profile: Profile) -> list[Path]:
    """Delete backups of the profile's own folder by the rule 12 days, 10 weeks, 9 months; returns what went.

    Files without a description are left alone: nobody knows what they are.
    """
    known = [b for b in list_backups(profile) if b.at is not None]
    stay = backup_thinning.kept(b.at for b in known if b.at is not None)
    gone = [b.file for b in known if b.at not in stay]
    for file in gone:
        file.unlink(missing_ok=True)
        _description(file).unlink(missing_ok=True)
    if gone:
        sync_folder(profile.backups)
        _log.info("backups-thinned", count=len(gone))
    return gone
