"""The parser and the one place where errors become sentences and exit codes."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from collections.abc import Callable
from importlib import import_module

from brokerdesk import __version__
from brokerdesk.cli.output import Output
from brokerdesk.core.errors import BUG, BugError, DeskError, KnownError, register
from brokerdesk.core.logs import configure, logger
from brokerdesk.core.paths import Folders, has_module
from brokerdesk.core.process import keep_memory_private
from brokerdesk.core.texts import LANGUAGES, PSEUDO, Texts

DONE, ATTENTION, WRONG_CALL, REFUSED, BUG_EXIT = 0, 1, 2, 3, 70
AREAS = {
    "profile": ("profile",),
    "imports": ("import",),
    "records": ("list", "show", "add", "overview"),
    "invite": ("invite",),
    "exchange": ("pair", "sync", "outbox"),
    "workstation": ("open", "demo", "screenshots", "self-test"),
}
"""Modules of `cli` that each add their commands by `add_commands(commands)`, and these commands."""

STOPPED = register("stopped")
Command = Callable[[argparse.Namespace, Output], int]
_log = logger(__name__)


class _Parser(argparse.ArgumentParser):
    """Ends with 2 for a wrong call, as argparse does; kept as a class so that sub-parsers look alike."""


def parser(command: str = "") -> argparse.ArgumentParser:
    """The whole command line; for a known command only its own area, because the others cost the window its start."""
    top = _Parser(prog="brokerdesk", description="BrokerDesk")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for area in [area for area, known in AREAS.items() if command in known] or AREAS:
        import_module(f"brokerdesk.cli.{area}").add_commands(commands)
    commands.add_parser("portal", help="the self-hostable portal (extra `portal`)", add_help=False)
    return top


def common() -> argparse.ArgumentParser:
    """Options that every command of a book has."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--profile", metavar="NAME|PATH", help="the last one used when left out")
    options.add_argument("--passphrase-file", metavar="FILE")
    return plain(options)


def plain(options: argparse.ArgumentParser | None = None) -> argparse.ArgumentParser:
    """Options that every command has."""
    options = options or argparse.ArgumentParser(add_help=False)
    options.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options.add_argument("--lang", choices=[*LANGUAGES, PSEUDO], default=None)
    return options


def run(arguments: list[str]) -> int:
    """Parse and run; every error ends here."""
    keep_memory_private()
    configure(Folders.of_user().logs)
    if arguments[:1] == ["portal"]:
        return _portal(arguments[1:])
    if not has_module("keyring"):
        return _absent("error.window-missing")
    if not arguments:
        arguments = ["open"]
    try:
        chosen = parser(arguments[0]).parse_args(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    output = Output(_texts(getattr(chosen, "lang", None)), json=getattr(chosen, "json", False))
    return _done(chosen, output)


def _texts(asked: str | None = None) -> Texts:
    """The texts of the language asked for, else of the environment's, else German."""
    language = asked or os.environ.get("BROKERDESK_LANG") or "de"
    return Texts(language if language in {*LANGUAGES, PSEUDO} else "de")


def _done(chosen: argparse.Namespace, output: Output) -> int:
    action: Command = chosen.action
    try:
        return action(chosen, output)
    except KnownError as problem:
        output.error(problem)
        return REFUSED
    except KeyboardInterrupt:
        output.error(KnownError(STOPPED))
        return REFUSED
    except BrokenPipeError:
        return DONE
    except DeskError as problem:
        output.error(problem)
        return BUG_EXIT
    except Exception as problem:
        _log.error("bug", code=type(problem).__name__, exc_info=True)
        if os.environ.get("BROKERDESK_TRACEBACK"):
            raise
        output.error(BugError(BUG, place=chosen.command))
        return BUG_EXIT


def _absent(sentence: str) -> int:
    """Say which part is not installed here: a portal's host has no desk, a desk may have no portal."""
    sys.stderr.write(_texts()(sentence) + "\n")
    return REFUSED


def _portal(arguments: list[str]) -> int:
    """Hand over to the portal by name: the desk never imports it."""
    if not has_module("fastapi"):
        return _absent("cli.portal-missing")
    before = sys.argv
    sys.argv = ["brokerdesk portal", *arguments]
    try:
        runpy.run_module("brokerdesk.portal", run_name="__main__", alter_sys=False)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    finally:
        sys.argv = before
    return DONE
