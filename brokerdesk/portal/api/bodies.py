"""Request bodies: read with a cap, inflated with a cap, checked for depth, decoded strictly (protocol.md § 2)."""

from __future__ import annotations

import asyncio
import zlib
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request

from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.wire.codec import depth_exceeds

_MAX_NAMED_FIELDS = 20


async def read_body(request: Request, limit: int, *, timeout_s: float) -> bytes:
    """The inflated body, at most `limit` bytes. Raises `Refusal`: too_large, media_type, malformed, timeout."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal("media_type")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise Refusal("media_type")
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise Refusal("too_large")
    try:
        async with asyncio.timeout(timeout_s):
            return await _collect(request, limit, is_packed=coding == "gzip")
    except TimeoutError as error:
        raise Refusal("timeout") from error
    except (zlib.error, ClientDisconnect) as error:
        raise Refusal("malformed") from error


async def _collect(request: Request, limit: int, *, is_packed: bool) -> bytes:
    inflate = zlib.decompressobj(wbits=31) if is_packed else None
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        part = inflate.decompress(chunk, limit - size + 1) if inflate else chunk
        size += len(part)
        if size > limit or (inflate and inflate.unconsumed_tail):
            raise Refusal("too_large")
        parts.append(part)
    if inflate and (not inflate.eof or inflate.unused_data):
        raise Refusal("malformed")
    return b"".join(parts)


def decode(body: bytes, model: Any, depth: int) -> Any:
    """The body as the declared model. Raises `Refusal`: malformed for what is no JSON, envelope for what does not fit."""
    if depth_exceeds(body, depth):
        raise Refusal("too_large")
    try:
        if isinstance(model, TypeAdapter):
            return model.validate_json(body)
        assert issubclass(model, BaseModel)
        return model.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        if any(e["type"] == "json_invalid" for e in found):
            raise Refusal("malformed") from None
        fields = [".".join(str(p) for p in e["loc"])[:120] for e in found[:_MAX_NAMED_FIELDS]]
        raise Refusal("envelope", fields=fields) from None
