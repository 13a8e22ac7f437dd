"""Operations and batches as bytes of the wire. Frozen bytes are joined into a batch as they are and never parsed again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brokerdesk.core.clock import to_wire
from brokerdesk.services.exchange.drafts import Draft
from brokerdesk.services.exchange.messages import FrozenOp
from brokerdesk.wire.codec import encode


def encode_op(draft: Draft) -> bytes:
    """One operation; absent members are left out, null values inside edits stay."""
    op: dict[str, Any] = {
        "seq": draft.seq,
        "op_id": draft.op_id,
        "type": draft.type,
        "id": draft.record_id,
        "at": to_wire(draft.at),
    }
    for name in ("group", "data", "set", "sets", "expect", "payload"):
        value = getattr(draft, name)
        if value is not None:
            op[name] = value
    return encode(op)


def encode_batch(ops: Sequence[FrozenOp], *, batch_id: str, epoch: str, device_id: str) -> bytes:
    """A push request around the stored bytes of its operations."""
    head = encode({"batch_id": batch_id, "epoch": epoch, "device_id": device_id})
    return head[:-1] + b',"ops":[' + b",".join(op.body for op in ops) + b"]}"
