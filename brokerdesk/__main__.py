"""Start: the window without arguments, else the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """Hand over to the command line, which opens the window when nothing is asked."""
    if getattr(sys, "frozen", False):
        from multiprocessing import freeze_support

        freeze_support()  # a worker process of the portal is this very program
    try:
        from brokerdesk.cli import main as command_line

        return command_line(sys.argv[1:])
    except KeyboardInterrupt:  # while the program was still loading: nothing has begun, and nobody wants a traceback
        return 3


if __name__ == "__main__":
    raise SystemExit(main())
