"""Finds the key of a book by one of the ways its slots offer. The key is handed on as bytes and never kept here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from brokerdesk.core.errors import KnownError, register
from brokerdesk.store.book import WRONG_KEY
from brokerdesk.vault import credentials, recovery_code, slot_file
from brokerdesk.vault.key_slots import KeySlots, Slot, SlotKind, key_store_slot, new_slot_id, open_slot
from brokerdesk.vault.key_store import Vault

NOT_REMEMBERED = register("device-not-remembered")
KEY_STORE_EMPTY = register("key-store-empty")
WRONG_RECOVERY_CODE = register("wrong-recovery-code")


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A book key, the slot that gave it, the generation of slots it stands in, and whether the newest file needs healing."""

    key: bytes
    slot: Slot
    slots: KeySlots
    heal: bool


def open_key(
    found: slot_file.Found, *, vault: Vault, passphrase: str | None = None, recovery: str | None = None
) -> Opened:
    """The key by passphrase, else by recovery code, else by the key store.

    Raises `KnownError`: wrong-key, wrong-recovery-code, recovery-code-…, device-not-remembered, key-store-….
    """
    if passphrase is not None:
        return _first(found, SlotKind.PASSPHRASE, passphrase, WRONG_KEY)
    if recovery is not None:
        return _first(found, SlotKind.RECOVERY, recovery_code.typed(recovery), WRONG_RECOVERY_CODE)
    return _by_key_store(found, vault)


def _first(found: slot_file.Found, kind: SlotKind, secret: str | bytes, failure: str) -> Opened:
    for slots, slot in found.candidates():
        if slot.kind is kind:
            key = open_slot(slots.profile_id, slot, secret)
            if key is not None:
                return Opened(key, slot, slots, found.damaged or slots is not found.current)
    raise KnownError(failure)


def _by_key_store(found: slot_file.Found, vault: Vault) -> Opened:
    candidates = [(g, s) for g, s in found.candidates() if s.kind is SlotKind.KEY_STORE]
    if not candidates:
        raise KnownError(NOT_REMEMBERED)
    for slots, slot in candidates:
        secret = credentials.wrapping_secret(vault, slots.profile_id, secret_name(slot.id))
        key = None if secret is None else open_slot(slots.profile_id, slot, secret)
        if key is not None:
            return Opened(key, slot, slots, found.damaged or slots is not found.current)
    raise KnownError(KEY_STORE_EMPTY)


def secret_name(slot_id: str) -> str:
    """The name under which the key store holds the wrapping key of one slot."""
    return f"book-key-{slot_id}"


def add_key_store_slot(slots: KeySlots, key: bytes, vault: Vault) -> KeySlots:
    """These slots and one of the key store. Raises key-store errors; then nothing is kept there."""
    slot_id = new_slot_id()
    secret = credentials.new_wrapping_secret(vault, slots.profile_id, secret_name(slot_id))
    slot = key_store_slot(slots.profile_id, key, secret, back_end=vault.name, slot_id=slot_id)
    return slots.with_slot(slot)


def load_slots(folder: Path) -> slot_file.Found:
    """The slots of a profile's folder. Raises `KnownError` with key-slots-missing or key-slots-damaged."""
    return slot_file.load(folder)
