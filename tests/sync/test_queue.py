"""The outgoing queue: order of freezing, what cancels out, questions, groups, taking back (protocol.md § 6.1, § 12)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from brokerdesk.core.clock import FixedClock
from brokerdesk.core.errors import KnownError
from brokerdesk.models.entities import Contract, JournalEntry, OutboxItem, Party
from brokerdesk.portal.store.tables import op_result
from brokerdesk.services import exchange
from brokerdesk.services.exchange import sending
from brokerdesk.store import outbox
from brokerdesk.sync.freezing import encode_op
from brokerdesk.sync.report import State
from tests.support.portal import Office
from tests.sync.desks import TestDesk
from tests.sync.network import BadNetwork

Make = Callable[..., TestDesk]


@pytest.fixture
def anna(desks: Make, office: Office) -> TestDesk:
    """A paired desk."""
    desk = desks("anna")
    desk.pair(office)
    desk.sync()
    return desk


def frozen_order(desk: TestDesk) -> list[str]:
    """Freeze everything and tell the operations in the order of their numbers."""
    sending.freeze_batch(desk.book, encode_op, limit=2_000, fields={})
    with desk.book.read() as connection:
        rows = connection.execute(
            select(OutboxItem.operation).where(OutboxItem.seq.is_not(None)).order_by(OutboxItem.seq)
        )
        return [r[0] for r in rows]


def test_stop_goes_first_then_data_then_invitations(anna: TestDesk) -> None:
    old = anna.add_customer("Alt", email="a@kunde.example")
    anna.sync()
    sent = anna.invite(old)
    anna.sync()
    new = anna.add_customer("Neu", email="a@kunde.example")
    anna.invite(new)
    anna.edit(old, phone="1")
    anna.operate("invitation.stop", sent)
    assert frozen_order(anna) == ["invitation.stop", "party.create", "party.patch", "invitation.submit"]


def test_a_stop_of_an_unsent_invitation_deletes_both_without_a_network(anna: TestDesk) -> None:
    party = anna.add_customer("Neu", email="a@kunde.example")
    anna.sync()
    invitation = anna.invite(party)
    with anna.book.work() as unit:
        unit.touch(unit.get(Party, party))
        unit.commit()
    assert anna.count("party", "app_state = 'waiting'") == 1
    anna.operate("invitation.stop", invitation)
    with anna.book.work() as unit:
        assert exchange.cancel_unsent(unit) == 1
        unit.commit()
    assert anna.waiting == []
    assert anna.ids("invitation") == set()
    assert anna.count("party", "app_state = 'not_invited'") == 1
    assert anna.sync().pushed == 0


def test_an_old_invitation_asks_again_and_plain_edits_never_do(desks: Make, office: Office) -> None:
    clock = FixedClock(datetime.now(tz=UTC))
    anna = desks("anna", clock=clock)
    anna.pair(office)
    party = anna.add_customer("Neu", email="a@kunde.example")
    invitation = anna.invite(party)
    clock.advance(timedelta(hours=25))
    report = anna.sync()
    assert report.pushed == 1
    (item,) = anna.waiting
    assert (item.state, item.problem) == ("held", "old")
    assert exchange.confirm(anna.book, [item.key]) == 1
    assert anna.sync().pushed == 1
    found = anna.show(invitation, "invitation")
    assert found is not None
    assert found["state"] in {"queued", "sent"}


def test_a_changed_recipient_and_an_opt_out_ask_again(anna: TestDesk) -> None:
    one, two = anna.add_customer("Eins", email="a@kunde.example"), anna.add_customer("Zwei", email="a@kunde.example")
    anna.invite(one), anna.invite(two)
    anna.edit(one, email="neu@kunde.example")
    anna.edit(two, consent_email="refused")
    anna.sync()
    assert {i.problem for i in anna.waiting} == {"recipient-changed", "opted-out"}
    for item in anna.waiting:
        exchange.withdraw(anna.book, item.key)
    assert anna.waiting == []
    assert anna.ids("invitation") == set()


def test_a_group_waits_as_a_whole_until_its_conflict_is_decided(desks: Make, office: Office, anna: TestDesk) -> None:
    bert = desks("bert")
    bert.pair(office)
    one, two = anna.add_customer("Eins", phone="1"), anna.add_customer("Zwei", phone="1")
    anna.sync(), bert.sync()
    bert.edit(one, phone="9")
    bert.sync()
    with anna.book.work() as unit:
        unit.get(Party, one).phone = "2"
        unit.get(Party, two).phone = "2"
        unit.commit()
    report = anna.sync()
    assert (report.conflicts, report.outbox) == (1, 1)
    (item,) = anna.waiting
    assert (item.state, item.record_id) == ("blocked", two)
    bert.sync()
    found = bert.show(two)
    assert found is not None
    assert found["phone"] == "1"
    exchange.resolve_theirs(anna.book, [anna.conflicts[0].key])
    anna.sync(), bert.sync()
    found = bert.show(two)
    assert found is not None
    assert found["phone"] == "2"
    assert anna.waiting == []


def test_taking_back_an_edit_and_a_new_record(anna: TestDesk) -> None:
    party = anna.add_customer("Muster", phone="1")
    anna.sync()
    anna.edit(party, phone="2", street="Weg 1")
    new = anna.add_customer("Neu")
    contract = anna.add_contract(new)
    by_record = {i.record_id: i for i in anna.waiting}
    exchange.withdraw(anna.book, by_record[party].key)
    found = anna.show(party)
    assert found is not None
    assert (found["phone"], found["address"]["street"]) == ("1", None)
    with pytest.raises(KnownError, match="sync-item-needed"):
        exchange.withdraw(anna.book, by_record[new].key)
    exchange.withdraw(anna.book, by_record[contract].key)
    exchange.withdraw(anna.book, by_record[new].key)
    with pytest.raises(KnownError, match="sync-item-gone"):
        exchange.withdraw(anna.book, by_record[new].key)
    assert anna.waiting == []
    assert anna.ids("party") == {party}
    anna.edit(party, phone="3")
    frozen_order(anna)
    with pytest.raises(KnownError, match="sync-item-sent"):
        exchange.withdraw(anna.book, anna.waiting[0].key)


def test_a_child_of_a_refused_parent_stays_soft(anna: TestDesk) -> None:
    party = anna.add_customer("Muster", phone="x" * 600)
    anna.add_contract(party)
    anna.sync()
    states = {i.operation: (i.state, i.problem) for i in anna.waiting}
    assert states == {"party.create": ("attention", "validation"), "contract.create": ("soft", None)}
    anna.edit(party, phone="1")
    exchange.retry(anna.book)
    assert anna.sync().pushed == 2
    assert anna.waiting == []


def test_fields_the_portal_does_not_know_wait_until_it_does(anna: TestDesk) -> None:
    party = anna.add_customer("Muster")
    anna.sync()
    anna.edit(party, phone="1", profession="Gärtnerin")
    known = {"party": frozenset({"phone", "name"})}
    sending.freeze_batch(anna.book, encode_op, limit=10, fields=known)
    anna.sync()
    (item,) = anna.waiting
    assert (item.state, item.problem, item.fields) == ("held", "not-transmitted", ("profession",))
    anna.restart()
    anna.sync()
    assert anna.waiting == []
    again = anna.show(party)
    assert again is not None
    assert again["profession"] == "Gärtnerin"


def test_everything_of_a_round_stands_in_the_journal_and_is_pruned_late(anna: TestDesk) -> None:
    clock = FixedClock(datetime.now(tz=UTC))
    anna.add_customer()
    anna.sync()
    with anna.book.read() as connection:
        (entry,) = connection.execute(select(JournalEntry.seq, JournalEntry.status, JournalEntry.body)).all()
    assert (entry.seq, entry.status) == (1, "applied")
    assert b'"party.create"' in entry.body
    from brokerdesk.services.exchange.pages import prune_journal

    assert prune_journal(anna.book, days=1) == 0
    anna.book.clock = clock
    clock.advance(timedelta(days=31))
    assert prune_journal(anna.book, days=1) == 1


def test_batches_keep_to_the_limits_and_never_tear_a_group(anna: TestDesk) -> None:
    for n in range(3):
        with anna.book.work() as unit:
            for m in range(3):
                unit.add(Party(id=f"0192a000-0000-7000-8000-00000000{n:02}{m:02}", last_name="G", roles=["customer"]))
            unit.commit()
    anna.add_customer("Allein")
    frozen_order(anna)
    due = sending.due(anna.book, after=0, max_ops=4, max_bytes=10**6)
    assert [op.seq for op in due] == [1, 2, 3]
    assert [op.seq for op in sending.due(anna.book, after=0, max_ops=2, max_bytes=10**6)] == [1, 2, 3]
    assert len(sending.due(anna.book, after=0, max_ops=10, max_bytes=10**6)) == 10
    assert len(sending.due(anna.book, after=0, max_ops=10, max_bytes=1)) == 3
    assert anna.sync().pushed == 10


def test_a_local_edit_and_its_item_exist_together_or_not_at_all(anna: TestDesk) -> None:
    party = anna.add_customer()
    anna.sync()
    with pytest.raises(RuntimeError), anna.book.work() as unit:
        unit.get(Party, party).phone = "5"
        raise RuntimeError
    assert anna.waiting == []
    anna.edit(party, phone="5")
    anna.edit(party, phone=None)
    assert anna.waiting == []


def test_the_parts_of_a_merge_arrive_together(desks: Make, office: Office, anna: TestDesk) -> None:
    bert = desks("bert")
    bert.pair(office)
    keep, drop = anna.add_customer("Eins"), anna.add_customer("Zwei")
    contract = anna.add_contract(drop)
    anna.sync(), bert.sync()
    with anna.book.work() as unit:
        unit.get(Contract, contract).party_id = keep
        unit.get(Party, drop).archived = True
        unit.commit()
    anna.sync(), bert.sync()
    assert bert.show(contract, "contract") == anna.show(contract, "contract")
    assert bert.count("party", f"id = '{keep}' AND contracts_own = 1") == 1
    assert bert.count("party", "archived") == 1


def test_an_edit_of_an_archived_record_is_offered_to_be_restored(desks: Make, office: Office, anna: TestDesk) -> None:
    bert = desks("bert")
    bert.pair(office)
    party = anna.add_customer("Eins", phone="1")
    anna.sync(), bert.sync()
    anna.edit(party, archived=True)
    anna.sync()
    bert.edit(party, phone="2")
    assert bert.sync().refused == 1
    (item,) = bert.waiting
    assert (item.state, item.problem) == ("attention", "deleted")
    assert exchange.retry(bert.book, [item.key]) == 1
    bert.sync(), anna.sync()
    found = anna.show(party)
    assert found is not None
    assert (found["phone"], found["archived"]) == ("2", False)


def test_an_operation_id_that_is_taken_is_issued_anew(desks: Make, office: Office, anna: TestDesk) -> None:
    party = anna.add_customer("Eins")
    network = BadNetwork()
    anna.engine.sessions = network.sessions
    anna.engine.close()
    frozen_order(anna)
    other = office.desk()
    with anna.book.read() as connection:
        op_id = connection.execute(select(OutboxItem.op_id)).scalar_one()
    taken = other.create("party", kind="person") | {"op_id": op_id}
    other.push(taken)
    anna.sync()
    assert anna.waiting == []
    assert ("party", party) in other.book()


def test_a_desk_that_was_restored_is_recognised_and_enrolled_anew(
    desks: Make, office: Office, anna: TestDesk, tmp_path: object
) -> None:
    import shutil
    from pathlib import Path

    base = Path(str(tmp_path))
    party = anna.add_customer("Eins", phone="1")
    anna.sync()
    anna.close()
    shutil.copytree(base / "anna", base / "copy")
    anna.open()
    anna.edit(party, phone="2")
    anna.sync()
    old = desks("copy")
    old.edit(party, email="alt@kunde.example")
    sent = old.engine.run_once(force=True)
    assert sent.state is State.FORKED
    assert len(old.waiting) == 1
    old.pair(office)
    assert old.sync().pushed == 1
    anna.sync()
    assert anna.show(party) == old.show(party)
    found = anna.show(party)
    assert found is not None
    assert (found["phone"], found["email"]) == ("2", "alt@kunde.example")


def test_ahead_of_a_batch_only_what_does_not_depend_on_it_is_frozen(anna: TestDesk) -> None:
    """The verdicts of the batch on its way are not known yet: nothing may name or touch its records."""
    known = anna.add_customer("Bekannt")
    anna.sync()
    first = [anna.add_customer(str(n)) for n in range(3)]
    assert freeze(anna) == 3
    anna.add_contract(first[0])
    anna.edit(first[1], phone="1")
    free, edited = anna.add_customer("Frei"), anna.add_contract(known)
    assert freeze(anna, ahead=True) == 2
    frozen = {r.record_id for r in anna.waiting if r.state == "frozen"}
    assert frozen == {*first, free, edited}
    assert freeze(anna, ahead=True) == 0
    anna.sync()
    assert anna.waiting == [] and anna.conflicts == []


def test_ahead_of_a_batch_nothing_overtakes_what_is_urgent(anna: TestDesk) -> None:
    party = anna.add_customer(email="a@kunde.example")
    anna.sync()
    invitation = anna.invite(party)
    anna.sync()
    anna.add_customer("Danach")
    anna.operate("invitation.stop", invitation)
    assert freeze(anna, ahead=True) == 0
    anna.sync()
    assert anna.waiting == []


class PowerCutError(Exception):
    """Ends a round in the middle, as a crash does."""


def test_a_batch_taken_before_the_answer_of_the_one_before_was_recorded_is_not_repeated(
    desks: Make, office: Office, anna: TestDesk
) -> None:
    """Of three full batches the second leaves before the first is recorded; the desk dies when the portal has both."""
    bert = desks("bert")
    bert.pair(office)
    added = {anna.add_customer(str(n)) for n in range(9)}

    def die(point: str) -> None:
        if point == "mid-verdicts":
            limit = time.monotonic() + 20
            while len(taken(office)) < 6 and time.monotonic() < limit:
                time.sleep(0.01)
            raise PowerCutError

    anna.engine.fault = die
    with pytest.raises(PowerCutError):
        anna.engine.run_once(force=True)
    assert len(taken(office)) == 6
    assert sum(row.state == "frozen" for row in anna.waiting) == 6
    anna.restart()
    assert anna.sync().pushed == 9
    assert anna.waiting == [] and anna.conflicts == []
    assert len(set(taken(office))) == len(taken(office)) == anna.count("journal") == 9
    bert.sync()
    assert added <= bert.ids("party") == anna.ids("party")


def taken(office: Office) -> list[str]:
    """Ids of the operations that the portal has decided."""
    with office.running.portal.database.reading() as connection:
        mine = select(op_result.c.op_id).where(op_result.c.tenant_id == office.tenant_id)
        return list(connection.execute(mine).scalars())


def freeze(desk: TestDesk, *, ahead: bool = False) -> int:
    """Freeze a batch as the pusher does; returns how many."""
    return sending.freeze_batch(desk.book, encode_op, limit=10, fields={}, ahead=ahead).count


def test_nothing_of_the_journal_is_missing_for_a_restore(anna: TestDesk) -> None:
    for n in range(3):
        anna.add_customer(str(n))
        anna.sync()
    with anna.book.work() as unit:
        unit.session.execute(delete(OutboxItem))
        unit.commit()
    assert [op.seq for op in sending.due(anna.book, after=1, max_ops=10, max_bytes=10**6)] == [2, 3]
    assert outbox.DATA == 2
