"""The head of the list: title, view, icon buttons, invite, new."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from brokerdesk.ui.pages.customers.views import VIEWS
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.buttons import Button, Look, SplitButton
from brokerdesk.ui.widgets.controls import Menu
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.workplace import Workplace


class ListHead(QWidget):
    """Signals say what was pressed; the page decides."""

    view_chosen = Signal(str)
    filter_wanted = Signal()
    columns_wanted = Signal()
    pane_toggled = Signal(bool)
    invite_wanted = Signal()
    new_wanted = Signal(str)
    """`person`, `company` or `import`."""

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        """Shows the first view."""
        super().__init__(parent)
        self._place, kit = place, place.kit
        self._view = VIEWS[0].key
        self._title = PlainLabel(kit, type=Type.TITLE, strong=True)
        kit.bind(self._title, self._title.setText, "customers.title")
        self.views = Button(kit, look=Look.QUIET)
        self.filter = self._icon("filter", "customers.action.filter", self.filter_wanted.emit)
        self.columns = self._icon("columns-3", "customers.action.columns", self.columns_wanted.emit)
        self.pane = self._icon("layout-sidebar-right", "customers.action.pane", lambda: None)
        self.pane.setCheckable(True)
        self.pane.toggled.connect(self.pane_toggled)
        self.invite = Button(kit, icon="device-mobile")
        kit.bind(self.invite, self.invite.setText, "customers.head.invite")
        self.invite.clicked.connect(lambda _=False: self.invite_wanted.emit())
        self._new_menu = Menu(kit, parent=self)
        self.new = SplitButton(kit, "", icon="plus", menu=self._new_menu, more=kit.texts("customers.head.more"))
        self.new.main.clicked.connect(lambda _=False: self.new_wanted.emit("person"))
        self._views_menu = Menu(kit, parent=self)
        self.views.set_menu(self._views_menu)
        self.views.set_trailing("chevron-down")
        self._row = QHBoxLayout(self)
        self._arrange()
        kit.on_language(self, self._write)
        kit.sized(self, self._fit)

    def set_view(self, key: str) -> None:
        """Name the view shown."""
        self._view = key
        self._write()

    def set_pane(self, *, shown: bool, possible: bool) -> None:
        """Show the state of the reading pane; without room the button says so."""
        self.pane.blockSignals(True)
        self.pane.setChecked(shown and possible)
        self.pane.blockSignals(False)
        self.pane.setEnabled(possible)
        self.pane.set_name(self._place.text("customers.action.pane" if possible else "customers.why.no-room"))

    def set_invite(self, reason: str) -> None:
        """Enable inviting, or say why not."""
        self.invite.setEnabled(not reason)
        self.invite.setToolTip(reason)

    def _icon(self, icon: str, key: str, work: object) -> Button:
        button = Button(self._place.kit, icon=icon, look=Look.QUIET)
        self._place.kit.bind(button, button.set_name, key)
        button.clicked.connect(lambda _=False: work())  # type: ignore[operator]
        return button

    def _arrange(self) -> None:
        row = self._row
        row.setSpacing(2)
        row.addWidget(self._title)
        row.addWidget(self.views)
        row.addStretch(1)
        for button in (self.filter, self.columns, self.pane):
            row.addWidget(button)
        row.addSpacing(self._place.kit.u(6))
        row.addWidget(self.invite)
        row.addWidget(self.new)

    def _write(self) -> None:
        text, icons = self._place.text, self._place.kit.icons
        name = text(f"customers.view.{self._view}")
        self.views.setText(name)
        self.views.setAccessibleName(text("customers.head.view", name=name))
        self.views.updateGeometry()
        self.new.main.setText(text("customers.head.new"))
        self.new.main.setAccessibleName(text("customers.action.new"))
        self.new.more.set_name(text("customers.head.more"))
        self._new_menu.clear()
        for kind, icon, key in (
            ("person", "user-plus", "customers.action.new"),
            ("company", "building", "customers.action.new-company"),
            ("import", "file-import", "customers.action.import"),
        ):
            action = self._new_menu.addAction(icons.icon(icon), text(key))
            action.triggered.connect(lambda _=False, kind=kind: self.new_wanted.emit(kind))
        self._views_menu.clear()
        group = 0
        for view in VIEWS:
            if view.group != group:
                self._views_menu.addSeparator()
                group = view.group
            action = self._views_menu.addAction(text(f"customers.view.{view.key}"))
            action.setCheckable(True)
            action.setChecked(view.key == self._view)
            action.triggered.connect(lambda _=False, key=view.key: self.view_chosen.emit(key))

    def _fit(self, units: Units) -> None:
        self._row.setContentsMargins(units(16), units(12), units(11), 0)
        self.setFixedHeight(units(50))
