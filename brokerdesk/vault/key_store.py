"""The key store of the operating system, behind the `Vault` protocol.

Back ends come from an allow-list chosen here: environment variables, configuration files and plug-ins of the keyring
library are ignored (security.md 2.6). Every call runs in a thread of its own with a time limit, because a locked
collection may wait for a prompt for ever. There is no fall-back: without a key store there is no slot, and why is said.
"""

from __future__ import annotations

import importlib
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.logs import logger

KEY_STORE_ABSENT = register("key-store-absent")
KEY_STORE_DENIED = register("key-store-denied")
KEY_STORE_BLOCKED = register("key-store-blocked", "seconds")
SECRET_TOO_LONG = register("secret-too-long", "found", "limit")

LONGEST = 1_000
"""Characters of one secret; Windows stores about 1,280 and fails beyond (reliability.md § 2)."""
LIMIT_S = 20.0
USER = "BrokerDesk"
ALLOWED: dict[str, tuple[tuple[str, str], ...]] = {
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "linux": (("keyring.backends.SecretService", "Keyring"), ("keyring.backends.kwallet", "DBusKeyring")),
}
"""Module and class of each back end that may be used, by platform, best first."""
_PROPERTIES = "KEYRING_PROPERTY_"
_log = logger(__name__)
T = TypeVar("T")


class Vault(Protocol):
    """Keeps small secrets of one user of this machine."""

    @property
    def name(self) -> str:
        """Which back end holds the secrets; recorded in slots. Raises `KnownError(key-store-absent)`."""
        ...

    def read(self, secret: str) -> str | None:
        """The secret of this name, or None. Raises `KnownError` with a key-store code."""
        ...

    def write(self, secret: str, value: str) -> None:
        """Keep a secret. Raises `KnownError` with a key-store code or secret-too-long."""
        ...

    def delete(self, secret: str) -> None:
        """Forget a secret; an unknown one changes nothing. Raises `KnownError` with a key-store code."""
        ...


def allowed_back_ends() -> list[type[Any]]:
    """The classes of the allow-list for this platform that can be imported."""
    found = []
    for module, name in ALLOWED.get(sys.platform, ()):
        try:
            found.append(getattr(importlib.import_module(module), name))
        except ImportError:
            _log.info("key-store-module-missing")
    return found


class SystemVault:
    """The operating system's key store. `back_ends` and `limit_s` are given by tests at this edge of the process."""

    def __init__(self, *, back_ends: Iterable[type[Any]] | None = None, limit_s: float = LIMIT_S) -> None:
        """Nothing is asked yet; the first call chooses the back end."""
        self._classes = None if back_ends is None else list(back_ends)
        self._limit = limit_s
        self._back_end: Any = None
        self._blocked = False

    @property
    def name(self) -> str:
        """Which back end holds the secrets."""
        return self._within_limit(lambda: type(self._chosen()).__module__.rpartition(".")[2])

    def read(self, secret: str) -> str | None:
        """The secret of this name, or None."""
        return self._within_limit(lambda: _text(self._chosen().get_password(secret, USER)))

    def write(self, secret: str, value: str) -> None:
        """Keep a secret under a service name of its own."""
        if len(value) > LONGEST:
            raise KnownError(SECRET_TOO_LONG, found=len(value), limit=LONGEST)
        self._within_limit(lambda: self._overwrite(secret, value))

    def _overwrite(self, secret: str, value: str) -> None:
        chosen = self._chosen()
        chosen.set_password(secret, USER, value)
        if chosen.get_password(secret, USER) != value:
            raise KnownError(KEY_STORE_DENIED)

    def delete(self, secret: str) -> None:
        """Forget a secret."""

        def forget() -> None:
            chosen = self._chosen()
            if chosen.get_password(secret, USER) is not None:
                chosen.delete_password(secret, USER)

        self._within_limit(forget)

    def _chosen(self) -> Any:
        if self._back_end is None:
            classes = allowed_back_ends() if self._classes is None else self._classes
            usable = [c for c in classes if _usable(c)]
            if not usable:
                raise KnownError(KEY_STORE_ABSENT)
            self._back_end = _made(usable[0])
        return self._back_end

    def _within_limit(self, call: Callable[[], T]) -> T:
        """Run `call` in a thread; after a hang the key store is not asked again by this object."""
        if self._blocked:
            raise KnownError(KEY_STORE_BLOCKED, seconds=round(self._limit))
        answers: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put((True, call()))
            except BaseException as problem:  # noqa: BLE001 - handed to the caller's thread
                answers.put((False, problem))

        threading.Thread(target=run, name="key-store", daemon=True).start()
        try:
            good, answer = answers.get(timeout=self._limit)
        except queue.Empty:
            self._blocked = True
            raise KnownError(KEY_STORE_BLOCKED, seconds=round(self._limit)) from None
        if good:
            return answer  # type: ignore[no-any-return]
        raise _as_known(answer) from None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _usable(back_end: type[Any]) -> bool:
    try:
        return float(back_end.priority) > 0
    except Exception:  # noqa: BLE001 - back ends report a missing service by any exception
        return False


def _made(back_end: type[Any]) -> Any:
    """An instance free of what `KEYRING_PROPERTY_…` and `KEYCHAIN_PATH` in the environment would set."""
    made = back_end()
    for variable in os.environ:
        if variable.upper().startswith(_PROPERTIES):
            vars(made).pop(variable[len(_PROPERTIES) :].lower(), None)
    if hasattr(back_end, "keychain"):
        made.keychain = None
    if hasattr(back_end, "persist"):
        made.persist = "local machine"
    return made


def _as_known(problem: BaseException) -> BaseException:
    from keyring.errors import InitError, KeyringError, NoKeyringError

    if isinstance(problem, KnownError):
        return problem
    if isinstance(problem, NoKeyringError | InitError):
        return KnownError(KEY_STORE_ABSENT)
    if isinstance(problem, KeyringError | OSError | RuntimeError):
        return KnownError(KEY_STORE_DENIED)
    module = type(problem).__module__.partition(".")[0]
    return KnownError(KEY_STORE_DENIED) if module in {"pywintypes", "secretstorage", "jeepney", "dbus"} else problem
