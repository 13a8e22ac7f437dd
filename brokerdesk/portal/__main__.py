"""`python -m brokerdesk.portal …`, the same as `brokerdesk portal …`."""

from __future__ import annotations

import sys


def main() -> int:
    """Hand over to the operator's commands."""
    from brokerdesk.portal.command import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
