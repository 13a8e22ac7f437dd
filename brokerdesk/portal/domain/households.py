"""Who lives in one household, as far as logins and invitations ask. Reads only."""

from __future__ import annotations

from collections.abc import Iterable

from brokerdesk.portal.domain.book import RecordBook


def households_of(book: RecordBook, party_id: str) -> frozenset[str]:
    """The households a party belongs to today: memberships neither archived nor ended before the transaction's day."""
    today = book.now[:10]
    return frozenset(
        str(m.data["household_id"])
        for m in book.find("household_member", owner_id=party_id)
        if m.data.get("household_id") and not m.data.get("archived") and (m.data.get("until") or today) >= today
    )


def share_household(book: RecordBook, party_id: str, others: Iterable[str]) -> bool:
    """Whether `party_id` lives with every one of `others` (itself counts)."""
    mine = households_of(book, party_id)
    return all(other == party_id or mine & households_of(book, other) for other in others)
