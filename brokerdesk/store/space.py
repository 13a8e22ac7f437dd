"""Free space on the disk of the book (reliability.md S10): warn early, stop what is large, keep editing possible."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from brokerdesk.core.errors import KnownError, register

DISK_LOW = register("disk-low", "free_mb", "needed_mb")

WARN_BELOW = 500_000_000
STOP_BELOW = 100_000_000
_MB = 1_000_000


class Space(StrEnum):
    """How much room there is: enough, getting short (say so), or too short for imports and downloads."""

    ENOUGH = "enough"
    SHORT = "short"
    STOP = "stop"


def free_bytes(folder: Path) -> int:
    """Bytes free for this user where `folder` is, or will be."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


def space(folder: Path, *, measure: Callable[[Path], int] = free_bytes) -> Space:
    """The state of the disk of `folder`."""
    free = measure(folder)
    if free < STOP_BELOW:
        return Space.STOP
    return Space.SHORT if free < WARN_BELOW else Space.ENOUGH


def require_space(folder: Path, needed: int = 0, *, measure: Callable[[Path], int] = free_bytes) -> None:
    """Refuse an import, download, backup or restore of `needed` bytes that would leave less than the stop mark.

    Raises `KnownError(disk-low)`.
    """
    free = measure(folder)
    if free - needed < STOP_BELOW:
        raise KnownError(DISK_LOW, free_mb=free // _MB, needed_mb=(needed + STOP_BELOW) // _MB)
