"""Short lists for choices and settings: insurers, advisers, office, invitations of a customer."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from brokerdesk.models.rows.contracts import InsurerRow
from brokerdesk.models.rows.customers import AdviserRow


def insurers(connection: Connection, *, numbered: bool = False) -> list[InsurerRow]:
    """All insurers by name, or only those with a VU number, which an index finds."""
    which = "vu_number IS NOT NULL AND vu_number <> '' AND" if numbered else ""
    rows = connection.exec_driver_sql(
        f"SELECT id, listed_name, vu_number FROM party WHERE {which} instr(roles, '\"insurer\"') AND NOT archived AND NOT stub"
        " ORDER BY sort_key, key"
    )
    return [InsurerRow(row.id, row.listed_name or f"VU {row.vu_number}", row.vu_number or "") for row in rows]


def advisers(connection: Connection) -> list[AdviserRow]:
    """All advisers by name and code."""
    rows = connection.exec_driver_sql(
        "SELECT id, code, name, end_date, email, phone FROM adviser WHERE NOT stub ORDER BY name, code"
    )
    return [
        AdviserRow(
            row.id,
            row.code,
            row.name or row.code,
            date.fromisoformat(row.end_date) if row.end_date else None,
            row.email,
            row.phone,
        )
        for row in rows
    ]


def tags(connection: Connection, *, limit: int = 500) -> list[str]:
    """Tags in use, alphabetically."""
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT t.value FROM party p, json_each(p.tags) t WHERE p.tags <> '[]' AND NOT p.stub AND t.value <> ''"
        " ORDER BY t.value COLLATE NOCASE LIMIT ?",
        (limit,),
    )
    return [str(row[0]) for row in rows]


def cities(connection: Connection, zip_code: str, *, limit: int = 8) -> list[str]:
    """Towns that the book already knows for a postcode, the commonest first (ux 45)."""
    rows = connection.exec_driver_sql(
        "SELECT city FROM party WHERE zip = ? AND city <> '' AND is_customer AND NOT archived AND NOT stub"
        " GROUP BY city ORDER BY count(*) DESC, city LIMIT ?",
        (zip_code, limit),
    )
    return [row[0] for row in rows]


def with_email(connection: Connection, email: str, *, but_not: str) -> list[tuple[str, str]]:
    """Other customers with the same address: (id, listed name)."""
    rows = connection.exec_driver_sql(
        "SELECT id, listed_name FROM party WHERE email = ? COLLATE NOCASE AND id <> ? AND is_customer AND NOT archived AND NOT stub LIMIT 20",
        (email, but_not),
    )
    return [(row[0], row[1]) for row in rows]


def share_household(connection: Connection, party_a: str, party_b: str) -> bool:
    """Whether two parties live in one household."""
    row = connection.exec_driver_sql(
        "SELECT 1 FROM household_member a JOIN household_member b ON a.household_id = b.household_id"
        " WHERE a.party_id = ? AND b.party_id = ? AND NOT a.archived AND NOT b.archived LIMIT 1",
        (party_a, party_b),
    ).first()
    return row is not None
