"""Takes over the users of an older customer portal as `legacy` logins (S2.50–S2.52, protocol.md § 14).

A CSV with the columns name, email, since and (optional) chat, the chat as JSON lines in its cell. Passwords are never
taken over: such a customer asks for a new one with "forgotten password" and the Makler-ID. All rows or none.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from brokerdesk.core.clock import to_wire
from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.values.contact import EmailAddress
from brokerdesk.models.values.states import AccessOrigin
from brokerdesk.portal.domain.access import accesses_of, create_access, holder_of
from brokerdesk.portal.domain.book import Origin, RecordBook
from brokerdesk.portal.domain.series import Scene
from brokerdesk.portal.portal import Portal

LEGACY_UNREADABLE = register("legacy-users-unreadable", "reason")
MAX_BYTES = 50_000_000
OPERATOR = Origin("operator")
_COLUMNS = {"name", "email", "since"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyUser:
    """One row: `row` counts from 2, the first below the head."""

    row: int
    name: str
    email: str
    since: date
    chat: tuple[dict[str, Any], ...] = ()


def parse_users(content: bytes) -> list[LegacyUser]:
    """The rows of the file. Raises `KnownError(legacy-users-unreadable)` naming the first thing that is wrong."""
    if len(content) > MAX_BYTES:
        raise KnownError(LEGACY_UNREADABLE, reason="> 50 MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise KnownError(LEGACY_UNREADABLE, reason="UTF-8") from problem
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    missing = _COLUMNS - {(c or "").strip().lower() for c in reader.fieldnames or ()}
    if missing:
        raise KnownError(LEGACY_UNREADABLE, reason=", ".join(sorted(missing)))
    return list(_rows(reader))


def _rows(reader: csv.DictReader[str]) -> Iterator[LegacyUser]:
    try:
        for number, raw in enumerate(reader, start=2):
            row = {(k or "").strip().lower(): (v or "").strip() for k, v in raw.items() if isinstance(v, str | None)}
            try:
                yield LegacyUser(
                    row=number,
                    name=row["name"],
                    email=EmailAddress.parse(row["email"]).value,
                    since=date.fromisoformat(row["since"]),
                    chat=tuple(_chat(row.get("chat", ""))),
                )
            except (KnownError, ValueError, KeyError) as problem:
                raise KnownError(LEGACY_UNREADABLE, reason=str(number)) from problem
    except csv.Error as problem:
        raise KnownError(LEGACY_UNREADABLE, reason="CSV") from problem


def _chat(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.strip():
            entry = json.loads(line)
            if not isinstance(entry, dict):
                raise ValueError("a chat line is an object")
            yield entry


def take_over(portal: Portal, tenant_id: str, content: bytes) -> dict[str, Any]:
    """Make the logins; rows whose address or customer has one already are skipped. A repeat changes nothing."""
    users = parse_users(content)
    made, skipped = 0, []
    with portal.database.writing() as connection:
        book = RecordBook(connection, tenant_id, now=portal.now())
        scene = Scene(portal, book, OPERATOR)
        by_email = _customers_by_email(book)
        for user in users:
            parties = by_email.get(EmailAddress.parse(user.email).key, [])
            party_ids = parties if len(parties) == 1 else []
            taken = holder_of(book, user.email) is not None or any(accesses_of(book, p) for p in party_ids)
            if taken:
                skipped.append({"row": user.row, "reason": "already_registered"})
                continue
            since = to_wire(datetime.combine(user.since, time(12), tzinfo=UTC))
            create_access(
                scene, email=user.email, party_ids=party_ids, origin=AccessOrigin.LEGACY, password=None, since=since,
                extra={"chat": list(user.chat)} if user.chat else None,
            )  # fmt: skip
            made += 1
        book.flush()
    return {"imported": made, "skipped": skipped}


def _customers_by_email(book: RecordBook) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for party in book.find("party"):
        email = party.data.get("email")
        if email and "customer" in (party.data.get("roles") or ()):
            found.setdefault(str(email).casefold(), []).append(party.id)
    return found
