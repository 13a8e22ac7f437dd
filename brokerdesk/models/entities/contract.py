"""Contract, claim and commission line."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Index, Integer, String, inspect
from sqlalchemy.orm import Mapped, mapped_column

from brokerdesk.models.entities.base import Base, Synced, refers_to
from brokerdesk.models.values.states import ClaimStatus, ContractStatus, Frequency, Origin


class Contract(Synced, Base):
    """One insurance contract of one policyholder; premiums are per instalment, in cents."""

    __tablename__ = "contract"
    __kind__ = "contract"

    party_id: Mapped[str] = mapped_column(refers_to("party.id"), index=True)
    adviser_id: Mapped[str | None] = mapped_column(refers_to("adviser.id"))
    insurer_id: Mapped[str | None] = mapped_column(refers_to("party.id"))
    origin: Mapped[str] = mapped_column(String(20), default=Origin.OWN.value)
    number: Mapped[str] = mapped_column(String(60), default="")
    sequence: Mapped[str] = mapped_column(String(2), default="")
    line: Mapped[str] = mapped_column(String(40), default="other")
    line_basis: Mapped[str] = mapped_column(String(20), default="manual")
    gdv_sparte: Mapped[str | None] = mapped_column(String(3))
    product: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(20), default=ContractStatus.ACTIVE.value)
    premium_net_cents: Mapped[int | None] = mapped_column(Integer)
    premium_gross_cents: Mapped[int | None] = mapped_column(Integer)
    frequency: Mapped[str | None] = mapped_column(String(20), default=Frequency.YEARLY.value)
    currency: Mapped[str | None] = mapped_column(String(3), default="EUR")
    start: Mapped[date | None] = mapped_column(Date)
    end: Mapped[date | None] = mapped_column(Date)
    main_due: Mapped[str | None] = mapped_column(String(5))
    parts: Mapped[list[Any]] = mapped_column(default=list)
    features: Mapped[dict[str, Any]] = mapped_column(default=dict)
    risks: Mapped[list[Any]] = mapped_column(default=list)
    persons: Mapped[list[Any]] = mapped_column(default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    released: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str | None] = mapped_column(String)

    premium_year_cents: Mapped[int | None] = mapped_column(Integer)
    """Derived: gross (else net) per year, None where the frequency has no factor or the currency is not EUR."""

    __table_args__ = (Index("ix_contract_number", "number"),)

    def derive_premium(self) -> None:
        """Recompute the yearly premium after a change of the premium group; a new contract is paid yearly by default."""
        if self.frequency is None and not inspect(self).persistent:
            self.frequency = Frequency.YEARLY.value
        self.premium_year_cents = premium_per_year(
            net_cents=self.premium_net_cents,
            gross_cents=self.premium_gross_cents,
            frequency=self.frequency,
            currency=self.currency,
        )


def premium_per_year(
    *, net_cents: int | None, gross_cents: int | None, frequency: str | None, currency: str | None
) -> int | None:
    """What the customer pays in a year: gross if known, else net, times the instalments; None when not summable."""
    amount = gross_cents if gross_cents else net_cents
    try:
        factor = Frequency(frequency).per_year if frequency else None
    except ValueError:
        factor = None
    if amount is None or factor is None or currency not in {None, "", "EUR"}:
        return None
    return amount * factor


class Claim(Synced, Base):
    """One claim of one contract."""

    __tablename__ = "claim"
    __kind__ = "claim"

    contract_id: Mapped[str] = mapped_column(refers_to("contract.id"), index=True)
    party_id: Mapped[str | None] = mapped_column(refers_to("party.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), default="")
    occurred_on: Mapped[date | None] = mapped_column(Date)
    reported_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), default=ClaimStatus.REPORTED.value)
    paid_cents: Mapped[int | None] = mapped_column(Integer)
    reserve_cents: Mapped[int | None] = mapped_column(Integer)
    description: Mapped[str | None] = mapped_column(String)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CommissionLine(Base):
    """One commission line as delivered by an insurer (GDV 0400); local to the desk that imported it."""

    __tablename__ = "commission_line"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    contract_id: Mapped[str] = mapped_column(refers_to("contract.id"), index=True)
    booked_on: Mapped[date | None] = mapped_column(Date)
    gross_cents: Mapped[int | None] = mapped_column(Integer)
    commission_cents: Mapped[int | None] = mapped_column(Integer)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
