"""The portal's tables as SQLAlchemy Core, equal on SQLite and PostgreSQL.

Every row of a tenant carries `tenant_id` as the first part of its key, so that two tenants may hold equal ids. Times are
wire texts (`core.clock.to_wire`: UTC with milliseconds, sortable as text), JSON is text written by us. Secrets (tokens,
codes, passwords) are stored as hashes only. No behaviour lives here.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, Index, Integer, MetaData, String, Table, Text

SCHEMA_VERSION = 1
"""Raised with every change of these tables; a database of a newer portal is refused."""

metadata = MetaData()

_ID = String(36)
_TIME = String(24)
_CODE = String(60)
_HASH = String(64)


def _of_tenant() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id"], ["tenant.id"])


portal_meta = Table(
    "portal_meta",
    metadata,
    Column("key", _CODE, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about this database: `schema_version`, `epoch`."""

tenant = Table(
    "tenant",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("code", String(6), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("feed_seq", BigInteger, nullable=False, default=0),
    Column("language", String(2), nullable=False, default="de"),
    Column("time_zone", _CODE, nullable=False, default="Europe/Berlin"),
    Column("send_hour", Integer, nullable=False, default=9),
    Column("window_from", Integer, nullable=False, default=8),
    Column("window_to", Integer, nullable=False, default=20),
    Column("kundenapp", Boolean, nullable=False, default=True),
    Column("investment", Boolean, nullable=False, default=False),
    Column("settings", Text, nullable=False, default="{}"),
    Column("created_at", _TIME, nullable=False),
)
"""One brokerage. `code` is the public Makler-ID of six characters; `feed_seq` is the head of its feed."""

employee = Table(
    "employee",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("role", _CODE, nullable=False),
    Column("rights", Text, nullable=False, default="[]"),
    Column("scope", _CODE, nullable=False, default="whole_book"),
    Column("adviser_id", _ID),
    Column("disabled_at", _TIME),
    Column("created_at", _TIME, nullable=False),
    _of_tenant(),
)
"""A portal account of a member of the office; mirrored as a record of kind `employee`. `rights` is a JSON list of extras."""

pairing_code = Table(
    "pairing_code",
    metadata,
    Column("code_hash", _HASH, primary_key=True),
    Column("tenant_id", _ID, nullable=False),
    Column("employee_id", _ID, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("used_at", _TIME),
    Column("used_by", _ID),
    _of_tenant(),
)

device = Table(
    "device",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("employee_id", _ID, nullable=False),
    Column("name", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False, default=0),
    Column("previous_id", _ID),
    Column("app_version", _CODE),
    Column("created_at", _TIME, nullable=False),
    Column("last_seen_at", _TIME),
    Column("flagged_at", _TIME),
    Column("revoked_at", _TIME),
    ForeignKeyConstraint(["tenant_id", "employee_id"], ["employee.tenant_id", "employee.id"]),
)
"""One enrolled desktop profile. `last_seq` is the highest operation number taken from it, `flagged_at` a theft signal."""

token_family = Table(
    "token_family",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant_id", _ID, nullable=False),
    Column("employee_id", _ID, nullable=False),
    Column("device_id", _ID, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("rotated_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("revoked_at", _TIME),
    Column("reason", _CODE),
    ForeignKeyConstraint(["tenant_id", "device_id"], ["device.tenant_id", "device.id"]),
    Index("ix_token_family_device", "tenant_id", "device_id"),
)
"""All tokens that descend from one pairing. Token texts are derived from the portal's secret, family and generation."""

token = Table(
    "token",
    metadata,
    Column("hash", _HASH, primary_key=True),
    Column("family_id", _ID, nullable=False),
    Column("kind", _CODE, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("issued_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("used_at", _TIME),
    ForeignKeyConstraint(["family_id"], ["token_family.id"]),
    Index("ix_token_family", "family_id", "generation"),
)
"""Access and refresh tokens (`kind`), hashed. `used_at` is the first use of an access or the redemption of a refresh token."""

record = Table(
    "record",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("kind", _CODE, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("rev", BigInteger, nullable=False),
    Column("feed_seq", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Column("stamps", Text, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("reason", _CODE),
    Column("into_id", _ID),
    Column("owner_id", _ID),
    Column("parent_id", _ID),
    Column("adviser_id", _ID),
    Column("group_id", _ID),
    Column("origin_device", _ID),
    Column("origin_op", _ID),
    Column("origin_actor", Text),
    Column("at", _TIME, nullable=False),
    _of_tenant(),
    Index("ix_record_feed", "tenant_id", "feed_seq", unique=True),
    Index("ix_record_owner", "tenant_id", "owner_id"),
    Index("ix_record_parent", "tenant_id", "parent_id"),
    Index("ix_record_adviser", "tenant_id", "adviser_id"),
)
"""Every synced record with its newest state, tombstones included (data `{}`, reason kept).

`data` is a JSON object of all fields of the kind, `stamps` a JSON object field → [rev, actor, time] of the last patch,
`owner_id` the party the record concerns (a party owns itself), `parent_id` the household of a member or the contract of a
claim, `adviser_id` is set on parties only. The last three serve visibility and are derived by `domain.visibility`.
"""

scope_leave = Table(
    "scope_leave",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("feed_seq", BigInteger, primary_key=True),
    Column("adviser_id", _ID, nullable=False),
    Column("kind", _CODE, nullable=False),
    Column("record_id", _ID, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("at", _TIME, nullable=False),
    _of_tenant(),
    Index("ix_scope_leave_reader", "tenant_id", "adviser_id", "feed_seq"),
)
"""Records that left the sight of readers with scope `own_book` (protocol § 7.1 P4)."""

op_result = Table(
    "op_result",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("device_id", _ID, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("op_id", _ID, nullable=False),
    Column("fingerprint", _HASH, nullable=False),
    Column("type", _CODE, nullable=False),
    Column("kind", _CODE),
    Column("record_id", _ID),
    Column("status", _CODE, nullable=False),
    Column("code", _CODE),
    Column("detail", Text),
    Column("rev", BigInteger),
    Column("at", _TIME, nullable=False),
    _of_tenant(),
    Index("ix_op_result_op", "tenant_id", "op_id"),
)
"""The verdict of every operation ever pushed. `detail` is JSON (`fields`, `result`) without values of records."""

mail_job = Table(
    "mail_job",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant_id", _ID, nullable=False),
    Column("invitation_id", _ID),
    Column("access_id", _ID),
    Column("stage", _CODE, nullable=False),
    Column("attempt", Integer, nullable=False, default=1),
    Column("recipient", Text, nullable=False),
    Column("language", String(2), nullable=False, default="de"),
    Column("payload", Text, nullable=False, default="{}"),
    Column("state", _CODE, nullable=False, default="pending"),
    Column("due_at", _TIME, nullable=False),
    Column("lease_until", _TIME),
    Column("lease_by", _ID),
    Column("message_id", Text, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("unknowns", Integer, nullable=False, default=0),
    Column("last_code", Integer),
    Column("last_text", Text),
    Column("created_at", _TIME, nullable=False),
    Column("done_at", _TIME),
    _of_tenant(),
    Index("ix_mail_job_due", "state", "due_at"),
    Index("ix_mail_job_invitation", "tenant_id", "invitation_id"),
    Index("ix_mail_job_recipient", "tenant_id", "recipient", "done_at"),
)
"""One mail: pending → claimed (leased) → accepted | perm | temp | unknown, or cancelled (protocol § 14)."""

invitation_side = Table(
    "invitation_side",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("invitation_id", _ID, primary_key=True),
    Column("generation", Integer, nullable=False, default=1),
    Column("token_hash", _HASH, nullable=False, unique=True),
    Column("series_at", _TIME),
    Column("expires_at", _TIME),
    Column("settings", Text, nullable=False, default="{}"),
    _of_tenant(),
    Index("ix_invitation_side_expires", "expires_at"),
)
"""What desks never see of an invitation: generation and hash of its living link, start of the running series of mails."""

access_side = Table(
    "access_side",
    metadata,
    Column("tenant_id", _ID, primary_key=True),
    Column("access_id", _ID, primary_key=True),
    Column("email_key", Text, nullable=False),
    Column("password_hash", Text),
    Column("session_generation", Integer, nullable=False, default=1),
    Column("verified_at", _TIME),
    Column("pending_email", Text),
    Column("consent", Text, nullable=False, default="{}"),
    Column("created_at", _TIME, nullable=False),
    _of_tenant(),
    Index("ux_access_side_email", "tenant_id", "email_key", unique=True),
)
"""What desks never see of a login: normalised address, password hash, generation that ends older sessions."""

web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", _HASH, primary_key=True),
    Column("tenant_id", _ID, nullable=False),
    Column("purpose", _CODE, nullable=False),
    Column("access_id", _ID),
    Column("invitation_id", _ID),
    Column("generation", Integer, nullable=False, default=1),
    Column("data", Text, nullable=False, default="{}"),
    Column("created_at", _TIME, nullable=False),
    Column("last_seen_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    _of_tenant(),
    Index("ix_web_session_access", "tenant_id", "access_id"),
    Index("ix_web_session_expires", "expires_at"),
)
"""A browser session: of an invitation link that was followed (`purpose` invitation) or of a signed-in customer (`access`)."""

password_reset = Table(
    "password_reset",
    metadata,
    Column("token_hash", _HASH, primary_key=True),
    Column("tenant_id", _ID, nullable=False),
    Column("access_id", _ID),
    Column("purpose", _CODE, nullable=False),
    Column("payload", Text, nullable=False, default="{}"),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("used_at", _TIME),
    _of_tenant(),
    Index("ix_password_reset_access", "tenant_id", "access_id"),
)
"""One-time mailed links: forgotten password, confirmation of a new address (`purpose`)."""

throttle = Table(
    "throttle",
    metadata,
    Column("key", _HASH, primary_key=True),
    Column("window_at", _TIME, nullable=False),
    Column("count", Integer, nullable=False),
    Column("blocked_until", _TIME),
)
"""Counters of attempts, shared by all workers; the key is a hash of what is counted."""
