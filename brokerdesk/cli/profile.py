"""`profile create|list|verify|backup|restore|recover`: the book and its keys."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from brokerdesk.cli.output import Output
from brokerdesk.cli.program import ATTENTION, DONE, common, plain
from brokerdesk.cli.session import NOT_UNLOCKED, open_desk, passphrase_of, profile_of, read_secret
from brokerdesk.core.clock import SystemClock
from brokerdesk.core.errors import KnownError
from brokerdesk.core.files import write_atomically
from brokerdesk.core.paths import Folders
from brokerdesk.services import profiles
from brokerdesk.services.profiles import Profile
from brokerdesk.services.profiles.catalogue import PROFILE_UNKNOWN
from brokerdesk.vault.key_store import SystemVault


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    group = commands.add_parser("profile", help="the book and its keys").add_subparsers(dest="verb", required=True)
    create = group.add_parser("create", parents=[plain()])
    create.add_argument("name", metavar="NAME|PATH")
    create.add_argument("--passphrase-file", metavar="FILE")
    create.add_argument("--recovery-out", metavar="FILE")
    create.add_argument("--remember", action="store_true", help="open by the key store of this device")
    create.set_defaults(action=_create)
    group.add_parser("list", parents=[plain()]).set_defaults(action=_list)
    group.add_parser("verify", parents=[common()]).set_defaults(action=_verify)
    backup = group.add_parser("backup", parents=[common()])
    backup.add_argument("folder", type=Path, metavar="DIR")
    backup.set_defaults(action=_backup)
    restore = group.add_parser("restore", parents=[common()])
    restore.add_argument("file", type=Path)
    restore.add_argument("--code-file", metavar="F", help="recovery code instead of the passphrase")
    restore.set_defaults(action=_restore)
    recover = group.add_parser("recover", parents=[common()])
    recover.add_argument("--code-file", required=True, metavar="F")
    recover.set_defaults(action=_recover)


def _create(arguments: argparse.Namespace, output: Output) -> int:
    passphrase = passphrase_of(arguments, output, prompt="cli.passphrase-new")
    if passphrase is None:
        raise KnownError(NOT_UNLOCKED)
    made = profiles.create_profile(
        Folders.of_user(),
        arguments.name,
        passphrase=passphrase,
        clock=SystemClock(),
        vault=SystemVault(),
        language=output.texts.language,
        remember=arguments.remember,
    )
    code = made.recovery.reveal()
    if arguments.recovery_out:
        write_atomically(Path(arguments.recovery_out), f"{code}\n".encode())
    shown = None if arguments.recovery_out else code
    output.result(
        {"profile": made.profile.name, "folder": str(made.profile.folder), "recovery_code": shown},
        output.say("cli.profile-created", name=made.profile.name),
        *([output.say("cli.recovery-code", code=code)] if shown else []),
    )
    return DONE


def _list(_arguments: argparse.Namespace, output: Output) -> int:
    found = profiles.list_profiles(Folders.of_user())
    rows = [{"profile": p.name, "folder": str(p.folder)} for p in found]
    output.result({"profiles": rows}, *(f"{p.name}  {p.folder}" for p in found))
    return DONE


def _verify(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        report = profiles.verify(profile_of(arguments), desk.book)
    value = {
        "whole": report.whole,
        "slots": list(report.slots),
        "recovery_confirmed": report.recovery_confirmed,
        "slots_damaged": report.slots_damaged,
    }
    output.result(value, output.say("cli.verify-whole" if report.whole else "cli.verify-damaged"))
    return DONE if report.whole and report.recovery_confirmed else ATTENTION


def _backup(arguments: argparse.Namespace, output: Output) -> int:
    with open_desk(arguments, output) as desk:
        made = profiles.backup(profile_of(arguments), desk.book, arguments.folder)
    output.result({"file": str(made.file)}, output.say("cli.backup-made", file=str(made.file)))
    return DONE


def _restore(arguments: argparse.Namespace, output: Output) -> int:
    profile = _known_or_new(arguments)
    code = read_secret(arguments.code_file) if arguments.code_file else None
    done = profiles.restore(
        profile,
        arguments.file,
        clock=SystemClock(),
        vault=SystemVault(),
        passphrase=None if code else passphrase_of(arguments, output),
        recovery=code,
    )
    profiles.remember_profile(Folders.of_user(), profile)
    aside = str(done.aside) if done.aside else None
    output.result({"restored": str(arguments.file), "put_aside": aside}, output.say("cli.restored"))
    return DONE


def _known_or_new(arguments: argparse.Namespace) -> Profile:
    """The named profile; on another machine it does not exist yet and is made by the backup."""
    try:
        return profile_of(arguments)
    except KnownError as problem:
        if problem.code != PROFILE_UNKNOWN:
            raise
        return profiles.new_profile(Folders.of_user(), arguments.profile)


def _recover(arguments: argparse.Namespace, output: Output) -> int:
    passphrase = passphrase_of(arguments, output, prompt="cli.passphrase-new")
    if passphrase is None:
        raise KnownError(NOT_UNLOCKED)
    profile = profile_of(arguments)
    code = read_secret(arguments.code_file)
    profiles.change_passphrase(profile, new=passphrase, vault=SystemVault(), recovery=code)
    output.result({"profile": profile.name}, output.say("cli.recovered"))
    return DONE
