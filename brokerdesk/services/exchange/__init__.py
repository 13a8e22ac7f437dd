"""The exchange with the portal, book side: outgoing queue, verdicts, feed pages, conflicts, quarantine, resync, pairing.

Speaks no HTTP; `brokerdesk.sync` does and calls these. Every function opens, commits and closes its own unit of work.
"""

from brokerdesk.services.exchange.conflicts import resolve_mine, resolve_other, resolve_theirs
from brokerdesk.services.exchange.freeze import cancel_unsent
from brokerdesk.services.exchange.pages import (
    FuseBlownError,
    allow_removals,
    decide_missing,
    reapply_quarantine,
)
from brokerdesk.services.exchange.pairing import Enrolment, unpair
from brokerdesk.services.exchange.queue import confirm, retry, withdraw
from brokerdesk.services.exchange.rounds import (
    conflict_rows,
    meta,
    outbox_rows,
    pause,
    quarantine_rows,
    status,
    want_digest,
)

__all__ = [
    "Enrolment",
    "FuseBlownError",
    "allow_removals",
    "cancel_unsent",
    "confirm",
    "conflict_rows",
    "decide_missing",
    "meta",
    "outbox_rows",
    "pause",
    "quarantine_rows",
    "reapply_quarantine",
    "resolve_mine",
    "resolve_other",
    "resolve_theirs",
    "retry",
    "status",
    "unpair",
    "want_digest",
    "withdraw",
]
