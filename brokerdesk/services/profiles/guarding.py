"""Changes of the ways to a book: passphrase, recovery code, key store. The old way goes when the new one has opened the book."""

from __future__ import annotations

from pathlib import Path

from brokerdesk.core.errors import BugError, KnownError, register
from brokerdesk.core.logs import Secret, logger
from brokerdesk.services.profiles import keys
from brokerdesk.services.profiles.catalogue import Profile
from brokerdesk.store.book import Book, key_fits
from brokerdesk.vault import credentials, recovery_code, slot_file
from brokerdesk.vault.key_slots import KeySlots, Slot, SlotKind, open_slot, passphrase_slot, recovery_slot
from brokerdesk.vault.key_store import Vault
from brokerdesk.vault.passphrase import KdfParameters, calibrate

NEW_SLOT_FAILED = register("new-slot-failed")
_log = logger(__name__)


def change_passphrase(
    profile: Profile,
    new: str,
    *,
    vault: Vault,
    passphrase: str | None = None,
    recovery: str | None = None,
    cost: KdfParameters | None = None,
) -> None:
    """Replace the passphrase, after proof by the present one or by the recovery code.

    Raises what `unlock` raises for a wrong proof, passphrase-empty, or `BugError(new-slot-failed)`; the old passphrase is
    then still in force.
    """
    opened = keys.open_key(keys.load_slots(profile.folder), vault=vault, passphrase=passphrase, recovery=recovery)
    replace_passphrase(profile.folder, opened.slots, opened.key, new, cost=cost)


def replace_passphrase(
    folder: Path, slots: KeySlots, key: bytes, new: str, *, cost: KdfParameters | None = None
) -> None:
    """Add a slot for `new`, let it open the book, then give up the other passphrase slots."""
    slot = passphrase_slot(slots.profile_id, key, new, cost or calibrate())
    both = slots.with_slot(slot)
    slot_file.save(folder, both)
    _prove(folder, slot, new)
    slot_file.save(folder, both.only_newest(SlotKind.PASSPHRASE), forget_older=True)


def _prove(folder: Path, slot: Slot, secret: str | bytes) -> None:
    """Open the book by the slot as it stands in the file. Raises `BugError(new-slot-failed)`."""
    found = slot_file.load(folder).current
    written = next((s for s in found.slots if s.id == slot.id), None)
    key = None if written is None else open_slot(found.profile_id, written, secret)
    if key is None or not key_fits(folder, key, profile_id=found.profile_id):
        raise BugError(NEW_SLOT_FAILED)


def new_recovery_code(profile: Profile, book: Book) -> Secret:
    """A fresh recovery code for an open book. The former one stays valid until the new one is typed back."""
    slots = keys.load_slots(profile.folder).current
    secret = recovery_code.new_secret()
    slot = book.with_key(lambda key: recovery_slot(slots.profile_id, key, secret))
    waiting = [s.id for s in slots.of(SlotKind.RECOVERY) if not s.confirmed]
    proven = any(s.confirmed for s in slots.of(SlotKind.RECOVERY))
    slot_file.save(profile.folder, (slots.without(waiting) if proven else slots).with_slot(slot))
    return recovery_code.printed(secret)


def confirm_recovery(profile: Profile, typed: str) -> None:
    """Accept the recovery code typed back from the printed sheet: it opens the book, then older codes are given up.

    Raises `KnownError` with recovery-code-length, recovery-code-mistyped or wrong-recovery-code.
    """
    slots = keys.load_slots(profile.folder).current
    secret = recovery_code.typed(typed)
    for slot in reversed(slots.of(SlotKind.RECOVERY)):
        key = open_slot(slots.profile_id, slot, secret)
        if key is not None and key_fits(profile.folder, key, profile_id=slots.profile_id):
            others = [s.id for s in slots.of(SlotKind.RECOVERY) if s.id != slot.id]
            slot_file.save(profile.folder, slots.without(others).confirmed(slot.id), forget_older=bool(others))
            return
    raise KnownError(keys.WRONG_RECOVERY_CODE)


def recovery_confirmed(profile: Profile) -> bool:
    """Whether a recovery code has been typed back and none waits for it."""
    slots = keys.load_slots(profile.folder).current.of(SlotKind.RECOVERY)
    return bool(slots) and all(s.confirmed for s in slots)


def remembered_on_device(profile: Profile) -> bool:
    """Whether a slot of the key store exists; whether it still opens shows at the next unlock."""
    return bool(keys.load_slots(profile.folder).current.of(SlotKind.KEY_STORE))


def remember_on_device(profile: Profile, book: Book, *, on: bool, vault: Vault) -> None:
    """Let the key store open this book at the next start, or no longer.

    Raises `KnownError` with key-store-absent, key-store-denied or key-store-blocked when it cannot be switched on.
    """
    slots = keys.load_slots(profile.folder).current
    if on:
        book.with_key(lambda key: remember_key(profile.folder, slots, key, vault))
        return
    old = slots.of(SlotKind.KEY_STORE)
    slot_file.save(profile.folder, slots.without(s.id for s in old), forget_older=True)
    _forget(slots.profile_id, old, vault)


def remember_key(folder: Path, slots: KeySlots, key: bytes, vault: Vault) -> None:
    """Put a new slot of the key store in force, prove it, and give up the former ones."""
    old = slots.of(SlotKind.KEY_STORE)
    both = keys.add_key_store_slot(slots, key, vault)
    slot_file.save(folder, both)
    slot = both.slots[-1]
    secret = credentials.wrapping_secret(vault, slots.profile_id, keys.secret_name(slot.id))
    _prove(folder, slot, secret or b"")
    slot_file.save(folder, both.only_newest(SlotKind.KEY_STORE), forget_older=True)
    _forget(slots.profile_id, old, vault)


def _forget(profile_id: str, slots: tuple[Slot, ...], vault: Vault) -> None:
    for slot in slots:
        if not credentials.delete(vault, profile_id, keys.secret_name(slot.id)):
            _log.info("key-store-secret-stays")
