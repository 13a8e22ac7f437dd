"""Drafts of forms: what was typed and not yet saved survives a crash and a lock (ux.md 27). Local to this book, never sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from brokerdesk.core.clock import from_wire
from brokerdesk.models.entities import Draft
from brokerdesk.services.context import Context, Outcome


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """What was typed into one form: field → text or JSON value, and when it was kept."""

    form: str
    values: dict[str, Any]
    saved_at: datetime


class Drafts:
    """Keeps one draft per form; forms are named by kind and record, such as `party:<id>`."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context

    def save(self, form: str, values: dict[str, Any]) -> Outcome[datetime]:
        """Keep what is typed now; returns when."""
        now = self._context.clock.now()
        with self._context.book.work() as unit:
            unit.session.merge(Draft(form=form, values=values, saved_at=now))
            unit.commit()
        return Outcome(now)

    def find(self, form: str) -> SavedDraft | None:
        """The draft of a form, or None."""
        with self._context.book.read() as connection:
            row = connection.exec_driver_sql(
                'SELECT form, "values", saved_at FROM draft WHERE form = ?', (form,)
            ).first()
        return SavedDraft(row[0], json.loads(row[1]), from_wire(row[2])) if row else None

    def discard(self, form: str) -> Outcome[bool]:
        """Forget a draft; True when there was one."""
        there = self.find(form) is not None
        if there:
            with self._context.book.work() as unit:
                unit.session.execute(delete(Draft).where(Draft.form == form))
                unit.commit()
        return Outcome(there)

    def count(self) -> int:
        """How many drafts are kept; the lock page says so."""
        with self._context.book.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM draft").scalar_one())
