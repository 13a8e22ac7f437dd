"""One program per book: an advisory lock on a file beside it. Never touches the database file itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from brokerdesk.core.errors import KnownError, register

BOOK_IN_USE = register("book-in-use")


class InstanceLock:
    """Held while a book is open; the operating system frees it when the process dies."""

    def __init__(self, folder: Path) -> None:
        """Lock `folder`. Raises `KnownError(book-in-use)` when another process holds it."""
        self._path = folder / "instance.lock"
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._acquire()
        except OSError as problem:
            os.close(self._handle)
            raise KnownError(BOOK_IN_USE) from problem

    if sys.platform == "win32":

        def _acquire(self) -> None:
            import msvcrt

            msvcrt.locking(self._handle, msvcrt.LK_NBLCK, 1)

    else:

        def _acquire(self) -> None:
            import fcntl

            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Give the lock back; twice changes nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> InstanceLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
