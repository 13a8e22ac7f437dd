"""What one round of the exchange works with, and how it ends early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from brokerdesk.services.exchange.rounds import Meta
from brokerdesk.store.book import Book
from brokerdesk.sync.client import Client
from brokerdesk.sync.report import Tally


class RestartError(Exception):
    """The portal has another epoch or the feed must be read anew: begin the round again."""


class ForkedError(Exception):
    """The portal knows numbers of this device that this book does not: it was restored or copied (protocol.md § 15)."""


@dataclass(slots=True, kw_only=True)
class Round:
    """One round. `last_seq` is the highest number the portal has answered for; `fault` is called at named points."""

    book: Book
    client: Client
    meta: Meta
    tally: Tally
    fault: Callable[[str], None]
    before_resync: Callable[[], object]
    last_seq: int = 0
