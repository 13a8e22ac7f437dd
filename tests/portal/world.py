"""A portal with one brokerage, its people and their contracts, moved by a clock that stands still between steps."""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from starlette.testclient import TestClient

from brokerdesk.core.clock import FixedClock
from brokerdesk.core.ids import new_id
from brokerdesk.models.values.states import Right
from brokerdesk.portal.app import create_app
from brokerdesk.portal.delivery.folder import FolderTransport
from brokerdesk.portal.delivery.transport import Transport
from brokerdesk.portal.domain import tenants
from brokerdesk.portal.domain.book import Origin, RecordBook
from brokerdesk.portal.domain.operations import behaviours
from brokerdesk.portal.domain.verdicts import OpContext, Principal, Verdict
from brokerdesk.portal.jobs import MailRun
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.settings import RateLimits, Settings
from brokerdesk.wire.push import Op

START = datetime(2026, 11, 9, 10, 0, tzinfo=UTC)
PASSWORD = "Kaffee am Fluss 7"
BASE = "http://localhost:8000"


@dataclass
class World:
    """One portal under test."""

    folder: Path
    clock: FixedClock
    app: FastAPI
    portal: Portal
    tenant_id: str
    code: str
    mails: Path
    transport: Transport
    base: str = BASE
    ids: dict[str, str] = field(default_factory=dict)
    batch: RecordBook | None = None
    _number: int = 0

    # records and operations of a desk

    def put(self, kind: str, data: Mapping[str, Any], record_id: str | None = None) -> str:
        """Write a record as a desk would have pushed it."""
        record_id = record_id or new_id(self.clock)
        if self.batch is not None:
            self.batch.create(kind, record_id, dict(data), origin=Origin("Anna"))
            return record_id
        with self.portal.database.writing() as connection:
            book = RecordBook(connection, self.tenant_id, now=self.portal.now())
            known = book.live(kind, record_id)
            if known:
                book.change(known, dict(data), origin=Origin("Anna"))
            else:
                book.create(kind, record_id, dict(data), origin=Origin("Anna"))
            book.flush()
        return record_id

    def read(self, kind: str, record_id: str) -> dict[str, Any]:
        """The data of a record."""
        with self.portal.database.writing() as connection:
            found = RecordBook(connection, self.tenant_id, now=self.portal.now()).live(kind, record_id)
            assert found is not None, f"no {kind}"
            return dict(found.data)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The data of all records of a kind, oldest first."""
        with self.portal.database.writing() as connection:
            found = RecordBook(connection, self.tenant_id, now=self.portal.now()).find(kind)
            return [r.data for r in sorted(found, key=lambda r: r.feed_seq)]

    def op(self, op_type: str, record_id: str, payload: Mapping[str, Any] | None = None, **more: Any) -> Verdict:
        """One operation of a desk with all rights."""
        principal = Principal(
            tenant_id=self.tenant_id,
            employee_id=new_id(self.clock),
            device_id=new_id(self.clock),
            name="Anna Weber",
            role="admin",
            rights=frozenset(Right),
            sight="whole",
        )
        self._number += 1
        op = cast("Op", {"seq": self._number, "type": op_type, "id": record_id, "payload": dict(payload or {}), **more})
        with self.portal.database.writing() as connection:
            book = RecordBook(connection, self.tenant_id, now=self.portal.now())
            context = OpContext(
                portal=self.portal,
                connection=connection,
                book=book,
                principal=principal,
                origin=Origin(principal.name, principal.device_id),
                now=book.now,
            )
            behaviour = behaviours()[op_type]
            assert set(op["payload"] or {}) <= behaviour.spec.payload
            verdict = behaviour.handler(context, op)
            if verdict.is_applied:
                book.flush()
            if verdict.result and behaviour.reveal:
                verdict.result = behaviour.reveal(self.portal, record_id, verdict.result)
        return verdict

    def invite(self, who: str = "hanna", **payload: Any) -> str:
        """Submit an invitation; its id."""
        invitation_id = new_id(self.clock)
        verdict = self.op("invitation.submit", invitation_id, {"party_id": self.ids[who], **payload})
        assert verdict.is_applied, verdict.code
        return invitation_id

    def state(self, invitation_id: str) -> str:
        """Where an invitation stands."""
        return str(self.read("invitation", invitation_id)["state"])

    # time and mail

    def tick(self, step: timedelta = timedelta(0)) -> int:
        """Let time pass, then let the worker run once."""
        self.clock.advance(step)
        return MailRun(self.portal, self.transport).run_due()

    def live_through(self, days: float, *, every: timedelta = timedelta(hours=2)) -> None:
        """Let the worker tick for so many days."""
        run = MailRun(self.portal, self.transport)
        for _ in range(int(timedelta(days=days) / every)):
            self.clock.advance(every)
            run.run_due()

    def inbox(self) -> list[EmailMessage]:
        """All mails that were delivered into the folder, oldest first."""
        files = sorted(self.mails.glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)
        return [cast("EmailMessage", email.message_from_bytes(f.read_bytes(), policy=default)) for f in files]

    def link_in(self, message: EmailMessage) -> str:
        """The path of the link that a mail carries."""
        body = message.get_body(("plain",))
        assert body is not None
        found = re.search(re.escape(self.base) + r"(/[ir]/[A-Za-z0-9_-]+)", body.get_content())
        assert found is not None
        return found[1]

    # browser without scripts

    def browser(self) -> TestClient:
        """A fresh browser."""
        return TestClient(self.app, base_url=self.base, follow_redirects=True)

    def post(
        self, browser: TestClient, path: str, *, before: Callable[[], object] = lambda: None, **fields: str
    ) -> Any:
        """Open the page of a form, fill it in and send it; `before` is called with the form open."""
        page = browser.get(path)
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token is not None, f"no form on {path}: {page.status_code}"
        before()
        return browser.post(str(page.url.path), data={"csrf": token[1], **fields})

    def register(
        self, browser: TestClient, path: str, password: str = PASSWORD, *, before: Callable[[], object] = lambda: None
    ) -> Any:
        """Accept the invitation behind `path`."""
        return self.post(browser, path, before=before, password=password, privacy="yes")

    def registered(self, who: str = "hanna") -> TestClient:
        """A browser in which this customer has just registered."""
        invitation_id = self.invite(who, release_contracts=True)
        self.tick()
        verdict = self.op("invitation.link", invitation_id, {"renew": False})
        assert verdict.result is not None
        browser = self.browser()
        answer = self.register(browser, verdict.result["url"].removeprefix(self.base))
        assert answer.status_code == 200, answer.text
        return browser


def make_world(folder: Path, *, base: str = BASE, **settings: Any) -> World:
    """A portal on SQLite in `folder` with a small brokerage."""
    clock = FixedClock(START)
    app = create_app(
        Settings(
            data_dir=folder / "portal",
            public_url=base,
            mail_dir=folder / "mails",
            background_jobs=False,
            password_memory_kib=512,
            **{"rates": RateLimits.generous(), **settings},
        ),
        clock=clock,
    )
    portal: Portal = app.state.portal
    tenant_id, code = tenants.create_tenant(portal, name="Maklerbüro Beispielhain")
    world = World(
        folder=folder,
        clock=clock,
        app=app,
        portal=portal,
        tenant_id=tenant_id,
        code=code,
        mails=folder / "mails",
        transport=FolderTransport(folder / "mails", clock),
        base=base,
    )
    with portal.database.writing() as connection:
        world.batch = RecordBook(connection, tenant_id, now=portal.now())
        _people(world)
        world.batch.flush()
        world.batch = None
    return world


def _people(world: World) -> None:
    ids = world.ids
    world.put(
        "office",
        {
            "name": "Maklerbüro Beispielhain",
            "street": "Musterallee 7",
            "zip": "50667",
            "city": "Köln",
            "phone": "+49 221 5550100",
            "email": "post@beispielhain.example",
            "time_zone": "Europe/Berlin",
            "send_hour": 9,
            "language": "de",
        },
    )
    ids["adviser"] = world.put(
        "adviser",
        {"code": "100", "name": "Alina Weberling", "phone": "+49 221 5550101", "email": "a@beispielhain.example"},
    )
    ids["insurer"] = world.put(
        "party", {"kind": "organisation", "name": {"company_name": "Nordlicht Sach"}, "roles": ["insurer"]}
    )
    ids["hanna"] = _person(world, "mrs", "Hanna", "Großmüller-van den Bergh", "h.grossmueller@kunde.example")
    ids["lukasz"] = _person(world, "mr", "Łukasz", "Grünewald", "l.gruenewald@kunde.example", form="du")
    ids["nomail"] = _person(world, "mr", "Otto", "Ohnepost", None)
    ids["partner"] = _person(world, "mr", "Jonte", "van den Bergh", "h.grossmueller@kunde.example")
    home = world.put("household", {"name": "van den Bergh"})
    for who in ("hanna", "partner"):
        world.put("household_member", {"household_id": home, "party_id": ids[who]})
    for who, line, product, cents, frequency in (
        ("hanna", "motor_car", "Kfz mit Vollkasko", 6240, "monthly"),
        ("hanna", "liability_private", "Privathaftpflicht", 9480, "yearly"),
        ("hanna", "household", "Hausrat", 17100, "yearly"),
        ("hanna", "legal_traffic", "Verkehrsrechtsschutz", 1210, "monthly"),
        ("hanna", "disability", "Berufsunfähigkeit", 7810, "monthly"),
        ("hanna", "accident", "Unfall Kind", 990, "monthly"),
        ("lukasz", "motor_car", "Kfz", 4000, "monthly"),
        ("partner", "liability_animal", "Tierhalterhaftpflicht", 1200, "quarterly"),
    ):
        ids[f"{who}-{line}"] = _contract(world, ids[who], line, product, cents, frequency)


def _person(world: World, salutation: str, first: str, last: str, mail: str | None, form: str = "sie") -> str:
    return world.put(
        "party",
        {
            "kind": "person",
            "name": {"salutation": salutation, "first_name": first, "last_name": last},
            "email": mail,
            "roles": ["customer"],
            "customer": {"customer_type": "private"},
            "adviser_id": world.ids["adviser"],
            "language": "de",
            "address_form": form,
            "address": {"street": "Lindenweg 3", "zip": "50667", "city": "Köln"},
            "phone": "+4922155501234",
        },
    )


def _contract(world: World, party: str, line: str, product: str, cents: int, frequency: str) -> str:
    return world.put(
        "contract",
        {
            "party_id": party,
            "insurer_id": world.ids["insurer"],
            "origin": "own",
            "number": f"NL-{line[:3].upper()}-4711",
            "line": line,
            "product": product,
            "status": "active",
            "premium": {"premium_gross_cents": cents, "frequency": frequency, "currency": "EUR"},
            "start": "2021-04-01",
            "main_due": "04-01",
            "released": False,
        },
    )
