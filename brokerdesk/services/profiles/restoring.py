"""Brings a backup back: verify a copy of it, put the present state aside, exchange, mark the device to enrol anew.

The backup file itself is only read. The book must be closed. A crash leaves the old book or the new one, and the present
state lies in `aside/` from before the exchange on. A sound present state is backed up as well (reliability.md S7), so that
it stands in the list of backups and can be brought back the same way.
"""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlcipher3 import dbapi2

from brokerdesk.core.clock import Clock
from brokerdesk.core.errors import KnownError
from brokerdesk.core.files import sync_file, sync_folder
from brokerdesk.core.logs import logger
from brokerdesk.services.profiles import backups, keys
from brokerdesk.services.profiles.backups import BackupInfo, read_info
from brokerdesk.services.profiles.catalogue import Profile
from brokerdesk.services.profiles.places import refuse_network_place
from brokerdesk.store.backup import BACKUP_BAD, BACKUP_MISSING, Snapshot, verify_copy
from brokerdesk.store.book import BOOK_FOREIGN, BOOK_READ_ONLY, DISK_FULL, FILE_NAME, WRONG_KEY, translated
from brokerdesk.store.engine import connect
from brokerdesk.store.lock import InstanceLock
from brokerdesk.store.space import require_space
from brokerdesk.vault import slot_file
from brokerdesk.vault.key_slots import KeySlots
from brokerdesk.vault.key_store import Vault

_PARTS = (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm")
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in force now, from when, and where the former state lies (None when there was none)."""

    profile: Profile
    rows: dict[str, int]
    backup_at: datetime | None
    aside: Path | None


def restore(
    profile: Profile,
    file: Path,
    *,
    clock: Clock,
    vault: Vault,
    passphrase: str | None = None,
    recovery: str | None = None,
) -> Restored:
    """Replace the book of `profile` by a backup; the folder may be new, as on another machine.

    The key comes from the profile's slots, or from those that travelled with the backup. Raises the codes of
    `keys.open_key`, and backup-missing, backup-bad, book-foreign, book-newer, book-in-use, book-read-only, disk-low,
    disk-full; the book is not changed then.
    """
    if not file.is_file():
        raise KnownError(BACKUP_MISSING)
    refuse_network_place(profile.folder)
    info = read_info(file)
    require_space(profile.folder, 2 * info.bytes)
    opened = _key_for(profile, info, vault=vault, passphrase=passphrase, recovery=recovery)
    new = not profile.folder.exists()
    try:
        return _exchange(profile, file, opened, info, clock=clock)
    except BaseException as problem:
        if new:
            shutil.rmtree(profile.folder, ignore_errors=True)
        known = _refusal(problem, file)
        if known is None:
            raise
        raise known from problem


def _refusal(problem: BaseException, file: Path) -> KnownError | None:
    """What the disk refused, as an error of ours; None for everything else, such as a backup that cannot be read."""
    if not isinstance(problem, OSError) or problem.filename == str(file):
        return None
    if problem.errno == errno.ENOSPC:
        return KnownError(DISK_FULL)
    return KnownError(BOOK_READ_ONLY) if problem.errno in {errno.EACCES, errno.EPERM, errno.EROFS} else None


def _exchange(profile: Profile, file: Path, opened: keys.Opened, info: BackupInfo, *, clock: Clock) -> Restored:
    profile.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with InstanceLock(profile.folder):
        fresh = profile.folder / f".{FILE_NAME}.restoring"
        try:
            taken = _checked_copy(file, fresh, opened, info)
            with translated():
                _stop_exchange(fresh, opened.key)
            sync_file(fresh)
            aside = _put_aside(profile, opened, clock)
            fresh.replace(profile.folder / FILE_NAME)
            sync_folder(profile.folder)
            if opened.heal:
                slot_file.save(profile.folder, opened.slots)
        finally:
            for rest in (fresh, fresh.with_name(fresh.name + "-journal")):
                rest.unlink(missing_ok=True)
    _log.info("backup-restored")
    return Restored(profile, taken.rows, info.at, aside)


def _key_for(
    profile: Profile, info: BackupInfo, *, vault: Vault, passphrase: str | None, recovery: str | None
) -> keys.Opened:
    """The key by the slots in force, else by those beside the backup; `heal` says that the latter must be put in force."""
    try:
        found = keys.load_slots(profile.folder)
    except KnownError:
        if info.slots is None:
            raise
    else:
        if info.profile_id not in {None, found.current.profile_id}:
            raise KnownError(BOOK_FOREIGN)
        try:
            return keys.open_key(found, vault=vault, passphrase=passphrase, recovery=recovery)
        except KnownError:
            # perhaps the passphrase of the time of the backup was given
            if info.slots is None or info.slots == found.current:
                raise
            opened = _travelled(info, vault=vault, passphrase=passphrase, recovery=recovery)
            return keys.Opened(opened.key, opened.slot, opened.slots, heal=False)
    return _travelled(info, vault=vault, passphrase=passphrase, recovery=recovery)


def _travelled(info: BackupInfo, *, vault: Vault, passphrase: str | None, recovery: str | None) -> keys.Opened:
    if info.slots is None:
        raise KnownError(slot_file.SLOTS_MISSING)
    opened = keys.open_key(slot_file.Found(info.slots), vault=vault, passphrase=passphrase, recovery=recovery)
    return keys.Opened(opened.key, opened.slot, opened.slots, heal=True)


def _checked_copy(file: Path, fresh: Path, opened: keys.Opened, info: BackupInfo) -> Snapshot:
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    shutil.copyfile(file, fresh)
    try:
        taken = verify_copy(fresh, opened.key, profile_id=opened.slots.profile_id)
    except KnownError as problem:
        if problem.code == WRONG_KEY:
            raise KnownError(BACKUP_BAD) from problem
        raise
    if info.rows is not None and info.rows != taken.rows:
        raise KnownError(BACKUP_BAD)
    return taken


def _stop_exchange(fresh: Path, key: bytes) -> None:
    """A paired book must not go on as its old device: the exchange asks for a pairing code first (protocol.md § 15)."""
    connection = connect(fresh, key, journal="DELETE")
    try:
        connection.execute("UPDATE sync_meta SET tokens = NULL, last_problem = 'forked'")
    finally:
        connection.close()


def _put_aside(profile: Profile, opened: keys.Opened, clock: Clock) -> Path | None:
    """Copy the present state into `aside/<time>/`, then take away its write-ahead log, which belongs to the old file only."""
    folder = profile.folder
    if not any((folder / part).exists() for part in _PARTS):
        return None
    place = folder / "aside" / f"{clock.now():%Y%m%d-%H%M%S}Z"
    while place.exists():
        place = place.with_name(place.name + "-2")
    place.mkdir(parents=True, mode=0o700)
    for name in (*_PARTS, slot_file.FILE_NAME):
        if (folder / name).exists():
            shutil.copy2(folder / name, place / name)
            sync_file(place / name)
    sync_folder(place)
    _save_sound(profile, opened, clock)
    for part in _PARTS[1:]:
        (folder / part).unlink(missing_ok=True)
    return place


def _save_sound(profile: Profile, opened: keys.Opened, clock: Clock) -> None:
    """Fold a sound book's log into its file, so that a crash during the exchange loses nothing, and back it up.

    A broken book stays as it is: its copy in `aside/` is all that can be kept of it.
    """
    path = profile.folder / FILE_NAME
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        connection = connect(path, opened.key)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        slots = _slots_in_force(profile) or opened.slots
        backups.write_backup(profile, opened.key, slots, profile.backups, clock=clock, reason="restore")
    except (dbapi2.DatabaseError, KnownError):
        _log.info("book-put-aside-unread")


def _slots_in_force(profile: Profile) -> KeySlots | None:
    try:
        return keys.load_slots(profile.folder).current
    except KnownError:
        return None
