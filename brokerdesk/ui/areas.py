"""Which areas the window has, and their commands: the one place where pages, navigation, menus and palette meet.

A new area is a page with its actions and one entry in `pages_of()` (see CONTRIBUTING.md, "Add an area").
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from brokerdesk.models.rows.exchange import ExchangeStatus
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.sync.report import STOPPED, State, SyncReport
from brokerdesk.ui.actions.catalogue import MENUS, SHELL_ACTIONS
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.actions.shortcuts_page import shortcuts_dialog
from brokerdesk.ui.actions.spec import ActionSpec
from brokerdesk.ui.actions.view_actions import connect_view_actions
from brokerdesk.ui.main_window import MainWindow
from brokerdesk.ui.pages.customer.actions import CUSTOMER_ACTIONS as RECORD_ACTIONS
from brokerdesk.ui.pages.customer.neighbours import KEYS
from brokerdesk.ui.pages.customers.actions import CUSTOMER_ACTIONS
from brokerdesk.ui.pages.customers.page import CustomersPage
from brokerdesk.ui.palette.palette import Palette
from brokerdesk.ui.palette.provider import CommandProvider
from brokerdesk.ui.palette.providers import SearchProvider
from brokerdesk.ui.shell.frame import HIDDEN, ShellFrame
from brokerdesk.ui.shell.pages import PageSpec
from brokerdesk.ui.shell.profile_foot import ProfileFoot
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.workplace import Workplace

WINDOW_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(id="window.import", text_key="areas.action.import", icon="file-import", menu="file", group=1),
    ActionSpec(
        id="window.settings", text_key="areas.action.settings", icon="settings", shortcut="Ctrl+,", menu="file", group=7,
        role="preferences",
    ),
    ActionSpec(id="window.lock", text_key="areas.action.lock", icon="lock", shortcut="Ctrl+L", menu="file", group=8),
    ActionSpec(id="window.quit", text_key="areas.action.quit", icon="logout", menu="file", group=9, role="quit"),
    ActionSpec(id="sync.now", text_key="areas.action.sync-now", icon="refresh", shortcut="F5", menu="sync"),
    ActionSpec(id="sync.open", text_key="areas.action.sync-open", icon="list", menu="sync"),
)  # fmt: skip
"""Commands of the window that belong to no area."""

ALL_ACTIONS: tuple[ActionSpec, ...] = (*SHELL_ACTIONS, *WINDOW_ACTIONS, *CUSTOMER_ACTIONS, *RECORD_ACTIONS)
_BADGES_MS = 400
_FIRST_STATUS_MS = 1_000
"""The first question comes after the list: it imports the exchange."""


# pages are imported when they are first opened: the start pays for the list alone


def _trackings(place: Workplace) -> QWidget:
    from brokerdesk.ui.pages.trackings.page import TrackingsPage

    return TrackingsPage(place)


def _import(place: Workplace) -> QWidget:
    from brokerdesk.ui.pages.importing.page import ImportPage

    return ImportPage(place)


def _settings(place: Workplace) -> QWidget:
    from brokerdesk.ui.pages.settings.page import SettingsPage

    return SettingsPage(place)


def _sync(place: Workplace) -> QWidget:
    from brokerdesk.ui.pages.sync.page import SyncPage

    return SyncPage(place)


def _customer(place: Workplace) -> QWidget:
    from brokerdesk.ui.pages.customer.page import CustomerPage

    return CustomerPage(place)


def _status(place: Workplace) -> ExchangeStatus:
    from brokerdesk.services import exchange

    return exchange.status(place.desk.book)


def pages_of(place: Workplace) -> list[PageSpec]:
    """The pages, in the order of the navigation."""
    return [
        PageSpec(id="customers", title_key="areas.customers", icon="users", group=1, shortcut="Ctrl+1", factory=lambda: CustomersPage(place)),
        PageSpec(id="trackings", title_key="areas.trackings", icon="activity", group=1, shortcut="Ctrl+2", factory=partial(_trackings, place)),
        PageSpec(id="import", title_key="areas.import", icon="file-import", group=2, shortcut="Ctrl+3", factory=partial(_import, place)),
        PageSpec(id="settings", title_key="areas.settings", icon="settings", group=3, shortcut="Ctrl+4", factory=partial(_settings, place)),
        PageSpec(id="sync", title_key="areas.sync", icon="refresh", bottom=True, shortcut="Ctrl+5", factory=partial(_sync, place)),
        PageSpec(id="customer", title_key="areas.customers", icon="users", group=HIDDEN, parent_page="customers", factory=partial(_customer, place)),
    ]  # fmt: skip


def build_frame(place: Workplace, window: MainWindow) -> ShellFrame:
    """The frame of an open book, with its commands connected."""
    registry = ActionRegistry(place.kit, ALL_ACTIONS, window)
    place.actions = registry
    frame = ShellFrame(place.kit, pages_of(place))
    _Conductor(place, window, frame, registry)
    return frame


class _Conductor(QObject):
    """Connects frame, commands, palette and status bar of one open book; lives as long as the frame."""

    def __init__(self, place: Workplace, window: MainWindow, frame: ShellFrame, registry: ActionRegistry) -> None:
        super().__init__(frame)
        self._place, self._window, self._frame, self._registry = place, window, frame, registry
        self._palette = Palette(place.kit, window, [CommandProvider(place.kit, registry), SearchProvider(place)])
        registry.setParent(frame)
        self._commands()
        self._top_bar()
        self._status()
        self._who = ProfileFoot(place.kit)
        frame.navigation.add_foot(self._who)
        if place.demo:
            window.bar(Status.WARNING, place.text("areas.demo"))

    def _commands(self) -> None:
        place, frame, on = self._place, self._frame, self._registry.on
        connect_view_actions(self._registry, place.kit, self._keep_view)
        on("shell.palette", self._palette.open)
        on("shell.find", self._find)
        on("shell.back", frame.back)
        on("shell.forward", frame.forward)
        on("shell.navigation", self._fold)
        on("shell.next-pane", frame.next_pane)
        on("shell.shortcuts", self._shortcuts)
        on("window.import", lambda: frame.open("import"))
        on("window.settings", lambda: frame.open("settings"))
        on("window.lock", lambda: place.extras["lock"]())
        on("window.quit", self._window.close)
        on("sync.now", place.exchange.sync_now)
        on("sync.open", lambda: frame.open("sync"))
        for spec in pages_of(place):
            if spec.shortcut:
                self._window_shortcut(spec)
        frame.toast.stay = lambda: 1000 * int(place.desk.settings.get("undo_seconds"))
        frame.navigation.set_collapsed(collapsed=bool(place.desk.settings.get("navigation_collapsed")))

    def _window_shortcut(self, spec: PageSpec) -> None:
        from PySide6.QtGui import QKeySequence, QShortcut

        QShortcut(QKeySequence(spec.shortcut), self._frame, partial(self._frame.open, spec.id))

    def _top_bar(self) -> None:
        bar = self._frame.top_bar
        self._registry.fill_menu_bar(bar.menu_bar, MENUS)
        bar.search.clicked.connect(lambda _=False: self._palette.open())
        bar.lock.clicked.connect(lambda _=False: self._registry.trigger("window.lock"))
        bar.help.clicked.connect(lambda _=False: self._shortcuts())

    def _status(self) -> None:
        place, bar = self._place, self._frame.status_bar
        bar.follow(place.background)
        bar.sync.clicked.connect(lambda _=False: self._frame.open("sync"))
        bar.outbox.clicked.connect(lambda _=False: self._frame.open("sync"))
        self._asker = QTimer(self)
        self._asker.setSingleShot(True)
        self._asker.setInterval(_BADGES_MS)
        self._asker.timeout.connect(self._ask_status)
        place.changes.happened.connect(self._changed)
        gateway = place.extras.get("gateway")
        if gateway is not None:
            gateway.reported.connect(self._reported)
            gateway.started.connect(self._busy)
        place.kit.texts.changed.connect(self._asker.start)
        self._report: SyncReport | None = None
        self._count, self._sum = "", ("", "")
        customers = self._frame.stack.page("customers")
        if isinstance(customers, CustomersPage):
            customers.counted.connect(self._counted)
            customers.summed.connect(self._summed)
            self._frame.stack.shown.connect(lambda _page: self._right())
            customers.counts.tell()
            place.extras[KEYS] = customers.model.all_ids
        QTimer.singleShot(_FIRST_STATUS_MS, self, self._asker.start)

    def _counted(self, words: str) -> None:
        self._count = words
        self._right()

    def _summed(self, words: str, amount: str) -> None:
        self._sum = (words, amount)
        self._right()

    def _right(self) -> None:
        """Counts and the sum of the selection belong to the list; other pages have none."""
        here = self._frame.stack.current_id() in {"", "customers"}
        words = "    ".join(w for w in (self._count, self._sum[0]) if w)
        self._frame.status_bar.set_right(words if here else "", self._sum[1] if here else "")

    def _changed(self, _changes: ChangeSet) -> None:
        self._asker.start()

    def _busy(self) -> None:
        self._frame.status_bar.set_sync(Status.INFO, self._place.text("areas.status.busy"), icon="refresh")

    def _reported(self, report: SyncReport) -> None:
        self._report = report
        self._ask_status()

    def _ask_status(self) -> None:
        self._place.read(lambda: _status(self._place), receiver=self, done=self._show_status)

    def _show_status(self, status: ExchangeStatus) -> None:
        bar, say = self._frame.status_bar, self._place.text
        gateway = self._place.extras.get("gateway")
        if gateway is None or not gateway.busy:
            bar.set_sync(*self._words(status))
        bar.set_outbox(status.outbox)
        profile = self._place.extras.get("profile")
        self._who.show_name(
            status.employee_name or (profile.name if profile else ""), collapsed=self._frame.navigation.collapsed
        )
        trouble = status.conflicts + status.attention + status.held
        self._frame.navigation.set_badge("sync", trouble, failure=bool(status.attention))
        bar.outbox.setToolTip(say("areas.status.outbox-hint"))

    def _words(self, status: ExchangeStatus) -> tuple[Status, str]:
        say, texts = self._place.text, self._place.kit.texts
        if not status.paired:
            return Status.NEUTRAL, say("areas.status.unpaired")
        if status.conflicts:
            return Status.WARNING, say("areas.status.conflicts", n=status.conflicts)
        state = self._report.state if self._report else State.IDLE
        if status.paused:
            return Status.NEUTRAL, say("areas.status.paused")
        if state in STOPPED or state is State.STUCK:
            return Status.ERROR, say("areas.status.stopped")
        if status.failures:
            since = texts.time(status.last_success_at) if status.last_success_at else "–"
            return Status.NEUTRAL, say("areas.status.offline", time=since)
        if status.last_success_at is None:
            return Status.NEUTRAL, say("areas.status.never")
        return Status.OK, say("areas.status.synced", time=texts.time(status.last_success_at))

    def _find(self) -> None:
        page = self._frame.stack.currentWidget()
        field = getattr(getattr(page, "filters", None), "search", None)
        if field is not None:
            field.setFocus()
            field.selectAll()
        else:
            self._palette.open()

    def _fold(self) -> None:
        collapsed = not self._frame.navigation.collapsed
        self._frame.navigation.set_collapsed(collapsed=collapsed)
        self._place.desk.settings.set("navigation_collapsed", collapsed)

    def _shortcuts(self) -> None:
        shortcuts_dialog(self._place.kit, self._registry, MENUS, self._window).open()

    def _keep_view(self) -> None:
        theme, settings = self._place.kit.theme, self._place.desk.settings
        values = {
            "theme": theme.mode.value,
            "text_size": theme.units.percent,
            "language": self._place.kit.texts.language,
        }
        for name, value in values.items():
            settings.set(name, value)
