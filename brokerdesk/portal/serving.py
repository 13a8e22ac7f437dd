"""`portal serve`: binds the port, starts uvicorn, says when requests are accepted, ends with its standard input if asked to.

Speaks plain HTTP; on anything but the own machine only behind a TLS server.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from brokerdesk.core import logs
from brokerdesk.core.errors import KnownError, register
from brokerdesk.portal.app import create_app
from brokerdesk.portal.portal import open_portal
from brokerdesk.portal.settings import LOOPBACK, Lifetimes, RateLimits, Retention, Settings, WireLimits

PLAIN_HTTP = register("portal-plain-http")
ADDRESS_IN_USE = register("portal-address-in-use", "port")
_ENVIRONMENT = "BROKERDESK_PORTAL_SETTINGS"
_BACKLOG = 1_024


def serve(settings: Settings, *, host: str, port: int, as_json: bool) -> int:
    """Serve until interrupted (or, with `as_json`, until standard input ends). Raises `KnownError` before listening."""
    if host not in LOOPBACK and not settings.behind_tls:
        raise KnownError(PLAIN_HTTP)
    bound = _bind(host, port)
    port = bound.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}"
    if settings.public_url == Settings.__dataclass_fields__["public_url"].default:
        settings = replace(settings, public_url=url)
    logs.configure(settings.data_dir / "logs")

    def ready() -> None:
        line = json.dumps({"url": url, "pid": os.getpid()}) if as_json else url
        print(line, flush=True)  # noqa: T201 - the command's answer

    if settings.workers > 1:
        return _several(settings, bound, ready, as_json=as_json)
    server = Server(_config(create_app(settings)), ready)
    if as_json:
        _end_with_stdin(server)
    server.run(sockets=[bound])
    return 0


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else Nagle stays on: 40 ms per answer
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise KnownError(ADDRESS_IN_USE, port=port) from error
    bound.set_inheritable(True)
    return bound


def _config(app: Any, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, ws="none", http="h11", loop="asyncio",
        backlog=_BACKLOG, h11_max_incomplete_event_size=32_768, timeout_keep_alive=30, timeout_graceful_shutdown=10,
        **more,
    )  # fmt: skip


class Server(uvicorn.Server):
    """uvicorn's server that tells when it accepts requests."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        """`ready` is called once, after the application has started."""
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start and tell."""
        await super().startup(sockets=sockets)
        _keep_what_is_loaded()
        if self.started and not self.should_exit:
            self._ready()


def _keep_what_is_loaded() -> None:
    """Modules and tables stay to the end: without this the collector looks through them again at every large batch."""
    gc.collect()
    gc.freeze()


def _end_with_stdin(server: uvicorn.Server) -> None:
    def wait() -> None:
        while sys.stdin.buffer.read(4_096):
            pass
        server.should_exit = True

    threading.Thread(target=wait, name="portal-stdin", daemon=True).start()


def _several(settings: Settings, bound: socket.socket, ready: Callable[[], None], *, as_json: bool) -> int:
    """Several worker processes on one socket; counters then live in the database."""
    from uvicorn.supervisors import Multiprocess

    open_portal(settings).close()  # schema and epoch once, before the workers
    os.environ[_ENVIRONMENT] = json.dumps(asdict(settings), default=str)
    config = _config("brokerdesk.portal.serving:worker_app", factory=True, workers=settings.workers)
    supervisor = Multiprocess(config, sockets=[bound])
    bound.listen(_BACKLOG)
    if as_json:

        def wait() -> None:
            while sys.stdin.buffer.read(4_096):
                pass
            supervisor.should_exit.set()

        threading.Thread(target=wait, name="portal-stdin", daemon=True).start()
    ready()
    supervisor.run()
    return 0


def worker_app() -> FastAPI:
    """The application of one worker, from the settings its parent handed over."""
    given = json.loads(os.environ[_ENVIRONMENT])
    parts = {"rates": RateLimits, "limits": WireLimits, "retention": Retention, "lifetimes": Lifetimes}
    for name, kind in parts.items():
        given[name] = kind(**given[name])
    for name in ("data_dir", "mail_dir"):
        given[name] = Path(given[name]) if given[name] else None
    settings = Settings(**given)
    logs.configure(settings.data_dir / "logs")
    app = create_app(settings)
    _keep_what_is_loaded()
    return app
