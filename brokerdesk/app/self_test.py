"""Checks an installation: cipher, SQLite, fonts, templates, texts, key store, one window, one PDF, one round trip.

Works in a folder of its own and leaves nothing behind. An absent key store is reported and is no failure.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from brokerdesk.core.clock import SystemClock
from brokerdesk.core.errors import DeskError, KnownError
from brokerdesk.core.paths import has_module, resource
from brokerdesk.core.texts import LANGUAGES, Texts, catalogue

ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Check:
    """One checked thing."""

    name: str
    ok: bool
    detail: str


def run() -> list[Check]:
    """All checks, each independent of the others."""
    checks: dict[str, Callable[[], str]] = {
        "cipher": _cipher,
        "sqlite": _sqlite,
        "fonts": _fonts,
        "templates": _templates,
        "translations": _translations,
        "key_store": _key_store,
        "pdf": _pdf,
        "window": _window,
        "round_trip": _round_trip,
    }
    return [_checked(name, check) for name, check in checks.items()]


def _checked(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except DeskError as problem:
        return Check(name, False, problem.code)
    except Exception as problem:  # noqa: BLE001 - a check that breaks is a failed check, named by its kind
        return Check(name, False, type(problem).__name__)


def _cipher() -> str:
    from sqlcipher3 import dbapi2

    from brokerdesk.store.engine import assert_driver

    assert_driver()
    with dbapi2.connect(":memory:") as probe:
        return str(probe.execute("PRAGMA cipher_version").fetchone()[0])


def _sqlite() -> str:
    from sqlcipher3 import dbapi2

    return str(dbapi2.sqlite_version)


def _fonts() -> str:
    names = [resource(f"fonts/SourceSans3-{face}.ttf").name for face in ("Regular", "Semibold")]
    return ", ".join(names)


def _templates() -> str:
    return ", ".join(sorted(p.name for p in resource("mails").glob("*.html")))


def _translations() -> str:
    wrong = [key for key, forms in catalogue().items() if not all(forms.get(language) for language in LANGUAGES)]
    if wrong:
        raise ValueError(wrong[0])
    return f"{len(catalogue())} x {len(LANGUAGES)}"


def _key_store() -> str:
    from brokerdesk.vault.key_store import SystemVault

    vault, name = SystemVault(), f"brokerdesk-self-test-{secrets.token_hex(4)}"
    try:
        vault.write(name, "probe")
        found = vault.read(name)
        vault.delete(name)
    except KnownError:
        return ABSENT
    return vault.name if found == "probe" else ABSENT


def _pdf() -> str:
    from brokerdesk.documents.contexts.contract_overview import ContractOverview, OverviewPerson
    from brokerdesk.documents.contexts.office import OfficeProfile
    from brokerdesk.documents.contract_overview import render_contract_overview

    data = render_contract_overview(
        ContractOverview(
            office=OfficeProfile(name="BrokerDesk"),
            persons=(OverviewPerson(name="Łukasz Ünlü"),),
            as_of=date(2026, 1, 1),
        )
    )
    if not data.startswith(b"%PDF-"):
        raise ValueError("no PDF")
    return f"{len(data)} bytes"


def _window() -> str:
    if not os.environ.get("DISPLAY") and os.name == "posix" and "QT_QPA_PLATFORM" not in os.environ:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from brokerdesk.app.start import make_application
    from brokerdesk.app.workstation import make_kit
    from brokerdesk.ui.security.unlock import UnlockPage

    app = make_application()
    page = UnlockPage(make_kit(), profiles=[("probe", Texts("de")("security.profile"))])
    page.show()
    app.processEvents()
    size = page.grab().size()
    page.close()
    return f"{app.platformName()}, {size.width()} x {size.height()}"


def _round_trip() -> str:
    """A book, an own portal, pairing, a customer there and back."""
    if not has_module("fastapi"):
        return ABSENT
    from brokerdesk.app.demo import drain
    from brokerdesk.app.portal_process import PortalProcess, operate
    from brokerdesk.services.desk import Desk
    from brokerdesk.store.book import create_book, open_book
    from brokerdesk.sync.pairing import pair

    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="brokerdesk-self-test-") as name:
        home = Path(name)
        tenant = operate(home / "portal", "create-tenant", "Self-test")["code"]
        operate(home / "portal", "create-employee", tenant, "Self-test", "--role", "admin")
        code = operate(home / "portal", "pairing-code", tenant, "--employee", "Self-test")["code"]
        key = secrets.token_bytes(32)
        create_book(home / "book", key, profile_id="self-test", clock=clock)
        portal = PortalProcess.start(home / "portal")
        try:
            with open_book(home / "book", key, profile_id="self-test", clock=clock) as book:
                Desk(book, clock).customers.create_short(name="Ole Probe", email="probe@kunden.example")
                pair(book, portal.url, code, device_name="self-test")
                drain(book)
                with book.read() as connection:
                    known = connection.exec_driver_sql("SELECT count(*) FROM party WHERE server_rev > 0").scalar()
        finally:
            portal.stop()
    if not known:
        raise ValueError("nothing arrived")
    return f"{known} record"
