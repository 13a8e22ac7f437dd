"""`open`, `demo`, `screenshots`, `self-test`: what needs the window or the whole installation."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from brokerdesk.cli.output import Output
from brokerdesk.cli.program import common, plain
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.paths import has_module
from brokerdesk.core.texts import LANGUAGES

WINDOW_MISSING = register("window-missing")


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    opening = commands.add_parser("open", parents=[common()], help="the workstation (also without a command)")
    opening.add_argument("--exit-when-ready", action="store_true")
    opening.set_defaults(action=_open)
    demo = commands.add_parser("demo", parents=[plain()], help="the demo workstation")
    demo.add_argument("--fresh", action="store_true", help="throw the demo away and make it anew")
    demo.add_argument("--exit-when-ready", action="store_true", help="end with 0 after the first paint")
    demo.set_defaults(action=_demo)
    pictures = commands.add_parser("screenshots", parents=[plain()], help="a picture of every page and dialog")
    pictures.add_argument("folder", type=Path, metavar="DIR")
    pictures.add_argument("--theme", choices=["light", "dark"], default="light")
    pictures.add_argument("--scale", type=int, default=100, metavar="N", help="text size in percent")
    pictures.set_defaults(action=_screenshots)
    check = commands.add_parser("self-test", parents=[plain()], help="check this installation")
    check.set_defaults(action=_self_test)


def _needs_window() -> None:
    if not has_module("PySide6"):
        raise KnownError(WINDOW_MISSING)


def _open(arguments: argparse.Namespace, output: Output) -> int:
    _needs_window()
    from brokerdesk.app.start import run_workstation

    return run_workstation(
        profile=arguments.profile,
        passphrase_file=arguments.passphrase_file,
        language=arguments.lang,
        exit_when_ready=arguments.exit_when_ready,
        ready=lambda: output.result({"ready": True}),
    )


def _demo(arguments: argparse.Namespace, output: Output) -> int:
    _needs_window()
    from brokerdesk.app.start import run_demo

    return run_demo(
        fresh=arguments.fresh,
        exit_when_ready=arguments.exit_when_ready,
        language=arguments.lang,
        say=lambda key: output.note(key),
    )


def _screenshots(arguments: argparse.Namespace, output: Output) -> int:
    _needs_window()
    from brokerdesk.app.screenshots import take

    made = take(
        arguments.folder,
        language=arguments.lang or LANGUAGES[0],
        dark=arguments.theme == "dark",
        percent=arguments.scale,
    )
    output.result({"folder": str(arguments.folder), "pictures": made}, *made)
    return 0


def _self_test(arguments: argparse.Namespace, output: Output) -> int:
    del arguments
    from brokerdesk.app.self_test import run

    results = run()
    fine = all(r.ok for r in results)
    value = {r.name: {"ok": r.ok, "detail": r.detail} for r in results}
    lines = [f"{'ok ' if r.ok else 'BAD'} {r.name}: {r.detail}" for r in results]
    output.result({"ok": fine, **value}, *lines)
    return 0 if fine else 3
