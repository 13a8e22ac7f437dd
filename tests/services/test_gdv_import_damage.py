"""Damaged deliveries and killed imports: nothing raises, nothing is lost, nothing is there twice or half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokerdesk.services.gdv_import.kept import unpacked
from tests.support.books import BookPlace, new_place
from tests.support.gdv_files import DAMAGES, events_of, every_line, gdv_file, portfolio, raws_of
from tests.support.imports import Importing, importing
from tests.support.repeats import repeats, seeded

KILLS, PARTS = repeats(15, 50), repeats(2, 6)
"""30 killed imports in `test`, 300 in the long tier, in parts that stand side by side."""
EXAMPLES = repeats(12, 150)
_KILLED = """
import sys
from pathlib import Path
from brokerdesk.core.clock import SystemClock
from brokerdesk.core.ids import new_id
from brokerdesk.services.context import Context
from brokerdesk.services.gdv_import import GdvImport
from brokerdesk.store.book import open_book
folder, key, profile, file = sys.argv[1:]
with open_book(Path(folder), bytes.fromhex(key), profile_id=profile, clock=SystemClock()) as book:
    print("open", flush=True)
    GdvImport(Context(book, SystemClock())).run(Path(file))
    print("done", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Importing]:
    with importing(tmp_path) as made:
        yield made


def kept_lines(desk: Importing) -> list[str]:
    """Every physical record that the book keeps."""
    return sorted(line for row in desk.rows("SELECT lines FROM raw_records") for line in unpacked(row["lines"]))


_GOOD = gdv_file(every_line())
_LINES = _GOOD.split(b"\r\n")[:-1]


@pytest.mark.parametrize("name", list(DAMAGES))
def test_a_damaged_delivery_is_taken_whole_and_once(desk: Importing, name: str) -> None:
    data = DAMAGES[name](_GOOD)
    report = desk.deliver(data)
    if report.importable:
        delivered = {record.text for record in raws_of(events_of(data))}
        assert set(kept_lines(desk)) == delivered, "every record is kept, and none that was not delivered"
    before = desk.dump()
    again = desk.deliver(data)
    assert desk.dump() == before
    assert again.contracts.new == again.contracts.changed == again.customers.new == again.customers.changed == 0
    desk.deliver(_GOOD)
    desk.deliver(data)
    before = desk.dump()
    desk.deliver(data)
    assert desk.dump() == before, "a damaged delivery on top of a good one settles too"


@settings(max_examples=EXAMPLES)
@given(
    chosen=st.lists(st.sampled_from(_LINES), max_size=25),
    damage=st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), max_size=30),
    separator=st.sampled_from([b"\r\n", b"\n", b""]),
)
def test_any_mix_of_records_is_imported_once(
    chosen: list[bytes], damage: list[tuple[int, int]], separator: bytes
) -> None:
    data = bytearray(b"".join(line + separator for line in chosen))
    for place, value in damage:
        if place < len(data):
            data[place] = value
    with tempfile.TemporaryDirectory() as folder, importing(Path(folder)) as desk:
        report = desk.deliver(bytes(data))
        if report.importable:
            assert set(kept_lines(desk)) == {record.text for record in raws_of(events_of(bytes(data)))}
        before = desk.dump()
        desk.deliver(bytes(data))
        assert desk.dump() == before


def test_details_delivered_far_from_their_contract_find_it(desk: Importing) -> None:
    lines = portfolio(400).split(b"\r\n")[:-1]
    key = lines[1][13:32]
    own = [line for line in lines if line[13:32] == key]
    late = [line for line in own if not line.startswith((b"0100", b"0200"))]
    data = b"".join(line + b"\r\n" for line in [*(ln for ln in lines if ln not in late), *late])
    desk.deliver(portfolio(400))
    in_order = desk.rows("SELECT number, risks, persons FROM contract ORDER BY key LIMIT 1")
    with tempfile.TemporaryDirectory() as folder, importing(Path(folder)) as other:
        report = other.deliver(data)
        assert (report.contracts.new, report.unassigned) == (400, 0)
        assert other.rows("SELECT number, risks, persons FROM contract ORDER BY key LIMIT 1") == in_order
        before = other.dump()
        other.deliver(data)
        assert other.dump() == before


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_killed_import_leaves_all_or_nothing(tmp_path: Path, part: int) -> None:
    data = portfolio(500)
    file = tmp_path / "delivery.gdv"
    file.write_bytes(data)
    random = seeded(f"killed import {part}")
    place, ends = None, set()
    for number in range(KILLS):
        place = place or new_place(tmp_path / f"book{number}")
        acknowledged = _killed_import(place, file, after_s=random.uniform(0.0, 0.9))
        with place.open() as book, book.read() as connection:
            counts = [
                connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
                for table in ("contract", "import_run", "raw_records")
            ]
            assert connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() == "ok"
            assert not connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        assert counts in ([0, 0, 0], [500, 1, 501]), "all or nothing"
        assert counts[0] or not acknowledged, "nothing acknowledged is missing"
        ends.add(bool(counts[0]))
        place = None if counts[0] else place
    print("ends seen:", ends)


def _killed_import(place: BookPlace, file: Path, *, after_s: float) -> bool:
    """Start an import in a process of its own and kill it; returns whether it had said that it is done."""
    child = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(place.folder), place.key.hex(), place.profile_id, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        time.sleep(after_s)
        child.send_signal(signal.SIGKILL)
        return "done" in child.stdout.read()
