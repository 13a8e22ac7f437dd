"""What lists and pages show of contracts and claims. Amounts in cents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRow:
    """One contract in a list of one customer."""

    key: int
    id: str
    party_id: str
    line: str
    product: str
    insurer: str
    number: str
    status: str
    origin: str
    premium_cents: int | None
    frequency: str | None
    premium_year_cents: int | None
    start: date | None
    end: date | None
    main_due: str | None
    released: bool
    release_pending: bool
    objects: tuple[str, ...]
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCard:
    """Everything known of one contract."""

    id: str
    party_id: str
    party_name: str
    insurer_id: str | None
    insurer: str
    adviser_id: str | None
    adviser_name: str
    origin: str
    number: str
    line: str
    line_basis: str
    gdv_sparte: str | None
    product: str
    status: str
    premium_net_cents: int | None
    premium_gross_cents: int | None
    premium_year_cents: int | None
    frequency: str | None
    currency: str | None
    start: date | None
    end: date | None
    main_due: str | None
    parts: tuple[dict[str, Any], ...]
    features: dict[str, str]
    risks: tuple[dict[str, Any], ...]
    persons: tuple[dict[str, Any], ...]
    details: dict[str, Any]
    released: bool
    notes: str | None
    archived: bool
    claims: tuple[ClaimRow, ...] = ()
    commission: tuple[CommissionRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One claim."""

    id: str
    contract_id: str
    contract: str
    number: str
    occurred_on: date | None
    reported_on: date | None
    status: str
    paid_cents: int | None
    reserve_cents: int | None
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionRow:
    """One delivered commission line."""

    id: str
    booked_on: date | None
    gross_cents: int | None
    commission_cents: int | None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InsurerRow:
    """One insurer, for choices."""

    id: str
    name: str
    vu_number: str
