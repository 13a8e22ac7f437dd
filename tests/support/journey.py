"""The whole window in tests: a workstation in folders of its own, driven like a user drives it.

Real book, real key slots, real pages; only the cost of key derivation is lowered and the key store is absent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from brokerdesk.app.workstation import Workstation
from brokerdesk.core.clock import Clock, SystemClock
from brokerdesk.core.paths import Folders
from brokerdesk.models.entities import Conflict, Party, Tracking
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.models.values.paging import ListQuery
from brokerdesk.services import demo_book, profiles
from brokerdesk.services.desk import Desk
from brokerdesk.services.profiles import Profile
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.palette.palette import Palette
from brokerdesk.ui.security.first_run import FirstRunPage
from brokerdesk.ui.security.unlock import UnlockPage
from brokerdesk.ui.theme import Mode
from brokerdesk.vault.key_store import Vault
from tests.support import desks
from tests.support.books import PASSPHRASE, QUICK, folders_in
from tests.support.fake_keyring import absent_vault
from tests.support.qt import let_go, make_kit

W = TypeVar("W", bound=QWidget)
PATIENCE_S = 30.0


@dataclass
class Rig:
    """One workstation and what a test needs to drive it."""

    station: Workstation
    folders: Folders
    kit: Kit
    clock: Clock
    vault: Vault

    @property
    def window(self) -> Any:
        return self.station.window

    @property
    def desk(self) -> Desk:
        assert self.station.open is not None, "the book is closed"
        return self.station.open.desk

    @property
    def place(self) -> Any:
        assert self.station.open is not None, "the book is closed"
        return self.station.open.workplace

    def until(self, condition: Callable[[], object], what: str = "", *, seconds: float = PATIENCE_S) -> None:
        """Let the window work until `condition` holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited in vain: {what or condition}"
            QApplication.processEvents()
            time.sleep(0.002)
        QApplication.processEvents()

    def settle(self) -> None:
        """Until nothing runs in the background and every result has arrived."""
        for _ in range(3):
            self.until(lambda: not self.station.background.busy, "the background")
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def shown(self, kind: type[W]) -> W:
        """The one visible widget of a class in the window."""
        found = [w for w in self.window.findChildren(kind) if w.isVisible()]
        assert len(found) == 1, f"{len(found)} visible {kind.__name__}"
        return found[0]

    def open(self, page: str, place: Any = None) -> Any:
        """Open a page of the frame and wait until it stands."""
        self.window.frame.open(page, place)
        self.settle()
        return self.window.frame.stack.page(page)

    def unlock(self, passphrase: str = PASSPHRASE) -> None:
        """Type the passphrase into the unlock page."""
        page = self.shown(UnlockPage)
        page.passphrase.line.setText(passphrase)
        page.submit()
        self.until(lambda: self.station.open is not None or page.problem.isVisible(), "the book opens")
        self.settle()

    def sync(self) -> Any:
        """Rounds by the command of the window until nothing waits; the last report."""
        gateway = self.place.extras["gateway"]
        for _ in range(6):
            self.until(lambda: not gateway.busy, "a running round")
            before = gateway.last
            self.place.actions.trigger("sync.now")
            self.until(lambda: gateway.last is not before and not gateway.busy, "the round")  # noqa: B023
            self.settle()
            if not gateway.last.outbox and not gateway.last.pulled:
                break
        return gateway.last

    def close(self) -> None:
        """End like the program ends."""
        self.station.window.close()
        self.station.shutdown()
        self.station.window.deleteLater()
        let_go()


def press(button: QAbstractButton) -> None:
    """Click a button that can be seen and pressed."""
    assert button.isVisible(), f"{button.text()} is hidden"
    assert button.isEnabled(), f"{button.text()} is not possible"
    button.click()


def set_look(rig: Rig, *, language: str = "de", mode: Mode = Mode.LIGHT, percent: int = 100) -> None:
    """Switch the running window."""
    rig.kit.theme.set_mode(mode)
    rig.kit.theme.set_percent(percent)
    rig.kit.texts.set_language(language)
    rig.settle()


PAGES = ("customers", "trackings", "import", "settings", "sync")
SECTIONS = ("overview", "master", "household", "contracts", "claims", "app", "history")
SETTINGS = ("office", "advisers", "exchange", "security", "backup", "appearance", "language")


def every_page(rig: Rig) -> Iterator[tuple[str, QWidget]]:
    """Open each page, each section of a customer and of the settings; the rich customer has something in all of them."""
    for name in PAGES:
        yield name, rig.open(name)
    party_id = rich_customer(rig.desk)
    for section in SECTIONS:
        page = rig.open("customer", {"id": party_id, "section": section})
        yield f"customer/{section}", page
    page.edit()
    rig.settle()
    yield "customer/form", page
    page.deck.master.cancel()
    rig.settle()
    for section in SETTINGS:
        yield f"settings/{section}", rig.open("settings", {"section": section})


def rich_customer(desk: Desk) -> str:
    """A registered person with several contracts, if there is one."""
    rows = desk.customers.rows(list(desk.customers.keys(ListQuery())))
    people = [r for r in rows if not r.is_organisation]
    return str(max(people, key=lambda r: (bool(r.contracts_released), r.contracts_own)).id)


def every_dialog(rig: Rig) -> Iterator[tuple[str, QWidget]]:
    """Open each dialog on the furnished book, one after the other."""
    party_id = rich_customer(rig.desk)
    page = rig.open("customer", {"id": party_id, "section": "contracts"})
    commands, place = page.commands, rig.place
    contract = page.record.contracts[0]
    openers: dict[str, Callable[[], object]] = {
        "shortcuts": lambda: place.actions.trigger("shell.shortcuts"),
        "new contract": commands.new_contract,
        "contract": lambda: commands.open_contract(contract.id),
        "claim": lambda: commands.new_claim(contract.id),
        "person": commands.add_person,
        "overview": commands.overview,
        "new customer": lambda: place.actions.trigger("customer.new"),
        "new company": lambda: place.actions.trigger("customer.new-company"),
        "invite one": lambda: shared(rig).invite([party_id]),
        "invite many": lambda: shared(rig).invite([r.id for r in rig.desk.customers.rows(everybody(rig))[:5]]),
        "conflict": lambda: rig.open("sync").decide(),
    }
    for name, opener in openers.items():
        opener()
        rig.settle()
        found = [d for d in QApplication.topLevelWidgets() if isinstance(d, QDialog) and d.isVisible()]
        assert len(found) == 1, f"{name}: {found}"
        yield name, found[0]
        found[0].reject()
        rig.settle()
    place.actions.trigger("shell.palette")
    palette = rig.shown(Palette)
    palette.field.setText("a")
    rig.settle()
    yield "palette", palette
    palette.close_palette()


def everybody(rig: Rig) -> list[int]:
    """Keys of all customers."""
    return list(rig.desk.customers.keys(ListQuery()))


def shared(rig: Rig) -> Any:
    """The commands that list and detail share."""
    return rig.place.extras["customer_commands"]


def words_in(root: QWidget) -> str:
    """Every text of the widgets below `root` (tables of painted cells excepted)."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        for name in ("text", "toPlainText", "placeholderText", "toolTip", "accessibleName", "windowTitle"):
            getter = getattr(widget, name, None)
            words = getter() if getter is not None else ""
            if isinstance(words, str) and words:
                found.append(words)
    return "\n".join(found)


def make_book(folders: Folders, name: str = "Makler Weber", *, fill: Callable[[Desk], object] | None = None) -> Profile:
    """A profile with `PASSPHRASE`, filled and closed."""
    clock, vault = SystemClock(), absent_vault()
    made = profiles.create_profile(folders, name, passphrase=PASSPHRASE, clock=clock, vault=vault, cost=QUICK)
    if fill is not None:
        with profiles.unlock(made.profile, clock=clock, vault=vault, passphrase=PASSPHRASE, cost=QUICK) as book:
            fill(Desk(book, clock))
    return made.profile


@contextmanager
def workstation(
    home: Path,
    *,
    profile: Profile | None = None,
    passphrase: str | None = None,
    kit: Kit | None = None,
    clock: Clock | None = None,
    start: bool = True,
) -> Iterator[Rig]:
    """A workstation with its window shown; opened at once when a `passphrase` is given."""
    folders, clock, vault, kit = folders_in(home), clock or SystemClock(), absent_vault(), kit or make_kit()
    station = Workstation(folders=folders, clock=clock, vault=vault, kit=kit, profile=profile, cost=QUICK)
    rig = Rig(station, folders, kit, clock, vault)
    try:
        if start:
            station.start(passphrase=passphrase)
            if passphrase is not None:
                rig.until(lambda: station.open is not None, "the book opens")
                rig.settle()
        yield rig
    finally:
        rig.close()


def first_run(rig: Rig, name: str = "Makler Weber", passphrase: str = PASSPHRASE) -> str:
    """Go through the assistant; returns the recovery code that was shown and typed back."""
    page = rig.shown(FirstRunPage)
    page.name.line.setText(name)
    press(page.next)
    page.passphrase.line.setText(passphrase)
    page.again.line.setText(passphrase)
    press(page.next)
    rig.until(lambda: page.pages.currentIndex() == 2 or page.problem.isVisible(), "the profile")
    code = page.code.text()
    page.typed.line.setText(code)
    press(page.next)
    rig.until(lambda: rig.station.open is not None or page.problem.isVisible(), "the book opens")
    rig.settle()
    return code


def furnish(desk: Desk, *, customers: int = 16, names: tuple[tuple[str, str], ...] = ()) -> None:
    """Customers with contracts, claims, states of app access, activities and a conflict; nothing is sent anywhere."""
    desk.settings.set("sync_automatically", False)
    demo_book.fill(desk.context, customers=customers)
    desks.pair(desk)
    desks.give_states(desk)
    rows = desk.customers.rows(list(desk.customers.keys(ListQuery())))
    with desk.book.work(origin=ChangeOrigin.FEED) as unit:
        for number, row in enumerate(rows[:6]):
            at = desks.MOMENT + timedelta(minutes=number)
            event = ("registered", "signed_in", "contract_opened")[number % 3]
            unit.add(Tracking(id=f"t-{number}", party_id=row.id, event=event, at=at, parameters={"product": "Hausrat"}))
        for row, (first, last) in zip(rows, names, strict=False):
            party = unit.get(Party, row.id)
            party.first_name, party.last_name, party.company_name, party.notes = first, last, last, last
        unit.add(
            Conflict(
                kind="party", record_id=rows[0].id, field="email", mine="eins@kunde.example",
                theirs="zwei@kunde.example", their_actor="Anna", their_time=desks.MOMENT, found_at=desks.MOMENT,
            )
        )  # fmt: skip
        unit.commit()
