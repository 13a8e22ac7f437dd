"""Global search, similar customers, duplicates."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from brokerdesk.models.rows.customers import DuplicateRow, PersonHit, SearchHit
from brokerdesk.models.values.folding import digits, fold_expanded
from brokerdesk.models.values.names import PartyKind, PartyName
from brokerdesk.store import search

_CANDIDATES = 400
_SIMILAR_ENOUGH = 88.0


def everything(connection: Connection, words: str, *, limit: int) -> list[SearchHit]:
    """Hits of both indexes; exact numbers first, then names that begin with the words, then the rest by name."""
    party_keys = (search.find(connection, "party", words, limit=_CANDIDATES) or [])[:_CANDIDATES]
    contract_keys = (search.find(connection, "contract", words, limit=_CANDIDATES) or [])[:_CANDIDATES]
    wanted, plain = digits(words), fold_expanded(words.strip())
    hits = [(_party_rank(row, wanted, plain), _party_hit(row, wanted)) for row in _parties(connection, party_keys)]
    hits += [(_contract_rank(row, wanted), _contract_hit(row, wanted)) for row in _contracts(connection, contract_keys)]
    return [hit for _, hit in sorted(hits, key=lambda pair: pair[0])[:limit]]


def _parties(connection: Connection, keys: list[int]) -> list[Row[Any]]:
    if not keys:
        return []
    return list(
        connection.exec_driver_sql(
            "SELECT key, id, kind, listed_name, sort_key, first_name, last_name, company_name, customer_number, zip, city, birth_date,"
            f" email, is_customer FROM party WHERE key IN ({','.join('?' * len(keys))}) AND is_customer AND NOT archived AND NOT stub",
            tuple(keys),
        )
    )


def _contracts(connection: Connection, keys: list[int]) -> list[Row[Any]]:
    if not keys:
        return []
    return list(
        connection.exec_driver_sql(
            "SELECT c.id, c.party_id, c.number, c.product, c.line, p.listed_name, p.sort_key FROM contract c"
            f" JOIN party p ON p.id = c.party_id WHERE c.key IN ({','.join('?' * len(keys))}) AND NOT c.archived AND NOT c.stub",
            tuple(keys),
        )
    )


def _party_rank(row: Row[Any], wanted: str, plain: str) -> tuple[int, str]:
    if row.customer_number and digits(row.customer_number) == wanted:
        return 0, row.sort_key
    return (1 if row.sort_key.startswith(plain) else 3), row.sort_key


def _contract_rank(row: Row[Any], wanted: str) -> tuple[int, str]:
    return (
        0 if row.number and digits(row.number) == wanted else 2 if wanted in digits(row.number) else 4
    ), row.sort_key


def initials(row: Row[Any]) -> str:
    """Initials of a row that has kind, first_name, last_name and company_name."""
    return PartyName(
        kind=PartyKind(row.kind), first_name=row.first_name, last_name=row.last_name, company_name=row.company_name
    ).initials


def _party_hit(row: Row[Any], wanted: str) -> SearchHit:
    return SearchHit(
        kind="customer",
        record_id=row.id,
        party_id=row.id,
        title=row.listed_name,
        subtitle=f"{row.zip} {row.city}".strip(),
        initials=initials(row),
        is_organisation=row.kind == PartyKind.ORGANISATION,
        exact=bool(row.customer_number) and digits(row.customer_number) == wanted,
    )


def _contract_hit(row: Row[Any], wanted: str) -> SearchHit:
    return SearchHit(
        kind="contract",
        record_id=row.id,
        party_id=row.party_id,
        title=" · ".join(part for part in (row.number, row.product) if part),
        subtitle=row.listed_name,
        initials="",
        is_organisation=False,
        exact=bool(row.number) and digits(row.number) == wanted,
    )


def similar(
    connection: Connection, *, name: PartyName, birth_date: date | None, zip_code: str, email: str
) -> list[SearchHit]:
    """Customers with the same address, or a name that is nearly the same together with birth date or postcode."""
    from rapidfuzz import fuzz

    keys: set[int] = set()
    if email:
        rows = connection.exec_driver_sql("SELECT key FROM party WHERE email = ? COLLATE NOCASE LIMIT 20", (email,))
        keys |= {row[0] for row in rows}
    same_mail = set(keys)
    first = name.company_name or name.last_name
    if len(first) >= 2:
        keys |= set(search.find(connection, "party", first[:4], limit=_CANDIDATES) or [])
    found = []
    for row in _parties(connection, sorted(keys)[:_CANDIDATES]):
        likeness = fuzz.token_sort_ratio(row.sort_key, name.sort_key)
        near = (birth_date is not None and row.birth_date == birth_date.isoformat()) or (
            zip_code and row.zip == zip_code
        )
        if row.key in same_mail or (likeness >= _SIMILAR_ENOUGH and (near or likeness == 100)):
            found.append((-likeness, _party_hit(row, "")))
    return [hit for _, hit in sorted(found, key=lambda pair: (pair[0], pair[1].title))[:5]]


_PEOPLE = """
SELECT p.key, p.id, p.kind, p.listed_name, p.sort_key, p.first_name, p.last_name, p.company_name, p.birth_date, p.zip, p.city, p.is_customer,
  (SELECT coalesce(nullif(h.name, ''), p.listed_name) FROM household_member m JOIN household h ON h.id = m.household_id
   WHERE m.party_id = p.id AND m.until IS NULL AND NOT m.archived AND NOT h.archived ORDER BY m.key LIMIT 1) AS household
FROM party p WHERE p.kind = 'person' AND NOT p.archived AND NOT p.stub AND p.id <> ?1 AND NOT EXISTS (
  SELECT 1 FROM household_member mine JOIN household_member m ON m.household_id = mine.household_id
  WHERE mine.party_id = ?1 AND m.party_id = p.id AND mine.until IS NULL AND m.until IS NULL AND NOT mine.archived AND NOT m.archived)
"""


def people(connection: Connection, words: str, *, joining: str, limit: int) -> list[PersonHit]:
    """People who match, those whose name begins so first; without the party `joining` and who lives with it."""
    keys = (search.find(connection, "party", words, limit=_CANDIDATES) or [])[:_CANDIDATES]
    if not keys:
        return []
    plain = fold_expanded(words.strip())
    rows = connection.exec_driver_sql(f"{_PEOPLE} AND p.key IN ({','.join(map(str, keys))})", (joining,))
    found = sorted(rows, key=lambda row: (not row.sort_key.startswith(plain), row.sort_key, row.birth_date or ""))
    return [
        PersonHit(
            party_id=row.id,
            name=row.listed_name,
            initials=initials(row),
            birth_date=date.fromisoformat(row.birth_date) if row.birth_date else None,
            zip=row.zip,
            city=row.city,
            is_customer=bool(row.is_customer),
            household=row.household or "",
        )
        for row in found[:limit]
    ]


def duplicates(connection: Connection) -> list[DuplicateRow]:
    """Proposed pairs that nobody has decided."""
    rows = connection.exec_driver_sql(
        "SELECT d.key, d.party_a, a.listed_name AS name_a, d.party_b, b.listed_name AS name_b, d.reason FROM duplicate_proposal d"
        " JOIN party a ON a.id = d.party_a JOIN party b ON b.id = d.party_b WHERE d.state = 'open' ORDER BY d.key LIMIT 500"
    )
    return [DuplicateRow(*row) for row in rows]
