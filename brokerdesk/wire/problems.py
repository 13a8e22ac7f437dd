"""The problem codes of the API (RFC 9457 with a stable `code`, protocol.md § 2 and § 6.5). Texts live in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from brokerdesk.wire.codec import Answer

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """One code with its HTTP status; `retryable` tells a desk that the same request may succeed later."""

    code: str
    status: int
    retryable: bool = False


PROBLEMS: dict[str, ProblemCode] = {
    p.code: p
    for p in (
        ProblemCode("malformed", 400),
        ProblemCode("cursor_invalid", 400),
        ProblemCode("token_expired", 401),
        ProblemCode("token_invalid", 401),
        ProblemCode("device_revoked", 401),
        ProblemCode("scope", 403),
        ProblemCode("pairing_code", 403),
        ProblemCode("not_found", 404),
        ProblemCode("method_not_allowed", 405),
        ProblemCode("timeout", 408, retryable=True),
        ProblemCode("epoch_changed", 409),
        ProblemCode("seq_gap", 409),
        ProblemCode("device_forked", 409),
        ProblemCode("op_id_reuse", 409),
        ProblemCode("tenant_not_empty", 409),
        ProblemCode("exists", 409),
        ProblemCode("last_admin", 409),
        ProblemCode("cursor_expired", 410),
        ProblemCode("visibility_changed", 410),
        ProblemCode("too_large", 413),
        ProblemCode("media_type", 415),
        ProblemCode("envelope", 422),
        ProblemCode("maintenance", 423, retryable=True),
        ProblemCode("upgrade_required", 426),
        ProblemCode("rate_limited", 429, retryable=True),
        ProblemCode("internal", 500, retryable=True),
        ProblemCode("busy", 503, retryable=True),
    )
}


class Problem(Answer):
    """The body of every refused request. More members may follow, such as `epoch`, `last_seq` or `op_id`."""

    type: str
    title: str
    status: int
    code: str
    retryable: bool
    request_id: str
    fields: list[str] | None = None
    epoch: str | None = None
    last_seq: int | None = None
    op_id: str | None = None
