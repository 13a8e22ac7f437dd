"""Create, unlock, verify and lock a profile (reliability.md S5, S6). A failure never leads to a new book or plain text."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from brokerdesk.core.clock import Clock
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import new_id
from brokerdesk.core.logs import Secret, logger
from brokerdesk.core.paths import Folders
from brokerdesk.models.entities import Setting
from brokerdesk.services.profiles import backups, guarding, keys
from brokerdesk.services.profiles.catalogue import (
    Profile,
    new_profile,
    remember_language,
    remember_profile,
)
from brokerdesk.services.profiles.places import refuse_network_place
from brokerdesk.store.book import WRONG_KEY, Book, create_book, open_book
from brokerdesk.store.integrity import IntegrityReport, deep_check
from brokerdesk.store.space import require_space
from brokerdesk.vault import recovery_code, slot_file
from brokerdesk.vault.key_slots import KeySlots, SlotKind, new_book_key, passphrase_slot, recovery_slot
from brokerdesk.vault.key_store import Vault
from brokerdesk.vault.passphrase import FLOOR, KdfParameters, calibrate

PROFILE_EXISTS = register("profile-exists")
BOOK_UNREADABLE = register("book-unreadable")

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Created:
    """A new profile, its recovery code to print and type back, and why the key store is not used (a code, or None)."""

    profile: Profile
    recovery: Secret
    key_store_problem: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of `verify`: the deep check, the kinds of slots in force, and whether the recovery code was typed back."""

    integrity: IntegrityReport
    slots: tuple[str, ...]
    slots_damaged: bool
    recovery_confirmed: bool

    @property
    def whole(self) -> bool:
        """Whether book and slots are sound."""
        return self.integrity.whole and not self.slots_damaged


def create_profile(
    folders: Folders,
    name: str,
    *,
    passphrase: str,
    clock: Clock,
    vault: Vault,
    language: str = "de",
    remember: bool = False,
    cost: KdfParameters | None = None,
) -> Created:
    """Make a profile with an empty book, complete or not at all, and remember it as the last one used.

    `name` is a name or a path. `cost` overrides the calibrated Argon2 parameters. Raises `KnownError` with
    profile-exists, profile-name-invalid, passphrase-empty, place-network or disk-low.
    """
    profile = new_profile(folders, name)
    refuse_network_place(profile.folder)
    require_space(profile.folder)
    if profile.folder.exists() and (not profile.folder.is_dir() or any(profile.folder.iterdir())):
        raise KnownError(PROFILE_EXISTS)
    profile_id, key, secret = new_id(clock), new_book_key(), recovery_code.new_secret()
    slots = KeySlots(profile_id, (passphrase_slot(profile_id, key, passphrase, cost or calibrate()),))
    slots = slots.with_slot(recovery_slot(profile_id, key, secret))
    _build(profile.folder, slots, key, clock=clock, language=language)
    problem = _try_to_remember(profile.folder, slots, key, vault) if remember else None
    remember_profile(folders, profile)
    remember_language(folders, language)
    return Created(profile, recovery_code.printed(secret), problem)


def _build(folder: Path, slots: KeySlots, key: bytes, *, clock: Clock, language: str) -> None:
    """Make everything in a folder beside and rename it, so that a crash leaves no half profile."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = folder.with_name(f".{folder.name}.new-{slots.profile_id[-12:]}")
    try:
        create_book(making, key, profile_id=slots.profile_id, clock=clock)
        slot_file.save(making, slots)
        with open_book(making, key, profile_id=slots.profile_id, clock=clock) as book, book.work() as work:
            work.add(Setting(name="language", value={"value": language}))
            work.commit()
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _try_to_remember(folder: Path, slots: KeySlots, key: bytes, vault: Vault) -> str | None:
    try:
        guarding.remember_key(folder, slots, key, vault)
    except KnownError as problem:
        _log.info("device-not-remembered", code=problem.code)
        return problem.code
    return None


def unlock(
    profile: Profile,
    *,
    clock: Clock,
    vault: Vault,
    passphrase: str | None = None,
    recovery: str | None = None,
    remember: bool | None = None,
    folders: Folders | None = None,
    cost: KdfParameters | None = None,
) -> Book:
    """Open the book by passphrase, recovery code, or, when neither is given, by the key store.

    A book of an older schema is backed up and verified before it is migrated. `remember` switches the key store on or
    off. Raises the codes of `keys.open_key` and `open_book`, and book-unreadable when a proven key does not read the
    file; nothing is changed then.
    """
    refuse_network_place(profile.folder)
    found = keys.load_slots(profile.folder)
    opened = keys.open_key(found, vault=vault, passphrase=passphrase, recovery=recovery)
    book = _open(profile, opened, clock)
    try:
        _mend(profile, found, opened, vault=vault, passphrase=passphrase, cost=cost)
        if remember is not None and (remember or guarding.remembered_on_device(profile)):
            guarding.remember_on_device(profile, book, on=remember, vault=vault)
    except (KnownError, OSError) as problem:
        # the book is open; a slot that could not be renewed is tried again at the next unlock
        _log.info("slots-not-renewed", code=getattr(problem, "code", "os"))
    if folders is not None:
        remember_profile(folders, profile)
    return book


def _open(profile: Profile, opened: keys.Opened, clock: Clock) -> Book:
    def save_first() -> None:
        backups.write_backup(profile, opened.key, opened.slots, profile.backups, clock=clock, reason="migration")

    try:
        return open_book(
            profile.folder,
            opened.key,
            profile_id=opened.slots.profile_id,
            clock=clock,
            before_migration=save_first,
        )
    except KnownError as problem:
        if problem.code == WRONG_KEY:
            raise KnownError(BOOK_UNREADABLE) from problem
        raise


def _mend(
    profile: Profile,
    found: slot_file.Found,
    opened: keys.Opened,
    *,
    vault: Vault,
    passphrase: str | None,
    cost: KdfParameters | None,
) -> None:
    """After a proven unlock: heal a damaged slot file, wrap weak or failing slots anew."""
    if opened.heal:
        slot_file.save(profile.folder, opened.slots, forget_older=True)
    least = cost or FLOOR
    weak = opened.slot.cost is not None and not opened.slot.cost.reaches(least.memory_kib, least.time_cost)
    if weak and passphrase is not None:
        guarding.replace_passphrase(profile.folder, opened.slots, opened.key, passphrase, cost=cost)
    slots = keys.load_slots(profile.folder).current
    failing = bool(slots.of(SlotKind.KEY_STORE)) and opened.slot.kind is not SlotKind.KEY_STORE
    if failing and not _key_store_opens(found, vault):
        guarding.remember_key(profile.folder, slots, opened.key, vault)


def _key_store_opens(found: slot_file.Found, vault: Vault) -> bool:
    try:
        keys.open_key(found, vault=vault)
    except KnownError:
        return False
    return True


def lock(book: Book) -> None:
    """Close every connection to the book and forget its key."""
    book.close()


def verify(profile: Profile, book: Book) -> Verification:
    """Check every page, index and reference of an open book, and its key slots. Takes seconds for a large book."""
    connection = book.raw_connection()
    try:
        integrity = deep_check(connection)
    finally:
        connection.close()
    found = keys.load_slots(profile.folder)
    kinds = tuple(sorted({s.kind.value for s in found.current.slots}))
    return Verification(integrity, kinds, found.damaged, guarding.recovery_confirmed(profile))
