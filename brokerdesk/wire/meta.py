"""`GET /v1/meta`: versions, kinds, limits and retention of a portal (protocol.md § 4)."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from brokerdesk.wire.codec import Answer


class Range(Answer):
    """Lowest and highest protocol version that the portal speaks."""

    min: str
    max: str


class EntityMeta(Answer):
    """Schema and fields of one kind on this portal; fields that are not listed stay on the desk."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    version: int = Field(alias="schema")
    fields: list[str]


class LimitsMeta(Answer):
    """Sizes a desk must keep to."""

    push_ops: int
    push_bytes: int
    group_ops: int
    page_max: int
    page_bytes: int


class RetentionMeta(Answer):
    """Days the portal remembers."""

    tombstone_days: int
    result_days: int
    backup_horizon_days: int


class MetaAnswer(Answer):
    """What a portal is and can."""

    protocol: Range
    server: str
    epoch: str
    server_time: str
    min_client: str
    features: list[str]
    entities: dict[str, EntityMeta]
    limits: LimitsMeta
    retention: RetentionMeta
