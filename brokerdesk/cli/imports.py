"""`import gdv`: files from insurers into the book."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from brokerdesk.cli.output import Output
from brokerdesk.cli.program import ATTENTION, DONE, REFUSED, common
from brokerdesk.cli.session import open_desk, profile_of
from brokerdesk.services import profiles
from brokerdesk.services.gdv_import import GdvImport

BACKUP_FROM_BYTES = 256 * 1_000
"""Imports above about 1,000 records are preceded by a verified backup (reliability.md § 3, S7)."""


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("import", help="files from outside").add_subparsers(dest="format", required=True)
    gdv = group.add_parser("gdv", parents=[common()], help="portfolio files of insurers (GDV)")
    gdv.add_argument("files", nargs="+", type=Path, metavar="FILE")
    gdv.add_argument("--dry-run", action="store_true", help="count and check, write nothing")
    gdv.add_argument("--charset", help="instead of the guessed one")
    gdv.set_defaults(action=_gdv)


def _gdv(arguments: argparse.Namespace, output: Output) -> int:
    reports = []
    with open_desk(arguments, output) as desk, stoppable() as stopped:
        importer = GdvImport(desk.context)
        large = any(f.exists() and f.stat().st_size > BACKUP_FROM_BYTES for f in arguments.files)
        dry_run, charset = arguments.dry_run, arguments.charset
        if large and not dry_run:
            profiles.automatic_backup(profile_of(arguments), desk.book, reason="import", force=True)
        for file in arguments.files:
            report = importer.run(file, dry_run=dry_run, charset=charset, progress=output.progress, cancelled=stopped)
            reports.append(report)
    shown = [report.as_json(output.texts.language) for report in reports]
    output.result({"files": shown}, *(_line(r, output) for r in shown))
    if not any(report.importable for report in reports):
        return REFUSED
    return ATTENTION if any(report.findings for report in reports) else DONE


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Ctrl-C asks the import to stop at the next safe place; a second one breaks it off.

    An exception in the middle would be lost where Python clears away an object, and the import would go on. A program
    that was told to ignore Ctrl-C (`nohup`, a script's background) still does.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield lambda: False
        return
    asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def _line(report: dict[str, Any], output: Output) -> str:
    return output.say(
        "cli.imported",
        file=report["file"],
        customers=report["customers"]["new"],
        contracts=report["contracts"]["new"],
        changed=report["contracts"]["changed"],
        findings=len(report["findings"]),
    )
