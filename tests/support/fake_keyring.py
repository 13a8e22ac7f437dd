"""Named fakes of the operating system's key store: back ends as the keyring library would offer them.

They stand at the edge of the process; everything behind them (thread, limit, allow-list, slots) is real.
"""

from __future__ import annotations

import threading
from typing import Any

from brokerdesk.vault.key_store import SystemVault


class FakeBackEnd:
    """A key store in memory, shared by all instances of one class made by `fresh_back_end`."""

    priority = 5.0
    kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, user: str) -> str | None:
        return type(self).kept.get((service, user))

    def set_password(self, service: str, user: str, value: str) -> None:
        type(self).kept[(service, user)] = value

    def delete_password(self, service: str, user: str) -> None:
        del type(self).kept[(service, user)]


def fresh_back_end() -> type[FakeBackEnd]:
    """A back end with a memory of its own."""
    return type("MemoryBackEnd", (FakeBackEnd,), {"kept": {}})


class DeniedBackEnd(FakeBackEnd):
    """The user dismisses every prompt."""

    def get_password(self, service: str, user: str) -> str | None:
        from keyring.errors import KeyringLocked

        raise KeyringLocked("dismissed")

    def set_password(self, service: str, user: str, value: str) -> None:
        self.get_password(service, user)

    def delete_password(self, service: str, user: str) -> None:
        self.get_password(service, user)


class AbsentBackEnd(FakeBackEnd):
    """No service answers on this machine."""

    priority = property(lambda self: 0)  # type: ignore[assignment]


class BlockedBackEnd(FakeBackEnd):
    """Waits for a prompt that nobody sees."""

    def get_password(self, service: str, user: str) -> str | None:
        threading.Event().wait(30)
        return None

    def set_password(self, service: str, user: str, value: str) -> None:
        threading.Event().wait(30)


class ForgetfulBackEnd(FakeBackEnd):
    """Takes secrets and keeps none."""

    def set_password(self, service: str, user: str, value: str) -> None:
        del service, user, value


def memory_vault() -> SystemVault:
    """A vault over an empty, working key store."""
    return SystemVault(back_ends=[fresh_back_end()])


def vault_of(back_end: type[Any], *, limit_s: float = 5.0) -> SystemVault:
    """A vault over the given back end."""
    return SystemVault(back_ends=[back_end], limit_s=limit_s)


def absent_vault() -> SystemVault:
    """A vault on a machine without any key store."""
    return SystemVault(back_ends=[])
