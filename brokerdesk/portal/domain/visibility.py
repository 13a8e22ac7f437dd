"""Which records an employee with scope `own_book` sees, and what moves when that changes (protocol.md § 3.4, § 7.1 P4).

An employee with `own_book` sees the office's own records, organisations that are no customers, the parties of his adviser
entry, everything that concerns them, and the households they belong to. Roles and rights are the matter of `authorise`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, false, insert, or_, select, true

from brokerdesk.portal.store.tables import employee, scope_leave
from brokerdesk.portal.store.tables import record as table

if TYPE_CHECKING:
    from brokerdesk.portal.domain.book import Record, RecordBook

EVERYBODY = "*"
"""In the adviser column of a party: an organisation of the office that every employee sees."""
WHOLE = "whole"

_OFFICE_KINDS = ("office", "employee", "entitlement", "adviser")
_PARENTS = {"household_member": "household_id", "claim": "contract_id"}


@dataclass(frozen=True, slots=True)
class Sight:
    """The columns of a record that decide who sees it."""

    owner_id: str | None
    parent_id: str | None
    adviser_id: str | None


@dataclass(slots=True)
class Moves:
    """What a change of visibility adds to the feed: records that enter someone's sight, and (adviser, record) that leave."""

    entering: list[Record] = field(default_factory=list)
    leaving: list[tuple[str, Record]] = field(default_factory=list)


def sight(kind: str, record_id: str, data: Mapping[str, Any]) -> Sight:
    """The visibility columns of a record with these fields."""
    parent = data.get(_PARENTS[kind]) if kind in _PARENTS else None
    if kind == "party":
        roles = data.get("roles") or ()
        shared = bool(roles) and "customer" not in roles
        return Sight(record_id, None, EVERYBODY if shared else data.get("adviser_id"))
    if kind == "access":
        parties = data.get("party_ids") or [None]
        return Sight(parties[0], None, None)
    return Sight(data.get("party_id"), parent, None)


def reader(scope: str, adviser_id: str | None) -> str:
    """The name of a sight: `whole`, or `own:` and the adviser. It is part of every cursor."""
    return WHOLE if scope == "whole_book" else f"own:{adviser_id or ''}"


def clause(tenant_id: str, sight_name: str) -> ColumnElement[bool]:
    """The SQL condition under which a reader sees a row of `record`."""
    if sight_name == WHOLE:
        return true()
    adviser = sight_name.removeprefix("own:")
    mine = _parties(tenant_id, adviser)
    members = table.alias("member")
    homes = select(members.c.parent_id).where(
        members.c.tenant_id == tenant_id,
        members.c.kind == "household_member",
        members.c.deleted.is_(False),
        members.c.owner_id.in_(mine),
    )
    return or_(
        table.c.kind.in_(_OFFICE_KINDS),
        table.c.owner_id.in_(mine),
        and_(table.c.kind == "household", table.c.id.in_(homes)),
    )


def _parties(tenant_id: str, adviser: str) -> Any:
    party = table.alias("sight_party")
    wanted = party.c.adviser_id.in_([adviser, EVERYBODY]) if adviser else false()
    return select(party.c.id).where(party.c.tenant_id == tenant_id, party.c.kind == "party", wanted)


def sees(book: RecordBook, sight_name: str, record: Record) -> bool:
    """Whether a reader sees one record, staged changes included."""
    if sight_name == WHOLE or record.kind in _OFFICE_KINDS:
        return True
    adviser = sight_name.removeprefix("own:")
    if record.kind == "household":
        return any(_party_is(book, m.owner_id, adviser) for m in book.find("household_member", parent_id=record.id))
    return _party_is(book, record.owner_id, adviser)


def _party_is(book: RecordBook, party_id: str | None, adviser: str) -> bool:
    party = book.get("party", party_id) if party_id else None
    return party is not None and party.adviser_id is not None and party.adviser_id in (adviser, EVERYBODY)


def moves(book: RecordBook, staged: Iterable[Record], before: Mapping[tuple[str, str], Sight]) -> Moves:
    """What has to be added to the feed because staged changes alter who sees what. Empty without restricted readers."""
    found = Moves()
    changed = [r for r in staged if r.key in before and before[r.key] != Sight(r.owner_id, r.parent_id, r.adviser_id)]
    joined = [r for r in staged if r.kind == "household_member" and (r.key not in before or r.deleted)]
    if not changed and not joined:
        return found
    advisers = _restricted_advisers(book)
    if not advisers:
        return found
    staged_keys = {r.key for r in staged}
    for item in changed:
        _add_change(book, item, before[item.key], advisers, found)
    for item in joined:
        home = book.live("household", item.parent_id) if item.parent_id else None
        if home is not None:
            found.entering.append(home)
            found.leaving += [(a, home) for a in advisers if not sees(book, f"own:{a}", home)] if item.deleted else []
    seen: set[tuple[str, str]] = set(staged_keys)
    unique: list[Record] = []
    for entering in found.entering:
        if entering.key not in seen:
            seen.add(entering.key)
            unique.append(entering)
    found.entering = unique
    return found


def _add_change(book: RecordBook, item: Record, old: Sight, advisers: list[str], found: Moves) -> None:
    concerned = [item, *_dependants(book, item)] if item.kind == "party" else [item]
    found.entering += concerned[1:]
    for adviser in advisers:
        had = _had(book, item, old, adviser)
        if not had:
            continue
        found.leaving += [(adviser, r) for r in concerned if not sees(book, f"own:{adviser}", r)]


def _had(book: RecordBook, item: Record, old: Sight, adviser: str) -> bool:
    if item.kind == "party":
        return old.adviser_id is not None and old.adviser_id in (adviser, EVERYBODY)
    return _party_is(book, old.owner_id, adviser)


def _dependants(book: RecordBook, party: Record) -> list[Record]:
    query = select(table.c.kind, table.c.id).where(
        table.c.tenant_id == book.tenant_id, table.c.owner_id == party.id, table.c.kind != "party"
    )
    keys = [(kind, record_id) for kind, record_id in book.connection.execute(query)]
    book.preload(keys)
    owned = [r for r in (book.live(*key) for key in keys) if r is not None and r.owner_id == party.id]
    homes = [book.live("household", r.parent_id) for r in owned if r.kind == "household_member" and r.parent_id]
    return [*owned, *(h for h in homes if h is not None)]


def _restricted_advisers(book: RecordBook) -> list[str]:
    query = select(employee.c.adviser_id).where(
        employee.c.tenant_id == book.tenant_id, employee.c.scope == "own_book", employee.c.adviser_id.is_not(None)
    )
    return sorted(set(book.connection.execute(query).scalars()))


def write_leaving(book: RecordBook, leaving: list[tuple[str, Record]], first: int) -> None:
    """Write one row per (adviser, record) that left sight, numbered from `first`."""
    if not leaving:
        return
    rows = [
        {
            "tenant_id": book.tenant_id, "feed_seq": number, "adviser_id": adviser, "kind": record.kind,
            "record_id": record.id, "rev": record.rev, "at": book.now,
        }
        for number, (adviser, record) in enumerate(leaving, start=first)
    ]  # fmt: skip
    book.connection.execute(insert(scope_leave), rows)
