"""Pairs a book with a portal by a code (protocol.md § 3.1), or enrols it anew after a restore or a clone (§ 15)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from brokerdesk import __version__
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import new_id
from brokerdesk.services.exchange import pairing as book_side
from brokerdesk.services.exchange import rounds
from brokerdesk.store.book import Book
from brokerdesk.sync.client import Client
from brokerdesk.sync.failures import ExchangeError, PinError, RefusedError, UnreachableError, UpgradeError
from brokerdesk.sync.tokens import BookTokens, Tokens, TokenStore
from brokerdesk.sync.transport import checked_url
from brokerdesk.sync.versions import check_version
from brokerdesk.wire.auth import PairAnswer, PairRequest
from brokerdesk.wire.codes import PAIRING_LENGTH, normalise

CODE_WRONG = register("sync-code-wrong")
CODE_REFUSED = register("sync-code-refused")
PORTAL_NOT_EMPTY = register("sync-portal-not-empty")
PORTAL_AWAY = register("sync-portal-away")
PORTAL_REFUSES = register("sync-portal-refuses", "reason")
PIN_MISMATCH = register("sync-pin-mismatch")
UPGRADE = register("sync-upgrade")
_PIN = re.compile(r"[0-9a-f]{64}")
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Paired:
    """The outcome: whose book this is now, and how many records wait for their first sending."""

    tenant_name: str
    employee_name: str
    role: str
    device_id: str
    queued: int


@dataclass(frozen=True, slots=True)
class PairingCode:
    """A typed code; the long form `CODE.PIN` also carries the SHA-256 of the portal's public key."""

    code: str
    pin: str | None

    @classmethod
    def parse(cls, text: str) -> PairingCode:
        """Raises `KnownError(sync-code-wrong)` for a code that cannot be right (its check character differs)."""
        short, dot, pin = text.strip().partition(".")
        code = normalise(short, PAIRING_LENGTH)
        pin = pin.strip().lower()
        if code is None or (dot and not _PIN.fullmatch(pin)):
            raise KnownError(CODE_WRONG)
        return cls(code, pin or None)


def pair(
    book: Book,
    url: str,
    code: str,
    *,
    device_name: str,
    tokens: Callable[[Book], TokenStore] = BookTokens,
    device_id: str | None = None,
) -> Paired:
    """Pair `book` with the portal at `url`; nothing of the records changes, everything unknown to it is queued.

    `device_id` is made when absent; give it to repeat a pairing whose answer was lost. Raises `KnownError`:
    sync-portal-url, sync-code-wrong, sync-code-refused, sync-portal-not-empty, sync-portal-away, sync-portal-refuses,
    sync-pin-mismatch, sync-upgrade, sync-other-tenant.
    """
    parsed = PairingCode.parse(code)
    base = checked_url(url)
    former = book_side.former(book)
    request = PairRequest(
        code=parsed.code,
        device_id=device_id or new_id(book.clock),
        device_name=device_name.strip()[:200] or "BrokerDesk",
        has_customers=former.has_customers,
        previous_device_id=former.device_id,
        app_version=__version__,
    )
    pins = frozenset({parsed.pin} if parsed.pin else ())
    client = Client(url=base, tokens=_Nowhere(), device_id=request.device_id, pins=pins)
    try:
        told = client.meta()
        check_version(told)
        answer = _redeem(client, request)
    except ExchangeError as problem:
        raise _known(problem) from problem
    finally:
        client.close()
    queued = book_side.enrol(
        book,
        book_side.Enrolment(
            portal_url=base,
            tenant=answer.tenant_id,
            device_id=request.device_id,
            epoch=answer.epoch,
            employee=_employee(answer),
            pin=parsed.pin,
            capabilities=told.model_dump(mode="json", by_alias=True),
        ),
    )
    kept = Tokens.from_answer(answer.access_token, answer.refresh_token, answer.expires_in)
    tokens(book).save(kept)
    return Paired(answer.tenant_name, answer.employee_name, answer.role, request.device_id, queued)


def _redeem(client: Client, request: PairRequest) -> PairAnswer:
    """Redeem the code; when the answer is lost the same device may ask once more."""
    for _ in range(_TRIES - 1):
        try:
            return client.pair(request)
        except UnreachableError:
            continue
    return client.pair(request)


def _known(problem: ExchangeError) -> KnownError:
    if isinstance(problem, PinError):
        return KnownError(PIN_MISMATCH)
    if isinstance(problem, UpgradeError):
        return KnownError(UPGRADE)
    if isinstance(problem, UnreachableError):
        return KnownError(PORTAL_AWAY)
    if isinstance(problem, RefusedError) and problem.code == "pairing_code":
        return KnownError(CODE_REFUSED)
    if isinstance(problem, RefusedError) and problem.code == "tenant_not_empty":
        return KnownError(PORTAL_NOT_EMPTY)
    return KnownError(PORTAL_REFUSES, reason=problem.code)


def _employee(answer: PairAnswer) -> dict[str, object]:
    return {
        "id": answer.employee_id,
        "name": answer.employee_name,
        "role": answer.role,
        "rights": list(answer.rights),
        "scope": answer.scope,
        "adviser_id": answer.adviser_id,
        "tenant_name": answer.tenant_name,
        "broker_code": answer.broker_code,
    }


class _Nowhere:
    """Pairing has no tokens before its answer."""

    def load(self) -> Tokens | None:
        """None yet."""
        return None

    def save(self, tokens: Tokens | None) -> None:
        """The caller stores what it gets."""
        del tokens


def unpair(book: Book) -> None:
    """Sign this device out at the portal if it can be reached, and cut the tie in any case; the records stay."""
    meta = rounds.meta(book)
    if meta is None:
        return
    pins = frozenset({meta.pin} if meta.pin else ())
    client = Client(url=meta.portal_url, tokens=BookTokens(book), device_id=meta.device_id, pins=pins)
    try:
        client.revoke()
    except ExchangeError:
        pass
    finally:
        client.close()
    book_side.unpair(book)
