"""Verdicts that are known already, and the JSON of a push answer.

A stored verdict holds no values of records: a replay shows the record as it is now (protocol.md § 6.2 step 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, select

from brokerdesk.portal.domain.book import Record, RecordBook
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.domain.verdicts import Principal, Verdict
from brokerdesk.portal.store.tables import op_result
from brokerdesk.wire.codec import fingerprint
from brokerdesk.wire.operations import NOOP, OPERATIONS, generic
from brokerdesk.wire.push import Op, Status


@dataclass(slots=True)
class Outcome:
    """One verdict ready to be stored and told."""

    seq: int
    op_id: str
    type: str
    kind: str | None
    record_id: str | None
    fingerprint: str
    status: str
    code: str | None
    fields: tuple[str, ...] = ()
    result: dict[str, Any] | None = None
    rev: int | None = None
    replayed: bool = False
    shows_record: bool = True


def fresh(op: Op, verdict: Verdict) -> Outcome:
    """The outcome of an operation that was decided now."""
    kind, record_id = _subject(op)
    return Outcome(
        op["seq"],
        op.get("op_id") or op.get("supersedes") or "",
        op["type"],
        kind,
        record_id,
        fingerprint(dict(op)),
        verdict.status.value,
        verdict.code,
        verdict.fields,
        verdict.result,
        None,
        shows_record=verdict.record is not None,
    )


def note_rev(book: RecordBook, outcome: Outcome) -> None:
    """Note the revision that the record has at the end of the request."""
    if outcome.shows_record and outcome.kind and outcome.record_id:
        record = book.get(outcome.kind, outcome.record_id)
        outcome.rev = record.rev if record else None


def _subject(op: Op) -> tuple[str | None, str | None]:
    plain, spec = generic(op["type"]), OPERATIONS.get(op["type"])
    kind = plain[0].name if plain else spec.kind if spec else None
    return kind, op.get("id") if kind else None


@dataclass(slots=True)
class Known:
    """Stored verdicts that concern a batch: by number of this device, and by operation id of the whole tenant."""

    connection: Connection
    tenant_id: str
    by_seq: dict[int, Any]
    by_op: dict[str, Any]
    last_seq: int

    @classmethod
    def load(cls, connection: Connection, principal: Principal, ops: list[Op], last_seq: int) -> Known:
        """Load them and check steps 1 and 3 of § 6.2. Raises `Refusal` for a fork or a reused id."""
        first, final = ops[0]["seq"], ops[-1]["seq"]
        mine = op_result.c.tenant_id == principal.tenant_id
        by_seq = {}
        if first <= last_seq:
            query = select(op_result).where(
                mine, op_result.c.device_id == principal.device_id, op_result.c.seq.between(first, min(final, last_seq))
            )
            by_seq = {row.seq: row for row in connection.execute(query)}
        new_ids = [op.get("op_id") or op.get("supersedes") for op in ops if op["seq"] > last_seq]
        by_op = {}
        if new_ids:
            found = connection.execute(select(op_result).where(mine, op_result.c.op_id.in_(new_ids)))
            by_op = {row.op_id: row for row in found}
        known = cls(connection, principal.tenant_id, by_seq, by_op, last_seq)
        for op in ops:
            known.check(op)
        return known

    def check(self, op: Op) -> None:
        """Refuse an operation whose number or id is taken by another one."""
        op_id = op.get("op_id") or op.get("supersedes") or ""
        if op["seq"] <= self.last_seq:
            row = self.by_seq.get(op["seq"])
            ids = {op_id, op.get("supersedes")} if op["type"] == NOOP else {op_id}
            if row is None or row.op_id not in ids:
                raise Refusal("device_forked", last_seq=self.last_seq)
        elif op_id in self.by_op and self.by_op[op_id].fingerprint != fingerprint(dict(op)):
            raise Refusal("op_id_reuse", op_id=op_id, last_seq=self.last_seq)

    def stored(self, op: Op) -> Outcome | None:
        """The stored verdict of an operation, under its present number, or None for a new one."""
        row = self.by_seq.get(op["seq"]) or self.by_op.get(op.get("op_id") or op.get("supersedes") or "")
        if row is None:
            return None
        detail = from_json(row.detail) if row.detail else {}
        shown = row.kind is not None and row.rev is not None
        return Outcome(
            op["seq"], row.op_id, row.type, row.kind, row.record_id, row.fingerprint, row.status, row.code,
            tuple(detail.get("fields") or ()), detail.get("result"), row.rev, replayed=True, shows_record=shown,
        )  # fmt: skip

    def status(self, op_id: str) -> Status | None:
        """The status of an operation of earlier requests; a superseded one counts as rejected."""
        query = select(op_result.c.status, op_result.c.type).where(
            op_result.c.tenant_id == self.tenant_id, op_result.c.op_id == op_id
        )
        row = self.connection.execute(query.limit(1)).one_or_none()
        if row is None:
            return None
        return Status.REJECTED if row.type == NOOP else Status(row.status)


def render(book: RecordBook, head: dict[str, Any], outcomes: list[Outcome]) -> bytes:
    """The answer to a push. Every entity is the complete record as it is at the end of the request."""
    replayed = {(o.kind, o.record_id) for o in outcomes if o.replayed and o.shows_record}
    book.preload((kind, record_id) for kind, record_id in replayed if kind and record_id)
    results = b",".join([_result(book, o) for o in outcomes])
    return to_json(head)[:-1] + b',"results":[' + results + b"]}"


def _result(book: RecordBook, o: Outcome) -> bytes:
    body: dict[str, Any] = {"seq": o.seq, "op_id": o.op_id, "status": o.status, "replayed": o.replayed}
    if o.code:
        body["code"] = o.code
    if o.result is not None:
        body["result"] = o.result
    record = book.get(o.kind, o.record_id) if o.kind and o.record_id and o.shows_record else None
    if o.fields:
        body["fields"] = o.fields
    if record is None:
        return to_json(body)
    if o.status == Status.CONFLICT and not record.deleted:
        body["conflicts"] = [
            {"field": f, "theirs": record.data.get(f), "by": by, "at": at, "rev": rev}
            for f in o.fields
            for rev, by, at in (record.stamp(f),)
        ]
    return to_json(body)[:-1] + b',"entity":' + _entity(record) + b"}"


def _entity(record: Record) -> bytes:
    head = f'{{"type":"{record.kind}","id":"{record.id}","rev":{record.rev},"feed_seq":{record.feed_seq},"data":'
    tail = f',"deleted":true,"reason":"{record.reason}"}}' if record.deleted else "}"
    return head.encode() + (record.text.encode() if record.text else to_json(record.data)) + tail.encode()
