"""Opening the book for one command: key store, then passphrase file, then a prompt on a terminal."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brokerdesk.cli.output import Output
from brokerdesk.core.clock import SystemClock
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.paths import Folders
from brokerdesk.services.desk import Desk
from brokerdesk.services.profiles import Profile, find_profile, remembered_on_device, unlock
from brokerdesk.vault.key_store import SystemVault

FILE_MISSING = register("file-missing", "file")
NOT_UNLOCKED = register("not-unlocked")


def read_secret(path: str | Path) -> str:
    """The first line of a file, without the line break. Raises `KnownError(file-missing)`."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise KnownError(FILE_MISSING, file=Path(path).name) from problem
    return text.splitlines()[0] if text else ""


def passphrase_of(arguments: argparse.Namespace, output: Output, *, prompt: str = "cli.passphrase") -> str | None:
    """The passphrase from `--passphrase-file`, `BROKERDESK_PASSPHRASE_FILE` or a prompt; None without any of them."""
    given = arguments.passphrase_file or os.environ.get("BROKERDESK_PASSPHRASE_FILE")
    if given:
        return read_secret(given)
    if sys.stdin.isatty():
        return getpass.getpass(output.say(prompt) + " ")
    return None


def profile_of(arguments: argparse.Namespace) -> Profile:
    """The profile that was named, or the last one used."""
    return find_profile(Folders.of_user(), arguments.profile)


@contextmanager
def open_desk(arguments: argparse.Namespace, output: Output) -> Iterator[Desk]:
    """The desk of the profile, unlocked and closed again. Raises what unlocking raises, or `not-unlocked`."""
    profile, clock = profile_of(arguments), SystemClock()
    vault = SystemVault()
    from_device = not arguments.passphrase_file and remembered_on_device(profile)
    passphrase = None if from_device else passphrase_of(arguments, output)
    if passphrase is None and not from_device:
        raise KnownError(NOT_UNLOCKED)
    book = unlock(profile, clock=clock, vault=vault, passphrase=passphrase, folders=Folders.of_user())
    desk = Desk(book, clock)
    book.actor = getpass.getuser()
    try:
        yield desk
    finally:
        desk.close()
