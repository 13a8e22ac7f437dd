"""The use case "import a GDV file": reads it as a stream, writes it chunk by chunk in one transaction, reports.

A dry run is the same work, rolled back. A verified backup before a large import is the caller's duty. Contracts that a
later full stock no longer names are listed, never ended (gdv.md § 7).
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from brokerdesk.core.clock import local_date
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.logs import logger
from brokerdesk.formats.gdv.reader import GdvReader
from brokerdesk.formats.gdv.records import ContractBundle, FileSummary, LooseRecord, PacketEnd, PacketStart
from brokerdesk.models.entities import ImportKey, ImportRun, RawRecords
from brokerdesk.models.rows.imports import ImportedChange, ImportRunRow
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.services.context import Context
from brokerdesk.services.gdv_import.chunk import Chunk, Run, Sighting, sighting_of
from brokerdesk.services.gdv_import.kept import unpacked
from brokerdesk.services.gdv_import.matching import SOURCE
from brokerdesk.services.gdv_import.orphans import attach, attach_unowned, names_nobody
from brokerdesk.services.gdv_import.report import ImportReport
from brokerdesk.services.lines import Lines
from brokerdesk.store.queries import imports

IMPORT_CANCELLED = register("import-cancelled")
IMPORT_UNREADABLE = register("import-unreadable")

CHUNK = 1000
_LOOSE = "gdv-loose"
_log = logger(__name__)
Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class GdvImport:
    """Imports GDV files into the open book and tells of former imports."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._context = context
        self._lines = Lines()

    def run(
        self,
        path: Path,
        *,
        dry_run: bool = False,
        charset: str | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> ImportReport:
        """Import one file: everything or nothing. `progress` hears (bytes read, bytes of the file).

        Raises `KnownError(import-cancelled)` when `cancelled` says so and `KnownError(import-unreadable)` when the file
        cannot be opened; the book is unchanged then.
        """
        heed = _heeding(cancelled)
        with _opened(path) as stream, _calm_collector():
            reader = _reader(stream, charset, progress, heed)
            with self._context.book.work(origin=ChangeOrigin.IMPORT) as unit:
                today = local_date(self._context.clock, self._context.time_zone)
                run = Run(unit, catalogue=self._lines.catalogue, today=today)
                summary = _read(run, reader, heed)
                if run.waiting:
                    _second_pass(run, stream, summary.charset, heed)
                _list_missing(run)
                _keep_loose(run)
                _finish_figures(run)
                report = run.tally.report(
                    summary,
                    file=path.name,
                    dry_run=dry_run,
                    run=None if dry_run else unit.id,
                    customers=run.people.counted(customers=True),
                    partners=run.people.counted(customers=False),
                    proposed=run.people.proposed,
                )
                heed()
                if not dry_run and report.importable:
                    unit.add(self._run_record(unit.id, report))
                    unit.commit()
        _log.info("gdv-imported", count=sum(summary.records.values()), state="dry" if dry_run else "done")
        return report

    def _run_record(self, run: str, report: ImportReport) -> ImportRun:
        return ImportRun(
            id=run,
            at=self._context.clock.now(),
            format="gdv",
            sha256=report.sha256,
            report=report.as_json(self._context.language.value),
        )

    def runs(self, *, limit: int = 200) -> list[ImportRunRow]:
        """Former imports, newest first."""
        with self._context.book.read() as connection:
            return imports.runs(connection, limit=limit)

    def changes_of(self, run: str, *, limit: int = 5000) -> list[ImportedChange]:
        """What one import changed on contracts that were there before, field by field."""
        with self._context.book.read() as connection:
            return imports.changes_of(connection, run, limit=limit)

    def raw_lines(self, contract: str) -> list[str]:
        """The physical records of the newest delivery of a contract, in their order."""
        with self._context.book.read() as connection:
            packs = imports.raw_records(connection, contract)
        return [line for pack in packs for line in unpacked(pack)]


@contextmanager
def _calm_collector() -> Iterator[None]:
    """Rarer searches for reference cycles: an import makes millions of objects and no cycles (a sixth of the time)."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = path.open("rb")
    except OSError as problem:
        raise KnownError(IMPORT_UNREADABLE) from problem
    with stream:
        yield stream


def _heeding(cancelled: Cancelled | None) -> Callable[[], None]:
    """What is called wherever an import can stop."""

    def heed() -> None:
        if cancelled is not None and cancelled():
            raise KnownError(IMPORT_CANCELLED)

    return heed


def _reader(stream: BinaryIO, charset: str | None, progress: Progress | None, heed: Callable[[], None]) -> GdvReader:
    def advance(done: int) -> None:
        heed()
        if progress is not None:
            progress(min(done, reader.scan.size), reader.scan.size)

    try:
        reader = GdvReader(stream, charset=charset, progress=advance)
    except OSError as problem:
        raise KnownError(IMPORT_UNREADABLE) from problem
    return reader


def _read(run: Run, reader: GdvReader, heed: Callable[[], None]) -> FileSummary:
    """The first pass: everything that finds its contract and policyholder."""
    waiting: dict[str, Sighting] = {}
    summary: FileSummary | None = None
    for event in reader:
        if isinstance(event, ContractBundle):
            run.tally.find(event.findings)
            if event.general is None:
                run.waiting += 1
                continue
            sighting = sighting_of(event)
            if len(waiting) >= CHUNK or sighting.name in waiting:
                heed()
                Chunk(run, list(waiting.values())).apply()
                waiting.clear()
            waiting[sighting.name] = sighting
            run.vus.setdefault(event.key.vu)
        elif isinstance(event, FileSummary):
            run.tally.find(event.notes)
            summary = event
        else:
            _frame(run, event)
    if waiting:
        heed()
        Chunk(run, list(waiting.values())).apply()
    if summary is None:
        raise AssertionError("the reader always ends with a summary")
    return summary


def _frame(run: Run, event: PacketStart | PacketEnd | LooseRecord) -> None:
    run.tally.find(event.findings)
    if isinstance(event, LooseRecord):
        run.loose.add((event.raw,))
        return
    run.loose.add(event.raw)
    if isinstance(event, PacketStart):
        run.insurers.announce(event.vu, event.sender)
    else:
        run.tally.packets.append(event)


def _second_pass(run: Run, stream: BinaryIO, charset: str, heed: Callable[[], None]) -> None:
    stream.seek(0)
    for event in _reader(stream, charset, None, heed):
        if not isinstance(event, ContractBundle):
            continue
        if event.general is None:
            attach(run, event)
        elif names_nobody(event):
            attach_unowned(run, event)


def _list_missing(run: Run) -> None:
    """Contracts of an insurer that this delivery does not name, when it names at least half of them (a full stock)."""
    for vu in run.vus:
        keys = imports.keys_from(run.unit.connection, SOURCE, f"c\x1f{vu}\x1f")
        absent = [record_id for name, record_id in keys if hash(name) not in run.seen]
        if not absent or len(absent) * 2 > len(keys):
            continue
        for number in imports.live_contracts(run.unit.connection, absent).values():
            parameters = (("policy", number), ("vu", vu))
            run.tally.find([Finding(severity=Severity.INFO, code="contract-missing", parameters=parameters)])


def _keep_loose(run: Run) -> None:
    """One pack of the records that belong to no contract; the same pack again is not kept twice."""
    digest, pack = run.loose.finish()
    if not run.loose.count or imports.import_keys(run.unit.connection, _LOOSE, [digest]):
        return
    run.writer.insert(RawRecords, [{"run": run.unit.id, "record_id": None, "lines": pack}])
    run.writer.insert(ImportKey, [{"source": _LOOSE, "name": digest, "record_id": run.unit.id, "fingerprint": None}])


def _finish_figures(run: Run) -> None:
    first: Any = run.writer.first_key.get("party")
    if first is not None:
        run.unit.connection.exec_driver_sql(
            "UPDATE party SET customer_since = s.first FROM"
            " (SELECT party_id, min(start) AS first FROM contract GROUP BY party_id) AS s"
            " WHERE s.party_id = party.id AND s.first IS NOT NULL AND party.key >= ? AND party.is_customer",
            (first,),
        )
    run.writer.finish()
