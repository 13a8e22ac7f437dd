"""Contract overviews: PDFs per second on one core, from the encrypted book to the bytes."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter, process_time

from tests.benchmarks.figures import Figure
from tests.benchmarks.stage import Stage

_CUSTOMERS = 120


def overviews(stage: Stage) -> Iterator[Figure]:
    """PDFs of customers with five contracts each. The floor only reads the same records."""
    count = stage.repeats(_CUSTOMERS)
    with stage.desk() as desk:
        ids = [row.id for row in desk.customers.rows(range(1, count + 1))]
        desk.overviews.render(ids[0])
        wall, cpu = perf_counter(), process_time()
        for party_id in ids:
            assert desk.overviews.render(party_id).startswith(b"%PDF")
        cpu, wall = process_time() - cpu, perf_counter() - wall
    begin = perf_counter()
    for party_id in ids:
        stage.plain.execute("SELECT * FROM party WHERE id = ?", (party_id,)).fetchall()
        stage.plain.execute("SELECT * FROM contract WHERE party_id = ?", (party_id,)).fetchall()
    plain = perf_counter() - begin
    yield Figure(
        name="overview PDFs", unit="PDFs/s/core", goal=60, higher=True, value=count / cpu, cpu=count / cpu, floor=count / plain,
        count=count, note=f"from the book to the bytes; {count / wall:.0f} per second of the clock in this run; the floor only reads the records",
    )  # fmt: skip
