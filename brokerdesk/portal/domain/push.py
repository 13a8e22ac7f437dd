"""Push: the operations of one device take effect in their order, each at most once (protocol.md § 6.2).

One transaction per request. What `<kind>.create|patch|archive` do stands in `generic`, what operations with behaviour do in
the modules of `operations`; here are numbers, replays, groups, dependencies and the stored verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import OperationalError

from brokerdesk.portal.domain import answers, authorise, generic
from brokerdesk.portal.domain.answers import Known, Outcome
from brokerdesk.portal.domain.book import Origin, RecordBook
from brokerdesk.portal.domain.operations import behaviours
from brokerdesk.portal.domain.refusals import Refusal
from brokerdesk.portal.domain.verdicts import Behaviour, OpContext, Principal, Verdict, applied, rejected
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.engine import bulk
from brokerdesk.portal.store.tables import device, op_result
from brokerdesk.wire.operations import NOOP
from brokerdesk.wire.operations import generic as generic_type
from brokerdesk.wire.push import Op, PushRequest, Status

RETRY_AFTER_S = 5


def op_id_of(op: Op) -> str:
    """The id of an operation; a noop without one takes the id of what it supersedes."""
    return op.get("op_id") or op.get("supersedes") or ""


def check_shape(ops: list[Op], group_ops: int) -> None:
    """Refuse an envelope with gaps inside, repeated ids, missing ids, or scattered or oversized groups."""
    ids = [op_id_of(op) for op in ops]
    first = ops[0]["seq"]
    bad = any(op["seq"] != first + i for i, op in enumerate(ops)) or len(set(ids)) != len(ids) or "" in ids
    seen: dict[str, int] = {}
    last: str | None = None
    for op in ops:
        group = op.get("group")
        if group:
            bad = bad or (group in seen and group != last)
            seen[group] = seen.get(group, 0) + 1
        last = group
    if bad or any(n > group_ops for n in seen.values()):
        raise Refusal("envelope", fields=["ops"])


@dataclass(slots=True)
class Push:
    """One request while it is worked on."""

    portal: Portal
    principal: Principal
    connection: Connection
    book: RecordBook
    now: str
    known: Known
    verdicts: dict[str, Status]
    retry_after: int | None = None

    def run(self, ops: list[Op]) -> list[Outcome]:
        """Decide all operations, group by group, until the end or until something transient stops the queue."""
        self._preload(ops)
        outcomes: list[Outcome] = []
        index = 0
        while index < len(ops) and self.retry_after is None:
            end = index + 1
            group = ops[index].get("group")
            while group and end < len(ops) and ops[end].get("group") == group:
                end += 1
            outcomes += self._group(ops[index:end]) if group else self._single(ops[index])
            index = end
        return outcomes

    def _preload(self, ops: list[Op]) -> None:
        keys: set[tuple[str, str]] = set()
        for op in ops:
            plain = generic_type(op["type"])
            spec = behaviours().get(op["type"])
            record_id = op.get("id")
            if plain:
                keys.update(generic.parents(plain[0], op))
            kind = plain[0].name if plain else spec.spec.kind if spec else None
            if kind and record_id:
                keys.add((kind, record_id))
        self.book.preload(keys)

    def _single(self, op: Op) -> list[Outcome]:
        stored = self.known.stored(op)
        if stored is not None:
            return [self._settle(op, stored)]
        verdict = self._decide(op)
        return [] if verdict is None else [self._settle(op, answers.fresh(op, verdict))]

    def _group(self, ops: list[Op]) -> list[Outcome]:
        if self.known.stored(ops[0]) is not None:
            return [o for op in ops for o in self._single(op)]
        self.book.mark()
        savepoint = self.connection.begin_nested()
        verdicts: list[Verdict] = []
        for op in ops:
            verdict = self._decide(op)
            if verdict is None:
                break
            verdicts.append(verdict)
            self.verdicts[op_id_of(op)] = verdict.status
        if len(verdicts) == len(ops) and all(v.is_applied for v in verdicts):
            self.book.release()
            savepoint.commit()
        else:
            self.book.rollback()
            savepoint.rollback()
            if len(verdicts) < len(ops):
                return []
            verdicts = [v if not v.is_applied else Verdict(status=Status.BLOCKED, code="group") for v in verdicts]
        return [self._settle(op, answers.fresh(op, v)) for op, v in zip(ops, verdicts, strict=True)]

    def _settle(self, op: Op, outcome: Outcome) -> Outcome:
        superseded = outcome.type == NOOP
        self.verdicts[op_id_of(op)] = Status.REJECTED if superseded else Status(outcome.status)
        return outcome

    def _decide(self, op: Op) -> Verdict | None:
        if op["type"] == NOOP:
            return applied() if op.get("supersedes") else rejected("validation")
        after = op.get("after")
        if after and not self._is_in_force(after):
            return Verdict(status=Status.BLOCKED, code="dependency")
        origin = Origin(self.principal.name, self.principal.device_id, op_id_of(op), op.get("group"))
        plain = generic_type(op["type"])
        if plain is not None:
            return generic.Editor(self.book, self.principal, plain[0], origin).apply(plain[1], op)
        behaviour = behaviours().get(op["type"])
        if behaviour is None:
            return rejected("forbidden" if "." in op["type"] else "validation")
        refused = self._refuse(behaviour, op)
        return refused if refused is not None else self._behave(behaviour, op, origin)

    def _is_in_force(self, op_id: str) -> bool:
        status = self.verdicts.get(op_id) or self.known.status(op_id)
        return status is Status.APPLIED

    def _refuse(self, behaviour: Behaviour, op: Op) -> Verdict | None:
        spec, record_id = behaviour.spec, op.get("id")
        if not authorise.may_call(self.principal, spec):
            return rejected("forbidden")
        extra = set(op.get("payload") or ()) - spec.payload
        if record_id is None or op.get("data") or op.get("set") or op.get("sets") or extra:
            return rejected("validation", *sorted(extra))
        if spec.expect and not op.get("expect"):
            return rejected("validation", "expect")
        found = self.book.get(spec.kind, record_id)
        if found is None:
            return None if spec.makes else rejected("unknown_entity")
        return None if authorise.sees(self.book, self.principal, found) else rejected("unknown_entity")

    def _behave(self, behaviour: Behaviour, op: Op, origin: Origin) -> Verdict | None:
        context = OpContext(
            portal=self.portal, connection=self.connection, book=self.book, principal=self.principal, origin=origin,
            now=self.now,
        )  # fmt: skip
        self.book.mark()
        savepoint = self.connection.begin_nested()
        try:
            verdict = behaviour.handler(context, op)
        except OperationalError:  # a lock that did not come: stop here, nothing after it is touched
            savepoint.rollback()
            self.book.rollback()
            self.retry_after = RETRY_AFTER_S
            return None
        if verdict.is_applied:
            savepoint.commit()
            self.book.release()
        else:
            savepoint.rollback()
            self.book.rollback()
        return verdict


def push(portal: Portal, principal: Principal, request: PushRequest) -> bytes:
    """Apply a batch and answer its verdicts as JSON. Raises `Refusal` when the batch as a whole is refused."""
    ops = request["ops"]
    check_shape(ops, portal.settings.limits.group_ops)
    with portal.database.writing() as connection:
        now = portal.now()
        last_seq = _lock_device(connection, principal)
        if request["epoch"] != portal.epoch:
            raise Refusal("epoch_changed", epoch=portal.epoch, last_seq=last_seq)
        if ops[0]["seq"] > last_seq + 1:
            raise Refusal("seq_gap", last_seq=last_seq)
        known = Known.load(connection, principal, ops, last_seq)
        book = RecordBook(connection, principal.tenant_id, now=now)
        work = Push(portal, principal, connection, book, now, known, {})
        outcomes = work.run(ops)
        book.flush()
        fresh = [o for o in outcomes if o.seq > last_seq]
        for outcome in fresh:
            answers.note_rev(book, outcome)
        last_seq = max(last_seq, outcomes[-1].seq if outcomes else 0)
        _store(connection, principal, fresh, last_seq, now)
        _reveal(portal, outcomes)
        head = {"epoch": portal.epoch, "last_seq": last_seq, "server_time": now, "retry_after": work.retry_after}
        return answers.render(book, head, outcomes)


def _reveal(portal: Portal, outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        spec = behaviours().get(outcome.type)
        if spec and spec.reveal and outcome.result and outcome.record_id:
            outcome.result = spec.reveal(portal, outcome.record_id, outcome.result)


def _lock_device(connection: Connection, principal: Principal) -> int:
    query = select(device.c.last_seq, device.c.revoked_at).where(
        device.c.tenant_id == principal.tenant_id, device.c.id == principal.device_id
    )
    row = connection.execute(query.with_for_update()).one()
    if row.revoked_at is not None:
        raise Refusal("device_revoked")
    return int(row.last_seq)


def _store(connection: Connection, principal: Principal, fresh: list[Outcome], last_seq: int, now: str) -> None:
    bulk(connection, insert(op_result), [_result_row(principal, o, now) for o in fresh])
    connection.execute(
        update(device)
        .where(device.c.tenant_id == principal.tenant_id, device.c.id == principal.device_id)
        .values(last_seq=last_seq, last_seen_at=now)
    )


def _result_row(principal: Principal, outcome: Outcome, now: str) -> dict[str, Any]:
    detail = {"fields": list(outcome.fields), "result": outcome.result} if outcome.fields or outcome.result else None
    return {
        "tenant_id": principal.tenant_id, "device_id": principal.device_id, "seq": outcome.seq,
        "op_id": outcome.op_id, "fingerprint": outcome.fingerprint, "type": outcome.type, "kind": outcome.kind,
        "record_id": outcome.record_id, "status": outcome.status, "code": outcome.code,
        "detail": to_json(detail).decode() if detail else None, "rev": outcome.rev, "at": now,
    }  # fmt: skip
