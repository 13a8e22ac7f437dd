"""The demo workstation: sample book, own portal as a child process, paired through the ordinary code, mails in a folder.

Its book is a file of its own, never a flag on rows; the passphrase is `demo`. Made once, kept until `--fresh`.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from brokerdesk.app.portal_process import PortalProcess, operate
from brokerdesk.core.clock import Clock
from brokerdesk.core.paths import Folders, resource
from brokerdesk.services import demo_book, profiles
from brokerdesk.services.desk import Desk
from brokerdesk.services.gdv_import import GdvImport
from brokerdesk.services.profiles import Profile
from brokerdesk.store.book import Book
from brokerdesk.sync.engine import Engine
from brokerdesk.sync.pairing import pair
from brokerdesk.vault.key_store import Vault
from brokerdesk.vault.passphrase import FLOOR

PASSPHRASE = "demo"  # noqa: S105 - the demo's passphrase is told to everybody
NAME = "Demo"
EMPLOYEE = "Alina Weberling"
OFFICE = "Maklerbüro Beispielhain"
CUSTOMERS = 500
_ROUNDS = 40


@dataclass(slots=True)
class Demo:
    """The running demo: profile and portal. `stop()` ends the portal."""

    profile: Profile
    portal: PortalProcess

    def stop(self) -> None:
        """End the child process."""
        self.portal.stop()


def folder_of(folders: Folders) -> Path:
    """Where the demo lives."""
    return folders.data / "demo"


def prepare(
    folders: Folders,
    *,
    clock: Clock,
    vault: Vault,
    fresh: bool = False,
    customers: int = CUSTOMERS,
    activity: bool = True,
    say: Callable[[str], object] = lambda _key: None,
) -> Demo:
    """Start the demo's portal, and make book and tenant when they are not there yet (or `fresh` is asked).

    `say` hears text keys of what is being done. Half-made demos are thrown away and made anew.
    """
    home = folder_of(folders)
    ready = home / "ready"
    if fresh or (home.exists() and not ready.exists()):
        shutil.rmtree(home, ignore_errors=True)
    profile = Profile(NAME, home / "book")
    if ready.exists():
        return Demo(profile, PortalProcess.start(home / "portal", port=int(ready.read_text() or 0)))
    home.mkdir(parents=True, mode=0o700)
    say("demo.step.book")
    book_folders = Folders(home / "config", home / "profiles", folders.logs)
    profiles.create_profile(
        book_folders, str(profile.folder), passphrase=PASSPHRASE, clock=clock, vault=vault, cost=FLOOR
    )
    book = profiles.unlock(profile, clock=clock, vault=vault, passphrase=PASSPHRASE)
    with book:
        portal = _furnish(book, home, clock=clock, customers=customers, activity=activity, say=say)
    ready.write_text(portal.url.rpartition(":")[2])
    return Demo(profile, portal)


def _furnish(
    book: Book, home: Path, *, clock: Clock, customers: int, activity: bool, say: Callable[[str], object]
) -> PortalProcess:
    desk = Desk(book, clock)
    book.actor = EMPLOYEE
    demo_book.fill(desk.context, customers=customers)
    GdvImport(desk.context).run(resource("gdv/igor_110120.txt"))
    say("demo.step.portal")
    data = home / "portal"
    tenant = operate(data, "create-tenant", OFFICE)["code"]
    operate(data, "entitle", tenant, "--kundenapp", "on")
    operate(data, "create-employee", tenant, EMPLOYEE, "--role", "admin", "--email", "a.weberling@beispielhain.example")
    code = operate(data, "pairing-code", tenant, "--employee", EMPLOYEE)["code"]
    portal = PortalProcess.start(data)
    try:
        say("demo.step.sync")
        pair(book, portal.url, code, device_name=platform.node() or "Demo")
        drain(book)
        if activity:
            portal.stop()
            say("demo.step.activity")
            operate(data, "demo-activity", tenant)
            portal = PortalProcess.start(data, port=int(portal.url.rpartition(":")[2]))
            drain(book)
    except BaseException:
        portal.stop()
        raise
    return portal


def drain(book: Book) -> None:
    """Rounds until nothing waits and nothing new comes."""
    engine = Engine(book)
    try:
        for _ in range(_ROUNDS):
            report = engine.run_once(force=True)
            if not report.outbox and not report.pulled:
                return
    finally:
        engine.close()
