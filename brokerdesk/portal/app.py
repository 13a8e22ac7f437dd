"""The portal as one ASGI application: `create_app(settings)`. Lists the parts; holds no behaviour of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from brokerdesk.core.clock import Clock
from brokerdesk.portal import jobs
from brokerdesk.portal.api import server
from brokerdesk.portal.portal import Portal, open_portal
from brokerdesk.portal.settings import Settings
from brokerdesk.portal.web import server as web

PARTS: tuple[Callable[[FastAPI, Portal], None], ...] = (server.mount, web.mount, jobs.mount)
"""What hangs its routes, handlers and life-cycle callbacks into the application, in this order."""


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """The application with its portal in `app.state.portal`. Raises `KnownError` when the database is unusable."""
    portal = open_portal(settings, clock=clock)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        for start in portal.on_start:
            start()
        yield
        for stop in reversed(portal.on_stop):
            stop()
        portal.close()

    app = FastAPI(title="BrokerDesk portal", lifespan=life, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.portal = portal
    for mount in PARTS:
        mount(app, portal)
    return app
