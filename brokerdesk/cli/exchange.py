"""`pair`, `sync`, `outbox`: the exchange with the portal."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import platform
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from brokerdesk.cli.output import Output
from brokerdesk.cli.program import ATTENTION, DONE, REFUSED, common
from brokerdesk.cli.session import open_desk, profile_of
from brokerdesk.core.errors import KnownError
from brokerdesk.services import exchange, profiles
from brokerdesk.services.desk import Desk
from brokerdesk.services.invitations import INVITE_REFUSED
from brokerdesk.sync.engine import Engine
from brokerdesk.sync.pairing import pair
from brokerdesk.sync.report import STOPPED, State


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    pairing = commands.add_parser("pair", parents=[common()], help="connect this book with a portal")
    pairing.add_argument("url", metavar="URL")
    pairing.add_argument("code", metavar="CODE")
    pairing.set_defaults(action=_pair)
    sync = commands.add_parser("sync", parents=[common()], help="exchange with the portal")
    sync.add_argument("--watch", action="store_true", help="go on until Ctrl-C")
    sync.set_defaults(action=_sync)
    group = commands.add_parser("outbox", help="what waits to leave").add_subparsers(dest="verb", required=True)
    group.add_parser("list", parents=[common()]).set_defaults(action=_outbox)
    withdraw = group.add_parser("withdraw", parents=[common()])
    withdraw.add_argument("keys", nargs="+", type=int, metavar="KEY")
    withdraw.set_defaults(action=_withdraw)
    retry = group.add_parser("retry", parents=[common()])
    retry.add_argument("keys", nargs="*", type=int, metavar="KEY")
    retry.set_defaults(action=_retry)


@contextlib.contextmanager
def engine_of(arguments: argparse.Namespace, desk: Desk) -> Iterator[Engine]:
    """The exchange of an open desk; before everything is read anew, a verified backup is made (S7)."""
    before = partial(profiles.automatic_backup, profile_of(arguments), desk.book, reason="resync", force=True)
    engine = Engine(desk.book, before_resync=before)
    if desk.book.crashed and exchange.meta(desk.book) is not None:
        exchange.want_digest(desk.book)
    try:
        yield engine
    finally:
        engine.close()


def invitation_link(engine: Engine, desk: Desk, party_id: str) -> str:
    """A new link for the customer's invitation; the old one dies (S2.36, S2.37). Raises `KnownError`."""
    block = desk.invitations.block(party_id)
    if not block.link.enabled or block.invitation_id is None:
        raise KnownError(INVITE_REFUSED, reason=block.link.reason or "")
    verdict = engine.execute_online("invitation.link", kind="invitation", record_id=block.invitation_id)
    return str((verdict.result or {})["url"])


def _pair(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        paired = pair(desk.book, arguments.url, arguments.code, device_name=platform.node() or "BrokerDesk")
        waiting = exchange.status(desk.book).outbox
    value = {k: v for k, v in dataclasses.asdict(paired).items() if isinstance(v, str | int | bool | None)}
    output.result(value | {"outbox": waiting}, output.say("cli.paired", n=waiting))
    return DONE


def _sync(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk, engine_of(arguments, desk) as engine:
        report = engine.run_once(force=True)
        with contextlib.suppress(KeyboardInterrupt):  # the usual end of watching
            while arguments.watch and report.state not in STOPPED:
                output.note("cli.synced", pushed=report.pushed, pulled=report.pulled)
                time.sleep(engine.next_delay_s(active=False))
                report = engine.run_once()
    output.result(report.as_json(), output.say("cli.synced", pushed=report.pushed, pulled=report.pulled))
    if report.state is State.UNPAIRED or report.state in STOPPED:
        return REFUSED
    return ATTENTION if report.needs_attention else DONE


def _outbox(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        rows = exchange.outbox_rows(desk.book, limit=10_000)
    if output.json:
        output.document({"kind": "outbox", "total": len(rows), "rows": [dataclasses.asdict(r) for r in rows]})
    else:
        output.table(["key", "operation", "subject", "state"], [(r.key, r.operation, r.subject, r.state) for r in rows])
    return DONE


def _withdraw(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        for key in arguments.keys:
            exchange.withdraw(desk.book, key)
    output.result({"withdrawn": len(arguments.keys)}, output.say("cli.withdrawn", n=len(arguments.keys)))
    return DONE


def _retry(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        count = exchange.retry(desk.book, arguments.keys or None)
    output.result({"retried": count}, output.say("cli.retried", n=count))
    return DONE
