"""The ways a call to the portal can fail, so that the engine can tell "later", "never like this" and "ask a person" apart."""

from __future__ import annotations

from typing import Any


class ExchangeError(Exception):
    """Base of every failed call; `code` is stable, `status` the HTTP status if there was an answer."""

    def __init__(self, code: str, *, status: int | None = None, members: dict[str, Any] | None = None) -> None:
        """Keep the code and, of an answer, its members."""
        super().__init__(code)
        self.code = code
        self.status = status
        self.members = members or {}


class UnreachableError(ExchangeError):
    """Try again later: no connection, time-out, overload, a captive portal. Nothing is known about the request's effect."""

    def __init__(self, code: str, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        """`retry_after_s`: what the portal asked to wait for."""
        super().__init__(code, status=status)
        self.retry_after_s = retry_after_s


class PortalFaultError(UnreachableError):
    """The portal answered 500 with a document of its own: a fault of the portal, perhaps because of this very request."""


class RefusedError(ExchangeError):
    """The portal understood and refused; the same request will be refused again."""


class SignInError(ExchangeError):
    """Tokens are not accepted any more: the device must be paired again. `device_revoked` tells that it was shut out."""


class UpgradeError(ExchangeError):
    """This program and the portal share no version of the protocol; local work goes on."""


class PinError(ExchangeError):
    """The portal shows another key than the pinned one; nothing was sent to it."""
