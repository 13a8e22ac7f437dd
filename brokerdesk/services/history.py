"""History of records and undo: an undo is a new change that puts the old values back, never a rewind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, select

from brokerdesk.core.clock import from_wire
from brokerdesk.core.errors import KnownError, register
from brokerdesk.models.entities import SYNCED, ChangeLog, Synced
from brokerdesk.models.entities.base import UtcTime
from brokerdesk.models.rows.activity import HistoryRow, TrackingRow
from brokerdesk.services.context import Context, Outcome
from brokerdesk.store.queries import records

UNDO_IMPOSSIBLE = register("undo-impossible")
UNDO_CHANGED_SINCE = register("undo-changed-since")


def column_value(entity: type[Synced], field: str, value: Any) -> Any:
    """A JSON value as the column holds it: dates and times from text."""
    if value is None:
        return None
    kind = entity.__table__.c[field].type  # type: ignore[attr-defined]
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, UtcTime):
        return value if isinstance(value, datetime) else from_wire(value)
    return value


class History:
    """Use cases of the history."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context

    def of_customer(self, party_id: str) -> list[HistoryRow]:
        """Changes of a customer, his contracts, claims and invitations, newest first."""
        with self._context.book.read() as connection:
            return records.history_rows(connection, records.related_ids(connection, party_id))

    def trackings(self, *, party_id: str | None = None, limit: int = 500) -> list[TrackingRow]:
        """Activities in the app, of one customer or of all (S1.26, S1.27)."""
        with self._context.book.read() as connection:
            return records.tracking_rows(connection, party_id=party_id, limit=limit)

    def undo(self, work: str) -> Outcome[str]:
        """Put back what one unit of work changed; new records are archived.

        Raises `KnownError(undo-impossible)` when nothing of it can be undone and `KnownError(undo-changed-since)` when a
        value was changed again in the meantime; nothing is changed then.
        """
        with self._context.book.work() as unit:
            entries = unit.session.scalars(
                select(ChangeLog).where(ChangeLog.work == work).order_by(ChangeLog.key)
            ).all()
            todo = [e for e in entries if e.kind in SYNCED and e.action in {"update", "insert"}]
            if not todo:
                raise KnownError(UNDO_IMPOSSIBLE)
            for entry in reversed(todo):
                self._put_back(unit.find(SYNCED[entry.kind], entry.record_id), entry)
            changes = unit.commit()
        return Outcome(work, changes, unit.id)

    @staticmethod
    def _put_back(record: Synced | None, entry: ChangeLog) -> None:
        if record is None:
            raise KnownError(UNDO_IMPOSSIBLE)
        if entry.action == "insert":
            record.archived = True
            return
        entity = type(record)
        for field, (old, new) in entry.fields.items():
            if getattr(record, field) != column_value(entity, field, new):
                raise KnownError(UNDO_CHANGED_SINCE)
            setattr(record, field, column_value(entity, field, old))
