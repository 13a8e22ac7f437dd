"""`keyslots.json` beside the book: written temp + fsync + rename, with one older generation kept (security.md 2.1).

The older generation is for a file that was damaged or lost; a slot that was taken away is gone from both.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.files import write_atomically
from brokerdesk.vault.key_slots import SLOTS_DAMAGED, KeySlots, Slot, decode, encode

SLOTS_MISSING = register("key-slots-missing")

FILE_NAME = "keyslots.json"
OLDER_NAME = "keyslots.older.json"
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """What the files hold: the generation in force, the older one, and whether the newest file is unusable."""

    current: KeySlots
    older: KeySlots | None = None
    damaged: bool = False

    def candidates(self) -> list[tuple[KeySlots, Slot]]:
        """Every slot of both generations with its profile, newest first and none twice."""
        found: list[tuple[KeySlots, Slot]] = []
        for generation in (self.current, self.older):
            if generation is not None:
                known = {(g.profile_id, s) for g, s in found}
                fresh = [s for s in reversed(generation.slots) if (generation.profile_id, s) not in known]
                found += [(generation, s) for s in fresh]
        return found


def exists(folder: Path) -> bool:
    """Whether the folder belongs to a profile."""
    return (folder / FILE_NAME).exists() or (folder / OLDER_NAME).exists()


def load(folder: Path) -> Found:
    """The slots of a profile; the older generation steps in for a missing or damaged file.

    Raises `KnownError` with key-slots-missing or key-slots-damaged.
    """
    current, older = _read(folder / FILE_NAME), _read(folder / OLDER_NAME)
    if isinstance(current, KeySlots):
        return Found(current, older if isinstance(older, KeySlots) else None)
    if isinstance(older, KeySlots):
        return Found(older, None, damaged=True)
    raise KnownError(SLOTS_MISSING if current is None and older is None else SLOTS_DAMAGED)


def _read(path: Path) -> KeySlots | KnownError | None:
    try:
        if path.stat().st_size > _LARGEST:
            return KnownError(SLOTS_DAMAGED)
        return decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except KnownError as problem:
        return problem


def save(folder: Path, slots: KeySlots, *, forget_older: bool = False) -> None:
    """Put `slots` in force. The generation before stays as the older one, if it is sound.

    `forget_older` writes both generations anew, for slots that must not open the book any more.
    """
    path, older = folder / FILE_NAME, folder / OLDER_NAME
    data = json.dumps(encode(slots), indent=1).encode()
    if isinstance(_read(path), KeySlots):
        write_atomically(older, path.read_bytes())
    write_atomically(path, data)
    if forget_older:
        write_atomically(older, data)
