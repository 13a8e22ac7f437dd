"""Reading side of the sync: state, pages of the feed, pages of a snapshot (protocol.md § 7).

Each answer is read in one snapshot of the database. Records are stored as JSON text and copied into the page as they are;
nothing is parsed. The next cursor comes from the last row returned, never from the head.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, and_, func, literal, null, or_, select, union_all

from brokerdesk.portal.domain import cursors, visibility
from brokerdesk.portal.domain.verdicts import Principal
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.store.tables import device, scope_leave, tenant
from brokerdesk.portal.store.tables import record as table

FEED, SNAPSHOT = "feed", "snapshot"
_START = "0"
_C = table.c
_COLUMNS = (
    _C.feed_seq, _C.kind, _C.id, _C.rev, _C.data, _C.deleted, _C.reason, _C.into_id, _C.group_id, _C.origin_device,
    _C.origin_op, _C.origin_actor, _C.at,
)  # fmt: skip


def state(portal: Portal, principal: Principal) -> bytes:
    """Where the portal stands for this device."""
    with portal.database.reading() as connection:
        query = select(device.c.last_seq).where(
            device.c.tenant_id == principal.tenant_id, device.c.id == principal.device_id
        )
        body = {
            "epoch": portal.epoch,
            "last_seq": connection.execute(query).scalar_one(),
            "feed_head": feed_head(connection, principal.tenant_id),
            "server_time": portal.now(),
        }
    return to_json(body)


def feed_head(connection: Connection, tenant_id: str) -> int:
    """The highest feed number of a tenant."""
    return int(connection.execute(select(tenant.c.feed_seq).where(tenant.c.id == tenant_id)).scalar_one())


def changes(portal: Portal, principal: Principal, *, cursor: str | None, limit: int) -> bytes:
    """One page of the feed after `cursor`, at most `limit` records unless an atomic group needs more."""
    position = int(cursors.read(portal, principal, FEED, cursor) if cursor else _START)
    with portal.database.reading() as connection:
        rows = _feed_rows(connection, principal, position, limit + 1)
        more = len(rows) > limit
        rows = rows[:limit]
        if more and rows[-1].group_id:
            rows, more = _whole_group(connection, principal, rows)
        rows, cut = _within_bytes(rows, portal.settings.limits.page_bytes)
        more = more or cut
        position = rows[-1].feed_seq if rows else position
    head = {
        "epoch": portal.epoch,
        "next_cursor": cursors.issue(portal, principal, FEED, str(position)),
        "feed_seq": position,
        "more": more,
        "server_time": portal.now(),
    }
    return _page(head, map(_change, rows))


def _feed_rows(connection: Connection, principal: Principal, position: int, limit: int | None) -> list[Any]:
    query: Any = select(*_COLUMNS).where(
        _C.tenant_id == principal.tenant_id,
        _C.feed_seq > position,
        visibility.clause(principal.tenant_id, principal.sight),
    )
    if principal.sight != visibility.WHOLE:
        query = union_all(query, _left(principal, position))
    query = query.order_by("feed_seq")
    return list(connection.execute(query.limit(limit) if limit else query))


def _left(principal: Principal, position: int) -> Any:
    leave = scope_leave.c
    none = null()
    return select(
        leave.feed_seq, leave.kind, leave.record_id, leave.rev, literal("{}"), literal(True),
        literal("out_of_scope"), none, none, none, none, none, leave.at,
    ).where(
        leave.tenant_id == principal.tenant_id,
        leave.adviser_id == principal.sight.removeprefix("own:"),
        leave.feed_seq > position,
    )  # fmt: skip


def _whole_group(connection: Connection, principal: Principal, rows: list[Any]) -> tuple[list[Any], bool]:
    """Extend a page to the end of the group that its last row belongs to."""
    group = rows[-1].group_id
    rest = _feed_rows(connection, principal, rows[-1].feed_seq, 1_000)
    taken = 0
    while taken < len(rest) and rest[taken].group_id == group:
        taken += 1
    return rows + rest[:taken], taken < len(rest)


def _within_bytes(rows: list[Any], limit: int) -> tuple[list[Any], bool]:
    """Cut a page at `limit` bytes of data, never inside a group; one record or group is always let through."""
    total = 0
    for index, row in enumerate(rows):
        total += len(row.data) + 300
        begins = index > 0 and (not row.group_id or row.group_id != rows[index - 1].group_id)
        if total > limit and begins:
            return rows[:index], True
    return rows, False


def snapshot(portal: Portal, principal: Principal, *, after: str | None, limit: int) -> bytes:
    """One page of all visible live records by kind and id; the first page carries the cursor to go on from."""
    kind, record_id = ("", "")
    if after:
        kind, _, record_id = cursors.read(portal, principal, SNAPSHOT, after).partition("/")
    with portal.database.reading() as connection:
        mine = and_(
            _C.tenant_id == principal.tenant_id,
            _C.deleted.is_(False),
            visibility.clause(principal.tenant_id, principal.sight),
        )
        head: dict[str, Any] = {"epoch": portal.epoch, "server_time": portal.now()}
        if not after:
            head["resume_cursor"] = cursors.issue(
                portal, principal, FEED, str(feed_head(connection, principal.tenant_id))
            )
            counted = select(_C.kind, func.count()).where(mine).group_by(_C.kind)
            head["counts"] = {name: number for name, number in connection.execute(counted)}
        query = select(*_COLUMNS).where(mine).order_by(_C.kind, _C.id).limit(limit + 1)
        if after:
            query = query.where(or_(_C.kind > kind, and_(_C.kind == kind, _C.id > record_id)))
        rows = list(connection.execute(query))
    more = len(rows) > limit
    rows, cut = _within_bytes(rows[:limit], portal.settings.limits.page_bytes)
    head["more"] = more or cut
    if head["more"]:
        head["next_after"] = cursors.issue(portal, principal, SNAPSHOT, f"{rows[-1].kind}/{rows[-1].id}")
    return _page(head, map(_change, rows))


def _change(row: Any) -> str:
    """One record of a page as JSON text; ids and codes are ours and need no escaping."""
    start = f'{{"type":"{row.kind}","id":"{row.id}","rev":{row.rev},'
    if row.deleted:
        into = f'"into":"{row.into_id}",' if row.into_id else ""
        body = f'"op":"delete","reason":"{row.reason}",{into}'
    else:
        group = f'"{row.group_id}"' if row.group_id else "null"
        body = f'"op":"upsert","group":{group},"data":{row.data},'
    return f'{start}{body}{_origin(row)}"at":"{row.at}"}}'


def _origin(row: Any) -> str:
    if row.origin_actor is None:
        return ""
    actor = to_json(row.origin_actor).decode()
    if row.origin_device is None:
        return f'"origin":{{"device_id":null,"op_id":null,"actor":{actor}}},'
    return f'"origin":{{"device_id":"{row.origin_device}","op_id":"{row.origin_op}","actor":{actor}}},'


def _page(head: dict[str, Any], items: Iterable[str] | Iterator[str]) -> bytes:
    opened = to_json(head)[:-1]
    return opened + b',"changes":[' + ",".join(items).encode() + b"]}"
