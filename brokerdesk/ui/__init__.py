"""Everything Qt.

Importing it makes the constants of the interpreter survive PySide6 6.12, whose one binary for all Python versions takes
`None`, `True` and `False` for immortal. They are since Python 3.12; on 3.11 every Qt call that returns nothing loses a
reference to `None`, and after some ten thousand calls the interpreter ends with "none_dealloc". This is the one side
effect of an import in the program: it has to happen before any other Qt code runs.
"""

from __future__ import annotations

import sys

_MANY = 1 << 40


def keep_constants_alive() -> None:
    """Give the interpreter's constants more references than a program can lose; nothing to do from Python 3.12 on."""
    if sys.version_info >= (3, 12):
        return
    import ctypes

    for constant in (None, True, False, NotImplemented, Ellipsis):
        count = ctypes.c_ssize_t.from_address(id(constant))
        if count.value < _MANY // 2:
            count.value += _MANY


keep_constants_alive()
