"""Pure rules of the exchange: waiting, watching, comparing, merging."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokerdesk.core.errors import KnownError
from brokerdesk.portal.domain.merge import Do, merge_edit, merge_set
from brokerdesk.services.exchange.fields import fields_of
from brokerdesk.services.exchange.merging import Take, decide, set_delta
from brokerdesk.sync import backoff, digest, watchdog
from brokerdesk.sync.appliers import incoming
from brokerdesk.sync.pairing import PairingCode
from brokerdesk.sync.versions import check_version, known_fields, limit
from brokerdesk.wire.codes import new_code
from brokerdesk.wire.digest import check_of
from brokerdesk.wire.pull import DigestEntry

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PARTY = fields_of("party").by_name


# waiting


@given(failures=st.integers(1, 200), seed=st.integers(0, 2**32))
def test_the_delay_is_jittered_and_never_longer_than_a_quarter_of_an_hour(failures: int, seed: int) -> None:
    assert 0 <= backoff.delay_s(failures, random.Random(seed)) <= min(900, 2 * 2.0**failures)


@given(asked=st.floats(0, 86_400), seed=st.integers(0, 2**32))
def test_what_the_portal_asks_for_is_kept(asked: float, seed: int) -> None:
    waited = backoff.delay_s(1, random.Random(seed), retry_after=asked)
    assert asked <= waited <= max(asked, 4) * 1.1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("7", 7),
        ("-5", 0),
        ("99999999", 86_400),
        ("9" * 40, None),
        ("soon", None),
        ("Sun, 01 Mar 2026 09:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 08:00:00 GMT", 0),
        ("Mon, 01 Mar 2027 09:00:00 GMT", 86_400),
    ],
)
def test_retry_after_is_read_against_the_portals_clock(text: str, expected: float | None) -> None:
    headers = {"retry-after": text, "bd-server-time": "2026-03-01T09:00:00.000Z", "date": "nonsense"}
    assert backoff.retry_after_s(headers) == expected


def test_without_any_server_time_a_date_means_nothing() -> None:
    assert backoff.retry_after_s({"retry-after": "Sun, 01 Mar 2026 09:00:30 GMT"}) is None


def test_a_click_is_heard_at_once_but_not_every_second() -> None:
    rng = random.Random(1)
    assert backoff.nudged_s(rng, since_last=timedelta(minutes=5)) <= 5
    assert backoff.nudged_s(rng, since_last=timedelta(seconds=10)) >= 20
    assert 48 <= backoff.poll_s(rng, active=True) <= 72
    assert 720 <= backoff.poll_s(rng, active=False) <= 1_080


# watching


def test_the_watchdog_restarts_once_and_then_shows_red() -> None:
    watch, alarm = watchdog.observe(watchdog.Watch(), now=NOW, waiting=True, reachable=True, last_seq=5)
    alarms = [alarm]
    for minute in range(1, 25):
        watch, alarm = watchdog.observe(
            watch, now=NOW + timedelta(minutes=minute), waiting=True, reachable=True, last_seq=5
        )
        alarms.append(alarm)
    assert [a for a in alarms if a is not watchdog.Alarm.NONE] == [watchdog.Alarm.RESTART, watchdog.Alarm.RED]
    watch, alarm = watchdog.observe(watch, now=NOW, waiting=True, reachable=True, last_seq=6)
    assert (watch.restarts, alarm) == (0, watchdog.Alarm.NONE)


def test_a_missing_network_is_no_standstill() -> None:
    watch, _ = watchdog.observe(watchdog.Watch(), now=NOW, waiting=True, reachable=True, last_seq=5)
    for minute in range(1, 60):
        later = NOW + timedelta(minutes=minute)
        watch, alarm = watchdog.observe(watch, now=later, waiting=True, reachable=False, last_seq=5)
        assert alarm is watchdog.Alarm.NONE


# comparing


def test_digests_find_a_missing_an_additional_and_an_older_record() -> None:
    here = {"party": [("a", 1), ("b", 2)], "claim": [("c", 1)]}
    same = {
        "party": DigestEntry(count=2, sum=str((check_of("party", "a", 1) + check_of("party", "b", 2)) % 2**64)),
        "claim": DigestEntry(count=1, sum=str(check_of("claim", "c", 1))),
    }
    assert digest.compare(here, same) == []
    older = digest.compare({**here, "party": [("a", 1), ("b", 1)]}, same)
    assert [(d.kind, d.here, d.there) for d in older] == [("party", 2, 2)]
    assert [d.kind for d in digest.compare({"party": here["party"]}, same)] == ["claim"]
    assert [d.kind for d in digest.compare(here, {})] == ["claim", "party"]


# merging: the desk decides as the portal will

_VALUES = st.sampled_from([None, "1", "2", "3"])
_CONSENTS = st.sampled_from([None, "granted", "refused", "withdrawn"])
_SETS = st.lists(st.sampled_from("abcd"), unique=True)


@given(base=_VALUES, mine=_VALUES, theirs=_VALUES)
def test_a_scalar_is_decided_as_on_the_portal(base: Any, mine: Any, theirs: Any) -> None:
    field = PARTY["phone"]
    here, there = decide(field, base=base, mine=mine, theirs=theirs), merge_edit(field.spec, theirs, base, mine)
    expected = {Do.KEEP: Take.THEIRS, Do.WRITE: Take.MINE, Do.CONFLICT: Take.CONFLICT}[there.do]
    assert here.take is expected


@given(base=_CONSENTS, mine=_CONSENTS, theirs=_CONSENTS)
def test_a_consent_is_decided_as_on_the_portal_and_never_shown_wider(base: Any, mine: Any, theirs: Any) -> None:
    field = PARTY["consent_email"]
    here, there = decide(field, base=base, mine=mine, theirs=theirs), merge_edit(field.spec, theirs, base, mine)
    expected = {Do.KEEP: Take.THEIRS, Do.WRITE: Take.MINE, Do.CONFLICT: Take.CONFLICT_SHOW_THEIRS}[there.do]
    assert here.take is expected


@given(base=_SETS, mine=_SETS, theirs=_SETS)
def test_a_set_ends_here_as_on_the_portal(base: list[str], mine: list[str], theirs: list[str]) -> None:
    field = PARTY["tags"]
    add, remove = set_delta(base, mine)
    there = merge_set(field.spec, theirs, add, remove)
    here = decide(field, base=base, mine=mine, theirs=theirs)
    shown = set(theirs) if here.take is Take.THEIRS else set(here.value)
    assert shown == set(theirs if there.do is Do.KEEP else there.value)


@given(data=st.data())
def test_a_group_is_one_unit_as_on_the_portal(data: st.DataObject) -> None:
    field = PARTY["bank"]
    values = st.fixed_dictionaries({n: st.sampled_from([None, "A", "B"]) for n in ("iban", "bic", "bank_holder")})
    base, mine, theirs = (data.draw(values) for _ in range(3))
    here, there = decide(field, base=base, mine=mine, theirs=theirs), merge_edit(field.spec, theirs, base, mine)
    expected = {Do.KEEP: Take.THEIRS, Do.WRITE: Take.MINE, Do.CONFLICT: Take.CONFLICT}[there.do]
    assert here.take is expected


# reading what the portal says


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"type": 1, "id": "x" * 36, "rev": 1, "op": "upsert", "data": {}},
        {"type": "party", "id": "short", "rev": 1, "op": "upsert", "data": {}},
        {"type": "party", "id": "x" * 36, "rev": 0, "op": "upsert", "data": {}},
        {"type": "party", "id": "x" * 36, "rev": True, "op": "upsert", "data": {}},
        {"type": "party", "id": "x" * 36, "rev": 1, "op": "upsert", "data": [1]},
        {"type": "party", "id": "x" * 36, "rev": 1, "op": "upsert", "data": {}, "origin": "me"},
    ],
)
def test_a_lying_portal_is_not_believed(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        incoming([change])


def test_removals_without_an_author_are_unexplained() -> None:
    base = {"type": "party", "id": "x" * 36, "rev": 1, "op": "delete", "at": "2026-03-01T09:00:00.000Z"}
    authors: list[dict[str, Any]] = [
        {"reason": "withdrawn"},
        {"reason": "withdrawn", "origin": {"device_id": None, "actor": "portal"}},
        {"reason": "withdrawn", "origin": {"device_id": "d"}},
        {"reason": "out_of_scope"},
        {"reason": "erased"},
        {"reason": "merged"},
    ]
    found = incoming([base | a for a in authors])
    assert [f.explained for f in found] == [False, False, True, True, True, True]
    assert all(f.data is None for f in found)


# codes and versions


def test_the_long_form_of_a_code_carries_the_pin() -> None:
    code, pin = new_code(12), "ab" * 32
    assert PairingCode.parse(f" {code.lower()} ").pin is None
    assert PairingCode.parse(f"{code}.{pin.upper()}").pin == pin
    for wrong in ("", code[:-1], f"{code}.", f"{code}.xyz", f"{code}.{pin}ab"):
        with pytest.raises(KnownError, match="sync-code-wrong"):
            PairingCode.parse(wrong)


def test_versions_and_limits_of_a_portal() -> None:
    from brokerdesk.sync.failures import UpgradeError
    from brokerdesk.wire.meta import LimitsMeta, MetaAnswer, Range, RetentionMeta

    def told(low: str, high: str, client: str = "0.0.1") -> MetaAnswer:
        return MetaAnswer(
            protocol=Range(min=low, max=high), server="1", epoch="e", server_time="t", min_client=client, features=[],
            entities={},
            limits=LimitsMeta(push_ops=1, push_bytes=1, group_ops=1, page_max=1, page_bytes=1),
            retention=RetentionMeta(tombstone_days=1, result_days=1, backup_horizon_days=1),
        )  # fmt: skip

    check_version(told("1.0", "1.9"))
    for wrong in (told("2.0", "2.1"), told("1.5", "1.9"), told("x", "1.0"), told("1.0", "1.0", "99.0.0")):
        with pytest.raises(UpgradeError):
            check_version(wrong)
    assert limit({"limits": {"push_ops": 10}}, "push_ops", 2_000) == 10
    assert limit({"limits": {"push_ops": "many"}}, "push_ops", 2_000) == 2_000
    assert limit({}, "push_ops", 2_000) == 2_000
    assert known_fields({"entities": {"party": {"fields": ["phone"]}, "x": 1}}) == {"party": frozenset({"phone"})}
    assert known_fields({}) == {}
