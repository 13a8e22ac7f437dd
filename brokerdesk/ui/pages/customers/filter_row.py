"""The row below the head of the list: search, removable chips, add a filter, how many of how many."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.models.values.paging import Filter
from brokerdesk.ui.forms.choices import Choice, SearchField
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.pages.customers.views import FILTERS, FilterSpec
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets.buttons import Button
from brokerdesk.ui.widgets.chips import AddChip, FilterChip
from brokerdesk.ui.widgets.controls import Menu
from brokerdesk.ui.widgets.flow import FlowLayout
from brokerdesk.ui.widgets.labels import Link, PlainLabel
from brokerdesk.ui.workplace import Workplace


class FilterPopup(QFrame):
    """Asks for the value of one filter; Enter or the button takes it, Escape leaves everything as it is."""

    taken = Signal(str, str)

    def __init__(self, place: Workplace, spec: FilterSpec, value: str, parent: QWidget) -> None:
        """Shows the present `value`, empty for a new filter."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("surface", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._spec, self._texts = spec, place.kit.texts
        kit, label = place.kit, f"customers.chip.{spec.key}"
        column = QVBoxLayout(self)
        column.setContentsMargins(*(kit.u(12),) * 4)
        column.setSpacing(kit.u(10))
        self.field: LineField | Choice
        if spec.choices is not None:
            self.field = Choice(kit, label, spec.choices(place.desk, self._texts))
            self.field.set_value(value or None)
            self.field.edited.connect(self._take)
        else:
            self.field = LineField(kit, label, unit="€" if spec.money else "")
            self.field.set_value((self._texts.cents(int(value)) if spec.money else value) if value else None)
            self.field.line.returnPressed.connect(self._take)
            apply = Button(kit, self._texts("customers.filter.apply"))
            apply.clicked.connect(self._take)
            column.addWidget(self.field)
            column.addWidget(apply, 0, Qt.AlignmentFlag.AlignRight)
        if spec.choices is not None:
            column.addWidget(self.field)
        self.setFixedWidth(kit.u(260))

    def open_below(self, anchor: QWidget) -> None:
        """Show under `anchor` with the focus in the field."""
        self.adjustSize()
        self.move(anchor.mapToGlobal(QPoint(0, anchor.height())))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        if isinstance(self.field, LineField):
            self.field.line.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def _take(self) -> None:
        if isinstance(self.field, Choice):
            value = self.field.value() or ""
        else:
            typed = self.field.text()
            if not self._spec.accepts(typed, self._texts):
                self.field.set_problem(self._texts("customers.filter.wrong"))
                return
            value = self._spec.stored(typed, self._texts)
        if value:
            self.taken.emit(self._spec.key, value)
            self.close()


class FilterRow(QWidget):
    """`changed` is sent when search words or chips change; `reset_wanted` when everything shall be shown again."""

    searched = Signal(str)
    changed = Signal()
    reset_wanted = Signal()

    def __init__(self, place: Workplace, parent: QWidget | None = None) -> None:
        """Without chips at first."""
        super().__init__(parent)
        self._place, kit = place, place.kit
        self._values: dict[str, str] = {}
        self._chips: dict[str, FilterChip] = {}
        self.popup: FilterPopup | Menu | None = None
        self.search = SearchField(kit, "customers.list.search")
        self.search.searched.connect(self.searched)
        self.add = AddChip(kit)
        self.add.clicked.connect(lambda _=False: self.open_menu(self.add))
        self._count = PlainLabel(kit, type=Type.HINT, tone="muted")
        self._reset = Link(kit, type=Type.HINT)
        kit.bind(self._reset, self._reset.setText, "customers.list.reset")
        self._reset.clicked.connect(self.reset_wanted)
        self._reset.hide()
        host = QWidget()
        self._flow = FlowLayout(host)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.addWidget(self.add)
        row = self._row = QHBoxLayout(self)
        box = self._search_box = QVBoxLayout()
        box.addWidget(self.search, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(box)
        row.addWidget(host, 1)
        row.addWidget(self._count, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignTop)
        kit.sized(self, self._fit)
        kit.texts.changed.connect(self._rewrite)

    def filters(self) -> tuple[Filter, ...]:
        """The conditions of all chips."""
        return tuple(Filter(key, FILTERS[key].operator, value) for key, value in self._values.items())

    def set_filter(self, key: str, value: str) -> None:
        """Add a chip or change the one of this filter."""
        self._values[key] = value
        chip = self._chips.get(key)
        if chip is None:
            chip = self._chips[key] = FilterChip(self._place.kit, "", "")
            chip.clicked.connect(lambda _=False: self.ask(key, self._chips[key]))
            chip.removed.connect(lambda: self.remove(key))
            self._flow.removeWidget(self.add)
            self._flow.addWidget(chip)
            self._flow.addWidget(self.add)
            QWidget.setTabOrder(chip, self.add)
        self._write_chip(key)
        self.changed.emit()

    def remove(self, key: str) -> None:
        """Take a chip away; the focus moves to what adds one."""
        chip = self._chips.pop(key)
        had_focus = chip.hasFocus()
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        del self._values[key]
        if had_focus:
            self.add.setFocus()
        self.changed.emit()

    def clear(self) -> None:
        """No chips, no words."""
        for key in list(self._chips):
            self.remove(key)
        self.search.clear()

    def ask(self, key: str, anchor: QWidget) -> None:
        """Open the popup for the value of a filter."""
        popup = FilterPopup(self._place, FILTERS[key], self._values.get(key, ""), self)
        popup.taken.connect(self.set_filter)
        self.popup = popup
        popup.open_below(anchor)

    def open_menu(self, anchor: QWidget) -> None:
        """Offer the filters."""
        menu = Menu(self._place.kit, parent=self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in FILTERS:
            action = menu.addAction(self._place.text(f"customers.filter.{key}"))
            action.triggered.connect(lambda _=False, key=key: self.ask(key, anchor))
        self.popup = menu
        menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height())))

    def show_count(self, words: str, *, narrowed: bool) -> None:
        """Say how many of how many; `narrowed` offers the way back to all."""
        self._count.setText(words)
        self._reset.setVisible(narrowed)

    def changeEvent(self, event: QEvent) -> None:
        """A new style may need new room."""
        super().changeEvent(event)
        self.updateGeometry()

    def _write_chip(self, key: str) -> None:
        texts = self._place.kit.texts
        value = FILTERS[key].shown(self._values[key], self._place.desk, texts)
        self._chips[key].set_words(texts(f"customers.chip.{key}"), value)

    def _rewrite(self) -> None:
        for key in self._chips:
            self._write_chip(key)

    def _fit(self, units: Units) -> None:
        self._row.setContentsMargins(units(16), units(6), units(14), units(8))
        self._row.setSpacing(units(6))
        self._flow.setHorizontalSpacing(units(2))
        self._flow.setVerticalSpacing(0)
        self.search.setFixedWidth(units(196))
        self._search_box.setContentsMargins(0, units(2), 0, 0)
        self._count.setFixedHeight(units(32))
        self._reset.setFixedHeight(units(32))
