"""Measured rates of push and pull, printed and never asserted as seconds (architecture § 8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from time import perf_counter, process_time

from sqlalchemy import insert

from brokerdesk.core.ids import new_id
from brokerdesk.models.entities import Contract, Party
from brokerdesk.services.exchange import pages, sending
from brokerdesk.services.exchange.fields import fields_of
from brokerdesk.services.exchange.messages import Incoming
from brokerdesk.store import feed
from brokerdesk.sync.freezing import encode_op
from tests.support.portal import Office
from tests.support.repeats import repeats
from tests.sync.desks import TestDesk

CUSTOMERS = repeats(250, 2_500)
PER_CUSTOMER = 3


def fill(desk: TestDesk, customers: int) -> int:
    """Customers with three contracts each, as an import writes them."""
    parties, contracts = [], []
    for n in range(customers):
        party = new_id(desk.clock)
        parties.append(
            {"id": party, "last_name": f"Müller-{n}", "first_name": "Zoë", "street": f"Weg {n}", "zip": "50667",
             "city": "Köln", "country": "DE", "email": f"k{n}@kunde.example", "roles": ["customer"],
             "customer_number": str(n), "birth_date": date(1980, 1, 1), "listed_name": "x", "sort_key": "x"}
        )  # fmt: skip
        contracts += [
            {"id": new_id(desk.clock), "party_id": party, "number": f"K-{n}-{m}", "line": "liability",
             "premium_gross_cents": 1_234, "frequency": "monthly", "start": date(2020, 1, 1),
             "risks": [{"label": "PKW B-AB 123"}], "details": {"a": 1}}
            for m in range(PER_CUSTOMER)
        ]  # fmt: skip
    with desk.book.work() as unit:
        unit.session.execute(insert(Party), parties)
        unit.session.execute(insert(Contract), contracts)
        unit.commit()
    return len(parties) + len(contracts)


def test_rates_of_push_and_pull(desks: Callable[..., TestDesk], office: Office) -> None:
    anna, bert = desks("anna"), desks("bert")
    records = fill(anna, CUSTOMERS)
    anna.pair(office)
    begun, cpu = perf_counter(), process_time()
    frozen = 0
    while count := sending.freeze_batch(anna.book, encode_op, limit=2_000, fields={}).count:
        frozen += count
    _tell("freeze and encode", frozen, begun, cpu)
    begun, cpu = perf_counter(), process_time()
    assert anna.sync().pushed == records
    _tell("push to verdict, portal in the same process", records, begun, cpu)
    bert.pair(office)
    begun, cpu = perf_counter(), process_time()
    assert bert.sync().pulled >= records
    _tell("pull end to end, portal in the same process", records, begun, cpu)
    assert bert.ids("contract") == anna.ids("contract")
    carl = desks("carl")
    carl.pair(office)
    page = [_incoming(anna, kind, i) for kind in ("party", "contract") for i in sorted(anna.ids(kind))]
    begun, cpu = perf_counter(), process_time()
    pages.apply_page(carl.book, page, cursor="c", position=1)
    _tell("apply one page to an encrypted book", len(page), begun, cpu)


def _incoming(desk: TestDesk, kind: str, record_id: str) -> Incoming:
    table = fields_of(kind)
    with desk.book.read() as connection:
        row = feed.load(connection, kind, [record_id], table.names)[record_id]
    values = dict(zip(table.names, row[4:], strict=True))
    return Incoming(kind=kind, id=record_id, rev=1, data={f.name: f.read(values) for f in table.fields})


def _tell(what: str, count: int, begun: float, cpu: float) -> None:
    seconds, used = perf_counter() - begun, process_time() - cpu
    print(f"{what}: {count / seconds:,.0f}/s ({count / max(used, 1e-6):,.0f} per second of CPU)")
