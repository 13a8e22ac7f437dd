"""The three kinds of failure: the queue pauses, the engine stops for a person, or one item stops (architecture § 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from brokerdesk.core.clock import FixedClock
from brokerdesk.core.errors import KnownError
from brokerdesk.models.entities import SyncMeta
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.portal.domain import tokens
from brokerdesk.services import exchange
from brokerdesk.services.exchange import rounds
from brokerdesk.sync.report import State
from tests.support.portal import Office
from tests.sync.desks import TestDesk
from tests.sync.network import BadNetwork

Make = Callable[..., TestDesk]


def paired(desks: Make, office: Office, name: str = "anna", **values: object) -> tuple[TestDesk, BadNetwork]:
    """A paired desk behind a bad network."""
    network = BadNetwork()
    desk = desks(name, engine_values={"sessions": network.sessions}, **values)
    desk.pair(office)
    return desk, network


@pytest.mark.parametrize("fault", ["drop-request", "captive", "503", "500-page", "429", "cut-body"])
def test_the_queue_pauses_as_a_whole_and_uses_up_no_attempts(desks: Make, office: Office, fault: str) -> None:
    clock = FixedClock(datetime.now(tz=UTC))
    anna, network = paired(desks, office, clock=clock)
    anna.add_customer()
    network.only = lambda path: path.startswith("/v1/sync/push")
    network.plan = [fault]
    report = anna.sync(state=State.UNREACHABLE)
    assert report.outbox == 1
    assert report.wait_s is not None
    (item,) = anna.waiting
    assert (item.state, item.attempts, item.problem) == ("frozen", 0, None)
    if fault == "429":
        assert 7 <= report.wait_s <= 7.7
    assert anna.engine.run_once().state is State.WAITING
    clock.advance(timedelta(seconds=report.wait_s) - timedelta(milliseconds=2))
    assert anna.engine.run_once().state is State.WAITING
    assert 0 < anna.engine.next_delay_s(active=True) <= 0.01
    clock.advance(timedelta(milliseconds=4))
    assert anna.engine.run_once().state is State.IDLE
    assert anna.waiting == []
    assert exchange.status(anna.book).failures == 0


def test_after_eight_failures_only_the_meta_route_is_asked(desks: Make, office: Office) -> None:
    anna, network = paired(desks, office)
    anna.sync()
    for _ in range(8):
        network.plan = ["drop-request"]
        anna.sync(state=State.UNREACHABLE)
    asked: list[str] = []
    network.only = lambda path: asked.append(path) or False  # type: ignore[func-returns-value]
    network.plan = [None, "drop-request"]
    anna.sync()
    assert asked[0] == "/v1/meta"


def test_a_revoked_device_stops_and_keeps_everything(desks: Make, office: Office) -> None:
    anna, _ = paired(desks, office)
    party = anna.add_customer()
    anna.sync()
    anna.edit(party, phone="2")
    device = rounds.meta(anna.book)
    assert device is not None
    admin = office.desk()
    assert admin.client.delete(f"/v1/devices/{device.device_id}").status_code == 204
    anna.sync(state=State.REVOKED)
    assert anna.engine.run_once().state is State.REVOKED
    assert len(anna.waiting) == 1
    anna.pair(office)
    assert anna.sync().pushed == 1
    assert office.desk().book()["party", party]["data"]["phone"] == "2"


def test_a_poisonous_operation_is_cornered_and_the_rest_arrives(desks: Make, office: Office) -> None:
    clock = FixedClock(datetime.now(tz=UTC))
    anna, network = paired(desks, office, clock=clock)
    customers = [anna.add_customer(str(n)) for n in range(4)]
    network.only = lambda path: path.startswith("/v1/sync/push")
    poison = b'"id":"' + customers[2].encode()
    original = network.sessions

    def sessions(pins: frozenset[str]) -> object:
        session = original(pins)
        adapter = session.get_adapter("http://x")
        send = adapter.send

        def with_poison(request: object, **options: object) -> object:
            import gzip

            body = getattr(request, "body", None) or b""
            plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
            if poison in plain and b'"noop"' not in plain:
                network.plan.insert(0, "poison")
            return send(request, **options)

        adapter.send = with_poison  # type: ignore[method-assign]
        return session

    anna.engine.sessions = sessions  # type: ignore[assignment]
    for _ in range(30):
        report = anna.sync(state=None)
        clock.advance(timedelta(minutes=15))
        if report.state is State.IDLE:
            break
    assert report.state is State.IDLE
    (item,) = anna.waiting
    assert (item.state, item.problem, item.record_id) == ("attention", "poison", customers[2])
    there = office.desk().book()
    assert [("party", c) in there for c in customers] == [True, True, False, True]
    anna.engine.sessions = original
    anna.engine.close()
    assert exchange.retry(anna.book) == 1
    anna.sync()
    assert ("party", customers[2]) in office.desk().book()


def test_a_lost_refresh_answer_is_asked_for_again(desks: Make, office: Office) -> None:
    anna, network = paired(desks, office)
    anna.sync()
    expire_access(office)
    network.only = lambda path: path == "/v1/token"
    network.plan = ["drop-answer"]
    anna.sync(state=State.UNREACHABLE)
    anna.restart()
    anna.sync()
    expire_access(office)
    anna.sync()


def expire_access(office: Office) -> None:
    """All access tokens of the portal end now."""
    from brokerdesk.portal.store.tables import token

    with office.running.portal.database.writing() as connection:
        connection.execute(
            update(token).where(token.c.kind == tokens.ACCESS).values(expires_at="2020-01-01T00:00:00.000Z")
        )


def test_an_old_refresh_token_stops_the_device(desks: Make, office: Office) -> None:
    anna, _ = paired(desks, office)
    anna.sync()
    old = rounds.load_tokens(anna.book)
    for _ in range(2):
        expire_access(office)
        anna.sync()
    rounds.save_tokens(anna.book, old)
    anna.restart()
    expire_access(office)
    anna.sync(state=State.SIGN_IN)
    assert anna.engine.run_once().state is State.SIGN_IN


def test_a_full_book_does_not_pair_with_a_full_office(desks: Make, office: Office) -> None:
    anna, _ = paired(desks, office)
    anna.add_customer()
    anna.sync()
    bert = desks("bert")
    bert.add_customer()
    with pytest.raises(KnownError, match="sync-portal-not-empty"):
        bert.pair(office)
    assert bert.waiting == []
    assert exchange.status(bert.book).paired is False


@pytest.mark.parametrize(
    ("url", "code", "error"),
    [
        ("http://portal.example", None, "sync-portal-url"),
        ("ftp://portal.example", None, "sync-portal-url"),
        ("https://user:pw@portal.example", None, "sync-portal-url"),
        ("http://127.0.0.1:9", None, "sync-portal-away"),
        (None, "ABCD", "sync-code-wrong"),
        (None, "2222-2222-2222", "sync-code"),
    ],
)
def test_pairing_says_what_is_wrong(desks: Make, office: Office, url: str | None, code: str | None, error: str) -> None:
    from brokerdesk.sync.pairing import pair

    anna = desks("anna")
    with pytest.raises(KnownError, match=error):
        pair(anna.book, url or office.running.url, code or office.pairing_code(), device_name="x")


def test_a_used_code_is_refused(desks: Make, office: Office) -> None:
    from brokerdesk.sync.pairing import pair

    code = office.pairing_code()
    anna, bert = desks("anna"), desks("bert")
    pair(anna.book, office.running.url, code, device_name="a")
    with pytest.raises(KnownError, match="sync-code-refused"):
        pair(bert.book, office.running.url, code, device_name="b")


def test_an_online_operation_is_refused_at_once_and_leaves_nothing(desks: Make, office: Office) -> None:
    anna, network = paired(desks, office)
    party = anna.add_customer()
    with pytest.raises(KnownError, match="sync-online-refused"):
        anna.engine.execute_online("invitation.link", kind="invitation", record_id=party)
    assert anna.waiting == []
    network.plan = ["drop-request"]
    with pytest.raises(KnownError, match="sync-offline"):
        anna.engine.execute_online("invitation.link", kind="invitation", record_id=party)
    assert anna.waiting == []


@pytest.mark.feature("S2.36")
def test_a_link_is_made_online_and_told(desks: Make, office: Office) -> None:
    anna, network = paired(desks, office)
    party = anna.add_customer("Muster", email="a@kunde.example", first_name="Eva")
    invitation = anna.invite(party, channel="link")
    verdict = anna.engine.execute_online("invitation.link", kind="invitation", record_id=invitation)
    assert str((verdict.result or {})["url"]).startswith("http")
    network.only = lambda path: path.startswith("/v1/sync/push")
    network.plan = ["drop-answer"]
    with pytest.raises(KnownError, match="sync-outcome-unknown"):
        anna.engine.execute_online("invitation.link", kind="invitation", record_id=invitation)
    anna.sync()
    assert anna.waiting == []


def test_the_clock_of_the_desk_decides_nothing(desks: Make, office: Office) -> None:
    clock = FixedClock(datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC))
    anna, _ = paired(desks, office, clock=clock)
    anna.add_customer()
    assert anna.sync().pushed == 1
    clock.moment = datetime(1970, 1, 2, tzinfo=UTC)
    anna.add_customer("Zweite")
    assert anna.sync().pushed == 1


def test_the_wrong_clock_of_a_computer_is_told(desks: Make, office: Office) -> None:
    anna, _ = paired(desks, office)
    with anna.book.work(origin=ChangeOrigin.FEED) as unit:
        unit.session.query(SyncMeta).one().clock_offset_ms = 400_000
        unit.commit()
    anna.engine._offset_ms = None
    assert abs(exchange.status(anna.book).clock_offset_ms) > 300_000
    report = anna.sync()
    assert not report.clock_warning
    assert abs(exchange.status(anna.book).clock_offset_ms) < 60_000


def test_a_reader_pulls_although_he_may_not_push(desks: Make, office: Office) -> None:
    anna, _ = paired(desks, office)
    party = anna.add_customer()
    anna.sync()
    rita = desks("rita")
    rita.pair(office, office.employee(name="Rita", role="reader"))
    rita.sync()
    rita.edit(party, phone="9")
    report = rita.sync()
    assert report.problem == "scope"
    assert len(rita.waiting) == 1
    anna.edit(party, email="a@kunde.example")
    anna.sync(), rita.sync()
    found = rita.show(party)
    assert found is not None
    assert found["email"] == "a@kunde.example"


def test_paused_by_hand(desks: Make, office: Office) -> None:
    anna, _ = paired(desks, office)
    exchange.pause(anna.book, paused=True)
    assert anna.engine.run_once(force=True).state is State.PAUSED
    exchange.pause(anna.book, paused=False)
    assert anna.engine.next_delay_s(active=True) > 0
    anna.sync()


def test_an_unpaired_book_does_nothing(desks: Make) -> None:
    anna = desks("anna", engine_values={})
    assert anna.engine.run_once().state is State.UNPAIRED
    assert anna.waiting == []
    assert 600 < anna.engine.next_delay_s(active=False) < 1_200
