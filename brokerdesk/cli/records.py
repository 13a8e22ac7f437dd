"""`list`, `show`, `add customer`, `overview`: reading and adding records."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from brokerdesk.cli import listing
from brokerdesk.cli.output import Output
from brokerdesk.cli.program import DONE, common
from brokerdesk.cli.session import open_desk
from brokerdesk.core.errors import KnownError
from brokerdesk.core.files import write_atomically
from brokerdesk.services.desk import Desk


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    many = commands.add_parser("list", parents=[common()], help="records of one kind")
    many.add_argument("kind", metavar="KIND")
    many.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")
    many.add_argument("--search", default="", metavar="TEXT")
    many.add_argument("--sort", default="", metavar="F")
    many.add_argument("--limit", type=int, default=50, metavar="N")
    many.add_argument("--count", action="store_true")
    many.set_defaults(action=_list)
    one = commands.add_parser("show", parents=[common()], help="one record")
    one.add_argument("kind", metavar="KIND")
    one.add_argument("id", metavar="ID")
    one.set_defaults(action=_show)
    adding = commands.add_parser("add", help="new records").add_subparsers(dest="what", required=True)
    customer = adding.add_parser("customer", parents=[common()])
    customer.add_argument("--name", required=True)
    customer.add_argument("--email", required=True)
    customer.add_argument("--address-form", choices=["sie", "du"], default="sie")
    customer.set_defaults(action=_add_customer)
    overview = commands.add_parser("overview", parents=[common()], help="the printed contract overview")
    overview.add_argument("customer", metavar="CUSTOMER")
    overview.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    overview.add_argument("--without-premiums", action="store_true")
    overview.set_defaults(action=_overview)


def _list(arguments: argparse.Namespace, output: Output) -> int:
    asked = listing.Asked(
        where=listing.conditions(arguments.where), search=arguments.search, sort=arguments.sort, limit=arguments.limit
    )
    with open_desk(arguments, output) as desk:
        total, rows = listing.listed(desk, arguments.kind, asked)
    if arguments.count:
        output.result({"kind": arguments.kind, "total": total}, str(total))
        return DONE
    if output.json:
        output.document({"kind": arguments.kind, "total": total, "rows": rows})
    elif rows:
        columns = [c for c in rows[0] if c not in {"key", "id", "party_id"}][:8]
        output.table(columns, [[row[c] for c in columns] for row in rows])
    return DONE


def _show(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        card = _card(desk, arguments.kind, arguments.id)
    value = {"kind": arguments.kind, **dataclasses.asdict(card)}
    output.result(value, *(f"{name}: {shown}" for name, shown in value.items() if shown not in (None, "", (), {})))
    return DONE


def _card(desk: Desk, kind: str, wanted: str) -> Any:
    if kind in {"customers", "customer"}:
        return desk.customers.card(desk.customers.one(wanted))
    if kind in {"contracts", "contract"}:
        return desk.contracts.card(wanted)
    raise KnownError(listing.KIND_UNKNOWN, kind=kind)


def _add_customer(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        made = desk.customers.create_short(
            name=arguments.name, email=arguments.email, address_form=arguments.address_form
        )
        card = desk.customers.card(made.value)
    output.result({"id": card.id, "number": card.number}, output.say("cli.customer-added", number=card.number))
    return DONE


def _overview(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        party_id = desk.customers.one(arguments.customer)
        data = desk.overviews.render(party_id, without_premiums=arguments.without_premiums)
        contracts = len(desk.contracts.of_customer(party_id))
    write_atomically(arguments.out, data)
    output.result(
        {"file": str(arguments.out), "bytes": len(data), "contracts": contracts},
        output.say("cli.overview-written", file=str(arguments.out)),
    )
    return DONE
