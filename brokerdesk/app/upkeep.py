"""What an open book needs from time to time, without anybody asking: a daily verified backup, and no old journal."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import QObject, QTimer

from brokerdesk.services import profiles
from brokerdesk.services.profiles import Profile
from brokerdesk.store.book import Book
from brokerdesk.ui.background.lanes import Background, Job, Lane

_FIRST_MS = 5 * 60_000
_AGAIN_MS = 60 * 60_000
_BACKUP_EVERY = timedelta(hours=20)
"""Less than a day, so that who starts a little earlier every morning still has one backup per day."""
_JOURNAL_DAYS = 60
"""Twice the time for which a portal may be set back to a backup (protocol.md, R6)."""


class Upkeep(QObject):
    """Looks after one open book, five minutes after it was opened and then hourly, until `stop()`."""

    def __init__(self, profile: Profile, book: Book, background: Background) -> None:
        """Starts waiting at once."""
        super().__init__()
        self._profile, self._book, self._background = profile, book, background
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_FIRST_MS)

    def look(self) -> None:
        """Do what is due, on the work lane; a backup that fails is tried again in an hour and named in the settings."""
        self._timer.setInterval(_AGAIN_MS)
        self._background.run(Lane.WORK, self.work, self, lambda _made: None, failed=lambda _why: None)

    def work(self, _job: Job | None = None) -> bool:
        """Back up when the newest backup is older than a day, and prune; returns whether a backup was made."""
        from brokerdesk.services.exchange.pages import prune_journal

        newest = profiles.newest_backup(self._profile)
        due = newest is None or newest.at is None or abs(self._book.clock.now() - newest.at) >= _BACKUP_EVERY
        made = profiles.automatic_backup(self._profile, self._book) if due else None
        prune_journal(self._book, days=_JOURNAL_DAYS)
        return made is not None

    def stop(self) -> None:
        """No further looks."""
        self._timer.stop()
