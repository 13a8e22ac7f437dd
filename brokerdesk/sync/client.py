"""Calls of the portal's API as typed answers, with one place that turns every failure into one of `failures`.

Knows tokens and headers, not the book: what to send and what to do with answers is the engine's business.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

import requests
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from brokerdesk import __version__
from brokerdesk.core.logs import logger
from brokerdesk.services.exchange.messages import Incoming
from brokerdesk.sync.appliers import incoming
from brokerdesk.sync.backoff import retry_after_s
from brokerdesk.sync.failures import (
    ExchangeError,
    PinError,
    PortalFaultError,
    RefusedError,
    SignInError,
    UnreachableError,
    UpgradeError,
)
from brokerdesk.sync.tokens import Tokens, TokenStore
from brokerdesk.sync.transport import Bearer, make_session
from brokerdesk.sync.uncollected import uncollected
from brokerdesk.wire import auth, codec, meta, pull, push
from brokerdesk.wire.version import CURRENT

CONNECT_S, READ_S, PUSH_S = 5.0, 30.0, 60.0
MAX_ANSWER = 64 * 1024 * 1024
_PACK_ABOVE = 1_024
_LATER = frozenset({408, 423, 425, 429, 502, 503, 504})
_log = logger(__name__)

A = TypeVar("A", bound=BaseModel)


@dataclass(slots=True, kw_only=True)
class Client:
    """One portal as seen by one device. `fault` is called at named points so that tests can kill the desk there."""

    url: str
    tokens: TokenStore
    device_id: str | None = None
    epoch: str | None = None
    pins: frozenset[str] = frozenset()
    fault: Callable[[str], None] = field(default=lambda _point: None)
    on_server_time: Callable[[str, float], None] | None = None
    sessions: Callable[[frozenset[str]], requests.Session] = make_session
    _session: requests.Session | None = None
    _pair: Tokens | None = None
    _refreshing: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            self._session.close()
            self._session = None

    # calls

    def meta(self) -> meta.MetaAnswer:
        """`GET /v1/meta`, without a token."""
        return _read(meta.MetaAnswer, self._send("GET", "/v1/meta", token=None))

    def pair(self, request: auth.PairRequest) -> auth.PairAnswer:
        """`POST /v1/pair`."""
        body = codec.encode(request.model_dump(exclude_none=True))
        return _read(auth.PairAnswer, self._send("POST", "/v1/pair", body=body, token=None))

    def state(self) -> pull.StateAnswer:
        """`GET /v1/sync/state`."""
        return _read(pull.StateAnswer, self._authorised("GET", "/v1/sync/state"))

    def push(self, body: bytes) -> push.PushAnswer:
        """`POST /v1/sync/push` with an encoded batch."""
        answer = self._authorised("POST", "/v1/sync/push", body=body, read_s=PUSH_S)
        self.fault("answer-received")
        return _read(push.PushAnswer, answer)

    def changes(self, cursor: str | None, *, limit: int) -> tuple[pull.ChangesAnswer, list[Incoming]]:
        """`GET /v1/sync/changes`: the head of the page, and its records."""
        query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return _read_page(pull.ChangesAnswer, self._authorised("GET", "/v1/sync/changes", query=query))

    def snapshot(self, after: str | None, *, limit: int) -> tuple[pull.SnapshotAnswer, list[Incoming]]:
        """`GET /v1/sync/snapshot`: the head of the page, and its records."""
        query = {"limit": str(limit)} | ({"after": after} if after else {})
        return _read_page(pull.SnapshotAnswer, self._authorised("GET", "/v1/sync/snapshot", query=query))

    def digest(self) -> pull.DigestAnswer:
        """`GET /v1/sync/digest`."""
        return _read(pull.DigestAnswer, self._authorised("GET", "/v1/sync/digest"))

    def revoke(self) -> None:
        """`POST /v1/token/revoke`: end this device's session."""
        kept = self._tokens()
        body = codec.encode({"token": kept.refresh})
        self._send("POST", "/v1/token/revoke", body=body, token=None)

    def fresh_token(self) -> None:
        """Exchange the refresh token when the access token is about to end."""
        if self._tokens().is_stale:
            self._refresh(self._tokens())

    # tokens

    def _tokens(self) -> Tokens:
        if self._pair is None:
            self._pair = self.tokens.load()
        if self._pair is None:
            raise SignInError("token_missing")
        return self._pair

    def _refresh(self, used: Tokens) -> None:
        with self._refreshing:
            if self._pair is not used and self._pair is not None:
                return  # another thread was faster
            body = codec.encode({"refresh_token": used.refresh, "device_id": self.device_id})
            try:
                raw = self._send("POST", "/v1/token", body=body, token=None)
            except RefusedError as problem:
                raise SignInError(problem.code, status=problem.status) from problem
            answer = _read(auth.TokenAnswer, raw)
            pair = Tokens.from_answer(answer.access_token, answer.refresh_token, answer.expires_in)
            self.tokens.save(pair)
            self.fault("token-refreshed")
            self._pair = pair

    def _authorised(
        self, method: str, path: str, *, query: dict[str, str] | None = None, body: bytes | None = None,
        read_s: float = READ_S,
    ) -> bytes:  # fmt: skip
        used = self._tokens()
        try:
            return self._send(method, path, query=query, body=body, token=used.access, read_s=read_s)
        except SignInError as problem:
            if problem.code == "device_revoked":
                raise
        self._refresh(used)
        return self._send(method, path, query=query, body=body, token=self._tokens().access, read_s=read_s)

    # transport

    def _send(
        self, method: str, path: str, *, query: dict[str, str] | None = None, body: bytes | None = None,
        token: str | None, read_s: float = READ_S,
    ) -> bytes:  # fmt: skip
        if self._session is None:
            self._session = self.sessions(self.pins)
        headers = self._headers(body)
        if body is not None and len(body) > _PACK_ABOVE:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        begun = monotonic()
        try:
            with self._session.request(
                method, self.url + path, params=query, data=body, headers=headers, auth=Bearer(token),
                timeout=(CONNECT_S, read_s), allow_redirects=False, stream=True,
            ) as answer:  # fmt: skip
                self.fault("request-sent")
                raw = _read_capped(answer)
                status, answered = answer.status_code, dict(answer.headers)
        except PinError:
            raise
        except (requests.RequestException, OSError) as problem:
            pinned = _caused_by_pin(problem)
            if pinned is not None:
                raise pinned from problem
            insecure = isinstance(problem, requests.exceptions.SSLError)
            raise UnreachableError("no_secure_connection" if insecure else "no_connection") from problem
        self._tell_time(answered, monotonic() - begun)
        return _checked(status, {k.lower(): v for k, v in answered.items()}, raw)

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "BD-Protocol": CURRENT,
            "BD-App": __version__,
            "User-Agent": "BrokerDesk",
        }
        if self.device_id:
            headers["BD-Device"] = self.device_id
        if self.epoch:
            headers["BD-Epoch"] = self.epoch
        if body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def _tell_time(self, headers: dict[str, str], round_trip_s: float) -> None:
        text = {k.lower(): v for k, v in headers.items()}.get("bd-server-time")
        if text and self.on_server_time is not None:
            self.on_server_time(text, round_trip_s)


def _caused_by_pin(problem: BaseException) -> PinError | None:
    """The wrong key behind a failed connection, however deep the libraries wrapped it."""
    seen: set[int] = set()
    todo: list[object] = [problem]
    while todo:
        one = todo.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        if isinstance(one, PinError):
            return one
        seen.add(id(one))
        todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return None


def _read_capped(answer: requests.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_content(65_536):
        size += len(part)
        if size > MAX_ANSWER:
            raise UnreachableError("answer_too_large", status=answer.status_code)
        parts.append(part)
    return b"".join(parts)


def _checked(status: int, headers: dict[str, str], raw: bytes) -> bytes:
    """The body of a good answer. Raises one of `failures` for every other."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if status == 204:
        return b""
    if 200 <= status < 300 and kind == "application/json":
        return raw
    if 200 <= status < 400 or kind not in {"application/json", "application/problem+json"}:
        # a captive portal, a proxy's page or a redirect: certainly not our portal
        wait = retry_after_s(headers) if status in _LATER else None
        raise UnreachableError("not_our_portal", status=status, retry_after_s=wait)
    raise _failure(status, headers, _members(raw))


def _members(raw: bytes) -> dict[str, Any]:
    try:
        found = from_json(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _failure(status: int, headers: dict[str, str], members: dict[str, Any]) -> ExchangeError:
    code = members.get("code")
    code = code if isinstance(code, str) else f"http_{status}"
    if status in _LATER:
        return UnreachableError(code, status=status, retry_after_s=retry_after_s(headers))
    if status >= 500:
        return PortalFaultError(code, status=status, retry_after_s=retry_after_s(headers))
    if status == 401:
        return SignInError(code, status=status, members=members)
    if status == 426:
        return UpgradeError(code, status=status, members=members)
    return RefusedError(code, status=status, members=members)


@uncollected()
def _read(model: type[A], raw: bytes) -> A:
    try:
        return model.model_validate_json(raw)
    except ValidationError as problem:
        _log.info("answer-unreadable", code=model.__name__)
        raise UnreachableError("answer_unreadable") from problem


@uncollected()
def _read_page(model: type[A], raw: bytes) -> tuple[A, list[Incoming]]:
    try:
        page = from_json(raw)
        records = incoming(page.pop("changes"))
        return model.model_validate(page | {"changes": []}), records
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        _log.info("answer-unreadable", code=model.__name__)
        raise UnreachableError("answer_unreadable") from problem
