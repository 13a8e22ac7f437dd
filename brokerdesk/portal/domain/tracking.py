"""Appends what a customer does in the app to his trackings (S1.26, S1.27). Never changes or reads one."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from brokerdesk.core.clock import Clock
from brokerdesk.core.ids import new_id
from brokerdesk.portal.domain.book import CUSTOMER, RecordBook


class Event(StrEnum):
    """What is tracked."""

    REGISTERED = "registered"
    SIGNED_IN = "signed_in"
    CONTRACT_OPENED = "contract_opened"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    EMAIL_CHANGED = "email_changed"


def track(
    book: RecordBook, clock: Clock, party_id: str, event: Event, *, parameters: dict[str, Any] | None = None
) -> None:
    """Append one event at the transaction's (the portal's) time."""
    data = {"party_id": party_id, "event": event.value, "at": book.now, "parameters": parameters}
    book.create("tracking", new_id(clock), data, origin=CUSTOMER)
