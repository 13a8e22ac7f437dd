"""Kill −9 at every named point of a round: nothing acknowledged is missing, nothing is there twice (reliability C3)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from brokerdesk.models.entities import Contract
from brokerdesk.portal.store.tables import op_result
from tests.support.portal import Office
from tests.support.processes import child, received
from tests.support.repeats import repeats
from tests.sync.desks import TestDesk
from tests.sync.kill_story import edit_and_sync
from tests.sync.test_convergence import POINTS
from tests.sync.test_failures import expire_access

Make = Callable[..., TestDesk]


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("point", [*POINTS, "token-refreshed"])
def test_a_desk_killed_in_a_round_loses_and_repeats_nothing(
    desks: Make, office: Office, tmp_path: Path, point: str
) -> None:
    anna, bert = desks("anna"), desks("bert")
    anna.pair(office), bert.pair(office)
    party = anna.add_customer("Muster", phone="0")
    contract = anna.add_contract(party)
    anna.sync(), bert.sync()
    for turn in range(repeats(3, 28)):
        anna.edit(party, phone=f"before-{turn}")
        anna.edit(contract, Contract, product=f"before-{turn}")
        anna.sync(), bert.sync()
        bert.edit(party, email=f"bert-{turn}@makler.example")
        bert.add_customer(f"Von Bert {turn}")
        bert.sync()
        if point == "token-refreshed":
            expire_access(office)
        anna.close()
        nth = 2 if turn % 2 and point == "request-sent" else 1
        told = _killed(tmp_path / "anna", party, contract, point, nth)
        assert ("killed", point) in told
        anna.open()
        anna.sync(), bert.sync(), anna.sync()
        _check(office, anna, bert, party, contract, told, turn)


def _killed(folder: Path, party: str, contract: str, point: str, nth: int) -> list[tuple[str, ...]]:
    with child(edit_and_sync, str(folder), party, contract, point, nth) as (process, pipe):
        process.join(60)
        assert process.exitcode == -9, process.exitcode
        time.sleep(0.01)
        return received(pipe)


def _check(
    office: Office, anna: TestDesk, bert: TestDesk, party: str, contract: str, told: list[tuple[str, ...]], turn: int
) -> None:
    assert anna.waiting == bert.waiting == []
    assert anna.conflicts == bert.conflicts == []
    assert anna.ids("party") == bert.ids("party")
    for kind in ("party", "contract"):
        for record_id in anna.ids(kind):
            assert anna.show(record_id, kind) == bert.show(record_id, kind)
    shown, sold = bert.show(party), bert.show(contract, "contract")
    assert shown is not None
    assert sold is not None
    assert (shown["phone"], shown["email"], sold["product"]) == ("anna", f"bert-{turn}@makler.example", "anna")
    for _, kind, record_id in (t for t in told if t[0] == "new"):
        assert record_id in bert.ids(kind)
    with office.running.portal.database.reading() as connection:
        ops = connection.execute(select(op_result.c.op_id).where(op_result.c.tenant_id == office.tenant_id)).scalars()
        assert max(Counter(ops).values()) == 1
    assert anna.count("journal") == anna.count("journal", "seq <= (SELECT next_seq - 1 FROM sync_meta)")
