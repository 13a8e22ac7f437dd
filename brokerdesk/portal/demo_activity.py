"""Plays some weeks of app life into a demo tenant: invitations, reminders, registrations, visits, a bounced address.

Everything goes through the same rules as real life, only the clock is turned. Used by `portal demo-activity` for the demo
workstation and its pictures; not for a tenant of a real brokerage.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from brokerdesk.core.clock import FixedClock, SystemClock, to_wire
from brokerdesk.core.ids import new_id
from brokerdesk.models.values.smtp import SmtpStage, classify
from brokerdesk.portal.delivery.folder import FolderTransport
from brokerdesk.portal.domain import invitation as rules
from brokerdesk.portal.domain.access import register_customer
from brokerdesk.portal.domain.book import Origin, Record, RecordBook
from brokerdesk.portal.domain.series import Scene, store_step
from brokerdesk.portal.domain.tracking import Event, track
from brokerdesk.portal.jobs import MailRun
from brokerdesk.portal.portal import Portal

DAYS = 45
HALF_DAY = timedelta(hours=12)
SHARE = 0.45
REGISTERED = 0.55
_ADVISER = Origin("Alina Weberling")


def play(portal: Portal, tenant: str) -> dict[str, Any]:
    """Play the weeks up to now into a tenant named by id or Makler-ID; the answer counts what happened."""
    from brokerdesk.portal.domain import tenants

    with portal.database.reading() as connection:
        tenant_id = tenants.find_tenant(connection, tenant).id
    return _Play(portal, tenant_id).play()


class _Play:
    """One run over one tenant with a clock of its own."""

    def __init__(self, portal: Portal, tenant_id: str, *, seed: int = 11) -> None:
        self.portal = portal
        self.tenant_id = tenant_id
        self.draw = random.Random(seed)
        self.end = SystemClock().now()
        self.clock = FixedClock(self.end - timedelta(days=DAYS))
        portal.clock = self.clock
        mails = portal.settings.mail_dir or portal.settings.data_dir / "mails"
        self.mails = MailRun(portal, FolderTransport(mails, self.clock))
        self.counts = {"invited": 0, "registered": 0, "stopped": 0, "bounced": 0, "visits": 0}

    def play(self) -> dict[str, Any]:
        """Half a day at a time: what people do in one transaction, then the mails that are due."""
        todo: list[tuple[datetime, int, Act]] = []
        for party in self._customers():
            if self.draw.random() < SHARE:
                self._plan(party, todo)
        acts = sorted(todo, key=lambda step: step[:2])
        while self.clock.moment < self.end:
            self.clock.moment = min(self.clock.moment + HALF_DAY, self.end)
            with self._scene() as scene:
                while acts and acts[0][0] <= self.clock.moment:
                    acts.pop(0)[2](scene)
            self.mails.run_due()
        return self.counts

    @contextmanager
    def _scene(self) -> Iterator[Scene]:
        with self.portal.database.writing() as connection:
            book = RecordBook(connection, self.tenant_id, now=to_wire(self.clock.now()))
            yield Scene(self.portal, book, _ADVISER)
            book.flush()

    def _customers(self) -> list[Record]:
        with self._scene() as scene:
            found = scene.book.find("party")
        wanted = [p for p in found if "customer" in (p.data.get("roles") or ()) and p.data.get("email")]
        return sorted(wanted, key=lambda p: p.id)

    def _plan(self, party: Record, todo: list[tuple[datetime, int, Act]]) -> None:
        invitation_id = new_id(self.clock)
        start = self.end - timedelta(days=self.draw.uniform(0.2, DAYS - 1))
        todo.append((start, len(todo), lambda scene: self._invite(scene, party, invitation_id)))
        fate = self.draw.random()
        later = start + timedelta(days=self.draw.uniform(0.1, 6))
        if later >= self.end:
            return
        if fate < REGISTERED:
            todo.append((later, len(todo), lambda scene: self._register(scene, party, invitation_id)))
            for _ in range(self.draw.randint(0, 2)):
                visit = later + timedelta(days=self.draw.uniform(0.1, 20))
                if visit < self.end:
                    todo.append((visit, len(todo), lambda scene: self._visit(scene, party)))
        elif fate < REGISTERED + 0.07:
            todo.append((later, len(todo), lambda scene: self._change(scene, invitation_id, "stop")))
        elif fate < REGISTERED + 0.12:
            todo.append(
                (start + timedelta(hours=13), len(todo), lambda scene: self._change(scene, invitation_id, "bounce"))
            )

    def _invite(self, scene: Scene, party: Record, invitation_id: str) -> None:
        draft = rules.Invitation(
            party_id=party.id,
            address_form=party.data.get("address_form") or "sie",
            language=party.data.get("language") or "de",
            email=party.data["email"],
            requested_at=self.clock.now(),
        )
        store_step(scene, invitation_id, rules.submit(draft, self.clock.now()), record=None)
        for contract in scene.book.find("contract", owner_id=party.id):
            if contract.data.get("origin") == "own" and self.draw.random() < 0.9:
                scene.book.change(contract, {"released": True}, origin=_ADVISER)
        self.counts["invited"] += 1

    def _register(self, scene: Scene, party: Record, invitation_id: str) -> None:
        register_customer(scene, invitation_id, 1, password_hash="!", email=party.data["email"])  # noqa: S106 - no login
        self.counts["registered"] += 1

    def _visit(self, scene: Scene, party: Record) -> None:
        track(scene.book, self.clock, party.id, Event.SIGNED_IN)
        contracts = [c for c in scene.book.find("contract", owner_id=party.id) if c.data.get("released")]
        if contracts:
            shown = {"product": self.draw.choice(contracts).data.get("product")}
            track(scene.book, self.clock, party.id, Event.CONTRACT_OPENED, parameters=shown)
        self.counts["visits"] += 1

    def _change(self, scene: Scene, invitation_id: str, what: str) -> None:
        record = scene.book.live("invitation", invitation_id)
        if record is None:
            return
        invitation = rules.Invitation.from_data(record.data)
        if what == "stop":
            step = rules.stop(invitation, self.clock.now(), by=_ADVISER.actor)
            self.counts["stopped"] += 1
        else:
            reply = classify(SmtpStage.RECIPIENT, 550)
            order = rules.MailOrder(rules.Stage.INVITE, invitation.attempt)
            step = rules.mail_failed(invitation, order, outcome="perm", code=reply.text_code)
            self.counts["bounced"] += 1
        store_step(scene, invitation_id, step, record=record)


Act = Callable[[Scene], None]
"""Something a person does at a moment."""
