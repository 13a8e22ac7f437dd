"""Pairing, tokens, devices and the administration of a tenant's employees (protocol.md § 3)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from brokerdesk.wire.codec import Answer, Id, Name, Request

TokenText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{20,200}$")]
RoleName = Literal["admin", "adviser", "assistant", "reader"]
ExtraRight = Literal["settle", "delete", "team"]
ScopeName = Literal["whole_book", "own_book"]
EmailText = Annotated[str, Field(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$")]


class PairRequest(Request):
    """Redeem a pairing code for a fresh device. `has_customers` tells that the book is not empty."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z -]{12,20}$")]
    device_id: Id
    device_name: Name
    has_customers: bool = False
    previous_device_id: Id | None = None
    app_version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,40}$")] | None = None


class TokenRequest(Request):
    """Exchange a refresh token for the next pair."""

    refresh_token: TokenText
    device_id: Id


class RevokeRequest(Request):
    """End the family that a token belongs to."""

    token: TokenText


class TokenAnswer(Answer):
    """A pair of tokens with their remaining life in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


class PairAnswer(TokenAnswer):
    """What a fresh device learns about its tenant and its employee."""

    epoch: str
    tenant_id: str
    tenant_name: str
    broker_code: str
    employee_id: str
    employee_name: str
    role: str
    rights: list[str]
    scope: str
    adviser_id: str | None = None
    device_id: str


class DeviceItem(Answer):
    """One enrolled device."""

    id: str
    name: str
    employee_id: str
    created_at: str
    last_seen_at: str | None = None
    last_seq: int
    revoked_at: str | None = None
    flagged_at: str | None = None
    is_this: bool


class DevicesAnswer(Answer):
    """The devices that the caller may see."""

    devices: list[DeviceItem]


class EmployeeCreate(Request):
    """A new employee under an id made by the caller; the same request again changes nothing."""

    id: Id
    name: Name
    email: EmailText | None = None
    role: RoleName
    rights: Annotated[list[ExtraRight], Field(max_length=3)] = []
    scope: ScopeName = "whole_book"
    adviser_id: Id | None = None


class EmployeeChange(Request):
    """New values of an employee; absent members stay. `disabled` ends all his devices."""

    name: Name | None = None
    email: EmailText | None = None
    role: RoleName | None = None
    rights: Annotated[list[ExtraRight], Field(max_length=3)] | None = None
    scope: ScopeName | None = None
    adviser_id: Id | None = None
    disabled: bool | None = None


class EmployeeItem(Answer):
    """One employee."""

    id: str
    name: str
    email: str | None = None
    role: str
    rights: list[str]
    scope: str
    adviser_id: str | None = None
    disabled: bool


class EmployeesAnswer(Answer):
    """All employees of the tenant."""

    employees: list[EmployeeItem]


class RolesAnswer(Answer):
    """Role → rights, and the rights that may be given on top."""

    roles: dict[str, list[str]]
    extra_rights: list[str]
    scopes: list[str]


class PairingCodeRequest(Request):
    """A new pairing code for one employee."""

    employee_id: Id


class PairingCodeAnswer(Answer):
    """The code, shown once."""

    code: str
    employee_id: str
    expires_at: str
