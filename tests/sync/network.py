"""A bad network between a desk and the real portal: an adapter of the desk's session that loses, doubles and garbles.

What it lets through travels over a real socket to the real portal.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.response import HTTPResponse

from brokerdesk.sync.transport import make_session

FAULTS = (
    "drop-request",
    "drop-answer",
    "duplicate",
    "duplicate-later",
    "cut-body",
    "429",
    "503",
    "500-page",
    "captive",
)


class BadNetwork:
    """The network of one desk. `plan` holds the faults of the next requests, in order; None lets one pass."""

    def __init__(self) -> None:
        self.plan: list[str | None] = []
        self.late: list[tuple[requests.PreparedRequest, dict[str, Any]]] = []
        self.seen: Counter[str] = Counter()
        self.only: Callable[[str], bool] = lambda _path: True

    def sessions(self, pins: frozenset[str]) -> requests.Session:
        """What the engine uses instead of its own session."""
        session = make_session(pins)
        session.mount("http://", _Adapter(self))
        return session

    def deliver_late(self) -> None:
        """Late duplicates arrive now; their answers reach nobody."""
        waiting, self.late = self.late, []
        for request, options in waiting:
            plain = HTTPAdapter()
            try:
                plain.send(request, **options).close()
            finally:
                plain.close()


class _Adapter(HTTPAdapter):
    def __init__(self, network: BadNetwork) -> None:
        super().__init__()
        self._network = network

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        fault = None
        if self._network.plan and self._network.only(request.path_url):
            fault = self._network.plan.pop(0)
        if fault is None:
            return super().send(request, **options)
        self._network.seen[fault] += 1
        return getattr(self, "_" + fault.replace("-", "_"))(request, options)  # type: ignore[no-any-return]

    def _drop_request(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        raise requests.ConnectionError("the request is lost")

    def _drop_answer(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        super().send(request, **options | {"stream": False}).close()
        raise requests.ReadTimeout("the answer is lost")

    def _duplicate(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        super().send(request, **options | {"stream": False}).close()
        return super().send(request, **options)

    def _duplicate_later(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        self._network.late.append((request.copy(), dict(options)))
        return super().send(request, **options)

    def _cut_body(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        whole = super().send(request, **options | {"stream": False})
        content = whole.content
        whole.close()
        return _answer(request, whole.status_code, dict(whole.headers), content[: len(content) // 2])

    def _429(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        return _answer(request, 429, {"Retry-After": "7", "Content-Type": "application/problem+json"}, b"{}")

    def _503(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        return _answer(request, 503, {"Content-Type": "text/html"}, b"<h1>Gateway</h1>")

    def _500_page(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        return _answer(request, 500, {"Content-Type": "text/html"}, b"<h1>Oops</h1>")

    def _captive(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        return _answer(request, 200, {"Content-Type": "text/html"}, b"<html>Hotel Beispielhain: please sign in</html>")

    def _poison(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        body = b'{"code": "internal", "retryable": true}'
        return _answer(request, 500, {"Content-Type": "application/problem+json"}, body)


def _answer(request: requests.PreparedRequest, status: int, headers: dict[str, str], body: bytes) -> requests.Response:
    headers = {k: v for k, v in headers.items() if k.lower() not in {"content-length", "transfer-encoding"}}
    raw = HTTPResponse(
        body=io.BytesIO(body), status=status, headers=headers, preload_content=False, request_method=request.method
    )
    adapter = HTTPAdapter()
    try:
        return adapter.build_response(request, raw)
    finally:
        adapter.close()
