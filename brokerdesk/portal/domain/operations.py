"""The registry of operations with behaviour. Plain kinds need no entry: `<kind>.create`, `.patch` and `.archive` are generic.

A new behaviour is an entry in a module's `BEHAVIOURS` and, once per module, a line in `_MODULES`.
"""

from __future__ import annotations

from functools import cache

from brokerdesk.portal.domain import access, client, invitation_ops
from brokerdesk.portal.domain.verdicts import Behaviour

_MODULES: tuple[tuple[Behaviour, ...], ...] = (client.BEHAVIOURS, invitation_ops.BEHAVIOURS, access.BEHAVIOURS)


@cache
def behaviours() -> dict[str, Behaviour]:
    """Operation type → behaviour. Raises `ValueError` when a type is declared twice."""
    found: dict[str, Behaviour] = {}
    for module in _MODULES:
        for behaviour in module:
            if behaviour.type in found:
                raise ValueError(f"operation {behaviour.type} is declared twice")
            found[behaviour.type] = behaviour
    return found
