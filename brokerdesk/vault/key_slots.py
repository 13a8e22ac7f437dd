"""Key slots: the random key of a book, wrapped once per way to open it. A value; `slot_file` reads and writes it.

Each slot is AES-256-GCM over the book key with the associated data profile id + slot kind + version, so a slot cannot be
moved to another profile or pass as another kind. There is no unwrapped form of the key on disk, ever.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import is_id
from brokerdesk.vault.passphrase import KdfParameters, derive

SLOTS_DAMAGED = register("key-slots-damaged")

KEY_BYTES = 32
FORMAT = 1
_VERSION = 1
_NONCE = 12
_SALT = 16


class SlotKind(StrEnum):
    """The ways to a book key."""

    KEY_STORE = "key_store"
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The book key wrapped for one way of opening. `back_end` names the key store that holds the wrapping key."""

    kind: SlotKind
    id: str
    salt: bytes
    nonce: bytes
    sealed: bytes
    version: int = _VERSION
    cost: KdfParameters | None = None
    back_end: str = ""
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class KeySlots:
    """All slots of one profile."""

    profile_id: str
    slots: tuple[Slot, ...] = ()

    def of(self, kind: SlotKind) -> tuple[Slot, ...]:
        """The slots of one kind; two while a new one waits to prove itself."""
        return tuple(s for s in self.slots if s.kind is kind)

    def with_slot(self, slot: Slot) -> KeySlots:
        """These slots and one more."""
        return replace(self, slots=(*self.slots, slot))

    def without(self, ids: Iterable[str]) -> KeySlots:
        """These slots without the named ones."""
        gone = set(ids)
        return replace(self, slots=tuple(s for s in self.slots if s.id not in gone))

    def only_newest(self, kind: SlotKind) -> KeySlots:
        """Of one kind only the slot added last."""
        return self.without(s.id for s in self.of(kind)[:-1])

    def confirmed(self, slot_id: str) -> KeySlots:
        """These slots with one marked as typed back by its owner."""
        return replace(self, slots=tuple(replace(s, confirmed=True) if s.id == slot_id else s for s in self.slots))


def new_book_key() -> bytes:
    """A random 32-byte key."""
    return secrets.token_bytes(KEY_BYTES)


def new_slot_id() -> str:
    """A fresh id of a slot."""
    return secrets.token_hex(8)


def seal(
    profile_id: str,
    kind: SlotKind,
    book_key: bytes,
    wrapping: Callable[[bytes], bytes],
    *,
    cost: KdfParameters | None = None,
    back_end: str = "",
    confirmed: bool = True,
    slot_id: str | None = None,
) -> Slot:
    """A new slot. `wrapping` turns the fresh salt into the 32-byte wrapping key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    sealed = AESGCM(wrapping(salt)).encrypt(nonce, book_key, _associated(profile_id, kind, _VERSION))
    return Slot(
        kind=kind,
        id=slot_id or new_slot_id(),
        salt=salt,
        nonce=nonce,
        sealed=sealed,
        cost=cost,
        back_end=back_end,
        confirmed=confirmed,
    )


def unseal(profile_id: str, slot: Slot, wrapping_key: bytes) -> bytes | None:
    """The book key, or None when the wrapping key or the slot is not the right one."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(wrapping_key).decrypt(slot.nonce, slot.sealed, _associated(profile_id, slot.kind, slot.version))
    except InvalidTag:
        return None


def stretch(secret: bytes, salt: bytes) -> bytes:
    """A wrapping key from a secret that is random already (recovery code, key store part): HKDF-SHA256."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"brokerdesk key slot").derive(secret)


def passphrase_slot(profile_id: str, book_key: bytes, passphrase: str, cost: KdfParameters) -> Slot:
    """A slot that a passphrase opens. Raises `KnownError(passphrase-empty)`."""
    return seal(profile_id, SlotKind.PASSPHRASE, book_key, lambda salt: derive(passphrase, salt, cost), cost=cost)


def recovery_slot(profile_id: str, book_key: bytes, secret: bytes) -> Slot:
    """A slot that the recovery code opens; unconfirmed until its owner has typed the code back."""
    return seal(profile_id, SlotKind.RECOVERY, book_key, lambda salt: stretch(secret, salt), confirmed=False)


def key_store_slot(profile_id: str, book_key: bytes, secret: bytes, *, back_end: str, slot_id: str) -> Slot:
    """A slot that 32 bytes in the key store `back_end` open; they stand there under a name made from `slot_id`."""
    return seal(
        profile_id,
        SlotKind.KEY_STORE,
        book_key,
        lambda salt: stretch(secret, salt),
        back_end=back_end,
        slot_id=slot_id,
    )


def open_slot(profile_id: str, slot: Slot, secret: str | bytes) -> bytes | None:
    """The book key from one slot with its passphrase (text) or secret (bytes), or None when they do not belong together."""
    if slot.kind is SlotKind.PASSPHRASE:
        if slot.cost is None or not isinstance(secret, str):
            return None
        return unseal(profile_id, slot, derive(secret, slot.salt, slot.cost))
    return None if isinstance(secret, str) else unseal(profile_id, slot, stretch(secret, slot.salt))


def _associated(profile_id: str, kind: SlotKind, version: int) -> bytes:
    return f"brokerdesk key slot|{profile_id}|{kind.value}|{version}".encode()


def encode(slots: KeySlots) -> dict[str, Any]:
    """The slots as JSON values."""
    return {"format": FORMAT, "profile_id": slots.profile_id, "slots": [_encode_slot(s) for s in slots.slots]}


def _encode_slot(slot: Slot) -> dict[str, Any]:
    body: dict[str, Any] = {
        "kind": slot.kind.value,
        "id": slot.id,
        "version": slot.version,
        "salt": base64.b64encode(slot.salt).decode(),
        "nonce": base64.b64encode(slot.nonce).decode(),
        "sealed": base64.b64encode(slot.sealed).decode(),
    }
    if slot.cost is not None:
        cost = slot.cost
        body["argon2id"] = {"memory_kib": cost.memory_kib, "time_cost": cost.time_cost, "lanes": cost.lanes}
    if slot.back_end:
        body["back_end"] = slot.back_end
    if slot.kind is SlotKind.RECOVERY:
        body["confirmed"] = slot.confirmed
    return body


def decode(data: bytes | dict[str, Any]) -> KeySlots:
    """The slots of a file or of its JSON values. Raises `KnownError(key-slots-damaged)` for anything else."""
    try:
        body = json.loads(data) if isinstance(data, bytes) else data
        if body["format"] != FORMAT or not is_id(body["profile_id"]):
            raise KnownError(SLOTS_DAMAGED)
        return KeySlots(body["profile_id"], tuple(_decode_slot(s) for s in body["slots"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as problem:
        raise KnownError(SLOTS_DAMAGED) from problem


def _decode_slot(body: dict[str, Any]) -> Slot:
    kind = SlotKind(body["kind"])
    cost = None
    if kind is SlotKind.PASSPHRASE:
        found = body["argon2id"]
        cost = KdfParameters(
            memory_kib=int(found["memory_kib"]),
            time_cost=int(found["time_cost"]),
            lanes=int(found["lanes"]),
            below_floor_for_tests=True,
        )
    slot = Slot(
        kind=kind,
        id=str(body["id"]),
        version=int(body["version"]),
        salt=base64.b64decode(body["salt"], validate=True),
        nonce=base64.b64decode(body["nonce"], validate=True),
        sealed=base64.b64decode(body["sealed"], validate=True),
        cost=cost,
        back_end=str(body.get("back_end", "")),
        confirmed=body.get("confirmed", True) is True,
    )
    if len(slot.nonce) != _NONCE or len(slot.salt) != _SALT or len(slot.sealed) != KEY_BYTES + 16:
        raise KnownError(SLOTS_DAMAGED)
    return slot
