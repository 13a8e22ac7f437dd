"""`invite …`: queues invitations and what belongs to them."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from brokerdesk.cli.output import Output
from brokerdesk.cli.program import ATTENTION, DONE, common
from brokerdesk.cli.session import open_desk
from brokerdesk.models.values.paging import Filter, ListQuery
from brokerdesk.models.values.states import InvitationState
from brokerdesk.services.desk import Desk
from brokerdesk.services.invitations import SERIES_ENDED

VERBS = ("resend", "stop", "revoke", "link")


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    invite = commands.add_parser("invite", parents=[common()], help="invite customers to the app")
    invite.add_argument("customers", nargs="*", metavar="CUSTOMER | resend|stop|revoke|link CUSTOMER")
    invite.add_argument("--all", action="store_true", help="every customer who is not invited yet")
    invite.add_argument("--address-form", choices=["sie", "du"])
    invite.add_argument("--link-only", action="store_true")
    invite.set_defaults(action=_invite)


def _invite(arguments: argparse.Namespace, output: Output) -> int:
    if arguments.customers[:1] and arguments.customers[0] in VERBS:
        return _one(arguments, output)
    if not arguments.customers and not arguments.all:
        sys.stderr.write(output.say("cli.invite-nobody") + "\n")
        return 2
    with open_desk(arguments, output) as desk:
        ids = _everybody(desk) if arguments.all else [desk.customers.one(c) for c in arguments.customers]
        outcome = desk.invitations.invite(ids, address_form=arguments.address_form, link_only=arguments.link_only)
        names = {i: desk.customers.card(i).name.listed for i in ids}
    results = [{"customer": r.party_id, "status": r.status, "reason": r.reason} for r in outcome.value]
    output.result(
        {"results": results},
        *(f"{names[r.party_id]}: {output.say(r.reason or 'cli.invite-queued')}" for r in outcome.value),
    )
    return DONE if all(r.status == "queued" for r in outcome.value) else ATTENTION


def _everybody(desk: Desk) -> list[str]:
    keys = desk.customers.keys(ListQuery(filters=(Filter("app_group", "is", "not_invited"),)))
    return [row.id for start in range(0, len(keys), 500) for row in desk.customers.rows(keys[start : start + 500])]


def _one(arguments: argparse.Namespace, output: Output) -> int:
    verb, *names = arguments.customers
    if len(names) != 1:
        sys.stderr.write(output.say("cli.invite-one") + "\n")
        return 2
    with open_desk(arguments, output) as desk:
        party_id = desk.customers.one(names[0])
        value: dict[str, Any] = {"customer": party_id, "status": "queued"}
        if verb == "resend":
            state = desk.invitations.block(party_id).invitation_state
            restart = state is not None and InvitationState(state) in SERIES_ENDED
            desk.invitations.resend(party_id, restart_series=restart)
        elif verb == "link":
            from brokerdesk.cli.exchange import engine_of, invitation_link

            with engine_of(arguments, desk) as engine:
                value = {"customer": party_id, "status": "done", "link": invitation_link(engine, desk, party_id)}
        else:
            getattr(desk.invitations, verb)(party_id)
    output.result(value, value.get("link") or output.say("cli.invite-queued"))
    return DONE
