"""What is due to be sent, in the order of its numbers; and the rare repairs of frozen operations (protocol.md § 6.4, § 15)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select, union_all

from brokerdesk.core.clock import to_wire
from brokerdesk.core.ids import new_id
from brokerdesk.models.entities import JournalEntry, OutboxItem, OutboxState, SyncMeta
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.services.exchange.drafts import Draft
from brokerdesk.services.exchange.freeze import GROUP_LIMIT, Encode, Freezer, Frozen
from brokerdesk.services.exchange.messages import FrozenOp
from brokerdesk.services.exchange.verdicts import POISON
from brokerdesk.store.book import Book


def freeze_batch(
    book: Book, encode: Encode, *, limit: int, fields: Mapping[str, frozenset[str]], ahead: bool = False,
    before_commit: Callable[[], None] = lambda: None,
) -> Frozen:  # fmt: skip
    """Freeze the next soft items, at most `limit`, and commit before anything is sent (R3); `ahead` as in `Freezer`."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        freezer = Freezer(unit, encode, limit=limit, fields=fields, ahead=ahead)
        done = freezer.run()
        before_commit()
        unit.commit()
    return done


def freeze_operation(
    book: Book, encode: Encode, *, kind: str, record_id: str, operation: str, payload: dict[str, Any],
    expect: dict[str, Any] | None,
) -> FrozenOp:  # fmt: skip
    """Freeze one online operation directly: it is never stored soft (protocol.md § 2.1)."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        meta = unit.paired
        if meta is None:
            raise ValueError("an unpaired book sends nothing")
        now = unit.clock.now()
        draft = Draft(
            key=0, type=operation, record_id=record_id, at=now, payload=payload or None, expect=expect,
            seq=meta.next_seq, op_id=new_id(unit.clock),
        )  # fmt: skip
        body = encode(draft)
        unit.session.add(
            OutboxItem(
                kind=kind, record_id=record_id, operation=operation, urgency=0, state=OutboxState.FROZEN.value,
                payload=payload, created_at=now, seq=draft.seq, op_id=draft.op_id, body=body,
            )
        )  # fmt: skip
        meta.next_seq += 1
        unit.commit()
    return FrozenOp(draft.seq, draft.op_id, body)


def due(
    book: Book, *, after: int, max_ops: int, max_bytes: int, beyond: int = 0, wrap: int = 512
) -> list[FrozenOp]:  # fmt: skip
    """The next operations to send: journal entries above `after` (a restored portal lost them), then frozen items.

    Frozen items up to `beyond` are left out: they were answered just now and will be recorded next. Consecutive numbers,
    at most `max_ops` and `max_bytes`, never a part of a group (a single group is let through).
    """
    journal = select(JournalEntry.seq, JournalEntry.op_id, JournalEntry.body).where(JournalEntry.seq > after)
    frozen = select(OutboxItem.seq, OutboxItem.op_id, OutboxItem.body).where(
        OutboxItem.state == OutboxState.FROZEN, OutboxItem.seq > beyond
    )
    both: Any = union_all(journal, frozen).order_by("seq").limit(max_ops + GROUP_LIMIT)
    with book.read() as connection:
        rows = connection.execute(both).all()
    ops: list[FrozenOp] = []
    size = wrap
    for seq, op_id, body in rows:
        op = FrozenOp(seq, op_id, body, _group_of(body))
        size += len(body) + 1
        full = len(ops) >= max_ops or size > max_bytes
        if ops and full:
            if op.group is None or op.group != ops[-1].group:
                break
            whole = [o for o in ops if o.group != op.group]
            if whole:
                return whole
        ops.append(op)
    return ops


def _group_of(body: bytes) -> str | None:
    if b'"group":"' not in body:
        return None
    group = json.loads(body).get("group")
    return group if isinstance(group, str) else None


def highest_acknowledged(book: Book) -> int:
    """The highest number the portal has answered for."""
    with book.read() as connection:
        first = connection.execute(
            select(func.min(OutboxItem.seq)).where(OutboxItem.state == OutboxState.FROZEN)
        ).scalar()
        following = connection.execute(select(SyncMeta.next_seq)).scalar()
    return int(first if first is not None else following or 1) - 1


def note_attempt(book: Book, ops: list[FrozenOp]) -> None:
    """Count one failed sending of these operations, for the page that shows their fate."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        unit.connection.exec_driver_sql(
            "UPDATE outbox SET attempts = attempts + 1, sent_at = ? WHERE state = 'frozen' AND seq BETWEEN ? AND ?",
            (to_wire(unit.clock.now()), ops[0].seq, ops[-1].seq),
        )
        unit.commit()


def drop_refused(book: Book, op_id: str, seq: int) -> None:
    """Forget a refused online operation: whoever asked for it was told."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        entry = unit.session.get(JournalEntry, seq)
        if entry is None or entry.op_id != op_id:
            return
        op = json.loads(entry.body)
        query = select(OutboxItem).where(
            OutboxItem.record_id == op.get("id"),
            OutboxItem.operation == op.get("type"),
            OutboxItem.state.in_((OutboxState.ATTENTION.value, OutboxState.BLOCKED.value)),
        )
        for item in unit.session.scalars(query):
            unit.session.delete(item)
        unit.commit()


def replace_by_noop(book: Book, seqs: list[int]) -> None:
    """A noop takes the place of operations that the portal cannot digest (§ 6.4)."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        for item in unit.session.scalars(
            select(OutboxItem).where(OutboxItem.seq.in_(seqs), OutboxItem.state == OutboxState.FROZEN)
        ):
            op_id = item.op_id
            item.body = json.dumps({"seq": item.seq, "type": "noop", "supersedes": op_id}).encode()
            item.problem = POISON
        unit.commit()


def reissue(book: Book, op_id: str) -> bool:
    """Give an operation a new id under its number: another desk used the id for something else (§ 6.2 step 3)."""
    with book.work(origin=ChangeOrigin.FEED) as unit:
        item = unit.session.scalars(
            select(OutboxItem).where(OutboxItem.op_id == op_id, OutboxItem.state == OutboxState.FROZEN)
        ).first()
        if item is None or item.body is None:
            return False
        op = json.loads(item.body)
        item.op_id = op["op_id"] = new_id(unit.clock)
        item.body = json.dumps(op, ensure_ascii=False, separators=(",", ":")).encode()
        unit.commit()
    return True
