"""What one round did, for the status bar, the command line and the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where the exchange stands after a round."""

    IDLE = "idle"
    UNPAIRED = "unpaired"
    PAUSED = "paused"
    WAITING = "waiting"
    UNREACHABLE = "unreachable"
    SIGN_IN = "sign_in"
    REVOKED = "revoked"
    FORKED = "forked"
    UPGRADE = "upgrade"
    PIN = "pin"
    FUSE = "fuse"
    REFUSED = "refused"
    DIGEST = "digest"
    STUCK = "stuck"


STOPPED = frozenset({State.SIGN_IN, State.REVOKED, State.FORKED, State.PIN, State.FUSE})
"""States that only a person can end; nothing is sent until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """Counts of one round. `outbox` is what waits afterwards, `wait_s` when to try again after a failure."""

    pushed: int = 0
    pulled: int = 0
    refused: int = 0
    conflicts: int = 0
    outbox: int = 0
    state: State = State.IDLE
    problem: str | None = None
    wait_s: float | None = None
    clock_warning: bool = False
    differences: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The shape of `brokerdesk sync --json`."""
        return {
            "pushed": self.pushed,
            "pulled": self.pulled,
            "refused": self.refused,
            "conflicts": self.conflicts,
            "outbox": self.outbox,
            "state": self.state.value,
            "problem": self.problem,
        }

    @property
    def needs_attention(self) -> bool:
        """Whether a person should look: exit code 1 of the command line."""
        return bool(self.refused or self.conflicts or self.problem or self.state is not State.IDLE)


@dataclass(slots=True)
class Tally:
    """Counts of a round while it runs."""

    pushed: int = 0
    pulled: int = 0
    refused: int = 0
    conflicts: int = 0
    problem: str | None = None
    differences: list[str] = field(default_factory=list)
