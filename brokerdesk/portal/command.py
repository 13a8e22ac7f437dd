"""The operator's commands: one table of subcommands, JSON on standard output, exit code 3 for a known error.

Texts of errors come from the catalogue; what the commands do stands in `domain`, `store` and `serving`.
"""

from __future__ import annotations

import argparse
import json
import locale
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brokerdesk.core.clock import SystemClock
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.paths import Folders
from brokerdesk.core.texts import LANGUAGES, Texts
from brokerdesk.models.values.states import EXTRA_RIGHTS, EmployeeRole, Scope
from brokerdesk.portal import mail_commands
from brokerdesk.portal.settings import Settings

KNOWN_ERROR = 3
PORTAL_MISSING = register("portal-missing", "folder")


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand: its name, what it does in a line, its arguments, its code (answers the exit code)."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def settings_from(given: argparse.Namespace) -> Settings:
    """The settings that the options of a command name.

    Options are seen by everybody on the machine, so what may hold a password can stand in the environment instead:
    `BROKERDESK_PORTAL_DATABASE` and `BROKERDESK_PORTAL_SMTP`.
    """
    data = Path(given.data) if given.data else Folders.of_user().data / "portal"
    return Settings(
        data_dir=data,
        database=given.database or os.environ.get("BROKERDESK_PORTAL_DATABASE"),
        public_url=getattr(given, "public_url", None) or "http://127.0.0.1:8000",
        smtp_url=getattr(given, "smtp", None) or os.environ.get("BROKERDESK_PORTAL_SMTP"),
        mail_dir=Path(given.mail_dir) if getattr(given, "mail_dir", None) else None,
        mail_from=getattr(given, "mail_from", None),
        behind_tls=getattr(given, "behind_tls", False),
        workers=getattr(given, "workers", 1),
    )


def say(value: dict[str, Any]) -> None:
    """Print one JSON object as one line."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--public-url")
    parser.add_argument("--smtp")
    parser.add_argument("--mail-dir")
    parser.add_argument("--mail-from", help="bare sender address of all mails")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--behind-tls", action="store_true")
    parser.add_argument("--json", action="store_true", dest="as_json")


def _serve(given: argparse.Namespace) -> int:
    from brokerdesk.portal import serving

    return serving.serve(settings_from(given), host=given.host, port=given.port, as_json=given.as_json)


def _create_tenant_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    parser.add_argument("--language", choices=LANGUAGES, default="de")
    parser.add_argument("--time-zone", default="Europe/Berlin")


def _create_tenant(given: argparse.Namespace) -> int:
    from brokerdesk.portal.domain import tenants

    portal = _open(given, new=True)
    tenant_id, code = tenants.create_tenant(portal, given.name, language=given.language, time_zone=given.time_zone)
    say({"tenant": tenant_id, "code": code, "name": given.name})
    return 0


def _open(given: argparse.Namespace, *, new: bool = False) -> Any:
    """The portal of the folder; only what begins one may make it, a mistyped folder must not look like an empty portal."""
    from brokerdesk.portal.domain.keys import has_secret
    from brokerdesk.portal.portal import open_portal

    settings = settings_from(given)
    if not new and not has_secret(settings.data_dir):
        raise KnownError(PORTAL_MISSING, folder=str(settings.data_dir))
    given.opened = open_portal(settings)
    return given.opened


def _create_employee_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenant")
    parser.add_argument("name")
    parser.add_argument("--role", choices=[r.value for r in EmployeeRole], required=True)
    parser.add_argument("--email")
    parser.add_argument("--right", action="append", choices=sorted(EXTRA_RIGHTS), default=[])
    parser.add_argument("--scope", choices=[s.value for s in Scope], default=Scope.WHOLE_BOOK.value)
    parser.add_argument("--adviser")


def _create_employee(given: argparse.Namespace) -> int:
    from brokerdesk.core.ids import new_id
    from brokerdesk.portal.domain import tenants

    portal = _open(given)
    with portal.database.reading() as connection:
        tenant_id = tenants.find_tenant(connection, given.tenant).id
    values = {
        "id": new_id(portal.clock), "name": given.name, "role": given.role, "email": given.email,
        "rights": given.right, "scope": given.scope, "adviser_id": given.adviser,
    }  # fmt: skip
    made = tenants.create_employee(portal, tenant_id, values)
    say({"tenant": tenant_id, "employee": made["id"], "name": made["name"], "role": made["role"]})
    return 0


def _pairing_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenant")
    parser.add_argument("--employee", required=True)


def _pairing_code(given: argparse.Namespace) -> int:
    from brokerdesk.portal.domain import pairing, tenants

    portal = _open(given)
    with portal.database.reading() as connection:
        tenant_id = tenants.find_tenant(connection, given.tenant).id
        employee_id = tenants.find_employee(connection, tenant_id, given.employee).id
    issued = pairing.issue(portal, tenant_id, employee_id)
    say({"code": issued["code"], "expires_at": issued["expires_at"], "employee": employee_id, "tenant": tenant_id})
    return 0


def _entitle_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenant")
    parser.add_argument("--kundenapp", choices=("on", "off"))
    parser.add_argument("--investment", choices=("on", "off"))


def _entitle(given: argparse.Namespace) -> int:
    from brokerdesk.portal.domain import tenants

    portal = _open(given)
    switch = {"on": True, "off": False, None: None}
    say(tenants.entitle(portal, given.tenant, kundenapp=switch[given.kundenapp], investment=switch[given.investment]))
    return 0


def _check(given: argparse.Namespace) -> int:
    from brokerdesk.portal.store import check

    portal = _open(given)
    found = check.check(portal.database)
    say({"ok": not found.problems, "problems": found.problems, "rows": found.rows, "epoch": portal.epoch})
    return 1 if found.problems else 0


def _backup(given: argparse.Namespace) -> int:
    from brokerdesk.portal.store import backup

    portal = _open(given)
    report = backup.back_up(portal.database, portal.settings.data_dir, Path(given.folder), portal.clock)
    say({"file": str(report.file), "rows": report.rows})
    return 0


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file")
    parser.add_argument("--replace", action="store_true")


def _restore(given: argparse.Namespace) -> int:
    from brokerdesk.portal.store import backup
    from brokerdesk.portal.store.engine import open_database

    settings = settings_from(given)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    given.opened = database = open_database(settings.database, settings.data_dir)
    report = backup.restore(database, settings.data_dir, Path(given.file), SystemClock(), replace=given.replace)
    say({"restored": str(report.file), "rows": report.rows})
    return 0


def _with_portal(
    work: Callable[[Any, argparse.Namespace], dict[str, Any]],
) -> Callable[[argparse.Namespace], int]:
    def run(given: argparse.Namespace) -> int:
        say(work(_open(given), given))
        return 0

    return run


def _demo_activity(portal: Any, given: argparse.Namespace) -> dict[str, Any]:
    from brokerdesk.portal.demo_activity import play

    return play(portal, given.tenant)


def _nothing(_parser: argparse.ArgumentParser) -> None:
    """A command without arguments of its own."""


COMMANDS: tuple[Command, ...] = (
    Command("serve", "serve desks and customers", _serve_arguments, _serve),
    Command("create-tenant", "add a brokerage", _create_tenant_arguments, _create_tenant),
    Command("create-employee", "add an employee of a brokerage", _create_employee_arguments, _create_employee),
    Command("pairing-code", "issue a pairing code for an employee", _pairing_arguments, _pairing_code),
    Command("entitle", "switch entitlements of a brokerage", _entitle_arguments, _entitle),
    Command("check", "check database and secret", _nothing, _check),
    Command("backup", "write a backup into a folder", lambda p: _one(p, "folder"), _backup),
    Command("restore", "restore a backup and draw a new epoch", _restore_arguments, _restore),
    Command("bounce", "apply a delivery report", mail_commands.bounce_arguments, _with_portal(mail_commands.bounce)),
    Command(
        "import-legacy-users",
        "take over the users of an older portal",
        mail_commands.legacy_arguments,
        _with_portal(mail_commands.import_legacy),
    ),
    Command(
        "demo-activity",
        "play some weeks of app life into the tenant of a demo",
        lambda p: _one(p, "tenant"),
        _with_portal(_demo_activity),
    ),
)
"""Every subcommand, in the order of the help."""


def _one(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument(name)


def parser() -> argparse.ArgumentParser:
    """The parser of all subcommands."""
    top = argparse.ArgumentParser(prog="brokerdesk portal")
    below = top.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        added = below.add_parser(command.name, help=command.help, description=command.help)
        added.add_argument("--data", help="folder of database, secret and witness")
        added.add_argument("--database", help="sqlite:///… or postgresql://…")
        command.arguments(added)
        added.set_defaults(run=command.run)
    return top


def run(arguments: list[str]) -> int:
    """Run one command; the exit code is 0, 1 for "found something", 2 for wrong usage, 3 for a known error."""
    from brokerdesk.portal.domain.refusals import Refusal

    given = parser().parse_args(arguments, argparse.Namespace(opened=None))
    try:
        return int(given.run(given))
    except KnownError as error:
        text = Texts(_language())(f"error.{error.code}", **error.parameters)
        say({"error": {"code": error.code, "text": text, "parameters": error.parameters}})
    except Refusal as refusal:
        text = Texts(_language())(f"portal_api.problem.{refusal.problem.code}")
        say({"error": {"code": refusal.problem.code, "text": text, "parameters": {}}})
    finally:
        if given.opened is not None:
            given.opened.close()
    return KNOWN_ERROR


def _language() -> str:
    found = (locale.getlocale()[0] or "")[:2].lower()
    return found if found in LANGUAGES else "en"
