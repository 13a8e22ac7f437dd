"""The composition root of the window: application, kit, lanes, profile, book, exchange, pages. One object per program.

Locked: only kit and window exist. Unlocked: an `OpenBook` with everything that knows the book; locking throws it away.
"""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from brokerdesk.app.door import Door
from brokerdesk.app.exchange_gateway import ExchangeGateway
from brokerdesk.app.upkeep import Upkeep
from brokerdesk.core.clock import Clock
from brokerdesk.core.errors import KnownError
from brokerdesk.core.paths import Folders
from brokerdesk.services import profiles
from brokerdesk.services.desk import Desk
from brokerdesk.services.profiles import Profile
from brokerdesk.store.book import Book
from brokerdesk.ui.background.lanes import Background
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.main_window import MainWindow
from brokerdesk.ui.security.clipboard import ClipboardGuard
from brokerdesk.ui.security.idle import IdleWatch
from brokerdesk.ui.shell.frame import ShellFrame
from brokerdesk.ui.theme import Mode, Theme
from brokerdesk.ui.workplace import Changes, Workplace
from brokerdesk.vault.key_store import Vault
from brokerdesk.vault.passphrase import KdfParameters

if TYPE_CHECKING:
    from brokerdesk.ui.security.restore import RestoreOrder


@dataclass(slots=True)
class OpenBook:
    """Everything that lives only while a book is open."""

    desk: Desk
    gateway: ExchangeGateway
    workplace: Workplace
    idle: IdleWatch | None
    clipboard: ClipboardGuard
    upkeep: Upkeep | None
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
        cost: KdfParameters | None = None,
    ) -> None:
        """`profile` is opened at once when given; `demo` shows the ribbon and never locks by itself.

        `cost` replaces the calibrated key derivation.
        """
        super().__init__()
        self._clock, self._vault, self._demo = clock, vault, demo
        self.kit = kit
        self.background = Background(self)
        self.window = MainWindow(kit)
        self.window.closing.connect(self._close_book)
        self.open: OpenBook | None = None
        self.door = Door(
            kit=kit,
            window=self.window,
            background=self.background,
            folders=folders,
            clock=clock,
            vault=vault,
            profile=profile,
            demo=demo,
            cost=cost,
        )
        self.door.opened.connect(self._opened)
        self.door.demo_wanted.connect(self.demo_wanted)

    def start(self, *, passphrase: str | None = None) -> None:
        """Show the window: assistant without a profile, else unlock (by key store or a given passphrase at once)."""
        self.door.start(passphrase=passphrase)
        self.window.show()
        QTimer.singleShot(0, self, _import_areas)

    # the open book

    def _opened(self, profile: Profile, book: Book) -> None:
        book.actor = getpass.getuser() if not self._demo else "Alina Weberling"
        desk = Desk(book, self._clock)
        self._apply_settings(desk)
        changes = Changes()
        gateway = ExchangeGateway(
            desk,
            self.background,
            automatic=bool(desk.settings.get("sync_automatically")),
            before_resync=partial(profiles.automatic_backup, profile, book, reason="resync", force=True),
        )
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
        workplace.extras.update(
            profile=profile, vault=self._vault, lock=self.lock, restore=self.restore, gateway=gateway,
            setting_changed=self._setting_changed,
        )  # fmt: skip
        unsubscribe = book.subscribe(changes.publish)
        changes.happened.connect(gateway.changed)
        clipboard = ClipboardGuard(lambda: int(desk.settings.get("clipboard_seconds")), self)
        upkeep = None if self._demo else Upkeep(profile, book, self.background)
        self.open = OpenBook(desk, gateway, workplace, self._watch(desk), clipboard, upkeep, unsubscribe)
        from brokerdesk.ui.areas import build_frame

        frame = build_frame(workplace, self.window)
        self.window.show_frame(frame, sentence=workplace.sentence)
        self.window.restore_place(desk.settings.get("window"))
        frame.open("customers")
        gateway.start()
        self._announce_when_listed(frame)

    def _announce_when_listed(self, frame: ShellFrame) -> None:
        """`ready` after the rows of the first list are painted; a list that cannot be read is also an answer."""
        from brokerdesk.ui.pages.customers.page import CustomersPage

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

    def _watch(self, desk: Desk) -> IdleWatch | None:
        if self._demo or not desk.settings.get("lock_when_idle"):
            return None
        idle = IdleWatch(minutes=int(desk.settings.get("idle_minutes")), parent=self)
        idle.idle.connect(self._idle)
        return idle

    def _setting_changed(self, name: str) -> None:
        """What a setting means for the running window."""
        opened = self.open
        if opened is None:
            return
        if name in {"theme", "text_size", "language"}:
            self._apply_settings(opened.desk)
        elif name in {"lock_when_idle", "idle_minutes"}:
            if opened.idle is not None:
                opened.idle.stop()
            opened.idle = self._watch(opened.desk)
        elif name == "sync_automatically":
            opened.gateway.set_automatic(on=bool(opened.desk.settings.get(name)))
        elif name in {"navigation_collapsed", "reading_pane"}:
            self._arrange(name, on=bool(opened.desk.settings.get(name)))

    def _arrange(self, name: str, *, on: bool) -> None:
        from brokerdesk.ui.pages.customers.page import CustomersPage

        frame = self.window.frame
        if frame is None:
            return
        customers = frame.stack.page("customers")
        if name == "navigation_collapsed":
            frame.navigation.set_collapsed(collapsed=on)
        elif isinstance(customers, CustomersPage):
            customers.show_pane(wanted=on)

    def _idle(self) -> None:
        if self.open is not None:
            minutes = int(self.open.desk.settings.get("idle_minutes"))
            self.lock("security.reason.idle", n=minutes)

    def lock(self, reason: str = "security.reason.demand", **values: object) -> None:
        """Close the book: connections, key, pages and texts go; what was typed is kept as drafts by the pages."""
        if self.open is None:
            return
        self._close_book()
        self.door.show_unlock(reason, **values)

    def restore(self, order: RestoreOrder) -> None:
        """Close the book and bring a backup back in its place; ends on the unlock page, with the outcome in words."""
        profile = self.door.profile
        if self.open is None or profile is None:
            return
        self.lock("security.reason.restore")
        self.door.show_restore(profile, order)

    def _close_book(self) -> None:
        opened, self.open = self.open, None
        if opened is None:
            return
        with contextlib.suppress(KnownError):  # a full disk must not keep the book open
            opened.desk.settings.set("window", self.window.place())
        opened.unsubscribe()
        opened.gateway.stop()
        if opened.idle is not None:
            opened.idle.stop()
        opened.clipboard.stop()
        if opened.upkeep is not None:
            opened.upkeep.stop()
        self.window.show_security(QWidget())
        self.window.repaint()
        self.background.settle()
        opened.desk.close()

    def shutdown(self) -> None:
        """Close the book and wait for all threads."""
        self._close_book()
        self.background.shutdown()


def _import_areas() -> None:
    """The pages are imported behind the unlock page, while the passphrase is typed or the key derived on another core."""
    import brokerdesk.ui.areas  # noqa: F401


def make_kit(*, language: str = "de", mode: Mode = Mode.SYSTEM, percent: int = 100, family: str = "") -> Kit:
    """The kit of a program: theme, icons, texts."""
    return Kit.of(Theme(mode=mode, percent=percent, family=family), Translator(language))
