"""Invitation, access and tracking: portal-made facts that a desk only reads, and the office's own records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from brokerdesk.models.entities.base import Base, Synced, refers_to
from brokerdesk.models.values.states import InvitationState


class Invitation(Synced, Base):
    """One invitation of one customer (protocol.md § 14). A desk asks for transitions, the portal makes them."""

    __tablename__ = "invitation"
    __kind__ = "invitation"

    party_id: Mapped[str] = mapped_column(refers_to("party.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=InvitationState.DRAFT.value)
    attempt: Mapped[int | None] = mapped_column(Integer, default=1)
    copies: Mapped[int | None] = mapped_column(Integer, default=0)
    channel: Mapped[str | None] = mapped_column(String(10), default="mail")
    address_form: Mapped[str | None] = mapped_column(String(3))
    language: Mapped[str | None] = mapped_column(String(2))
    email: Mapped[str | None] = mapped_column(String(320))
    reminders: Mapped[bool | None] = mapped_column(default=True)
    requested_at: Mapped[datetime | None] = mapped_column()
    invited_at: Mapped[datetime | None] = mapped_column()
    first_invited_at: Mapped[datetime | None] = mapped_column()
    expires_at: Mapped[datetime | None] = mapped_column()
    stop_by: Mapped[str | None] = mapped_column(String(200))
    stopped_at: Mapped[datetime | None] = mapped_column()
    registered_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    link_generation: Mapped[int | None] = mapped_column(Integer)
    mail_outcome: Mapped[str | None] = mapped_column(String(20))
    mail_code: Mapped[str | None] = mapped_column(String(200))
    possibly_twice: Mapped[bool | None] = mapped_column(default=False)


class Access(Synced, Base):
    """The login of one or several customers of a household, made by the portal at registration."""

    __tablename__ = "access"
    __kind__ = "access"

    email: Mapped[str | None] = mapped_column(String(320))
    party_ids: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str | None] = mapped_column(String(20))
    origin: Mapped[str | None] = mapped_column(String(20))
    registered_at: Mapped[datetime | None] = mapped_column()
    deactivated_at: Mapped[datetime | None] = mapped_column()
    removed_at: Mapped[datetime | None] = mapped_column()
    last_seen: Mapped[datetime | None] = mapped_column()


class Tracking(Synced, Base):
    """One activity of a customer in the app; append-only (S1.26)."""

    __tablename__ = "tracking"
    __kind__ = "tracking"

    party_id: Mapped[str] = mapped_column(refers_to("party.id"))
    event: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime | None] = mapped_column()
    parameters: Mapped[dict[str, Any] | None] = mapped_column()

    __table_args__ = (Index("ix_tracking_party_id_at", "party_id", "at"),)


class Office(Synced, Base):
    """The broker's profile: sender of mails, head of letters, product names; one record with a derived id."""

    __tablename__ = "office"
    __kind__ = "office"

    name: Mapped[str] = mapped_column(String(200), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    zip: Mapped[str] = mapped_column(String(12), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(3), default="DE")
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(320))
    website: Mapped[str | None] = mapped_column(String(200))
    register_number: Mapped[str | None] = mapped_column(String(40))
    product_private: Mapped[str | None] = mapped_column(String(60))
    product_company: Mapped[str | None] = mapped_column(String(60))
    language: Mapped[str | None] = mapped_column(String(2), default="de")
    time_zone: Mapped[str | None] = mapped_column(String(60), default="Europe/Berlin")
    send_hour: Mapped[int | None] = mapped_column(Integer, default=9)


class Employee(Synced, Base):
    """A portal account of the office, as the portal tells it."""

    __tablename__ = "employee"
    __kind__ = "employee"

    name: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    role: Mapped[str | None] = mapped_column(String(20))
    rights: Mapped[list[Any]] = mapped_column(default=list)
    scope: Mapped[str | None] = mapped_column(String(20))
    adviser_id: Mapped[str | None] = mapped_column(refers_to("adviser.id"))


class Entitlement(Synced, Base):
    """What the operator has switched on for the office (S1.01), and the public code of the tenant (Makler-ID)."""

    __tablename__ = "entitlement"
    __kind__ = "entitlement"

    kundenapp: Mapped[bool | None] = mapped_column()
    investment: Mapped[bool | None] = mapped_column()
    broker_code: Mapped[str | None] = mapped_column(String(12))
    portal_url: Mapped[str | None] = mapped_column(String(300))
