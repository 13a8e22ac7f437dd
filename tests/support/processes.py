"""Child processes that start fast and can be killed: forked from a small server that has the program loaded."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

_METHOD = "spawn" if sys.platform == "win32" else "forkserver"


@contextmanager
def child(work: Callable[..., None], *args: object) -> Iterator[tuple[Any, Connection]]:
    """Run `work(*args, pipe)` in a process of its own; it is dead when the block ends."""
    context = multiprocessing.get_context(_METHOD)
    if _METHOD == "forkserver":
        context.set_forkserver_preload(["tests.support.ledger"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(*args, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join(10)
        process.close()
        ours.close()


def received(pipe: Connection) -> list[Any]:
    """Everything a dead child has told."""
    found = []
    try:
        while pipe.poll():
            found.append(pipe.recv())
    except (EOFError, OSError):
        pass
    return found
