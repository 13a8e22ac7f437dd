"""Hangs the declared pages into the application: limits, form token, principal, headers. The only transport code here.

Order of every request: rate, body, office, form token, principal, handler. Nothing of a request's path is ever logged.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from brokerdesk.core.logs import logger
from brokerdesk.portal.api.limiter import Limiter
from brokerdesk.portal.domain.office import office_by_code
from brokerdesk.portal.domain.passwords import Passwords
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.web import cookies
from brokerdesk.portal.web.pages import FOLDER, HEADERS, TLS_HEADERS, Page, redirect, render
from brokerdesk.portal.web.routes import ROUTES, WebRoute, Who
from brokerdesk.portal.web.sessions import find_session, keep_alive
from brokerdesk.portal.web.visit import Visit

MAX_FORM_BYTES = 16_384
MAX_FIELDS = 20
_TRIES = 3
_log = logger(__name__)


class _Unusable(Exception):  # noqa: N818 - leaves the decoding with the status to answer
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Site:
    portal: Portal
    limiter: Limiter
    passwords: Passwords

    @property
    def secure(self) -> bool:
        """Whether browsers reach the portal over TLS."""
        return self.portal.settings.behind_tls or self.portal.settings.public_url.startswith("https://")


def mount(app: FastAPI, portal: Portal) -> None:
    """Add every page of `ROUTES`, the static files, and a readable answer for unknown paths."""
    limiter = Limiter(portal, portal.settings.rates, shared=portal.settings.workers > 1)
    site = _Site(portal, limiter, Passwords(memory_kib=portal.settings.password_memory_kib))
    for route in ROUTES:
        app.router.routes.append(Route(route.path, _serve(site, route), methods=list(route.methods)))
    app.router.routes.append(Mount("/static", _static(site)))
    app.add_exception_handler(HTTPException, _http_error(site, app.exception_handlers.get(HTTPException)))


def _static(site: _Site) -> Any:
    files = StaticFiles(directory=FOLDER / "static")

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                fixed = {**HEADERS, "Cache-Control": "public, max-age=3600", **(TLS_HEADERS if site.secure else {})}
                message["headers"] = [
                    *message["headers"],
                    *((k.lower().encode(), v.encode()) for k, v in fixed.items()),
                ]
            await send(message)

        await files(scope, receive, with_headers)

    return serve


def _serve(site: _Site, route: WebRoute) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        cookie = request.cookies.get(cookies.cookie_name(cookies.FORM, secure=site.secure)) or ""
        fresh = "" if cookie else secrets.token_urlsafe(16)
        try:
            visit = await _decode(site, request)
            answer = await run_in_threadpool(_with_retry, site, route, visit, cookie)
        except _Unusable as problem:
            key = "throttled" if problem.status == 429 else "stale"
            answer = _plain_visit(site, request).say(key, status=problem.status)
        except Exception as error:  # noqa: BLE001 - the last net: a fault of ours becomes a readable page
            _log.error("portal-page-failed", route=route.name, error=type(error).__name__)
            answer = _plain_visit(site, request).say("stale", status=500)
        return _response(site, answer, cookie or fresh, new=bool(fresh))

    return page


def _response(site: _Site, answer: Page | dict[str, Any], cookie: str, *, new: bool) -> Response:
    if not isinstance(answer, Page):
        headers = {**HEADERS, **(TLS_HEADERS if site.secure else {})}
        return JSONResponse(answer, headers=headers, media_type="application/manifest+json")
    if new and not answer.to:
        note = cookies.Cookie(cookies.FORM, cookie, cookies.FORM_LIFE)
        answer = replace(answer, cookies=(*answer.cookies, note))
    return render(answer, csrf=cookies.form_token(site.portal.keys, cookie), secure=site.secure)


def _plain_visit(site: _Site, request: Request) -> Visit:
    return Visit(
        portal=site.portal,
        passwords=site.passwords,
        method=request.method,
        path={k: str(v) for k, v in request.path_params.items()},
        query={k: v[:200] for k, v in request.query_params.items()},
        address=_address(request),
        languages=request.headers.get("accept-language", "")[:200],
        note=cookies.read_note(site.portal.keys, _cookie(site, request, cookies.LINK), now=site.portal.clock.now()),
    )


def _cookie(site: _Site, request: Request, name: str) -> str | None:
    return request.cookies.get(cookies.cookie_name(name, secure=site.secure))


def _address(request: Request) -> str:
    """The client's network address; of IPv6 the first 64 bits, because one household has them all."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else host


async def _decode(site: _Site, request: Request) -> Visit:
    visit = _plain_visit(site, request)
    form = await _form(request) if request.method == "POST" else {}
    usage = await run_in_threadpool(site.limiter.use, "web", visit.address)
    if not usage.allowed:
        raise _Unusable(429)
    token = _cookie(site, request, cookies.SESSION)
    return await run_in_threadpool(_identify, site, replace(visit, form=form), token)


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise _Unusable(415)
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_FORM_BYTES:
                raise _Unusable(413)
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except (ValueError, ClientDisconnect) as problem:
        raise _Unusable(400) from problem
    return {name: value.replace("\x00", "") for name, value in pairs}


def _identify(site: _Site, visit: Visit, token: str | None) -> Visit:
    """Office and signed-in customer of a visit."""
    code = visit.path.get("code")
    if code is None:
        return visit
    with site.portal.database.reading() as connection:
        office = office_by_code(connection, code) if len(code) <= 12 else None
        if office is None:
            return visit
        session = find_session(connection, office.tenant_id, token, now=visit.now)
    if session is not None and session.is_stale:
        with site.portal.database.writing() as connection:
            keep_alive(connection, session, now=visit.now)
    note = visit.note if (visit.note or {}).get("tenant") == office.tenant_id else None
    return replace(visit, office=office, session=session, note=note)


def _with_retry(site: _Site, route: WebRoute, visit: Visit, cookie: str) -> Page | dict[str, Any]:
    """Two writers that collided: the transaction was rolled back as a whole, so try again."""
    for _ in range(_TRIES - 1):
        try:
            return _answer(site, route, visit, cookie)
        except (IntegrityError, OperationalError):
            continue
    return _answer(site, route, visit, cookie)


def _answer(site: _Site, route: WebRoute, visit: Visit, cookie: str) -> Page | dict[str, Any]:
    if "{code}" in route.path and visit.office is None:
        return visit.say("missing", status=404)
    if visit.posted and not cookies.is_form_token(site.portal.keys, cookie, visit.form.get("csrf")):
        return visit.say("stale", status=403)
    refused = _refuse(route, visit)
    if refused is not None:
        return refused
    answer = route.handler(visit)
    return answer if isinstance(answer, Page) else dict(answer)


def _refuse(route: WebRoute, visit: Visit) -> Page | None:
    """The answer to somebody whom the page does not need, or None."""
    match route.needs:
        case Who.CUSTOMER:
            return None if visit.session else redirect(visit.url("login"))
        case Who.INVITED | Who.MAILED:
            kind = "invitation" if route.needs is Who.INVITED else "mailed"
            return None if visit.note and visit.note.get("kind") == kind else visit.say("session", status=403)
        case Who.NOBODY:
            return None


def _http_error(site: _Site, other: Any) -> Any:
    """Readable pages for unknown paths and methods; the API keeps its own handler."""

    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if request.url.path.startswith("/v1/") and other is not None:
            result: Response = await other(request, error)
            return result
        answer = _plain_visit(site, request).say("missing", status=error.status_code)
        response = _response(site, answer, "", new=False)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    return handle
