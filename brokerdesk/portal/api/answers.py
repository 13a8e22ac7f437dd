"""Answers of the API: headers that every one carries, and problem documents (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from brokerdesk.core.texts import LANGUAGES, Texts
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.portal import Portal
from brokerdesk.wire.problems import MEDIA_TYPE

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000"}


def language_of(header: str) -> str:
    """The first of our languages that an `Accept-Language` header names, else English."""
    wanted = (part.strip()[:2].lower() for part in header.split(","))
    return next((w for w in wanted if w in LANGUAGES), "en")


def common_headers(portal: Portal, request_id: str) -> dict[str, str]:
    """What every answer carries."""
    own = {"BD-Server-Time": portal.now(), "BD-Request-Id": request_id}
    return HEADERS | own | (HSTS if portal.settings.behind_tls else {})


def json_answer(body: bytes, status: int, headers: Mapping[str, str]) -> Response:
    """A JSON body, or none for 204."""
    if status == 204:
        return Response(status_code=204, headers=dict(headers))
    return Response(body, status_code=status, media_type="application/json", headers=dict(headers))


def problem(
    portal: Portal, refusal: Refusal, *, request_id: str, language: str, headers: Mapping[str, str]
) -> Response:
    """The problem document of a refusal."""
    code = refusal.problem
    body: dict[str, Any] = {
        "type": f"urn:brokerdesk:problem:{code.code}",
        "title": Texts(language)(f"portal_api.problem.{code.code}"),
        "status": code.status,
        "code": code.code,
        "retryable": code.retryable,
        "request_id": request_id,
        **refusal.members,
    }
    fields = dict(common_headers(portal, request_id)) | dict(headers)
    if refusal.retry_after is not None:
        fields["Retry-After"] = str(refusal.retry_after)
    if code.status == 401:
        fields["WWW-Authenticate"] = "Bearer"
    return Response(to_json(body), status_code=code.status, media_type=MEDIA_TYPE, headers=fields)
