"""Stretches of work without the search for reference cycles. Deliberately no setting: only sync makes so many values at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """A page or batch makes many values that live as long as it does: looking for cycles among them costs a fifth of the time.

    Also a decorator. Stretches may overlap in several threads: the collector then runs again a little early, never too late.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
