"""Hangs the declared endpoints into the application: guard, limits, decoding, problems. The only transport code of the API.

Order of every request: protocol version, address or principal, rate, right, body, handler.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brokerdesk.core.ids import is_id, new_id
from brokerdesk.core.logs import logger
from brokerdesk.models.values.states import Right
from brokerdesk.portal.api import answers, openapi
from brokerdesk.portal.api.bodies import decode, read_body
from brokerdesk.portal.api.handlers import HANDLERS, Call
from brokerdesk.portal.api.limiter import Limiter, Usage
from brokerdesk.portal.domain import tokens
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.portal.portal import Portal
from brokerdesk.wire.endpoints import ENDPOINTS, Endpoint
from brokerdesk.wire.version import MAX_MINOR, MIN_MINOR, minor_of

PREFIX = "/v1/"
_BUSY_RETRY_S = 2
_TRIES = 3
_log = logger(__name__)


def mount(app: FastAPI, portal: Portal) -> None:
    """Add every declared route, the published document, and problem documents for whatever else is asked under `/v1/`."""
    limiter = Limiter(portal, portal.settings.rates, shared=portal.settings.workers > 1)
    by_path: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = _serve(portal, limiter, endpoint)
    for path, methods in by_path.items():
        app.router.routes.append(Route(path, _by_method(methods), methods=list(methods)))
    document = openapi.document()

    async def published(_request: Request) -> Response:
        return answers.json_answer(document, 200, answers.common_headers(portal, new_id(portal.clock)))

    app.router.routes.append(Route("/v1/openapi.json", published, methods=["GET"]))
    app.add_exception_handler(HTTPException, _http_error(portal, app.exception_handlers.get(HTTPException)))


def _by_method(
    methods: dict[str, Callable[[Request], Awaitable[Response]]],
) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        return await methods["GET" if request.method == "HEAD" else request.method](request)

    return route


def _serve(portal: Portal, limiter: Limiter, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        request_id = new_id(portal.clock)
        usage: list[Usage] = []
        try:
            body = await _answer(portal, limiter, endpoint, request, usage)
        except Refusal as refusal:
            return _refused(portal, request, refusal, request_id, usage)
        except (OperationalError, IntegrityError):
            return _refused(portal, request, Refusal("busy", retry_after=_BUSY_RETRY_S), request_id, usage)
        except Exception as error:  # noqa: BLE001 - the last net: a fault of ours becomes a problem document
            _log.error("portal-request-failed", route=endpoint.name, request_id=request_id, error=type(error).__name__)
            return _refused(portal, request, Refusal("internal"), request_id, usage)
        headers = answers.common_headers(portal, request_id)
        return answers.json_answer(body, endpoint.status, headers | _usage_headers(usage))

    return route


def _usage_headers(usage: list[Usage]) -> dict[str, str]:
    return usage[-1].headers() if usage else {}


def _refused(portal: Portal, request: Request, refusal: Refusal, request_id: str, usage: list[Usage]) -> Response:
    language = answers.language_of(request.headers.get("accept-language", ""))
    headers = _usage_headers(usage)
    return answers.problem(portal, refusal, request_id=request_id, language=language, headers=headers)


async def _answer(portal: Portal, limiter: Limiter, endpoint: Endpoint, request: Request, usage: list[Usage]) -> bytes:
    _check_version(request)
    who: Principal | None = None
    if endpoint.needs != "nobody":
        who = await run_in_threadpool(_authenticate, portal, request)
    key = who.family_id if who else _address(request)
    usage.append(await run_in_threadpool(limiter.use, endpoint.rate, key))
    if not usage[-1].allowed:
        raise Refusal("rate_limited")
    if who is not None:
        _check_right(endpoint, who, request, portal)
    query, path = _parameters(endpoint, request)
    body = None
    if endpoint.request is not None:
        limits = portal.settings.limits
        allowed = limits.push_bytes if endpoint.has_big_body else limits.small_bytes
        raw = await read_body(request, allowed, timeout_s=limits.body_s)
        body = await run_in_threadpool(decode, raw, endpoint.request, limits.depth)
    call = Call(portal=portal, who=who, body=body, query=query, path=path)
    return await run_in_threadpool(_with_retry, HANDLERS[endpoint.name], call)


def _with_retry(handler: Callable[[Call], bytes], call: Call) -> bytes:
    """Two writers that collided (same new id, deadlock): the transaction was rolled back as a whole, so try again."""
    for _ in range(_TRIES - 1):
        try:
            return handler(call)
        except (IntegrityError, OperationalError):
            continue
    return handler(call)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _authenticate(portal: Portal, request: Request) -> Principal:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise Refusal("token_invalid")
    return tokens.authenticate(portal, text.strip(), request.headers.get("bd-device"))


def _check_version(request: Request) -> None:
    header = request.headers.get("bd-protocol")
    if header is None:
        return
    minor = minor_of(header)
    if minor is None or not MIN_MINOR <= minor <= MAX_MINOR:
        raise Refusal("upgrade_required")


def _check_right(endpoint: Endpoint, who: Principal, request: Request, portal: Portal) -> None:
    if endpoint.needs != "device" and not who.may(Right(endpoint.needs)):
        raise Refusal("scope")
    epoch = request.headers.get("bd-epoch")
    if epoch is not None and epoch != portal.epoch and endpoint.name in ("changes", "snapshot", "digest"):
        raise Refusal("epoch_changed", epoch=portal.epoch)


def _parameters(endpoint: Endpoint, request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    declared = {p.name: p for p in endpoint.parameters if p.place == "query"}
    items = request.query_params.multi_items()
    names = [name for name, _ in items]
    wrong = {n for n in names if n not in declared or names.count(n) > 1}
    values: dict[str, Any] = {}
    for name, text in items:
        if name in declared:
            value = _typed(declared[name].schema, text)
            wrong |= {name} if value is None else set()
            values[name] = value
    if wrong:
        raise Refusal("envelope", fields=sorted(w[:60] for w in wrong))
    path = {k: str(v) for k, v in request.path_params.items()}
    if not all(is_id(v) for v in path.values()):
        raise Refusal("not_found")
    return values, path


def _typed(schema: dict[str, Any], text: str) -> Any:
    """The value of a query parameter, or None when it does not fit its schema."""
    if schema["type"] == "integer":
        fits = text.isascii() and text.isdecimal() and len(text) < 10 and (text == "0" or text[0] != "0")
        return int(text) if fits and schema["minimum"] <= int(text) <= schema["maximum"] else None
    long_enough = schema["minLength"] <= len(text) <= schema["maxLength"]
    return text if long_enough and re.fullmatch(schema["pattern"], text) else None


def _http_error(portal: Portal, other: Any) -> Any:
    """Problem documents for unknown paths and methods under `/v1/`; pages keep their own handler."""

    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if not request.url.path.startswith(PREFIX):
            if other is not None:
                result: Response = await other(request, error)
                return result
            return Response(status_code=error.status_code, headers=error.headers)
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "malformed")
        answer = _refused(portal, request, Refusal(code), new_id(portal.clock), [])
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer

    return handle
