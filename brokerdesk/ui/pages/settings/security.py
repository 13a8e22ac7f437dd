"""Passphrase, key store of this device, and backups of the book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from brokerdesk.services import exchange, profiles
from brokerdesk.services.profiles import BackupInfo, Profile
from brokerdesk.ui.background.lanes import Lane
from brokerdesk.ui.forms.choices import CheckField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.security.backup_columns import BRIEF
from brokerdesk.ui.security.restore import RestoreDialog, RestoreOrder
from brokerdesk.ui.security.unlock import PassphraseField
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.widgets.buttons import Button, Look, button_row
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.workplace import Workplace


def _profile(place: Workplace) -> Profile:
    found: Profile = place.extras["profile"]
    return found


class KeysSection(QWidget):
    """Change the passphrase; open by the key store of this device or not."""

    def __init__(self, place: Workplace) -> None:
        """Key derivation runs on the work lane."""
        super().__init__()
        self._place, kit = place, place.kit
        self.form = Form(kit)
        self.form.add_row(old=PassphraseField(kit, "settings.keys.old"))
        self.form.add_row(
            new=PassphraseField(kit, "settings.keys.new"), again=PassphraseField(kit, "settings.keys.again")
        )
        self.change = Button(kit, look=Look.NORMAL)
        kit.bind(self.change, self.change.setText, "settings.keys.change")
        self.change.clicked.connect(lambda _=False: self._change())
        self.device = CheckField(kit, "settings.keys.device", hint_key="security.first.remember-hint")
        self.device.set_value(profiles.remembered_on_device(_profile(place)))
        self.device.edited.connect(self._remember)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        place.kit.sized(self, lambda units: column.setSpacing(units(12)))
        column.addWidget(self.form)
        column.addLayout(button_row(self.change, stretch_first=True))
        column.addWidget(self.device)

    def _work(self, work: Any, done: Any) -> None:
        self._place.background.run(Lane.WORK, lambda _job: work(), self, done, failed=self._place.failed)

    def _change(self) -> None:
        fields = {name: self.form[name] for name in ("old", "new", "again")}
        old, new, again = (f.line.text() for f in fields.values() if isinstance(f, PassphraseField))
        if not new or new != again:
            fields["again"].set_problem(self._place.text("settings.keys.differ"))
            return
        profile, vault = _profile(self._place), self._place.extras["vault"]
        self._work(lambda: profiles.change_passphrase(profile, new, vault=vault, passphrase=old), self._changed)

    def _changed(self, _nothing: None) -> None:
        for name in ("old", "new", "again"):
            self.form[name].set_value(None)
        self._place.notices.toast(self._place.text("settings.keys.changed"))

    def _remember(self) -> None:
        profile, vault, on = _profile(self._place), self._place.extras["vault"], bool(self.device.value())
        book = self._place.desk.book

        def failed(problem: BaseException) -> None:
            self.device.set_value(profiles.remembered_on_device(profile))
            self._place.failed(problem)

        self._place.background.run(
            Lane.WORK,
            lambda _job: profiles.remember_on_device(profile, book, on=on, vault=vault),
            self,
            lambda _nothing: None,
            failed=failed,
        )


class BackupSection(QWidget):
    """Backups of the profile: the list, one now, one into a folder of choice, the way back to the chosen one."""

    def __init__(self, place: Workplace) -> None:
        """Asks at once."""
        super().__init__()
        self._place, kit = place, place.kit
        self.words = PlainLabel(kit, tone="muted", wrap=True)
        kit.bind(self.words, self.words.setText, "settings.backup.words")
        self.model: StaticTableModel[BackupInfo] = StaticTableModel(kit, BRIEF, self)
        self.table = TableView(kit, self.model, name_key="settings.section.backup")
        self.now = Button(kit, look=Look.PRIMARY)
        kit.bind(self.now, self.now.setText, "settings.backup.now")
        self.now.clicked.connect(lambda _=False: self._run(None))
        self.elsewhere = Button(kit)
        kit.bind(self.elsewhere, self.elsewhere.setText, "settings.backup.elsewhere")
        self.elsewhere.clicked.connect(lambda _=False: self._ask_folder())
        self.restore = Button(kit)
        kit.bind(self.restore, self.restore.setText, "settings.backup.restore")
        self.restore.clicked.connect(lambda _=False: self._restore())
        self.table.opened.connect(lambda _row: self._restore())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        place.kit.sized(self, lambda units: column.setSpacing(units(12)))
        column.addWidget(self.words)
        column.addWidget(self.table)
        column.addLayout(button_row(self.restore, self.elsewhere, self.now, stretch_first=True))
        kit.sized(self.table, lambda units: self.table.setMinimumHeight(units(220)))
        self._ask()

    def _ask(self) -> None:
        profile = _profile(self._place)
        self._place.read(lambda: profiles.list_backups(profile), receiver=self, done=self.model.set_rows)

    def _restore(self) -> None:
        """Ask what shall come back; only the order made there closes the book."""
        book = self._place.desk.book
        self._place.read(lambda: exchange.meta(book) is not None, receiver=self, done=self._ask_what)

    def _ask_what(self, paired: bool) -> None:  # noqa: FBT001 - a result that arrives
        place, row = self._place, self.model.row_with(self.table.current_id())
        order = RestoreOrder(row.file) if row is not None else None
        dialog = RestoreDialog(
            place.kit, place.background, _profile(place), order=order, book_open=True, paired=paired,
            parent=self.window(),
        )  # fmt: skip
        dialog.wanted.connect(place.extras["restore"])
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self._place.text("settings.backup.elsewhere"))
        if name:
            self._run(Path(name))

    def _run(self, folder: Path | None) -> None:
        profile, book, receiver = _profile(self._place), self._place.desk.book, QObject(self)
        self.now.setEnabled(False)

        def done(_info: BackupInfo) -> None:
            self.now.setEnabled(True)
            self._place.notices.toast(self._place.text("settings.backup.done"))
            self._ask()

        def failed(problem: BaseException) -> None:
            self.now.setEnabled(True)
            self._place.failed(problem)

        self._place.background.run(
            Lane.WORK, lambda _job: profiles.backup(profile, book, folder), receiver, done, failed=failed,
            title_key="settings.section.backup",
        )  # fmt: skip
