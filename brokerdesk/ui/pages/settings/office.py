"""The office's profile and its advisers: sender of mails, head of letters, product names."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from brokerdesk.models.rows.customers import AdviserRow
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.services.context import Outcome
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.forms.text_fields import EmailField, PhoneField
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.tables.columns import Cell, Column
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.widgets.buttons import Button, Look, button_row
from brokerdesk.ui.workplace import Workplace


class OfficeSection(QWidget):
    """A form with its own save button."""

    def __init__(self, place: Workplace) -> None:
        """Shows what is kept."""
        super().__init__()
        self._place, kit = place, place.kit
        self.form = Form(kit)
        self.form.add_row(name=LineField(kit, "settings.office.name", required=True))
        self.form.add_row(street=LineField(kit, "settings.office.street"))
        self.form.add_row(zip=LineField(kit, "settings.office.zip"), city=LineField(kit, "settings.office.city"))
        self.form.add_row(
            phone=PhoneField(kit, "settings.office.phone"), email=EmailField(kit, "settings.office.email")
        )
        self.form.add_row(
            website=LineField(kit, "settings.office.website"),
            register_number=LineField(kit, "settings.office.register"),
        )
        self.form.add_row(
            product_private=LineField(kit, "settings.office.product-private", hint_key="settings.office.product-hint"),
            product_company=LineField(kit, "settings.office.product-company"),
        )
        self.save = Button(kit, look=Look.PRIMARY)
        kit.bind(self.save, self.save.setText, "settings.save")
        self.save.clicked.connect(lambda _=False: self._save())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        column.addLayout(button_row(self.save, stretch_first=True))
        place.changes.happened.connect(self._changed)
        self._ask()

    def _changed(self, changes: ChangeSet) -> None:
        if changes.concerns({"office"}) and not self.form.is_dirty():
            self._ask()

    def _ask(self) -> None:
        self._place.read(lambda: self._place.desk.office.profile(), receiver=self, done=self.form.set_values)

    def _save(self) -> None:
        if not self.form.check():
            return
        values = {k: v or "" for k, v in self.form.values().items()}
        for name in ("phone", "email", "website", "register_number", "product_private", "product_company"):
            values[name] = values[name] or None

        def done(_outcome: Outcome[str]) -> None:
            self.form.mark_saved()
            self._place.notices.toast(self._place.text("settings.office.saved"))

        self._place.write(lambda: self._place.desk.office.edit(values=values), receiver=self, done=done)


def _code(row: AdviserRow, _texts: Translator) -> Cell:
    return Cell(text=row.code)


def _name(row: AdviserRow, _texts: Translator) -> Cell:
    return Cell(text=row.name)


def _until(row: AdviserRow, texts: Translator) -> Cell:
    return Cell(text=texts.date(row.ended) if row.ended else "")


COLUMNS: tuple[Column[AdviserRow], ...] = (
    Column(key="code", title_key="settings.adviser.code", cell=_code, width=120),
    Column(key="name", title_key="settings.adviser.name", cell=_name, stretch=True),
    Column(key="until", title_key="settings.adviser.until", cell=_until, width=110),
)


class AdvisersSection(QWidget):
    """The list of advisers and a line to add or rename one (by code)."""

    def __init__(self, place: Workplace) -> None:
        """Asks at once."""
        super().__init__()
        self._place, kit = place, place.kit
        self.model: StaticTableModel[AdviserRow] = StaticTableModel(kit, COLUMNS, self)
        self.table = TableView(kit, self.model, name_key="settings.section.advisers")
        self.table.current_changed.connect(self._take)
        self.form = Form(kit)
        self.form.add_row(
            code=LineField(kit, "settings.adviser.code", required=True, maximum=40),
            name=LineField(kit, "settings.adviser.name", required=True),
        )
        self.form.add_row(
            email=EmailField(kit, "settings.office.email"), phone=PhoneField(kit, "settings.office.phone")
        )
        self.save = Button(kit, look=Look.PRIMARY)
        kit.bind(self.save, self.save.setText, "settings.adviser.save")
        self.save.clicked.connect(lambda _=False: self._save())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        column.addWidget(self.form)
        column.addLayout(button_row(self.save, stretch_first=True))
        kit.sized(self.table, lambda units: self.table.setMinimumHeight(units(200)))
        place.changes.happened.connect(self._changed)
        self._ask()

    def _changed(self, changes: ChangeSet) -> None:
        if changes.concerns({"adviser"}):
            self._ask()

    def _ask(self) -> None:
        self._place.read(lambda: self._place.desk.office.advisers(), receiver=self, done=self.model.set_rows)

    def _take(self, row_id: int) -> None:
        row = self.model.row_with(row_id)
        if row is not None:
            values = {"code": row.code, "name": row.name, "email": row.email, "phone": row.phone}
            self.form.set_values(values)

    def _save(self) -> None:
        if not self.form.check():
            return
        values = self.form.values()
        self._place.write(
            lambda: self._place.desk.office.save_adviser(
                code=values["code"], name=values["name"], email=values["email"], phone=values["phone"]
            ),
            receiver=self,
            done=lambda _outcome: self._place.notices.toast(self._place.text("settings.adviser.saved")),
        )
