"""Deliberately wrong exchanges: each drops one rule of the protocol. A test that does not catch them proves nothing."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from brokerdesk.models.entities import OutboxItem, OutboxState
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.portal.domain.answers import Known
from brokerdesk.services import exchange
from brokerdesk.services.exchange.fields import fields_of
from brokerdesk.services.exchange.messages import FrozenOp, Incoming
from brokerdesk.services.exchange.pages import store_cursor
from brokerdesk.store import feed
from brokerdesk.sync.engine import Engine
from brokerdesk.sync.pulling import Puller
from brokerdesk.sync.pushing import Pusher
from brokerdesk.wire.pull import ChangesAnswer
from brokerdesk.wire.push import PushAnswer


class LastWriterWins(Pusher):
    """Resends a conflicting edit at once with the portal's value as its base, asking nobody."""

    def record(self, answer: PushAnswer) -> None:
        super().record(answer)
        book = self.round.book
        exchange.resolve_mine(book, [c.key for c in exchange.conflict_rows(book)])


class RevOnlyAcknowledgement(Pusher):
    """Takes the revision of a verdict without the record that belongs to it."""

    def record(self, answer: PushAnswer) -> None:
        revs = [(r.entity.rev, r.entity.id, r.entity.rev, r.entity.type) for r in answer.results if r.entity]
        bare = [r.model_copy(update={"entity": None}) for r in answer.results]
        super().record(answer.model_copy(update={"results": bare}))
        with self.round.book.work(origin=ChangeOrigin.FEED) as unit:
            for rev, record_id, top, kind in revs:
                feed.set_revs_by_id(unit.connection, kind, [(rev, record_id, top)])
            unit.commit()


class CursorFirst(Puller):
    """Stores the cursor before the page is applied."""

    def apply(self, page: ChangesAnswer, records: list[Incoming]) -> None:
        with self.round.book.work(origin=ChangeOrigin.FEED) as unit:
            store_cursor(unit, page.next_cursor, page.feed_seq)
            unit.commit()
        self.round.fault("cursor-stored")
        super().apply(page, records)


class IdsAtEditTime(Pusher):
    """An operation keeps its id from the edit on, so later edits fold into what may have been sent already."""

    def due(self, *, beyond: int = 0) -> list[FrozenOp]:
        with self.round.book.work(origin=ChangeOrigin.FEED) as unit:
            query = select(OutboxItem).where(OutboxItem.operation == "party.patch")
            items = list(unit.session.scalars(query))
            soft = {i.record_id: i for i in items if i.state == OutboxState.SOFT}
            for item in items:
                later = soft.get(item.record_id)
                if item.state == OutboxState.FROZEN and later is not None:
                    item.body = _refolded(unit, item)
                    unit.session.delete(later)
            unit.commit()
        return super().due(beyond=beyond)


def _refolded(unit: Any, item: OutboxItem) -> bytes:
    table = fields_of("party")
    row = feed.load(unit.connection, "party", [item.record_id], table.names)[item.record_id]
    values = dict(zip(table.names, row[4:], strict=True))
    op = json.loads(item.body or b"{}")
    for name, edit in op["set"].items():
        edit["new"] = table.by_name[name].read(values)
    return json.dumps(op).encode()


def engine_with(**parts: Any) -> type[Engine]:
    """An engine class that uses other halves."""

    class Wrong(Engine):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **parts | more)

    return Wrong


def without_dedupe(monkeypatch: Any) -> None:
    """Make the portal decide every operation anew, whether it knows its number and id or not."""
    monkeypatch.setattr(Known, "stored", lambda _self, _op: None)
    monkeypatch.setattr(Known, "check", lambda _self, _op: None)
