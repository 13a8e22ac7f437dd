"""The guided way back to a backup (ux.md 8 M): which one, what is inside, what happens, the passphrase, one button.

Changes nothing itself: it sends an order and is told when that failed. Whoever hears `wanted` closes the book first,
restores off the GUI thread, and closes the dialog.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from brokerdesk.core.errors import KnownError
from brokerdesk.services import profiles
from brokerdesk.services.profiles import BackupInfo, Profile
from brokerdesk.ui.background.lanes import Background, Lane
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.dialogs.fitting import ScrollBody, fit_height
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.security.backup_columns import COLUMNS
from brokerdesk.ui.security.unlock import PassphraseField
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.cards import IconBullet
from brokerdesk.ui.widgets.labels import Link, PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar, announce

WIDTH, MOST_ROWS = 660, 5


@dataclass(frozen=True, slots=True, repr=False)
class RestoreOrder:
    """Which backup to bring back, and what opens it; with neither secret the key store of the device does."""

    file: Path
    passphrase: str | None = None
    recovery: str | None = None


class BackupFacts(QWidget):
    """What is inside a backup and what happens when it comes back, one line each."""

    def __init__(self, kit: Kit, profile: Profile, *, book_open: bool, paired: bool) -> None:
        """Hidden until a backup is chosen. `paired` tells that the present book is."""
        super().__init__()
        self._kit, self._profile, self._book_open, self._paired = kit, profile, book_open, paired
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def show_backup(self, info: BackupInfo | None, newest: BackupInfo | None) -> None:
        """Tell about `info`; the `newest` one known stands for a present book that cannot be asked whether it is paired."""
        while (item := self._lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if info is not None:
            for icon, words, remark in self._tell(info, newest):
                self._lines.addWidget(IconBullet(self._kit, icon, words, remark))
        self.setVisible(info is not None)

    def _tell(self, info: BackupInfo, newest: BackupInfo | None) -> list[tuple[str, str, str]]:
        """Icon, sentence and grey remark of everything worth knowing before the exchange."""
        say = self._kit.texts
        lines = [("database", self._inside(info), self._origin(info))]
        aside = str(self._profile.folder / "aside")
        lines.append(("archive", say("security.restore.aside"), say("security.restore.aside-place", folder=aside)))
        paired = [known.paired for known in (info, newest) if known is not None]
        if self._paired or True in paired:
            lines.append(("link", say("security.restore.pair"), ""))
        elif None in paired:
            lines.append(("link", say("security.restore.pair-perhaps"), ""))
        if self._book_open:
            lines.append(("lock", say("security.restore.closes"), ""))
        return lines

    def _inside(self, info: BackupInfo) -> str:
        say = self._kit.texts
        if info.rows is None:
            return say("security.restore.unknown")
        people, contracts = info.rows.get("party", 0), info.rows.get("contract", 0)
        return say(
            "security.restore.inside",
            people=say("security.restore.people", n=people, count=say.count(people)),
            contracts=say("security.restore.contracts", n=contracts, count=say.count(contracts)),
            changed=say.moment(info.newest_change) if info.newest_change else "–",
        )

    def _origin(self, info: BackupInfo) -> str:
        if info.program is None:
            return info.file.name
        return f"{self._kit.texts('security.restore.program', version=info.program)} · {info.file.name}"


class RestoreDialog(Dialog):
    """Sends `wanted` with a `RestoreOrder`; cannot be left while that is carried out."""

    wanted = Signal(object)

    def __init__(
        self, kit: Kit, background: Background, profile: Profile, *, order: RestoreOrder | None = None,
        book_open: bool = False, paired: bool = False, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`order` is chosen and filled in already; an open book will be closed for it, a paired one be paired anew."""
        super().__init__(kit, kit.texts("security.restore.title"), parent=parent, width=WIDTH)
        self.set_title(kit.texts("security.restore.title"), profile.name)
        self._background, self._profile = background, profile
        self._chosen: BackupInfo | None = None
        self._newest: BackupInfo | None = None
        self._busy = False
        self.sheet = ScrollBody()
        self.model: StaticTableModel[BackupInfo] = StaticTableModel(kit, COLUMNS, self)
        self.table = TableView(kit, self.model, name_key="security.restore.list", tint_current=True)
        self.none = PlainLabel(kit, kit.texts("security.restore.none"), tone="muted", wrap=True)
        self.other = Link(kit, kit.texts("security.restore.other"))
        self.facts = BackupFacts(kit, profile, book_open=book_open, paired=paired)
        self.passphrase = PassphraseField(kit, "security.passphrase")
        self.code = LineField(kit, "security.recovery-code", hint_key="security.recovery-hint")
        self.switch = Link(kit, "")
        self.problem = InfoBar(kit, Status.ERROR, "")
        self.primary = Button(kit, kit.texts("security.restore.do"), look=Look.PRIMARY)
        self.cancel = Button(kit, kit.texts("ui.dialog.cancel"))
        self._asking, self._by_code = not _remembered(profile), False
        self._arrange()
        if order is not None:
            self._fill(order)
        self._show_fields()
        self._read(order.file if order is not None else None)

    def _arrange(self) -> None:
        kit = self.kit
        self.passphrase.set_note(kit.texts("security.restore.passphrase-note"))
        for quiet in (self.none, self.problem):
            quiet.hide()
        self.body.addWidget(self.sheet)
        for widget in (
            self.table,
            self.none,
            self.other,
            self.facts,
            self.passphrase,
            self.code,
            self.switch,
            self.problem,
        ):
            self.sheet.column.addWidget(widget)
        self.sheet.column.addStretch(1)
        self.set_buttons(self.primary, self.cancel)
        self.sheet.grown.connect(self._fit_height)
        self.table.current_changed.connect(self._choose)
        self.table.opened.connect(lambda _row: self._go_on())
        self.other.clicked.connect(self._ask_file)
        self.switch.clicked.connect(self._switch_secret)
        self.primary.clicked.connect(lambda _=False: self.submit())
        self.cancel.clicked.connect(lambda _=False: self.reject())
        kit.sized(self, lambda units: self.sheet.column.setSpacing(units(12)))
        kit.sized(self.table, lambda _units: self._fit_table())

    def _fill(self, order: RestoreOrder) -> None:
        self.passphrase.line.setText(order.passphrase or "")
        self.code.line.setText(order.recovery or "")
        self._by_code = order.recovery is not None
        self._asking = self._asking or bool(order.passphrase or order.recovery)

    # ---- which one ----

    def _read(self, file: Path | None) -> None:
        """List the backups of the profile; `file` is chosen, and heads the list when it lies elsewhere."""
        profile = self._profile

        def work() -> list[BackupInfo]:
            rows = profiles.list_backups(profile)
            if file is not None and all(row.file != file for row in rows):
                rows.insert(0, profiles.read_info(file))
            return rows

        self._background.run(
            Lane.READ,
            lambda _job: work(),
            self,
            lambda rows: self._show(rows, file),
            failed=lambda _problem: self._unread(file),
        )

    def _unread(self, file: Path | None) -> None:
        self.failed(f"{self.kit.texts('error.backup-missing')} (backup-missing)")
        if file is not None and self.model.rowCount() == 0:
            self._read(None)

    def _show(self, rows: list[BackupInfo], file: Path | None) -> None:
        self._newest = max((row for row in rows if row.at is not None), key=lambda row: str(row.at), default=None)
        self._chosen = None
        self.model.set_rows(rows)
        self.table.setVisible(bool(rows))
        self.none.setVisible(not rows)
        self._fit_table()
        self._follow()
        if rows:
            self.table.go_to(next((n for n, row in enumerate(rows) if row.file == file), 0))

    def _choose(self, row_id: int) -> None:
        self._chosen = self.model.row_with(row_id)
        self._follow()

    def _ask_file(self) -> None:
        say = self.kit.texts
        name, _ = QFileDialog.getOpenFileName(self, say("security.restore.title"), "", say("security.restore.filter"))
        if name:
            self.problem.hide()
            self._read(Path(name))

    def _follow(self) -> None:
        self.facts.show_backup(self._chosen, self._newest)
        self.primary.setEnabled(self._chosen is not None and not self._busy)

    # ---- what opens it ----

    def _switch_secret(self) -> None:
        self._by_code = not self._by_code
        self._show_fields()
        self._go_on()

    def _field(self) -> LineField:
        return self.code if self._by_code else self.passphrase

    def _show_fields(self) -> None:
        self.passphrase.setVisible(self._asking and not self._by_code)
        self.code.setVisible(self._asking and self._by_code)
        self.switch.setText(self.kit.texts("security.back" if self._by_code else "security.restore.use-code"))
        self.switch.setVisible(self._asking)

    def _go_on(self) -> None:
        if not self._asking:
            self.primary.setFocus()
            return
        self._field().setFocus()
        self.sheet.ensureWidgetVisible(self._field())

    def submit(self) -> None:
        """Send the order; nothing happens while one is carried out, and an empty field asks to be filled."""
        if self._busy or self._chosen is None:
            return
        field = self._field()
        if self._asking and not field.line.text():
            field.set_problem(self.kit.texts("ui.field.required", name=field.label.text()))
            self._go_on()
            return
        typed = field.line.text() if self._asking else None
        order = RestoreOrder(
            self._chosen.file,
            passphrase=None if self._by_code else typed,
            recovery=typed if self._by_code else None,
        )
        self.set_busy(busy=True)
        self.wanted.emit(order)

    def set_busy(self, *, busy: bool) -> None:
        """An order is carried out, or not any more."""
        self._busy = busy
        if busy:
            self.problem.hide()
        for widget in (self.table, self.other, self.passphrase, self.code, self.switch, self.cancel):
            widget.setEnabled(not busy)
        self.primary.setEnabled(self._chosen is not None and not busy)
        self.set_remark(self.kit.texts("security.restore.busy") if busy else "")

    def failed(self, sentence: str, *, ask: bool = False) -> None:
        """It did not work: say why and keep what was entered; `ask` for a secret when the key store had none."""
        self._asking = self._asking or ask
        self.set_busy(busy=False)
        self.problem.set_words(sentence)
        self.problem.show()
        announce(self.problem, sentence)
        self._show_fields()
        if self._asking:
            self._field().setFocus()
            self._field().line.selectAll()

    def reject(self) -> None:
        """Leave, unless an order is being carried out."""
        if not self._busy:
            super().reject()

    def _fit_table(self) -> None:
        rows = min(max(1, self.model.rowCount()), MOST_ROWS)
        self.table.setFixedHeight(
            self.table.horizontalHeader().sizeHint().height() + rows * self.table.row_height() + 2
        )

    def _fit_height(self) -> None:
        fit_height(self)
        QTimer.singleShot(0, self, self._show_what_counts)

    def _show_what_counts(self) -> None:
        """What was scrolled away by another height comes back: the chosen row, and the complaint if there is one."""
        if self.table.currentIndex().isValid():
            self.table.scrollTo(self.table.currentIndex())
        if self.problem.isVisible():
            self.sheet.ensureWidgetVisible(self.problem)


def _remembered(profile: Profile) -> bool:
    """Whether the key store may hold the key; slots that cannot be read count as no."""
    try:
        return profiles.remembered_on_device(profile)
    except KnownError:
        return False
