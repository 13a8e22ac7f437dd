"""Desks for tests of the exchange: a real encrypted book, a real engine, and the edits a person makes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brokerdesk.core.clock import Clock, SystemClock
from brokerdesk.core.ids import derived_id, new_id
from brokerdesk.models.entities import Adviser, Contract, Invitation, Party
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.services import exchange
from brokerdesk.services.exchange import rounds
from brokerdesk.services.exchange.fields import fields_of
from brokerdesk.store import feed, outbox
from brokerdesk.store.book import Book, create_book, open_book
from brokerdesk.sync.engine import Engine
from brokerdesk.sync.pairing import Paired, pair
from brokerdesk.sync.report import State, SyncReport
from tests.support.portal import Office

KEY = bytes(range(32))
PROFILE = "0192a000-0000-7000-8000-000000000001"


@dataclass(slots=True)
class TestDesk:
    """One desk: its folder, its open book and its engine."""

    __test__ = False

    folder: Path
    clock: Clock = field(default_factory=SystemClock)
    engine_class: type[Engine] = Engine
    engine_values: dict[str, Any] = field(default_factory=dict)
    book: Book = field(init=False)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        if not (self.folder / "book.db").exists():
            create_book(self.folder, KEY, profile_id=PROFILE, clock=self.clock)
        self.open()

    def open(self) -> None:
        """Open the book and start an engine."""
        self.book = open_book(self.folder, KEY, profile_id=PROFILE, clock=self.clock)
        self.book.actor = self.folder.name
        self.engine = self.engine_class(self.book, rng=random.Random(1), **self.engine_values)

    def close(self) -> None:
        """Close engine and book."""
        self.engine.close()
        self.book.close()

    def restart(self) -> None:
        """As after a crash or a new start."""
        self.close()
        self.open()

    def pair(self, office: Office, employee: str | None = None, *, url: str | None = None) -> Paired:
        """Pair with an office through an ordinary pairing code."""
        return pair(self.book, url or office.running.url, office.pairing_code(employee), device_name=self.folder.name)

    def sync(self, *, state: State | None = State.IDLE) -> SyncReport:
        """One forced round; expects a state."""
        report = self.engine.run_once(force=True)
        assert state is None or report.state is state, report
        return report

    # what people do

    def add_customer(self, last_name: str = "Muster", **values: Any) -> str:
        """A new customer."""
        with self.book.work() as unit:
            party = Party(id=new_id(self.clock), last_name=last_name, roles=["customer"], **values)
            unit.add(party)
            unit.commit()
        return party.id

    def add_contract(self, party_id: str, **values: Any) -> str:
        """A new contract."""
        with self.book.work() as unit:
            contract = Contract(id=new_id(self.clock), party_id=party_id, number="K-1", **values)
            unit.add(contract)
            unit.commit()
        return contract.id

    def add_adviser(self, code: str, **values: Any) -> str:
        """The adviser of a code; two desks give it the same id."""
        with self.book.work() as unit:
            adviser = Adviser(id=derived_id("adviser", code), code=code, **values)
            unit.add(adviser)
            unit.commit()
        return adviser.id

    def edit(self, record_id: str, entity: type[Any] = Party, **values: Any) -> None:
        """Change a record."""
        with self.book.work() as unit:
            thing = unit.get(entity, record_id)
            for name, value in values.items():
                setattr(thing, name, value)
            unit.commit()

    def show(self, record_id: str, kind: str = "party") -> dict[str, Any] | None:
        """What the book shows of a record, as wire values; None when there is none."""
        table = fields_of(kind)
        with self.book.read() as connection:
            row = feed.load(connection, kind, [record_id], table.names).get(record_id)
        if row is None or row[3]:
            return None
        values = dict(zip(table.names, row[4:], strict=True))
        return {f.name: f.read(values) for f in table.fields}

    def rev(self, record_id: str, kind: str = "party") -> int:
        """The portal's revision of a record as this desk knows it."""
        with self.book.read() as connection:
            row = feed.load(connection, kind, [record_id], ()).get(record_id)
        return 0 if row is None else int(row[2])

    def count(self, table: str, where: str = "1") -> int:
        """Rows of a table."""
        with self.book.read() as connection:
            return int(connection.exec_driver_sql(f'SELECT count(*) FROM "{table}" WHERE {where}').scalar_one())

    def ids(self, kind: str) -> set[str]:
        """Ids of all visible records of a kind."""
        with self.book.read() as connection:
            return {r[0] for r in connection.exec_driver_sql(f'SELECT id FROM "{kind}" WHERE NOT stub')}

    @property
    def waiting(self) -> list[Any]:
        """The outgoing queue as people see it."""
        return list(rounds.outbox_rows(self.book))

    @property
    def conflicts(self) -> list[Any]:
        """Open conflicts."""
        return list(exchange.conflict_rows(self.book))

    def invite(self, party_id: str, **payload: Any) -> str:
        """Queue an invitation as the service does: a local record and an operation."""
        with self.book.work() as unit:
            invitation = Invitation(id=new_id(self.clock), party_id=party_id, requested_at=self.clock.now())
            unit.add(invitation)
            values = {"party_id": party_id, "channel": "mail", "email": "a@kunde.example", **payload}
            outbox.add_operation(
                unit.session, kind="invitation", record_id=invitation.id, operation="invitation.submit",
                payload=values, urgency=outbox.INVITATION, clock=self.clock,
            )  # fmt: skip
            unit.commit()
        return invitation.id

    def operate(self, operation: str, record_id: str, *, urgency: int = outbox.URGENT, **payload: Any) -> None:
        """Queue an operation with behaviour."""
        with self.book.work(origin=ChangeOrigin.USER) as unit:
            outbox.add_operation(
                unit.session, kind=operation.partition(".")[0], record_id=record_id, operation=operation,
                payload=payload, urgency=urgency, clock=self.clock,
            )  # fmt: skip
            unit.commit()
