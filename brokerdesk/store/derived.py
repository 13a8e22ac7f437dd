"""What is derived from records and kept beside them: search words and the summary columns of customers.

Called by every commit for the records it touched, and once as a whole after a bulk import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, text
from sqlalchemy.orm import Session

from brokerdesk.core.clock import from_wire
from brokerdesk.models.entities import Access, Claim, Contract, Entitlement, Invitation, Party, Synced
from brokerdesk.models.entities.base import UtcTime
from brokerdesk.models.rules.app_state import AppFacts, app_state
from brokerdesk.models.values.changes import RecordChange
from brokerdesk.store import search

INVESTMENT = "investment"
"""The line that the portal hides without the investment entitlement, so it is not counted as released (lines.md, flag I)."""
_SUMMARY = """
UPDATE party SET contracts_own = s.own, contracts_other = s.other, contracts_released = s.released, premium_year_cents = s.premium
FROM (
  SELECT p.id AS id,
    coalesce(sum(c.origin <> 'third_party'), 0) AS own,
    coalesce(sum(c.origin = 'third_party'), 0) AS other,
    coalesce(sum(c.released AND c.origin <> 'third_party' AND (coalesce(c.line, '') <> 'investment' OR e.investment)), 0)
      AS released,
    coalesce(sum(CASE WHEN c.origin <> 'third_party' AND c.status <> 'applied' THEN c.premium_year_cents END), 0) AS premium
  FROM party p LEFT JOIN contract c
    ON c.party_id = p.id AND NOT c.archived AND NOT c.stub AND c.status <> 'ended'
  CROSS JOIN (SELECT coalesce(max(investment), 0) AS investment FROM entitlement WHERE NOT stub) e
  {where} GROUP BY p.id
) AS s WHERE s.id = party.id
"""
_FACTS = text(
    """
    SELECT p.key, p.id, p.email, p.listed_name,
      i.state, i.first_invited_at, i.revoked_at, i.requested_at,
      (SELECT min(o.created_at) FROM outbox o WHERE o.kind = 'invitation' AND o.state IN ('soft', 'frozen', 'blocked', 'held')
         AND o.operation IN ('invitation.submit', 'invitation.resend') AND o.record_id = i.id) AS waiting,
      EXISTS (SELECT 1 FROM outbox o WHERE o.kind = 'invitation' AND o.state = 'attention' AND o.record_id = i.id) AS refused
    FROM party p
    LEFT JOIN invitation i ON i.key = (SELECT max(n.key) FROM invitation n WHERE n.party_id = p.id AND NOT n.stub)
    WHERE p.id IN (SELECT value FROM json_each(:ids))
    """
)
_ACCESSES = text(
    """
    SELECT v.value AS party_id, a.state, a.origin, a.registered_at, a.deactivated_at, a.removed_at
    FROM access a, json_each(a.party_ids) v WHERE v.value IN (SELECT value FROM json_each(:ids)) ORDER BY a.key
    """
)


def refresh(session: Session, changes: Sequence[RecordChange], objects: Mapping[tuple[str, str], Synced]) -> None:
    """Bring search words and summaries of everything these changes touch up to date, in the same transaction."""
    connection = session.connection()
    parties: set[str] = set()
    for change in changes:
        thing = objects[(change.kind, change.record_id)]
        parties |= investors(connection) if isinstance(thing, Entitlement) else _parties_of(change, thing)
        if change.action == "delete":
            if isinstance(thing, Party | Contract):
                search.remove(connection, thing.__kind__, [thing.key])
        elif isinstance(thing, Party):
            search.index(connection, "party", [(thing.key, words_of_party(thing))])
        elif isinstance(thing, Contract):
            search.index(connection, "contract", [(thing.key, words_of_contract(thing))])
    if parties:
        refresh_parties(connection, sorted(parties))
        for place, thing in objects.items():
            if isinstance(thing, Party) and place[1] in parties and thing in session:
                session.refresh(thing)


def investors(connection: Connection) -> set[str]:
    """Parties whose count of released contracts depends on the investment entitlement."""
    found = connection.exec_driver_sql("SELECT DISTINCT party_id FROM contract WHERE line = ?", (INVESTMENT,))
    return {row[0] for row in found if row[0]}


def _parties_of(change: RecordChange, thing: Synced) -> set[str]:
    found: set[str | None] = set()
    if isinstance(thing, Party):
        found.add(thing.id)
    elif isinstance(thing, Contract | Invitation | Claim):
        found.add(thing.party_id)
        found |= {f.old for f in change.fields if f.field == "party_id"}
    elif isinstance(thing, Access):
        found |= set(thing.party_ids or [])
    return {p for p in found if p}


def refresh_parties(connection: Connection, party_ids: Sequence[str]) -> None:
    """Recompute the summary columns of these parties."""
    import json

    ids = json.dumps(list(party_ids))
    connection.execute(text(_SUMMARY.format(where="WHERE p.id IN (SELECT value FROM json_each(:ids))")), {"ids": ids})
    accesses: dict[str, Row[Any]] = {}
    for row in connection.execute(_ACCESSES, {"ids": ids}):
        accesses[row.party_id] = row
    values = [_app_values(row, accesses.get(row.id)) for row in connection.execute(_FACTS, {"ids": ids})]
    if values:
        statement = text("UPDATE party SET app_state = :state, app_since = :since WHERE key = :key")
        connection.execute(statement.bindparams(bindparam("since", type_=UtcTime())), values)


def refresh_all(connection: Connection) -> None:
    """Recompute contract figures of every customer; after an import."""
    connection.execute(text(_SUMMARY.format(where="WHERE p.is_customer")))


def _time(value: object) -> Any:
    return from_wire(cast("str", value)) if value else None


def _app_values(row: Row[Any], access: Row[Any] | None) -> dict[str, Any]:
    state, since = app_state(
        AppFacts(
            has_email=bool(row.email),
            has_name=bool(row.listed_name),
            access_state=access.state if access else None,
            access_origin=access.origin if access else None,
            registered_at=_time(access.registered_at) if access else None,
            deactivated_at=_time(access.deactivated_at) if access else None,
            removed_at=_time(access.removed_at) if access else None,
            invitation_state=row.state,
            first_invited_at=_time(row.first_invited_at),
            revoked_at=_time(row.revoked_at),
            requested_at=_time(row.requested_at),
            waiting_since=_time(row.waiting),
            refused=bool(row.refused),
        )
    )
    return {"key": row.key, "state": state.value, "since": since}


def words_of_party(party: Party) -> str:
    """The indexed text of a party."""
    name = party.name
    return search.party_words(
        names=(name.full, party.company_addition),
        city=party.city,
        zip_code=party.zip,
        email=party.email,
        phones=(party.phone, party.mobile, *(str(c.get("value", "")) for c in party.contacts or [])),
        numbers=(party.customer_number, *(str(n).rpartition(":")[2] for n in party.insurer_numbers or [])),
    )


def words_of_contract(contract: Contract) -> str:
    """The indexed text of a contract: number, product and what identifies its risks."""
    labels = [str(risk.get("label", "")) for risk in contract.risks or [] if isinstance(risk, dict)]
    return search.contract_words(number=contract.number, product=contract.product, line_name=None, objects=labels)
