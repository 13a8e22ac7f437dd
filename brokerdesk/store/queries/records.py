"""Details of single records: the customer card, contracts, claims, trackings, history."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from brokerdesk.core.clock import from_wire
from brokerdesk.models.rows.activity import FieldEdit, HistoryRow, TrackingRow
from brokerdesk.models.rows.contracts import ClaimRow, CommissionRow, ContractCard, ContractRow
from brokerdesk.models.rows.customers import CustomerCard, HouseholdPerson
from brokerdesk.models.values.names import AddressForm, Language, PartyKind, PartyName, Salutation
from brokerdesk.models.values.party_lists import number_parts
from brokerdesk.models.values.states import AppState

_COMPLETE = (
    "email",
    "mobile",
    "birth_date",
    "street",
    "zip",
    "city",
    "iban",
    "adviser_id",
    "salutation",
    "marital_status",
)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _json(value: str | None, empty: Any) -> Any:
    return json.loads(value) if value else empty


def _numbers(stored: str | None) -> tuple[tuple[str, str], ...]:
    """`["9999:12345"]` as (insurer's VU number, customer number there)."""
    return tuple(number_parts(str(entry)) for entry in _json(stored, []))


def customer_card(connection: Connection, record_id: str) -> CustomerCard | None:
    """Everything of one party, or None when it is unknown."""
    row = connection.exec_driver_sql(
        "SELECT p.*, a.name AS adviser_name, a.code AS adviser_code FROM party p LEFT JOIN adviser a ON a.id = p.adviser_id"
        " WHERE p.id = ? AND NOT p.stub",
        (record_id,),
    ).first()
    if row is None:
        return None
    household = connection.exec_driver_sql(
        "SELECT h.id, h.name FROM household_member m JOIN household h ON h.id = m.household_id"
        " WHERE m.party_id = ? AND NOT m.archived AND NOT h.archived AND m.until IS NULL ORDER BY m.key LIMIT 1",
        (record_id,),
    ).first()
    counts = connection.exec_driver_sql(
        "SELECT (SELECT count(*) FROM conflict WHERE record_id = ?1) AS conflicts,"
        " (SELECT count(*) FROM outbox WHERE record_id = ?1) AS waiting",
        (record_id,),
    ).one()
    return _card(row, household, counts, household_people(connection, household.id) if household else ())


def party_name(row: Row[Any]) -> PartyName:
    """The name group of a row that has all its columns."""
    return PartyName(
        kind=PartyKind(row.kind),
        salutation=Salutation(row.salutation) if row.salutation else None,
        title=row.title,
        first_name=row.first_name,
        name_prefix=row.name_prefix,
        last_name=row.last_name,
        name_suffix=row.name_suffix,
        company_name=row.company_name,
        company_addition=row.company_addition,
    )


def _card(
    row: Row[Any], household: Row[Any] | None, counts: Row[Any], people: tuple[HouseholdPerson, ...]
) -> CustomerCard:
    filled = sum(bool(getattr(row, column)) for column in _COMPLETE)
    return CustomerCard(
        key=row.key,
        id=row.id,
        name=party_name(row),
        birth_date=_day(row.birth_date),
        deceased_on=_day(row.deceased_on),
        email=row.email,
        phone=row.phone,
        mobile=row.mobile,
        contacts=tuple((c.get("kind", ""), c.get("value", "")) for c in _json(row.contacts, [])),
        street=row.street,
        zip=row.zip,
        city=row.city,
        country=row.country,
        po_box=row.po_box,
        iban=row.iban,
        bic=row.bic,
        bank_holder=row.bank_holder,
        language=Language(row.language) if row.language in set(Language) else Language.DE,
        address_form=AddressForm.DU if row.address_form == AddressForm.DU else AddressForm.SIE,
        marital_status=row.marital_status,
        nationality=row.nationality,
        profession=row.profession,
        tax_id=row.tax_id,
        legal_form=row.legal_form,
        roles=tuple(_json(row.roles, [])),
        number=row.customer_number,
        type=row.customer_type,
        status=row.customer_status,
        since=_day(row.customer_since),
        adviser_id=row.adviser_id,
        adviser_name=row.adviser_name or row.adviser_code or "",
        insurer_numbers=_numbers(row.insurer_numbers),
        tags=tuple(str(tag) for tag in _json(row.tags, [])),
        consent_email=row.consent_email,
        notes=row.notes,
        archived=bool(row.archived),
        contracts_own=row.contracts_own,
        contracts_other=row.contracts_other,
        contracts_released=row.contracts_released,
        premium_year_cents=row.premium_year_cents,
        app_state=AppState(row.app_state),
        app_since=from_wire(row.app_since) if row.app_since else None,
        household_id=household.id if household else None,
        household_name=household.name if household else "",
        household=people,
        open_conflicts=counts.conflicts,
        waiting=counts.waiting,
        completeness=round(100 * filled / len(_COMPLETE)),
        missing=tuple(column for column in _COMPLETE if not getattr(row, column)),
    )


def household_people(connection: Connection, household_id: str) -> tuple[HouseholdPerson, ...]:
    """The members of a household, in the order they were added."""
    rows = connection.exec_driver_sql(
        "SELECT p.id, p.kind, p.listed_name, p.first_name, p.last_name, p.company_name, p.birth_date, p.is_customer,"
        " p.contracts_own, m.relation, m.until FROM household_member m JOIN party p ON p.id = m.party_id"
        " WHERE m.household_id = ? AND NOT m.archived AND NOT p.archived AND NOT p.stub ORDER BY m.key",
        (household_id,),
    )
    return tuple(
        HouseholdPerson(
            party_id=row.id,
            name=row.listed_name,
            first_name=row.first_name or row.listed_name,
            initials=PartyName(
                kind=PartyKind(row.kind),
                first_name=row.first_name,
                last_name=row.last_name,
                company_name=row.company_name,
            ).initials,
            relation=row.relation,
            birth_date=_day(row.birth_date),
            is_customer=bool(row.is_customer),
            contracts=row.contracts_own,
            until=_day(row.until),
        )
        for row in rows
    )


_CONTRACT = """
SELECT c.*, coalesce(nullif(i.listed_name, ''), i.vu_number, '') AS insurer,
  EXISTS (SELECT 1 FROM outbox o WHERE o.record_id = c.id AND o.fields LIKE '%"released"%') AS release_pending
FROM contract c LEFT JOIN party i ON i.id = c.insurer_id
"""


def contract_rows(connection: Connection, party_id: str | None, *, archived: bool = False) -> list[ContractRow]:
    """The contracts of one customer (or of all), by line and product; ended ones last, archived ones only when asked."""
    shown = "" if archived else "AND NOT c.archived"
    if party_id is None:
        return [
            contract_row(row)
            for row in connection.exec_driver_sql(f"{_CONTRACT} WHERE NOT c.stub {shown} ORDER BY c.key")
        ]
    statement = (
        f"{_CONTRACT} WHERE c.party_id = ? AND NOT c.stub {shown} ORDER BY c.status = 'ended', c.line, c.product, c.key"
    )
    return [contract_row(row) for row in connection.exec_driver_sql(statement, (party_id,))]


def contract_row(row: Row[Any]) -> ContractRow:
    """One row of `_CONTRACT`."""
    gross = row.premium_gross_cents or row.premium_net_cents
    return ContractRow(
        key=row.key,
        id=row.id,
        party_id=row.party_id,
        line=row.line,
        product=row.product,
        insurer=row.insurer,
        number=row.number,
        status=row.status,
        origin=row.origin,
        premium_cents=gross,
        frequency=row.frequency,
        premium_year_cents=row.premium_year_cents,
        start=_day(row.start),
        end=_day(row.end),
        main_due=row.main_due,
        released=bool(row.released),
        release_pending=bool(row.release_pending),
        objects=tuple(str(r.get("label", "")) for r in _json(row.risks, []) if isinstance(r, dict) and r.get("label")),
        archived=bool(row.archived),
    )


def contract_card(connection: Connection, record_id: str) -> ContractCard | None:
    """Everything of one contract, with its claims and commission lines; None when unknown."""
    row = connection.exec_driver_sql(
        "SELECT c.*, p.listed_name AS party_name, coalesce(nullif(i.listed_name, ''), i.vu_number, '') AS insurer,"
        " coalesce(nullif(a.name, ''), a.code, '') AS adviser_name"
        " FROM contract c JOIN party p ON p.id = c.party_id LEFT JOIN party i ON i.id = c.insurer_id"
        " LEFT JOIN adviser a ON a.id = c.adviser_id WHERE c.id = ? AND NOT c.stub",
        (record_id,),
    ).first()
    if row is None:
        return None
    plain = {
        name: getattr(row, name)
        for name in (
            "id party_id party_name insurer_id insurer adviser_id adviser_name origin number line line_basis gdv_sparte product"
            " status premium_net_cents premium_gross_cents premium_year_cents frequency currency main_due notes"
        ).split()
    }
    return ContractCard(
        **plain,
        start=_day(row.start),
        end=_day(row.end),
        parts=tuple(_json(row.parts, [])),
        features=_json(row.features, {}),
        risks=tuple(_json(row.risks, [])),
        persons=_named(connection, _json(row.persons, [])),
        details=_json(row.details, {}),
        released=bool(row.released),
        archived=bool(row.archived),
        claims=tuple(claim_rows(connection, contract_id=record_id)),
        commission=tuple(commission_rows(connection, record_id)),
    )


def _named(connection: Connection, persons: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The persons of a contract; those with a record of their own carry its name as `label`."""
    ids = [p["party_id"] for p in persons if p.get("party_id")]
    if not ids:
        return tuple(persons)
    marks = ", ".join("?" * len(ids))
    rows = connection.exec_driver_sql(f"SELECT id, listed_name FROM party WHERE id IN ({marks})", tuple(ids))
    names = {row.id: row.listed_name for row in rows}
    return tuple(p | {"label": names[p["party_id"]]} if p.get("party_id") in names else p for p in persons)


def claim_rows(
    connection: Connection, *, contract_id: str | None = None, party_id: str | None = None
) -> list[ClaimRow]:
    """Claims of one contract, of one customer, or of all; newest first."""
    column, value = ("c.id", contract_id) if contract_id else ("c.party_id", party_id) if party_id else ("1", 1)
    rows = connection.exec_driver_sql(
        "SELECT k.*, c.product, c.number AS contract_number FROM claim k JOIN contract c ON c.id = k.contract_id"
        f" WHERE {column} = ? AND NOT k.archived AND NOT k.stub ORDER BY k.occurred_on DESC, k.key DESC",
        (value,),
    )
    return [
        ClaimRow(
            id=row.id,
            contract_id=row.contract_id,
            contract=row.product or row.contract_number,
            number=row.number,
            occurred_on=_day(row.occurred_on),
            reported_on=_day(row.reported_on),
            status=row.status,
            paid_cents=row.paid_cents,
            reserve_cents=row.reserve_cents,
            description=row.description,
        )
        for row in rows
    ]


def commission_rows(connection: Connection, contract_id: str) -> list[CommissionRow]:
    """Delivered commission lines of one contract, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT * FROM commission_line WHERE contract_id = ? ORDER BY booked_on DESC, key DESC", (contract_id,)
    )
    return [
        CommissionRow(
            id=row.id,
            booked_on=_day(row.booked_on),
            gross_cents=row.gross_cents,
            commission_cents=row.commission_cents,
            details=_json(row.details, {}),
        )
        for row in rows
    ]


def tracking_rows(connection: Connection, *, party_id: str | None = None, limit: int = 500) -> list[TrackingRow]:
    """Activities in the app, newest first by the portal's time, then id (S1.26, S1.27)."""
    where, values = ("t.party_id = ? AND", (party_id, limit)) if party_id else ("", (limit,))
    rows = connection.exec_driver_sql(
        "SELECT t.id, t.party_id, p.listed_name, t.event, t.at, t.parameters FROM tracking t JOIN party p ON p.id = t.party_id"
        f" WHERE {where} NOT t.stub AND t.at IS NOT NULL ORDER BY t.at DESC, t.id DESC LIMIT ?",
        values,
    )
    return [
        TrackingRow(
            id=row.id,
            party_id=row.party_id,
            customer=row.listed_name,
            event=row.event or "",
            at=from_wire(row.at),
            parameters=_json(row.parameters, {}) or {},
        )
        for row in rows
    ]


def history_rows(connection: Connection, record_ids: list[str], *, limit: int = 300) -> list[HistoryRow]:
    """Changes of the given records together, newest first."""
    rows = connection.exec_driver_sql(
        "SELECT * FROM change_log WHERE record_id IN (SELECT value FROM json_each(?)) ORDER BY key DESC LIMIT ?",
        (json.dumps(record_ids), limit),
    )
    return [
        HistoryRow(
            key=row.key,
            work=row.work,
            at=from_wire(row.at),
            actor=row.actor,
            origin=row.origin,
            kind=row.kind,
            record_id=row.record_id,
            action=row.action,
            edits=tuple(FieldEdit(name, pair[0], pair[1]) for name, pair in _json(row.fields, {}).items()),
            undoable=row.action == "update" and row.origin in {"user", "import"},
        )
        for row in rows
    ]


def related_ids(connection: Connection, party_id: str) -> list[str]:
    """The ids whose history belongs to a customer: his own, his contracts, claims and invitations."""
    rows = connection.exec_driver_sql(
        "SELECT ?1 UNION ALL SELECT id FROM contract WHERE party_id = ?1"
        " UNION ALL SELECT id FROM claim WHERE party_id = ?1 UNION ALL SELECT id FROM invitation WHERE party_id = ?1",
        (party_id,),
    )
    return [row[0] for row in rows]
