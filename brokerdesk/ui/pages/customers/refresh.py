"""What a committed change means for the list: nothing, repaint some rows, or ask for the ids again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from brokerdesk.models.values.changes import ChangeSet, RecordChange

KINDS = frozenset({"party", "contract", "invitation", "access", "adviser", "claim"})
_DERIVING = frozenset({"contract", "invitation", "access", "adviser"})
_QUIET_FIELDS = frozenset(
    {"notes", "profession", "iban", "bic", "bank_holder", "tax_id", "marital_status", "nationality"}
)
"""Fields of a customer that neither stand in the list nor sort, filter or search it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`ask_again` reads ids and visible rows anew; otherwise only the rows of `repaint` are read."""

    ask_again: bool = False
    repaint: frozenset[str] = frozenset()


def plan(changes: ChangeSet) -> Plan:
    """The least that shows these changes. Derived columns hang on records that do not name their customer: ask again."""
    if changes.everything & KINDS:
        return Plan(ask_again=True)
    repaint: set[str] = set()
    for change in changes.changes:
        if change.kind in _DERIVING or (change.kind == "party" and _moves(change)):
            return Plan(ask_again=True)
        if change.kind == "party":
            repaint.add(change.record_id)
    return Plan(repaint=frozenset(repaint))


def _moves(change: RecordChange) -> bool:
    """Whether the row may come, go or stand elsewhere now; a touch says that a derived column changed."""
    return change.action != "update" or any(f.field not in _QUIET_FIELDS for f in change.fields)


def concerns(changes: ChangeSet) -> bool:
    """Whether the reading pane may show something else now."""
    return changes.concerns(KINDS)
