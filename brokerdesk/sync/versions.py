"""Whether this program and a portal share a version of the protocol, and which fields the portal knows (protocol.md § 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brokerdesk import __version__
from brokerdesk.sync.failures import UpgradeError
from brokerdesk.wire.meta import MetaAnswer
from brokerdesk.wire.version import common, minor_of


def check_version(told: MetaAnswer) -> None:
    """Raises `UpgradeError` when there is no common minor or this program is too old for the portal."""
    low, high = minor_of(told.protocol.min), minor_of(told.protocol.max)
    if low is None or high is None or common(low, high) is None or _parts(__version__) < _parts(told.min_client):
        raise UpgradeError("upgrade_required")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(p) for p in version.split(".")[:3] if p.isdecimal())


def known_fields(capabilities: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Kind → fields that the portal knows, from its stored description; empty when there is none."""
    entities = capabilities.get("entities")
    if not isinstance(entities, dict):
        return {}
    return {kind: frozenset(entry.get("fields", ())) for kind, entry in entities.items() if isinstance(entry, dict)}


def limit(capabilities: Mapping[str, Any], name: str, ours: int) -> int:
    """The smaller of our own limit and the portal's."""
    limits = capabilities.get("limits")
    theirs = limits.get(name) if isinstance(limits, dict) else None
    return min(ours, theirs) if isinstance(theirs, int) and theirs > 0 else ours
