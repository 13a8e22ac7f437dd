"""The operator's commands about mails and logins: `bounce` and `import-legacy-users`. Their work is done in `domain`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from brokerdesk.core.errors import KnownError
from brokerdesk.portal.delivery.bounces import DSN_UNREADABLE
from brokerdesk.portal.domain.legacy import LEGACY_UNREADABLE
from brokerdesk.portal.portal import Portal


def bounce_arguments(parser: argparse.ArgumentParser) -> None:
    """FILE or - for standard input, as a mail server's pipe delivers it."""
    parser.add_argument("file", help="a delivery report, or - for standard input")


def bounce(portal: Portal, given: argparse.Namespace) -> dict[str, Any]:
    """Apply one delivery report."""
    from brokerdesk.portal.domain.bounced import apply_report

    try:
        content = sys.stdin.buffer.read() if given.file == "-" else Path(given.file).read_bytes()
    except OSError as problem:
        raise KnownError(DSN_UNREADABLE) from problem
    return {"recipients": apply_report(portal, content)}


def legacy_arguments(parser: argparse.ArgumentParser) -> None:
    """The brokerage and the CSV file."""
    parser.add_argument("file", help="CSV with name, email, since and optionally chat")
    parser.add_argument("--tenant", required=True, help="id or Makler-ID of the brokerage")


def import_legacy(portal: Portal, given: argparse.Namespace) -> dict[str, Any]:
    """Take over the users of an older portal."""
    from brokerdesk.portal.domain.legacy import take_over
    from brokerdesk.portal.domain.tenants import find_tenant

    with portal.database.reading() as connection:
        tenant_id = find_tenant(connection, given.tenant).id
    try:
        content = Path(given.file).read_bytes()
    except OSError as problem:
        raise KnownError(LEGACY_UNREADABLE, reason=type(problem).__name__) from problem
    return take_over(portal, tenant_id, content)
