"""App access on the desk: states, reasons, queueing offline, folding, withdrawing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from brokerdesk.core.clock import FixedClock
from brokerdesk.core.errors import KnownError
from brokerdesk.models.entities import Access, Invitation, OutboxItem
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.models.values.paging import Filter, ListQuery
from brokerdesk.models.values.states import AppState
from brokerdesk.services.desk import Desk


def _customer(desk: Desk, name: str = "Wiesengrund", email: str = "w@kunden.example") -> str:
    return desk.customers.create(values={"first_name": "Mia", "last_name": name, "email": email}).value


def _outbox(desk: Desk) -> list[tuple[str, str]]:
    with desk.book.work() as unit:
        return [(i.operation, i.state) for i in unit.session.scalars(select(OutboxItem).order_by(OutboxItem.key))]


def _from_portal(desk: Desk, party_id: str, **values: object) -> None:
    """What a page of the feed does to the invitation of a customer."""
    with desk.book.work(origin=ChangeOrigin.FEED) as unit:
        for item in unit.session.scalars(select(OutboxItem)):
            unit.session.delete(item)
        invitation = unit.session.scalars(select(Invitation).where(Invitation.party_id == party_id)).one()
        invitation.server_rev += 1
        for name, value in values.items():
            setattr(invitation, name, value)
        unit.commit()


@pytest.mark.feature("S1.02", "S1.03", "S1.08")
def test_one_click_queues_the_invitation(paired: Desk) -> None:
    party = _customer(paired)
    assert paired.invitations.block(party).state is AppState.NOT_INVITED
    results = paired.invitations.invite([party]).value
    assert [r.status for r in results] == ["queued"]
    block = paired.invitations.block(party)
    assert block.state is AppState.WAITING
    assert block.since == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert block.withdraw.enabled
    assert ("invitation.submit", "soft") in _outbox(paired)


@pytest.mark.feature("S2.53", "S2.55", "S1.29")
def test_inviting_releases_own_contracts_only(paired: Desk) -> None:
    party = _customer(paired)
    own = paired.contracts.create(party, values={"product": "Hausrat", "line": "household"}).value
    foreign = paired.contracts.create(party, values={"product": "Zahn", "origin": "third_party"}).value
    ended = paired.contracts.create(party, values={"product": "Alt", "status": "ended"}).value
    paired.invitations.invite([party])
    released = {c.id: c.released for c in paired.contracts.of_customer(party)}
    assert released == {own: True, foreign: False, ended: False}
    row = paired.customers.rows(paired.customers.keys(ListQuery()))[0]
    assert (row.contracts_released, row.contracts_own) == (1, 1)


@pytest.mark.feature("S1.06")
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"deceased_on": date(2026, 1, 1)}, "app.reason.deceased"),
        ({"email": ""}, "app.reason.email"),
    ],
)
def test_each_missing_thing_has_its_own_reason(paired: Desk, values: dict[str, object], reason: str) -> None:
    party = _customer(paired)
    paired.customers.edit(party, values=values)
    result = paired.invitations.invite([party]).value[0]
    assert (result.status, result.reason) == ("skipped", reason)


def test_an_unpaired_book_says_why(desk: Desk) -> None:
    assert desk.invitations.block(_customer(desk)).invite.reason == "app.reason.not-paired"


@pytest.mark.feature("S1.01")
def test_without_entitlement_the_reason_is_named(paired: Desk) -> None:
    from brokerdesk.models.entities import Entitlement

    with paired.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.session.scalars(select(Entitlement)).one().kundenapp = False
        unit.commit()
    assert paired.invitations.block(_customer(paired)).invite.reason == "app.reason.entitlement"


@pytest.mark.feature("S1.12", "S1.13", "S1.15")
def test_invited_customers_can_be_invited_again(paired: Desk, clock: FixedClock) -> None:
    party = _customer(paired)
    paired.invitations.invite([party])
    _from_portal(paired, party, state="sent", attempt=1, invited_at=clock.now(), first_invited_at=clock.now())
    block = paired.invitations.block(party)
    assert block.state is AppState.INVITED
    assert block.resend.enabled
    assert not block.invite.enabled
    assert [r.day for r in block.reminders] == [23, 28]
    paired.invitations.resend(party, restart_series=False)
    paired.invitations.block(party)
    with pytest.raises(KnownError):
        paired.invitations.resend(party, restart_series=False)
    assert [o for o, _ in _outbox(paired)].count("invitation.resend") == 1


@pytest.mark.feature("S1.16", "S1.17")
def test_a_registered_customer_has_no_invitation_button(paired: Desk, clock: FixedClock) -> None:
    party = _customer(paired)
    paired.invitations.invite([party])
    _from_portal(paired, party, state="registered", registered_at=clock.now())
    with paired.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.add(
            Access(
                id="a", email="w@kunden.example", party_ids=[party], state="active", origin="invitation",
                registered_at=clock.now(),
            )
        )  # fmt: skip
        unit.commit()
    block = paired.invitations.block(party)
    assert block.state is AppState.REGISTERED
    assert block.since == clock.now()
    assert not block.invite.enabled
    assert not block.resend.enabled
    row = paired.customers.rows(paired.customers.keys(ListQuery()))[0]
    assert (row.app_state, row.app_since) == (AppState.REGISTERED, clock.now())


@pytest.mark.feature("S1.09", "S1.11")
def test_the_list_filters_by_the_three_groups(paired: Desk, clock: FixedClock) -> None:
    first, second = _customer(paired, "A", "a@kunden.example"), _customer(paired, "B", "b@kunden.example")
    _customer(paired, "C", "")
    paired.invitations.invite([first, second])
    _from_portal(paired, second, state="sent", first_invited_at=clock.now())

    def group(name: str) -> list[str]:
        keys = paired.customers.keys(ListQuery(filters=(Filter("app_group", "is", name),)))
        return [r.name[0] for r in paired.customers.rows(keys)]

    assert group("invited") == ["B"]
    assert group("not_invited") == ["A", "C"]
    assert group("registered") == []


@pytest.mark.feature("S2.46", "S2.47")
def test_stop_before_sending_withdraws_both_without_network(paired: Desk) -> None:
    party = _customer(paired)
    paired.invitations.invite([party])
    assert paired.invitations.block(party).stop.enabled
    paired.invitations.stop(party)
    assert not [o for o, _ in _outbox(paired) if o.startswith("invitation")]
    assert paired.invitations.block(party).state is AppState.NOT_INVITED


@pytest.mark.feature("S2.46")
def test_stop_goes_first(paired: Desk, clock: FixedClock) -> None:
    party = _customer(paired)
    paired.invitations.invite([party])
    _from_portal(paired, party, state="reminder1", invited_at=clock.now(), first_invited_at=clock.now())
    paired.customers.edit(party, values={"city": "Bonn"})
    paired.invitations.stop(party)
    with paired.book.work() as unit:
        first = unit.session.scalars(select(OutboxItem).order_by(OutboxItem.urgency, OutboxItem.key)).first()
    assert first is not None
    assert first.operation == "invitation.stop"
    assert first.payload["expect"] == {"state": "reminder1", "attempt": 1}


@pytest.mark.feature("S2.57", "T16")
def test_t_online_addresses_are_marked(paired: Desk) -> None:
    assert paired.invitations.block(_customer(paired, email="x@t-online.de")).t_online
    assert not paired.invitations.block(_customer(paired, email="x@kunden.example")).t_online


@pytest.mark.feature("S2.19", "T07")
def test_a_shared_address_names_the_other_customer(paired: Desk) -> None:
    _customer(paired, "Erste", "wir@kunden.example")
    second = _customer(paired, "Zweite", "Wir@kunden.example")
    assert paired.invitations.block(second).shared_with == ("Erste, Mia",)


@pytest.mark.feature("S2.33", "S1.42")
def test_the_product_is_called_what_the_office_calls_it(paired: Desk) -> None:
    assert paired.invitations.product_name("company") == "Kundenportal"
    paired.office.edit(values={"name": "Büro", "product_private": "Meine Police"})
    assert paired.invitations.product_name("private") == "Meine Police"


def test_withdrawing_leaves_no_trace_in_the_queue(paired: Desk) -> None:
    party = _customer(paired)
    paired.invitations.invite([party], release=False)
    paired.invitations.withdraw(party)
    assert paired.invitations.block(party).invite.enabled
    with pytest.raises(KnownError) as problem:
        paired.invitations.withdraw(party)
    assert problem.value.code == "nothing-to-withdraw"
