"""A window with every control in every state, laid out like the picture of components; for tests and for the eye."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from brokerdesk.ui.forms.choices import CheckField, Choice, RadioField, SearchField
from brokerdesk.ui.forms.date_field import DateField
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.text_fields import EmailField, IbanField, MoneyField, NoteField, PhoneField
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.columns import Cell, Column, Kind, check_column, menu_column
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Look, button_row
from brokerdesk.ui.widgets.cards import Heading
from brokerdesk.ui.widgets.chips import AddChip, FilterChip, Segmented
from brokerdesk.ui.widgets.controls import CheckBox, Menu, RadioButton
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar, Toast
from brokerdesk.ui.widgets.status import Avatar, KeyCap, Pill, Progress, Ring, StatusLabel

TODAY = date(2026, 11, 21)
WORDS = {
    f"gallery.{key}": text
    for key, text in {
        "name": "Kunde", "status": "KundenApp", "amount": "Beitrag", "search": "In dieser Liste suchen", "iban": "IBAN",
        "locked": "Gesperrt", "date": "Datum", "choice": "Nächster Schritt", "table": "Kunden", "email": "E-Mail",
        "phone": "Telefon", "note": "Notiz", "check": "Auf diesem Gerät merken", "form": "Anrede", "du": "Du", "sie": "Sie",
    }.items()
}  # fmt: skip
STATUSES = (
    (Status.OK, "Registriert"),
    (Status.INFO, "Eingeladen"),
    (Status.WAITING, "Wartet auf VU"),
    (Status.WARNING, "Frist nah"),
    (Status.ERROR, "Fehlgeschlagen"),
    (Status.NEUTRAL, "Entwurf"),
    (Status.ENDED, "Storniert"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the sample table."""

    name: str
    letters: str
    status: Status
    word: str
    cents: int


PEOPLE = (
    Person("Ruhe", "AB", Status.OK, "Registriert", 111840),
    Person("Unter dem Zeiger", "JÇ", Status.INFO, "Eingeladen", 111840),
    Person("Gewählt", "TF", Status.WAITING, "Vorgemerkt", 111840),
    Person("Gewählt und aktuell", "ŁG", Status.WARNING, "Abgelaufen", 111840),
    Person("Aktuell (Tastatur)", "AI", Status.ERROR, "Fehlgeschlagen", 111840),
    Person("Fenster inaktiv", "CK", Status.NEUTRAL, "Nicht eingeladen", 111840),
)


def _name(row: Person, texts: Translator) -> Cell:
    return Cell(text=row.name, seed=row.letters, letters=row.letters)


def _status(row: Person, texts: Translator) -> Cell:
    return Cell(text=row.word, status=row.status)


def _amount(row: Person, texts: Translator) -> Cell:
    return Cell(text=texts.cents(row.cents))


PERSON_COLUMNS = (
    check_column(),
    Column(key="name", title_key="gallery.name", kind=Kind.AVATAR, cell=_name, stretch=True, sort="name"),
    Column(key="status", title_key="gallery.status", kind=Kind.STATUS, cell=_status, width=150),
    Column(key="amount", title_key="gallery.amount", kind=Kind.AMOUNT, cell=_amount, align="right", width=90),
)


class Gallery(QWidget):
    """Three columns of controls on a sheet."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self.kit = kit
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*(kit.u(20),) * 4)
        sheet = QFrame()
        sheet.setProperty("surface", "sheet")
        outer.addWidget(sheet)
        grid = QHBoxLayout(sheet)
        grid.setContentsMargins(*(kit.u(24),) * 4)
        grid.setSpacing(kit.u(40))
        self.keep: list[object] = []
        for build in (self._first, self._second, self._third):
            column = QVBoxLayout()
            column.setSpacing(kit.u(4))
            build(column)
            column.addStretch(1)
            grid.addLayout(column, 1)

    def _first(self, column: QVBoxLayout) -> None:
        kit = self.kit
        column.addWidget(Heading(kit, "Knöpfe, Umschalter, Chips", small=True))
        rows = QGridLayout()
        rows.setSpacing(kit.u(2))
        for line, (label, look) in enumerate((("Primär", Look.PRIMARY), ("Normal", Look.NORMAL))):
            hover, locked = Button(kit, "Zeiger", look=look), Button(kit, "Gesperrt", look=look)
            hover.setProperty("demo", "hover")
            locked.setEnabled(False)
            first = Button(kit, "Speichern" if not line else "Abbrechen", look=look)
            focus = Button(kit, "Fokus", look=look)
            self.focus_button = focus
            rows.addWidget(PlainLabel(kit, label, tone="muted"), line, 0)
            rows.addLayout(button_row(first, hover, focus, locked), line, 1, Qt.AlignmentFlag.AlignLeft)
        menu_button = Button(kit, "Ansicht", look=Look.QUIET)
        menu_button.set_menu(QMenu(menu_button))
        quiet = Button(kit, "Zeiger", look=Look.QUIET)
        quiet.setProperty("demo", "hover")
        icon = Button(kit, icon="filter", name="Filter")
        rows.addWidget(PlainLabel(kit, "Still", tone="muted"), 2, 0)
        danger = Button(kit, "Löschen …", look=Look.DANGER)
        rows.addLayout(button_row(menu_button, quiet, icon, danger), 2, 1, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(PlainLabel(kit, "Umschalter", tone="muted"), 3, 0)
        choice = Segmented(kit, [("list", "Liste"), ("week", "Woche"), ("month", "Monat")], name="Ansicht")
        rows.addWidget(choice, 3, 1)
        chips = QHBoxLayout()
        chips.setSpacing(2)
        chips.addWidget(FilterChip(kit, "PLZ beginnt mit", "5"))
        chips.addWidget(AddChip(kit))
        chips.addStretch(1)
        rows.addWidget(PlainLabel(kit, "Chips", tone="muted"), 4, 0)
        rows.addLayout(chips, 4, 1)
        column.addLayout(rows)
        column.addSpacing(kit.u(14))
        self._fields(column)

    def _fields(self, column: QVBoxLayout) -> None:
        kit = self.kit
        column.addWidget(Heading(kit, "Felder", small=True))
        column.addWidget(SearchField(kit, "gallery.search"))
        self.iban = IbanField(kit, "gallery.iban")
        self.iban.line.setText("DE89 3704 0044 05")
        self.iban.check()
        locked = LineField(kit, "gallery.locked", hide_label=True)
        locked.line.setText("Nur online änderbar")
        locked.setEnabled(False)
        column.addWidget(self.iban)
        column.addWidget(locked)
        pair = QHBoxLayout()
        pair.setSpacing(kit.u(8))
        self.money = MoneyField(kit, "gallery.amount")
        self.money.set_value(285000)
        self.date = DateField(kit, "gallery.date", today=lambda: TODAY)
        self.date.set_value(TODAY)
        self.choice = Choice(kit, "gallery.choice", [("a", "Termin: BU-Beratung"), ("b", "Anruf")])
        self.choice.set_value("a")
        for field in (self.money, self.date, self.choice):
            pair.addWidget(field)
        column.addLayout(pair)
        row = QHBoxLayout()
        on, off = CheckBox(kit, "Gewählt"), CheckBox(kit, "Offen")
        on.setChecked(True)
        du, sie = RadioButton(kit, "Du"), RadioButton(kit, "Sie")
        group = QButtonGroup(self)
        for radio in (du, sie):
            group.addButton(radio)
        du.setChecked(True)
        for box in (on, off, du, sie):
            row.addWidget(box)
        row.addStretch(1)
        column.addLayout(row)
        types = QHBoxLayout()
        for words, kind in (("Start 22", Type.GREETING), ("Titel 20", Type.TITLE), ("Abschnitt 16", Type.SECTION)):
            types.addWidget(PlainLabel(kit, words, type=kind, strong=True))
        types.addStretch(1)
        column.addLayout(types)

    def _second(self, column: QVBoxLayout) -> None:
        kit = self.kit
        column.addWidget(Heading(kit, "Zeilen einer Tabelle, 32 px", small=True))
        model: StaticTableModel[Person] = StaticTableModel(kit, PERSON_COLUMNS)
        model.set_rows(PEOPLE)
        model.checked.replace([2, 3, 5])
        self.table = TableView(kit, model, name_key="gallery.table")
        self.table.setFixedHeight(kit.u(30 + 6 * 32 + 2))
        self.table.go_to(3)
        self.table.hovered_row = 1
        column.addWidget(self.table)
        column.addWidget(Heading(kit, "Hinweisleiste", small=True))
        for status, words, action in (
            (Status.INFO, "Entwurf von 14:32 wiederhergestellt", "Verwerfen"),
            (Status.WARNING, "Version 1.5 ist bereit", "Was ist neu"),
            (Status.ERROR, "Einladung noch nicht versendet", "Erneut"),
        ):
            column.addWidget(InfoBar(kit, status, words, action=action))
        for field in (
            EmailField(kit, "gallery.email"),
            PhoneField(kit, "gallery.phone"),
            NoteField(kit, "gallery.note", lines=2),
        ):
            column.addWidget(field)
        column.addWidget(CheckField(kit, "gallery.check"))
        column.addWidget(RadioField(kit, "gallery.form", [("du", "gallery.du"), ("sie", "gallery.sie")]))

    def _third(self, column: QVBoxLayout) -> None:
        kit = self.kit
        column.addWidget(Heading(kit, "Status in Tabelle und Kopf", small=True))
        grid = QGridLayout()
        grid.setVerticalSpacing(kit.u(8))
        for line, (status, word) in enumerate(STATUSES):
            grid.addWidget(StatusLabel(kit, status, word), line, 0)
            grid.addWidget(Pill(kit, status, word), line, 1, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(grid)
        column.addWidget(Heading(kit, "Zeichen, Ringe, Verlauf", small=True))
        row = QHBoxLayout()
        for letters in ("AB", "JÇ", "TF", "ŁG", "AI", "CK", "ML", "OB"):
            row.addWidget(Avatar(kit, letters, letters, letters=letters))
        row.addWidget(Ring(kit, "Akte", 0.84))
        row.addWidget(Ring(kit, "Bedarf", 0.6, size=44))
        row.addStretch(1)
        column.addLayout(row)
        row = QHBoxLayout()
        row.addWidget(Progress(kit, "Fortschritt", 0.34))
        row.addWidget(KeyCap(kit, "Strg+K"))
        row.addStretch(1)
        column.addLayout(row)
        self.menu = self._menu()
        host = QWidget()
        host.setFixedHeight(kit.u(80))
        column.addWidget(host)
        self.toast = Toast(kit, host)
        self.toast.show_words("Kontakt gelöscht", undo=lambda: None)

    def _menu(self) -> QMenu:
        menu = Menu(self.kit, parent=self)
        for text, icon, keys in (
            ("Kundendaten aufrufen", "user", "Return"),
            ("Vertragsspiegel", "clipboard-list", "Space"),
            ("Kundenchat", "message", ""),
            ("Bearbeiten", "pencil", "F2"),
        ):
            action = menu.addAction(self.kit.icons.icon(icon), text)
            if keys:
                action.setText(f"{text}\t{self.kit.texts.shortcut(keys)}")
            action.setEnabled(text != "Kundenchat")
        return menu


__all__ = ["PERSON_COLUMNS", "Gallery", "Person", "menu_column"]
