"""The way into a book: first-run assistant, unlocking by key store, passphrase or recovery code, and what failed in words.

Knows the window's security pages and the profiles; what happens with an open book is decided by whoever hears `opened`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal

from brokerdesk.core.clock import Clock, local_date
from brokerdesk.core.errors import BUG, BugError, DeskError, KnownError, register
from brokerdesk.core.files import write_atomically
from brokerdesk.core.logs import logger
from brokerdesk.core.paths import Folders
from brokerdesk.services import profiles
from brokerdesk.services.profiles import Created, Profile
from brokerdesk.store.book import Book
from brokerdesk.ui.background.lanes import Background, Job, Lane
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.main_window import MainWindow
from brokerdesk.ui.security.first_run import FirstRunPage
from brokerdesk.ui.security.unlock import UnlockPage
from brokerdesk.vault.key_store import Vault
from brokerdesk.vault.passphrase import KdfParameters

SHEET_NOT_SAVED = register("recovery-sheet-not-saved")
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
        if passphrase is not None or profiles.remembered_on_device(self.profile):
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
            _log.info("door-refused", code=getattr(problem, "code", "bug"))
            if shiboken6.isValid(page):
                page.failed(self.sentence(problem))

        self._background.run(Lane.WORK, work, self, done, failed=failed)

    def sentence(self, problem: BaseException) -> str:
        """A problem in words, with its code."""
        known = problem if isinstance(problem, DeskError) else BugError(BUG, place=type(problem).__name__)
        return f"{self._kit.texts(f'error.{known.code}', **known.parameters)} ({known.code})"
