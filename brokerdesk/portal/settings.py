"""What an operator can decide about one portal, as one frozen value. Reads no environment and no file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """Calls allowed per principal (protocol.md § 11), written in the notation of the `limits` library."""

    push: str = "300/minute"
    changes: str = "300/minute"
    snapshot: str = "300/minute"
    read: str = "600/minute"
    admin: str = "120/minute"
    tokens: str = "20/minute"
    web: str = "120/minute"

    @classmethod
    def generous(cls) -> RateLimits:
        """Limits that no test or demo on one machine reaches."""
        many = "100000/second"
        return cls(push=many, changes=many, snapshot=many, read=many, admin=many, tokens=many, web=many)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireLimits:
    """Sizes of requests and answers (protocol.md § 4, § 6.5); told to desks by `/v1/meta`."""

    push_ops: int = 2_000
    push_bytes: int = 4_194_304
    group_ops: int = 200
    page_max: int = 5_000
    page_bytes: int = 8_388_608
    small_bytes: int = 65_536
    depth: int = 12
    body_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long the portal remembers (protocol.md § 4)."""

    tombstone_days: int = 400
    result_days: int = 400
    backup_horizon_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """Life of secrets (protocol.md § 3)."""

    pairing_s: int = 30 * 60
    access_s: int = 15 * 60
    refresh_s: int = 60 * 86_400
    lost_answer_s: int = 10 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One portal: where its data lie, how it is reached, how it mails.

    `database` is None for the SQLite file in `data_dir`, or a PostgreSQL URL. `public_url` is what links in mails begin
    with, `mail_from` the bare sender address of all mails;
    `workers` above one moves counters into the database. `password_memory_kib` is what one check of a customer's password
    costs (Argon2id); the default is the floor of security.md 2.1, only tests go below.
    """

    data_dir: Path
    database: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: str | None = None
    mail_dir: Path | None = None
    mail_from: str | None = None
    behind_tls: bool = False
    workers: int = 1
    password_memory_kib: int = 65_536
    background_jobs: bool = True
    rates: RateLimits = field(default_factory=RateLimits)
    limits: WireLimits = field(default_factory=WireLimits)
    retention: Retention = field(default_factory=Retention)
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
