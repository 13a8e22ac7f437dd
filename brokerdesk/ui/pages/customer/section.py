"""What every section of the page is: a scrolled column that shows a `CustomerRecord`."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.status import IconDisc


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it after the present event."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
            inner.deleteLater()


class Section(QScrollArea):
    """Fill `column`; override `show_record()`."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """A column with the margins of the page, scrolled when it is too long."""
        super().__init__(parent)
        self.kit = kit
        self.record: CustomerRecord | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self.column = QVBoxLayout(inner)
        self.setWidget(inner)  # fills its ground with the window's grey unless told otherwise afterwards
        inner.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        kit.sized(self, lambda u: self.column.setContentsMargins(u(20), u(14), u(20), u(16)))
        kit.sized(self, lambda u: self.column.setSpacing(u(14)))

    def show_record(self, record: CustomerRecord) -> None:
        """Show a customer or his new state; called again after a change of language."""
        self.record = record

    def fit_room(self, units: int) -> None:
        """What gives way when only so many units of width are left; called on every change of width."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the section how much room it has; contents must not decide it themselves, they only grow."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_room(round(event.size().width() / self.kit.units.exact(1)) - 40)


class Blank(QWidget):
    """In place of an empty table inside a section: disc, heading, sentence, one outlined button (the filled one is above)."""

    def __init__(
        self,
        kit: Kit,
        key: str,
        *,
        icon: str,
        on_action: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Texts are `<key>.none-title`, `<key>.none` and `<key>.create`."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        middle = Qt.AlignmentFlag.AlignHCenter
        title = PlainLabel(kit, type=Type.SECTION, strong=True)
        words = PlainLabel(kit, tone="muted", wrap=True)
        words.setAlignment(middle)
        kit.bind(title, title.setText, f"{key}.none-title")
        kit.bind(words, words.setText, f"{key}.none")
        column.addWidget(IconDisc(kit, icon, size=52), 0, middle)
        column.addWidget(title, 0, middle)
        column.addWidget(words, 0, middle)
        if on_action is not None:
            button = Button(kit, icon="plus")
            kit.bind(button, button.setText, f"{key}.create")
            button.clicked.connect(lambda _=False: on_action())
            column.addWidget(button, 0, middle)
        kit.sized(words, lambda u: words.setFixedWidth(u(360)))
        kit.sized(self, lambda u: column.setContentsMargins(0, u(36), 0, u(20)))
        kit.sized(self, lambda u: column.setSpacing(u(7)))
