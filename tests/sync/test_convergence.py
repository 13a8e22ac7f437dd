"""Random programs of two or three desks on a bad network end in one state, with every edit accounted for (reliability Y2).

Every edit writes a value of its own, so that an observer of the feed can tell which edit a value belongs to.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from brokerdesk.services import exchange
from brokerdesk.services.exchange.fields import fields_of
from brokerdesk.sync.report import State
from tests.support.portal import Desk as Observer
from tests.support.portal import Running
from tests.support.repeats import repeats
from tests.sync.desks import TestDesk
from tests.sync.network import FAULTS, BadNetwork
from tests.sync.scenarios import Killed

FIELDS = {"phone": "phone", "email": "email", "profession": "profession", "street": "address", "city": "address"}
"""Edited column → field of the wire."""
POINTS = (
    "before-freeze", "mid-freeze", "after-freeze", "request-sent", "answer-received", "mid-verdicts",
    "verdicts-recorded", "page-received", "mid-page", "page-applied",
)  # fmt: skip
DESKS, RECORDS = 3, 2

_desk = st.integers(0, DESKS - 1)
_record = st.integers(0, RECORDS - 1)
ACTIONS = st.one_of(
    st.tuples(st.just("edit"), _desk, _record, st.sampled_from(sorted(FIELDS))),
    st.tuples(st.just("edit"), _desk, _record, st.sampled_from(sorted(FIELDS))),
    st.tuples(st.just("tag"), _desk, _record, st.sampled_from("abc")),
    st.tuples(st.just("add"), _desk),
    st.tuples(st.just("sync"), _desk),
    st.tuples(st.just("sync"), _desk),
    st.tuples(st.just("fault"), _desk, st.lists(st.sampled_from((None, *FAULTS)), min_size=1, max_size=4)),
    st.tuples(st.just("late"), _desk),
    st.tuples(st.just("kill"), _desk, st.sampled_from(POINTS)),
    st.tuples(st.just("restart"), _desk),
    st.tuples(st.just("resolve"), _desk, st.sampled_from(("mine", "theirs", "other"))),
    st.tuples(st.just("resync"), _desk),
)


@dataclass(slots=True)
class Office:
    """The desks of one program, what their people did and saw, and what an observer saw on the portal."""

    desks: list[TestDesk]
    networks: list[BadNetwork]
    observer: Observer
    records: list[str]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    kill_at: str | None = None
    wanted: dict[tuple[int, str, str], str] = field(default_factory=dict)
    seen: dict[tuple[int, str, str], set[Any]] = field(default_factory=dict)
    history: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    revs: dict[str, int] = field(default_factory=dict)
    cursor: str | None = None

    def fault(self, point: str) -> None:
        """Dies at the wanted point."""
        if point == self.kill_at:
            self.kill_at = None
            raise Killed(point)

    # what people do

    def run(self, action: tuple[Any, ...]) -> None:
        """One action of a program."""
        getattr(self, "_" + action[0])(*action[1:])
        self.look()

    def _edit(self, who: int, which: int, column: str) -> None:
        desk, party = self.desks[who], self.records[which]
        if desk.show(party) is None:
            return
        value = f"{column}-{who}-{next(self.numbers)}"
        desk.edit(party, **{column: value})
        self.wanted[who, party, column] = value

    def _tag(self, who: int, which: int, tag: str) -> None:
        desk, party = self.desks[who], self.records[which]
        shown = desk.show(party)
        if shown is not None:
            tags = set(shown["tags"])
            desk.edit(party, tags=sorted(tags ^ {tag}))

    def _add(self, who: int) -> None:
        party = self.desks[who].add_customer(f"Neu-{next(self.numbers)}")
        self.desks[who].add_contract(party)

    def _sync(self, who: int) -> None:
        try:
            self.desks[who].sync(state=None)
        except Killed:
            event("killed")
            self.desks[who].restart()

    def _fault(self, who: int, plan: list[str | None]) -> None:
        self.networks[who].plan = list(plan)
        self._sync(who)

    def _late(self, who: int) -> None:
        self.networks[who].deliver_late()

    def _kill(self, who: int, point: str) -> None:
        self.kill_at = point
        self._sync(who)
        self.kill_at = None

    def _restart(self, who: int) -> None:
        self.desks[who].restart()

    def _resync(self, who: int) -> None:
        from brokerdesk.services.exchange import pages

        pages.begin_resync(self.desks[who].book, "cursor_expired", keep=False)

    def _resolve(self, who: int, how: str) -> None:
        desk = self.desks[who]
        for conflict in desk.conflicts[:1]:
            event(f"resolved {how}")
            columns = [c for c, f in FIELDS.items() if f == conflict.field]
            if how == "mine":
                exchange.resolve_mine(desk.book, [conflict.key])
                continue
            for column in columns:
                self.wanted.pop((who, conflict.record_id, column), None)
            if how == "theirs":
                exchange.resolve_theirs(desk.book, [conflict.key])
            else:
                value: Any = f"{conflict.field}-{who}-{next(self.numbers)}"
                if conflict.field == "address":
                    value = dict(conflict.mine) | {"street": value}
                exchange.resolve_other(desk.book, conflict.key, value)

    # what can be seen

    def look(self) -> None:
        """Note what every desk shows and what the portal holds; check what must hold at every moment."""
        for who, desk in enumerate(self.desks):
            for party in self.records:
                shown = desk.show(party)
                for wire in set(FIELDS.values()) if shown else ():
                    assert shown is not None
                    self.seen.setdefault((who, party, wire), set()).add(_key(shown[wire]))
            for conflict in desk.conflicts:
                self.seen.setdefault((who, conflict.record_id, conflict.field), set()).add(_key(conflict.theirs))
        changes, self.cursor = self.observer.pull(self.cursor)
        for change in changes:
            self._observe(change)

    def _observe(self, change: dict[str, Any]) -> None:
        record_id = change["id"]
        if change["type"] != "party" or record_id not in self.records:
            return
        assert change["rev"] > self.revs.get(record_id, 0), "INV-05: revisions rise"
        self.revs[record_id] = change["rev"]
        for wire in set(FIELDS.values()):
            value = _key(change["data"].get(wire))
            history = self.history.setdefault((record_id, wire), [])
            if history and history[-1] == value:
                continue
            assert value not in history, f"INV-03: {wire} {value} is written twice: {history}"
            history.append(value)

    # the end

    def heal(self) -> None:
        """Everybody comes online and stays so until nothing moves."""
        for network in self.networks:
            network.plan = []
            network.deliver_late()
        for _ in range(4):
            for desk in self.desks:
                report = desk.sync(state=None)
                assert report.state is State.IDLE, report
            self.look()

    def check(self) -> None:
        """INV-01, INV-02, INV-11."""
        book = self.observer.book()
        for desk in self.desks:
            assert [i for i in desk.waiting if i.state != "attention"] == [], "INV-11: the queue drains"
            assert desk.ids("party") == {i for k, i in book if k == "party"}
            assert desk.ids("contract") == {i for k, i in book if k == "contract"}
            disputed = {(c.record_id, c.field): c for c in desk.conflicts}
            for (kind, record_id), change in book.items():
                if kind in {"party", "contract"}:
                    _compare(desk, kind, record_id, change, disputed)
        for (who, party, column), value in self.wanted.items():
            assert self._is_accounted(who, party, column, value), f"INV-02: {column} {value} of {who} vanished"

    def _is_accounted(self, who: int, party: str, column: str, value: str) -> bool:
        wire = FIELDS[column]
        if any(_holds(old, column, value) for old in self.history.get((party, wire), [])):
            return True
        desk = self.desks[who]
        mine = [c.mine for c in desk.conflicts if c.record_id == party and c.field == wire]
        return any(_holds(_key(m), column, value) for m in mine)


def _compare(desk: TestDesk, kind: str, record_id: str, change: dict[str, Any], disputed: dict[Any, Any]) -> None:
    shown = desk.show(record_id, kind)
    assert shown is not None
    for wire in fields_of(kind).fields:
        there = change["data"].get(wire.name)
        conflict = disputed.get((record_id, wire.name))
        if conflict is not None:
            assert wire.same(conflict.theirs, there), f"the conflict shows an old value of {wire.name}"
        else:
            assert wire.same(shown[wire.name], there), f"INV-01: {wire.name} {shown[wire.name]} is not {there}"
    assert desk.rev(record_id, kind) == change["rev"]


def _key(value: Any) -> Any:
    if isinstance(value, dict):
        filled = tuple(sorted((k, v) for k, v in value.items() if v is not None))
        return filled or None
    return value


def _holds(value: Any, column: str, wanted: str) -> bool:
    return (column, wanted) in value if isinstance(value, tuple) else value == wanted


@pytest.mark.slow
@pytest.mark.timeout(3_000)
@settings(max_examples=repeats(8, 150), deadline=None, suppress_health_check=list(HealthCheck))
@given(program=st.lists(ACTIONS, min_size=14, max_size=repeats(28, 80)))
def test_desks_converge_and_every_edit_is_accounted_for(portal: Running, program: list[tuple[Any, ...]]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="converge"))
    place = portal.office()
    desks: list[TestDesk] = []
    office = Office(desks, [], place.desk(), [])
    try:
        for n in range(DESKS):
            network = BadNetwork()
            values = {"sessions": network.sessions, "fault": office.fault}
            desks.append(TestDesk(folder / f"d{n}", engine_values=values))
            office.networks.append(network)
            desks[n].pair(place, place.employee(name=f"d{n}", role="admin"))
        office.records += [desks[0].add_customer(f"Muster-{n}", tags=["a"]) for n in range(RECORDS)]
        for desk in desks:
            desk.sync()
        office.look()
        for action in program:
            office.run(action)
        office.heal()
        office.check()
    finally:
        for desk in desks:
            desk.close()
        portal.close_clients()
        shutil.rmtree(folder)
