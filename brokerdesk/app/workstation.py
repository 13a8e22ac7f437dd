"""The composition root of the window: application, kit, lanes, profile, book, exchange, pages. One object per program.

Locked: only kit and window exist. Unlocked: an `OpenBook` with everything that knows the book; locking throws it away.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from brokerdesk.app.exchange_gateway import ExchangeGateway
from brokerdesk.core.clock import Clock, local_date
from brokerdesk.core.errors import BUG, BugError, DeskError
from brokerdesk.core.files import write_atomically
from brokerdesk.core.logs import logger
from brokerdesk.core.paths import Folders
from brokerdesk.services import profiles
from brokerdesk.services.desk import Desk
from brokerdesk.services.profiles import Created, Profile
from brokerdesk.store.book import Book
from brokerdesk.ui.areas import build_frame
from brokerdesk.ui.background.lanes import Background, Lane
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.main_window import MainWindow
from brokerdesk.ui.pages.customers.page import CustomersPage
from brokerdesk.ui.security.clipboard import ClipboardGuard
from brokerdesk.ui.security.first_run import FirstRunPage
from brokerdesk.ui.security.idle import IdleWatch
from brokerdesk.ui.security.unlock import UnlockPage
from brokerdesk.ui.shell.frame import ShellFrame
from brokerdesk.ui.theme import Mode, Theme
from brokerdesk.ui.workplace import Changes, Workplace
from brokerdesk.vault.key_store import Vault

_log = logger(__name__)


@dataclass(slots=True)
class OpenBook:
    """Everything that lives only while a book is open."""

    desk: Desk
    gateway: ExchangeGateway
    workplace: Workplace
    idle: IdleWatch | None
    clipboard: ClipboardGuard
    unsubscribe: Callable[[], None]


class Workstation(QObject):
    """Runs the window from start to end. `ready` is sent after the first paint of a usable page."""

    ready = Signal()
    demo_wanted = Signal()

    def __init__(
        self,
        *,
        folders: Folders,
        clock: Clock,
        vault: Vault,
        kit: Kit,
        profile: Profile | None = None,
        demo: bool = False,
    ) -> None:
        """`profile` is opened at once when given; `demo` shows the ribbon and never locks by itself."""
        super().__init__()
        self._folders, self._clock, self._vault, self._demo = folders, clock, vault, demo
        self.kit = kit
        self.background = Background(self)
        self.window = MainWindow(kit)
        self.window.closing.connect(self._window_closing)
        self._profile = profile
        self.open: OpenBook | None = None
        self._pending: FirstRunPage | None = None

    # security

    def start(self, *, passphrase: str | None = None) -> None:
        """Show the window: assistant without a profile, else unlock (by key store or a given passphrase at once)."""
        if self._profile is None and not profiles.list_profiles(self._folders):
            self._first_run()
        else:
            self._profile = self._profile or profiles.find_profile(self._folders)
            if passphrase is not None or profiles.remembered_on_device(self._profile):
                self._unlock(self._profile, passphrase=passphrase)
            self.show_unlock("security.reason.start")
        self.window.show()

    def show_unlock(self, reason: str, **values: object) -> None:
        """The unlock page with the reason for the lock."""
        page = UnlockPage(self.kit, profiles=self._profile_choices(), offer_demo=not self._demo)
        page.set_reason(self.kit.texts(reason, **values))
        page.unlock_wanted.connect(lambda name, secret, keep: self._unlock_named(page, name, secret, keep))
        page.recovery_wanted.connect(lambda name, code, new: self._recover(page, name, code, new))
        page.demo_wanted.connect(self.demo_wanted)
        page.new_wanted.connect(self._first_run)
        self.window.show_security(page)
        page.passphrase.setFocus()

    def _profile_choices(self) -> list[tuple[str, str]]:
        found = profiles.list_profiles(self._folders)
        if self._profile is not None:
            found = [self._profile, *(p for p in found if p.folder != self._profile.folder)]
        return [(str(p.folder), p.name) for p in found]

    def _unlock_named(self, page: UnlockPage, name: str, secret: str, keep: bool) -> None:  # noqa: FBT001 - a signal
        profile = (
            Profile(Path(name).name, Path(name))
            if self._profile is None or str(self._profile.folder) != name
            else self._profile
        )
        self._unlock(profile, passphrase=secret, remember=keep or None, page=page)

    def _unlock(
        self, profile: Profile, *, passphrase: str | None, remember: bool | None = None, page: UnlockPage | None = None
    ) -> None:
        def work(_job: object) -> Book:
            return profiles.unlock(
                profile,
                clock=self._clock,
                vault=self._vault,
                passphrase=passphrase,
                remember=remember,
                folders=None if self._demo else self._folders,
            )

        def failed(problem: BaseException) -> None:
            if page is not None:
                page.failed(self._sentence(problem))
            else:
                _log.info("unlock-refused", code=getattr(problem, "code", "bug"))

        self.background.run(Lane.WORK, work, self, lambda book: self._opened(profile, book), failed=failed)

    def _recover(self, page: UnlockPage, name: str, code: str, new: str) -> None:
        profile = Profile(Path(name).name, Path(name))

        def work(_job: object) -> Book:
            profiles.change_passphrase(profile, new, vault=self._vault, recovery=code)
            return profiles.unlock(profile, clock=self._clock, vault=self._vault, passphrase=new, folders=self._folders)

        self.background.run(
            Lane.WORK,
            work,
            self,
            lambda book: self._opened(profile, book),
            failed=lambda p: page.failed(self._sentence(p)),
        )

    def _first_run(self) -> None:
        page = FirstRunPage(self.kit)
        self._pending = page
        page.create_wanted.connect(lambda name, secret, keep: self._create(page, name, secret, keep))
        page.demo_wanted.connect(self.demo_wanted)
        self.window.show_security(page)
        page.name.setFocus()

    def _create(self, page: FirstRunPage, name: str, secret: str, keep: bool) -> None:  # noqa: FBT001 - a signal
        def work(_job: object) -> Created:
            return profiles.create_profile(
                self._folders,
                name,
                passphrase=secret,
                clock=self._clock,
                vault=self._vault,
                language=self.kit.texts.language,
                remember=keep,
            )

        def done(made: Created) -> None:
            page.created(made.recovery)
            page.sheet_wanted.connect(lambda path: self._save_sheet(made, path))
            page.typed_back.connect(lambda typed: self._confirm(page, made, typed, secret))

        self.background.run(Lane.WORK, work, self, done, failed=lambda p: page.failed(self._sentence(p)))

    def _save_sheet(self, made: Created, path: str) -> None:
        from brokerdesk.documents.contexts.recovery_sheet import RecoverySheet
        from brokerdesk.documents.recovery_sheet import make_recovery_sheet

        sheet = make_recovery_sheet(
            RecoverySheet(
                profile_name=made.profile.name,
                code=made.recovery,
                created_on=local_date(self._clock),
                language=self.kit.texts.formats,
            )
        )
        write_atomically(Path(path), sheet.data)

    def _confirm(self, page: FirstRunPage, made: Created, typed: str, secret: str) -> None:
        def work(_job: object) -> None:
            profiles.confirm_recovery(made.profile, typed)

        def confirmed(_nothing: object) -> None:
            self._profile = made.profile
            self._unlock(made.profile, passphrase=secret)

        self.background.run(Lane.WORK, work, self, confirmed, failed=lambda p: page.failed(self._sentence(p)))

    # the open book

    def _opened(self, profile: Profile, book: Book) -> None:
        self._profile = profile
        book.actor = getpass.getuser() if not self._demo else "Alina Weberling"
        desk = Desk(book, self._clock)
        self._apply_settings(desk)
        changes = Changes()
        gateway = ExchangeGateway(desk, self.background, automatic=bool(desk.settings.get("sync_automatically")))
        workplace = Workplace(
            kit=self.kit,
            background=self.background,
            desk=desk,
            changes=changes,
            notices=self.window,
            exchange=gateway,
            navigate=self._navigate,
            demo=self._demo,
        )
        workplace.extras.update(profile=profile, vault=self._vault, lock=self.lock, gateway=gateway)
        unsubscribe = book.subscribe(changes.publish)
        changes.happened.connect(gateway.changed)
        idle = None
        if desk.settings.get("lock_when_idle") and not self._demo:
            idle = IdleWatch(minutes=int(desk.settings.get("idle_minutes")), parent=self)
            idle.idle.connect(self._idle)
        clipboard = ClipboardGuard(lambda: int(desk.settings.get("clipboard_seconds")), self)
        self.open = OpenBook(desk, gateway, workplace, idle, clipboard, unsubscribe)
        frame = build_frame(workplace, self.window)
        self.window.show_frame(frame, sentence=workplace.sentence)
        self.window.restore_place(desk.settings.get("window"))
        frame.open("customers")
        gateway.start()
        self._announce_when_listed(frame)

    def _announce_when_listed(self, frame: ShellFrame) -> None:
        """`ready` after the rows of the first list are painted; a list that cannot be read is also an answer."""
        page = frame.stack.page("customers")
        assert isinstance(page, CustomersPage)

        def announce() -> None:
            self.window.repaint()
            self.ready.emit()

        once = Qt.ConnectionType.SingleShotConnection
        page.model.loaded.connect(lambda _count: QTimer.singleShot(0, self, announce), once)
        page.model.failed.connect(lambda _problem: QTimer.singleShot(0, self, announce), once)

    def _apply_settings(self, desk: Desk) -> None:
        get = desk.settings.get
        self.kit.theme.set_mode(Mode(get("theme")))
        self.kit.theme.set_percent(int(get("text_size")))
        self.kit.texts.set_language(str(get("language")))

    def _navigate(self, page: str, **place: Any) -> None:
        if self.window.frame is not None:
            self.window.frame.open(page, place or None)

    def _idle(self) -> None:
        if self.open is not None:
            minutes = int(self.open.desk.settings.get("idle_minutes"))
            self.lock("security.reason.idle", n=minutes)

    def lock(self, reason: str = "security.reason.demand", **values: object) -> None:
        """Close the book: connections, key, pages and texts go; what was typed is kept as drafts by the pages."""
        if self.open is None:
            return
        self._close_book()
        self.show_unlock(reason, **values)

    def _close_book(self) -> None:
        opened, self.open = self.open, None
        if opened is None:
            return
        opened.desk.settings.set("window", self.window.place())
        opened.unsubscribe()
        opened.gateway.stop()
        if opened.idle is not None:
            opened.idle.stop()
        opened.clipboard.stop()
        self.window.show_security(UnlockPage(self.kit, profiles=self._profile_choices()))
        self.background.settle()
        opened.desk.close()

    def _window_closing(self) -> None:
        self._close_book()

    def shutdown(self) -> None:
        """Close the book and wait for all threads."""
        self._close_book()
        self.background.shutdown()

    def _sentence(self, problem: BaseException) -> str:
        known = problem if isinstance(problem, DeskError) else BugError(BUG, place=type(problem).__name__)
        return f"{self.kit.texts(f'error.{known.code}', **known.parameters)} ({known.code})"


def make_kit(*, language: str = "de", mode: Mode = Mode.SYSTEM, percent: int = 100, family: str = "") -> Kit:
    """The kit of a program: theme, icons, texts."""
    return Kit.of(Theme(mode=mode, percent=percent, family=family), Translator(language))
