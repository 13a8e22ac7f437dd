"""What changed is derived, not declared: watches the flush of one session and remembers first old and last new values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from brokerdesk.core.clock import to_wire
from brokerdesk.models.entities import Contract, Party, Synced
from brokerdesk.models.values.changes import FieldChange, RecordChange

DERIVED = frozenset(
    "key id server_rev stub sort_key listed_name is_customer contracts_own contracts_other contracts_released premium_year_cents"
    " app_state app_since".split()
)
"""Columns that are never sent and never stand in the history."""


def as_json(value: Any) -> Any:
    """A column value as JSON: dates and times as text."""
    if isinstance(value, datetime):
        return to_wire(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


class ChangeCapture:
    """The changes of one session, by record."""

    def __init__(self, session: Session) -> None:
        """Watch `session`."""
        self._actions: dict[tuple[str, str], str] = {}
        self._old: dict[tuple[str, str], dict[str, Any]] = {}
        self._new: dict[tuple[str, str], dict[str, Any]] = {}
        self.objects: dict[tuple[str, str], Synced] = {}
        event.listen(session, "before_flush", self._before_flush)

    def _before_flush(self, session: Session, _context: object, _instances: object) -> None:
        for thing in [*session.new, *session.dirty]:
            if isinstance(thing, Party):
                thing.derive_name()
            elif isinstance(thing, Contract):
                thing.derive_premium()
        for thing in session.new:
            self._note(thing, "insert")
        for thing in session.dirty:
            if session.is_modified(thing):
                self._note(thing, "update")
        for thing in session.deleted:
            self._note(thing, "delete")

    def _note(self, thing: object, action: str) -> None:
        if not isinstance(thing, Synced):
            return
        place = (thing.__kind__, thing.id)
        self.objects[place] = thing
        before = self._actions.get(place)
        self._actions[place] = "insert" if before == "insert" and action == "update" else action
        old, new = self._old.setdefault(place, {}), self._new.setdefault(place, {})
        state = cast("Any", inspect(thing))
        for attribute in state.mapper.column_attrs:
            name = attribute.key
            if name in DERIVED:
                continue
            history = state.attrs[name].history
            if history.added or history.deleted:
                old.setdefault(name, as_json(history.deleted[0]) if history.deleted else None)
                new[name] = as_json(history.added[0]) if history.added else None

    def forget(self) -> None:
        """Begin anew, as if nothing had changed yet."""
        for memory in (self._actions, self._old, self._new, self.objects):
            memory.clear()

    def collect(self) -> list[RecordChange]:
        """The net changes so far; an edit that ends where it began is none."""
        found = []
        for place, action in self._actions.items():
            old, new = self._old[place], self._new[place]
            fields = tuple(FieldChange(n, old.get(n), new[n]) for n in new if old.get(n) != new[n])
            if fields or action != "update":
                found.append(RecordChange(place[0], place[1], action, fields))
        return found
