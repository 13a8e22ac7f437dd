"""The way into a book: first-run assistant, unlocking by key store, passphrase or recovery code, a backup brought back, and
what failed in words.

Knows the window's security pages and the profiles; what happens with an open book is decided by whoever hears `opened`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal

from brokerdesk.core.clock import Clock, local_date
from brokerdesk.core.errors import BUG, BugError, DeskError, KnownError, register
from brokerdesk.core.files import write_atomically
from brokerdesk.core.logs import logger
from brokerdesk.core.paths import Folders
from brokerdesk.services import profiles
from brokerdesk.services.profiles import Created, Profile, Restored
from brokerdesk.services.profiles.keys import KEY_STORE_EMPTY, NOT_REMEMBERED
from brokerdesk.services.profiles.opening import BOOK_UNREADABLE
from brokerdesk.store.book import BOOK_DAMAGED, BOOK_EMPTY, BOOK_FOREIGN, BOOK_MISSING, BOOK_PLAIN, Book
from brokerdesk.store.migrations.runner import MIGRATION_FAILED
from brokerdesk.ui.background.lanes import Background, Job, Lane
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.main_window import MainWindow
from brokerdesk.ui.security.first_run import FirstRunPage
from brokerdesk.ui.security.unlock import UnlockPage
from brokerdesk.vault.key_slots import SLOTS_DAMAGED
from brokerdesk.vault.key_store import KEY_STORE_ABSENT, KEY_STORE_BLOCKED, KEY_STORE_DENIED, Vault
from brokerdesk.vault.passphrase import KdfParameters
from brokerdesk.vault.slot_file import SLOTS_MISSING

if TYPE_CHECKING:
    from brokerdesk.ui.security.restore import RestoreDialog, RestoreOrder

SHEET_NOT_SAVED = register("recovery-sheet-not-saved")
NEEDS_BACKUP = frozenset(
    {
        BOOK_DAMAGED,
        BOOK_EMPTY,
        BOOK_FOREIGN,
        BOOK_MISSING,
        BOOK_PLAIN,
        BOOK_UNREADABLE,
        MIGRATION_FAILED,
        SLOTS_DAMAGED,
        SLOTS_MISSING,
    }
)
"""What no passphrase helps against; a backup is the way on (reliability.md S6)."""
NEEDS_SECRET = frozenset({KEY_STORE_ABSENT, KEY_STORE_BLOCKED, KEY_STORE_DENIED, KEY_STORE_EMPTY, NOT_REMEMBERED})
"""The key store did not help; passphrase or recovery code do."""
_log = logger(__name__)
T = TypeVar("T")


class Door(QObject):
    """Shows the security pages and opens books. `opened` is sent with the `Profile` and its `Book`."""

    opened = Signal(object, object)
    demo_wanted = Signal()

    def __init__(
        self,
        *,
        kit: Kit,
        window: MainWindow,
        background: Background,
        folders: Folders,
        clock: Clock,
        vault: Vault,
        profile: Profile | None = None,
        demo: bool = False,
        cost: KdfParameters | None = None,
    ) -> None:
        """`profile` is the one asked for; a `demo` knows no other. `cost` replaces the calibrated key derivation."""
        super().__init__()
        self._kit, self._window, self._background = kit, window, background
        self._folders, self._clock, self._vault, self._demo, self._cost = folders, clock, vault, demo, cost
        self.profile = profile

    def start(self, *, passphrase: str | None = None) -> None:
        """Assistant without a profile, else the unlock page; opened at once by a passphrase given or the key store."""
        if self.profile is None:
            self.profile = self._last_profile()
        if self.profile is None:
            self.first_run()
            return
        page = self.show_unlock("security.reason.start")
        try:
            at_once = passphrase is not None or profiles.remembered_on_device(self.profile)
        except KnownError as problem:
            self._refuse(page, problem)
            return
        if at_once:
            page.set_busy(busy=True)
            self._unlock(page, self.profile, passphrase=passphrase)

    def _last_profile(self) -> Profile | None:
        found = profiles.list_profiles(self._folders)
        try:
            return profiles.find_profile(self._folders)
        except KnownError:
            return found[0] if found else None

    def show_unlock(self, reason: str, **values: object) -> UnlockPage:
        """The unlock page with the reason for the lock."""
        page = UnlockPage(self._kit, profiles=self._choices(), offers=not self._demo)
        page.set_reason(self._kit.texts(reason, **values))
        page.unlock_wanted.connect(
            lambda name, secret, keep: self._unlock(page, self._named(name), passphrase=secret, remember=keep or None)
        )
        page.recovery_wanted.connect(lambda name, code, new: self._recover(page, self._named(name), code, new))
        page.restore_wanted.connect(lambda name: self.show_restore(self._named(name)))
        page.demo_wanted.connect(self.demo_wanted)
        page.new_wanted.connect(self.first_run)
        self._window.show_security(page)
        page.passphrase.setFocus()
        return page

    def _choices(self) -> list[tuple[str, str]]:
        found = [] if self._demo else profiles.list_profiles(self._folders)
        if self.profile is not None:
            found = [self.profile, *(p for p in found if p.folder != self.profile.folder)]
        return [(str(p.folder), p.name) for p in found]

    def _named(self, folder: str) -> Profile:
        if self.profile is not None and str(self.profile.folder) == folder:
            return self.profile
        return Profile(Path(folder).name, Path(folder))

    def _unlock(
        self, page: UnlockPage | FirstRunPage, profile: Profile, *, passphrase: str | None, remember: bool | None = None
    ) -> None:
        def work(job: Job) -> Book:
            return self._kept(job, self._open(profile, passphrase, remember=remember))

        self._run(page, work, lambda book: self._enter(profile, book))

    def _open(self, profile: Profile, passphrase: str | None, *, remember: bool | None = None) -> Book:
        return profiles.unlock(
            profile,
            clock=self._clock,
            vault=self._vault,
            passphrase=passphrase,
            remember=remember,
            folders=None if self._demo else self._folders,
            cost=self._cost,
        )

    @staticmethod
    def _kept(job: Job, book: Book) -> Book:
        """A book that nobody waits for any more is closed again."""
        if job.cancelled:
            book.close()
        job.check()
        return book

    def _enter(self, profile: Profile, book: Book) -> None:
        self.profile = profile
        self.opened.emit(profile, book)

    def _recover(self, page: UnlockPage, profile: Profile, code: str, new: str) -> None:
        def work(job: Job) -> Book:
            profiles.change_passphrase(profile, new, vault=self._vault, recovery=code, cost=self._cost)
            return self._kept(job, self._open(profile, new))

        self._run(page, work, lambda book: self._enter(profile, book))

    def show_restore(self, profile: Profile, order: RestoreOrder | None = None) -> RestoreDialog:
        """The guided way back to a backup, over the unlock page; an `order` given already is carried out at once."""
        from brokerdesk.ui.security.restore import RestoreDialog  # its table is not needed for the first paint

        dialog = RestoreDialog(self._kit, self._background, profile, order=order, parent=self._window)
        dialog.wanted.connect(lambda wanted: self._restore(dialog, profile, wanted))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()
        if order is not None:
            dialog.set_busy(busy=True)
            self._restore(dialog, profile, order)
        return dialog

    def _restore(self, dialog: RestoreDialog, profile: Profile, order: RestoreOrder) -> None:
        def work(_job: Job) -> Restored:
            restored = profiles.restore(
                profile,
                order.file,
                clock=self._clock,
                vault=self._vault,
                passphrase=order.passphrase,
                recovery=order.recovery,
            )
            if not self._demo:
                profiles.remember_profile(self._folders, profile)
            return restored

        def done(restored: Restored) -> None:
            self.profile = profile
            self._tell_restored(restored)

        def failed(problem: BaseException) -> None:
            _log.info("restore-refused", code=getattr(problem, "code", "bug"))
            if shiboken6.isValid(dialog):
                dialog.failed(self.sentence(problem), ask=getattr(problem, "code", "") in NEEDS_SECRET)

        self._background.run(Lane.WORK, work, self, done, failed=failed)

    def _tell_restored(self, restored: Restored) -> None:
        at = self._kit.texts.moment(restored.backup_at) if restored.backup_at else None
        words = self._kit.texts("security.restore.done-at", at=at) if at else self._kit.texts("security.restore.done")
        if restored.aside is not None:
            place = f"{restored.aside.parent.name}/{restored.aside.name}"
            words = f"{words} {self._kit.texts('security.restore.done-aside', folder=place)}"
        self.show_unlock("security.reason.start").set_reason(words)

    def first_run(self) -> None:
        """The assistant for a new profile."""
        page = FirstRunPage(self._kit, can_leave=bool(self._choices()))
        page.create_wanted.connect(lambda name, secret, keep: self._create(page, name, secret, remember=keep))
        page.demo_wanted.connect(self.demo_wanted)
        page.left.connect(lambda: self.show_unlock("security.reason.start"))
        self._window.show_security(page)
        page.name.setFocus()

    def _create(self, page: FirstRunPage, name: str, secret: str, *, remember: bool) -> None:
        language = self._kit.texts.language

        def work(_job: Job) -> Created:
            return profiles.create_profile(
                self._folders,
                name,
                passphrase=secret,
                clock=self._clock,
                vault=self._vault,
                language=language,
                remember=remember,
                cost=self._cost,
            )

        def done(made: Created) -> None:
            page.sheet_wanted.connect(lambda path: self._save_sheet(page, made, Path(path)))
            page.typed_back.connect(lambda typed: self._confirm(page, made, typed, secret))
            page.created(made.recovery)

        self._run(page, work, done)

    def _save_sheet(self, page: FirstRunPage, made: Created, path: Path) -> None:
        language = self._kit.texts.formats

        def work(_job: Job) -> None:
            from brokerdesk.documents.contexts.recovery_sheet import RecoverySheet
            from brokerdesk.documents.recovery_sheet import make_recovery_sheet

            today = local_date(self._clock)
            facts = RecoverySheet(
                profile_name=made.profile.name, code=made.recovery, created_on=today, language=language
            )
            try:
                write_atomically(path, make_recovery_sheet(facts).data)
            except OSError as problem:
                raise KnownError(SHEET_NOT_SAVED) from problem

        self._run(page, work, lambda _nothing: None)

    def _confirm(self, page: FirstRunPage, made: Created, typed: str, secret: str) -> None:
        def work(job: Job) -> Book:
            profiles.confirm_recovery(made.profile, typed)
            return self._kept(job, self._open(made.profile, secret))

        self._run(page, work, lambda book: self._enter(made.profile, book))

    def _run(self, page: UnlockPage | FirstRunPage, work: Callable[[Job], T], done: Callable[[T], object]) -> None:
        """Work off the GUI thread; a failure is said on the page as long as it is there."""

        def failed(problem: BaseException) -> None:
            if shiboken6.isValid(page):
                self._refuse(page, problem)

        self._background.run(Lane.WORK, work, self, done, failed=failed)

    def _refuse(self, page: UnlockPage | FirstRunPage, problem: BaseException) -> None:
        _log.info("door-refused", code=getattr(problem, "code", "bug"))
        if isinstance(page, UnlockPage):
            page.failed(self.sentence(problem), way_on=getattr(problem, "code", "") in NEEDS_BACKUP)
        else:
            page.failed(self.sentence(problem))

    def sentence(self, problem: BaseException) -> str:
        """A problem in words, with its code."""
        known = problem if isinstance(problem, DeskError) else BugError(BUG, place=type(problem).__name__)
        return f"{self._kit.texts(f'error.{known.code}', **known.parameters)} ({known.code})"
