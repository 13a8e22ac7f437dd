"""Restores, resyncs and version skew: what heals by itself, what asks, and that nothing is removed silently."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from brokerdesk.core.clock import SystemClock
from brokerdesk.core.ids import new_id
from brokerdesk.models.entities import SYNCED, Party, Quarantined, SyncMeta
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.portal.store.engine import set_meta
from brokerdesk.portal.store.tables import record, tenant
from brokerdesk.services import exchange, profiles
from brokerdesk.services.exchange import pages, rounds
from brokerdesk.services.exchange.fields import fields_of
from brokerdesk.services.exchange.messages import Incoming
from brokerdesk.sync.engine import Engine
from brokerdesk.sync.pairing import pair
from brokerdesk.sync.report import State
from brokerdesk.wire.kinds import KINDS
from tests.support.books import PASSPHRASE, add_person, make_profile
from tests.support.portal import Office, Running, running_portal, settings_in
from tests.sync.desks import TestDesk

Make = Callable[..., TestDesk]
CLOCK = SystemClock()


def moved(desk: TestDesk, url: str) -> None:
    """Tell a desk the new address of its portal."""
    with desk.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.session.query(SyncMeta).one().portal_url = url
        unit.commit()


@contextmanager
def restarted(folder: Path, office: Office, *desks: TestDesk) -> Iterator[Running]:
    """The same portal again, at another port."""
    with running_portal(settings_in(folder)) as running:
        office.running = running
        for desk in desks:
            moved(desk, running.url)
        yield running


def test_a_desk_restored_from_its_backup_pairs_again_and_loses_nothing(office: Office, tmp_path: Path) -> None:
    """C12, § 15: nothing is sent as the old device; what was there and what came since is all here afterwards."""
    made = make_profile(tmp_path)
    url = office.running.url
    with made.unlock() as book:
        pair(book, url, office.pairing_code(), device_name="anna")
        early = add_person(book, "Früh", phone="1")
        assert Engine(book).run_once(force=True).state is State.IDLE
        info = profiles.backup(made.profile, book)
        with book.work() as unit:
            unit.get(Party, early).phone = "2"
            unit.commit()
        late = add_person(book, "Spät")
        assert Engine(book).run_once(force=True).state is State.IDLE
    profiles.restore(made.profile, info.file, clock=made.clock, vault=made.vault, passphrase=PASSPHRASE)
    with made.unlock() as book:
        add_person(book, "Danach")
        assert Engine(book).run_once().state is State.FORKED
        pair(book, url, office.pairing_code(), device_name="anna")
        report = Engine(book).run_once(force=True)
        assert (report.state, report.pushed, report.conflicts) == (State.IDLE, 1, 0)
        with book.read() as connection:
            found = connection.exec_driver_sql("SELECT id, phone FROM party WHERE NOT stub").all()
        assert len(found) == 3
        assert dict(found)[early] == "2" and late in dict(found)


def test_a_restored_portal_gets_back_what_it_lost(desks: Make, tmp_path: Path) -> None:
    """INV-01, INV-02, INV-19: operations of the journal travel once more, records are kept, nothing is removed."""
    folder = tmp_path / "portal"
    anna, bert = desks("anna"), desks("bert")
    with running_portal(settings_in(folder)) as running:
        office = running.office()
        anna.pair(office), bert.pair(office)
        early = anna.add_customer("Früh", phone="1")
        anna.sync(), bert.sync()
    shutil.copytree(folder, tmp_path / "backup")
    with restarted(folder, office, anna, bert):
        anna.edit(early, phone="2")
        late = anna.add_customer("Spät")
        anna.sync(), bert.sync()
        bert.edit(late, email="s@kunde.example")
        bert.sync(), anna.sync()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    with restarted(folder, office, anna, bert) as running:
        epoch = new_id(CLOCK)
        with running.portal.database.writing() as connection:
            set_meta(connection, "epoch", epoch)
        running.portal.epoch = epoch
        bert.edit(early, profession="Gärtnerin")
        for desk in (bert, anna, bert, anna):
            desk.sync()
        assert bert.show(early) == anna.show(early)
        assert bert.show(late) == anna.show(late)
        found = anna.show(early)
        assert found is not None
        assert (found["phone"], found["profession"]) == ("2", "Gärtnerin")
        found = bert.show(late)
        assert found is not None
        assert found["email"] == "s@kunde.example"
        assert exchange.status(anna.book).missing == exchange.status(bert.book).missing == 0


def test_records_only_this_desk_knows_are_kept_and_can_be_sent_again(desks: Make, office: Office) -> None:
    anna = desks("anna")
    anna.pair(office)
    party = anna.add_customer("Muster")
    contract = anna.add_contract(party)
    anna.sync()
    portal = office.running.portal
    with portal.database.writing() as connection:
        connection.execute(
            delete(record).where(record.c.tenant_id == office.tenant_id, record.c.kind.in_(("party", "contract")))
        )
    pages.begin_resync(anna.book, "epoch_changed", keep=True)
    anna.sync()
    assert exchange.status(anna.book).missing == 2
    assert anna.show(party) is not None
    assert exchange.decide_missing(anna.book, send=True) == 2
    anna.sync()
    assert ("contract", contract) in office.desk().book()
    assert exchange.status(anna.book).missing == 0


def test_a_portal_rolled_back_behind_its_back_is_noticed(desks: Make, office: Office) -> None:
    anna = desks("anna")
    anna.pair(office)
    anna.add_customer("Muster")
    anna.sync()
    with office.running.portal.database.writing() as connection:
        connection.execute(update(tenant).where(tenant.c.id == office.tenant_id).values(feed_seq=1))
    resyncs: list[int] = []
    anna.engine.before_resync = lambda: resyncs.append(1)
    anna.sync()
    assert resyncs
    assert len(anna.ids("party")) == 1


def test_the_fuse_stops_a_wiped_portal(desks: Make, office: Office) -> None:
    """INV-12: a snapshot that shows too little removes nothing until a person allows it."""
    anna = desks("anna")
    anna.pair(office)
    customers = [anna.add_customer(str(n)) for n in range(10)]
    anna.sync()
    with office.running.portal.database.writing() as connection:
        wanted = record.c.tenant_id == office.tenant_id, record.c.id.in_(customers[:3])
        connection.execute(delete(record).where(*wanted))
    pages.begin_resync(anna.book, "cursor_expired", keep=False)
    anna.sync(state=State.FUSE)
    assert anna.ids("party") == set(customers)
    assert exchange.status(anna.book).fuse == 3
    assert anna.engine.run_once().state is State.FUSE
    anna.restart()
    anna.sync(state=State.FUSE)
    assert exchange.status(anna.book).fuse == 3
    exchange.allow_removals(anna.book)
    assert anna.engine.run_once().state is State.IDLE
    assert anna.ids("party") == set(customers[3:])


def test_explained_removals_pass_and_unexplained_ones_are_counted(desks: Make, office: Office) -> None:
    anna, bert = desks("anna"), desks("bert")
    anna.pair(office), bert.pair(office)
    customers = [anna.add_customer(str(n)) for n in range(10)]
    anna.sync(), bert.sync()
    for party in customers[:5]:
        anna.operate("client.delete", party, urgency=2)
    anna.sync()
    assert anna.ids("party") == set(customers[5:])
    bert.sync()
    assert bert.ids("party") == set(customers[5:])
    gone = [Incoming(kind="party", id=c, rev=9, data=None, reason="withdrawn", explained=False) for c in customers[5:7]]
    with pytest.raises(exchange.FuseBlownError):
        pages.apply_page(bert.book, gone, cursor="x", position=99)
    assert bert.ids("party") == set(customers[5:])
    pages.apply_page(bert.book, gone[:1], cursor="x", position=99)
    with pytest.raises(exchange.FuseBlownError):
        pages.apply_page(bert.book, gone[1:], cursor="y", position=100)


def test_a_removed_record_with_unsent_edits_stays_until_somebody_decides(desks: Make, office: Office) -> None:
    anna, bert = desks("anna"), desks("bert")
    anna.pair(office), bert.pair(office)
    party = anna.add_customer("Muster")
    anna.sync(), bert.sync()
    bert.edit(party, phone="2")
    anna.operate("client.delete", party, urgency=2)
    anna.sync()
    bert.sync()
    (item,) = bert.waiting
    assert (item.state, item.problem) == ("attention", "deleted")
    assert bert.show(party) is not None
    exchange.withdraw(bert.book, item.key)
    assert bert.ids("party") == set()
    bert.sync()


def test_a_linked_customer_is_not_deleted(desks: Make, office: Office) -> None:
    anna = desks("anna")
    anna.pair(office)
    party = anna.add_customer("Muster")
    anna.add_contract(party)
    anna.sync()
    anna.operate("client.delete", party, urgency=2)
    assert anna.sync().refused == 1
    (item,) = anna.waiting
    assert (item.problem, item.problem_fields) == ("linked", ("contract",))
    exchange.withdraw(anna.book, item.key)
    assert anna.show(party) is not None


def page(*records: Incoming) -> list[Incoming]:
    """One page."""
    return list(records)


def test_what_this_program_does_not_know_is_kept_and_applied_later(
    desks: Make, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-20: unknown kinds, fields and codes wait in quarantine with their bytes; the cursor moves on."""
    anna = desks("anna")
    anna.pair(office)
    anna.sync()
    party = new_id(CLOCK)
    done = pages.apply_page(
        anna.book,
        page(
            Incoming(kind="hologram", id=new_id(CLOCK), rev=3, data={"depth": 7}),
            Incoming(kind="party", id=party, rev=1, data={"kind": "person", "phone": "1", "aura": "blue"}),
            Incoming(kind="party", id=new_id(CLOCK), rev=1, data={"kind": "android"}),
            Incoming(kind="party", id=new_id(CLOCK), rev=1, data={"kind": "person", "birth_date": "1980-02-30"}),
            Incoming(kind="contract", id=new_id(CLOCK), rev=1, data={"number": "K"}),
        ),
        cursor="c",
        position=5,
    )
    assert (done.applied, done.quarantined) == (1, 5)
    meta = rounds.meta(anna.book)
    assert meta is not None
    assert meta.cursor == "c"
    found = anna.show(party)
    assert found is not None
    assert found["phone"] == "1"
    reasons = sorted(r.reason for r in exchange.quarantine_rows(anna.book))
    assert reasons == ["unfit-value"] * 3 + ["unknown-field", "unknown-kind"]
    again = exchange.reapply_quarantine(anna.book)
    assert again.quarantined == 5
    newer = replace(Incoming(kind="party", id=party, rev=2, data={"kind": "person", "phone": "2"}))
    pages.apply_page(anna.book, [newer], cursor="d", position=6)
    assert len(exchange.quarantine_rows(anna.book)) == 4
    with anna.book.read() as connection:
        bodies = connection.execute(select(Quarantined.body)).scalars().all()
    assert any(b'"depth": 7' in b for b in bodies)


def test_unknown_codes_are_shown_raw_and_not_written_back(desks: Make, office: Office) -> None:
    anna = desks("anna")
    anna.pair(office)
    raw = office.desk()
    party = new_id(CLOCK)
    raw.push(raw.create("party", party, kind="person", marital_status="polycule"))
    anna.sync()
    found = anna.show(party)
    assert found is not None
    assert found["marital_status"] == "polycule"
    anna.edit(party, phone="1")
    anna.sync()
    assert raw.book()["party", party]["data"]["marital_status"] == "polycule"


def test_children_may_arrive_before_their_parents(desks: Make, office: Office) -> None:
    anna = desks("anna")
    anna.pair(office)
    anna.sync()
    party, contract, claim = new_id(CLOCK), new_id(CLOCK), new_id(CLOCK)
    pages.apply_page(
        anna.book, [Incoming(kind="claim", id=claim, rev=1, data={"contract_id": contract, "number": "S1"})],
        cursor="a", position=1,
    )  # fmt: skip
    assert anna.show(claim, "claim") is not None
    assert anna.show(contract, "contract") is None
    pages.apply_page(
        anna.book, [Incoming(kind="contract", id=contract, rev=1, data={"party_id": party, "origin": "own"})],
        cursor="b", position=2,
    )  # fmt: skip
    assert anna.ids("party") == set()
    pages.apply_page(
        anna.book, [Incoming(kind="party", id=party, rev=1, data={"kind": "person", "roles": ["customer"]})],
        cursor="c", position=3,
    )  # fmt: skip
    pages.end_drain(anna.book)
    assert anna.ids("party") == {party}
    assert anna.count("party", "stub") == anna.count("contract", "stub") == 0
    assert anna.count("party", "contracts_own = 1") == 1


def test_a_page_twice_changes_nothing(desks: Make, office: Office) -> None:
    anna = desks("anna")
    anna.pair(office)
    party = new_id(CLOCK)
    one = Incoming(kind="party", id=party, rev=2, data={"kind": "person", "phone": "1"})
    old = Incoming(kind="party", id=party, rev=1, data={"kind": "person", "phone": "0"})
    pages.apply_page(anna.book, [one], cursor="a", position=1)
    again = pages.apply_page(anna.book, [one, old], cursor="a", position=1)
    assert (again.applied, again.skipped) == (0, 1)
    assert pages.apply_page(anna.book, [old], cursor="a", position=1).skipped == 1
    found = anna.show(party)
    assert found is not None
    assert found["phone"] == "1"


def test_a_book_that_differs_heals_itself_once_and_then_says_so(desks: Make, office: Office) -> None:
    anna = desks("anna")
    anna.pair(office)
    party = anna.add_customer("Muster", phone="1")
    anna.sync()
    with anna.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.connection.exec_driver_sql("DELETE FROM party")
        unit.commit()
    exchange.want_digest(anna.book)
    assert anna.sync().state is State.IDLE
    assert anna.show(party) is not None
    with office.running.portal.database.writing() as connection:
        connection.execute(update(record).where(record.c.id == party).values(rev=7))
    exchange.want_digest(anna.book)
    anna.sync()
    with anna.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.connection.exec_driver_sql("UPDATE party SET server_rev = 99")
        unit.commit()
    from brokerdesk.services.exchange import memory

    rounds.remember(anna.book, memory.DIGEST, {"at": "2020-01-01T00:00:00.000Z", "differed": 1})
    report = anna.sync(state=State.DIGEST)
    assert report.differences == ("party: 1/1",)


def test_every_kind_of_the_wire_has_its_place_in_the_book() -> None:
    """The table walk: each kind, field and member has a column, and every stored default reads back as empty."""
    assert set(KINDS) == set(SYNCED)
    for kind, spec in KINDS.items():
        table = fields_of(kind)
        assert [f.name for f in table.fields] == [f.name for f in spec.fields]
        assert len(set(table.names)) == len(table.names)


def test_unpairing_keeps_the_records_and_pairing_again_sends_them(desks: Make, portal: Running) -> None:
    from brokerdesk.sync.pairing import unpair

    anna = desks("anna")
    anna.pair(portal.office())
    party = anna.add_customer("Muster")
    anna.sync()
    unpair(anna.book)
    assert exchange.status(anna.book).paired is False
    assert anna.show(party) is not None
    other = portal.office()
    anna.engine.close()
    assert anna.pair(other).queued >= 1
    anna.sync()
    assert ("party", party) in other.desk().book()
