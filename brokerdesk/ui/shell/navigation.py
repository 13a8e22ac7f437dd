"""The navigation at the left: areas in groups, badges only for what needs action, foldable to icons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.shell.top_bar import NAVIGATION_COLLAPSED, NAVIGATION_WIDTH
from brokerdesk.ui.units import Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.labels import plain_tooltip, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One area. Entries of equal `group` stand together; `bottom` ones at the lower end."""

    id: str
    title_key: str
    icon: str
    group: int = 0
    bottom: bool = False
    shortcut: str = ""


class NavigationButton(QAbstractButton):
    """One entry: icon, text, badge."""

    def __init__(self, kit: Kit, entry: Entry) -> None:
        """Checkable; the group keeps one checked."""
        super().__init__()
        self._kit, self.entry = kit, entry
        self._badge, self._failure, self._collapsed = "", False, False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        kit.on_language(self, self._name)

    def set_badge(self, count: int, *, failure: bool = False) -> None:
        """Show how much needs action; nothing for 0."""
        self._badge, self._failure = (str(count) if count else ""), failure
        self._name()
        self.update()

    def set_collapsed(self, *, collapsed: bool) -> None:
        """Icon only."""
        self._collapsed = collapsed
        self._name()
        self.update()

    def sizeHint(self) -> QSize:
        """32 high."""
        return QSize(self._kit.u(120), self._kit.u(32))

    def event(self, event: QEvent) -> bool:
        """Repaint under the pointer."""
        if event.type() in {QEvent.Type.Enter, QEvent.Type.Leave}:
            self.update()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; Up and Down walk."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        elif event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, bar, icon, text, badge."""
        kit, u, painter, on = self._kit, self._kit.units.exact, QPainter(self), self.isChecked()
        box = QRectF(self.rect())
        if on or self.underMouse():
            active = self.window().isActiveWindow()
            token = ("sel" if active else "sel-inactive") if on else "pressed"
            painting.frame(painter, box, u(6), fill=kit.colour(token))
        if on:
            bar = QRectF(0, painting.middle(0, box.height(), u(18)), u(3), u(18))
            painting.frame(painter, bar, u(1.5), fill=kit.colour("accent"))
        if self.hasFocus():
            painting.focus_ring(painter, kit, box, u(6))
        mark = kit.colour("accent" if on else "muted")
        left = painting.middle(0, box.width(), u(18)) if self._collapsed else u(10)
        kit.icons.paint(painter, self.entry.icon, left, painting.middle(0, box.height(), u(18)), u(18), mark)
        if self._collapsed:
            if self._badge:
                dot = QRectF(box.right() - u(12), u(5), u(7), u(7))
                painting.frame(painter, dot, dot.width() / 2, fill=kit.colour("accent"))
            return
        right = box.adjusted(0, 0, -u(8), 0)
        used = 0.0
        if self._badge:
            painting.badge(painter, kit, right, self._badge, failure=self._failure)
            used = painting.badge_width(kit, self._badge) + u(6)
        words = QRectF(u(10 + 18 + 10), 0, right.width() - u(38) - used, box.height())
        painting.text(painter, words, self.text(), kit.units.font(strong=on), kit.colour("accent" if on else "text"))

    def _name(self) -> None:
        title = self._kit.texts(self.entry.title_key)
        keys = f" ({self._kit.texts.shortcut(self.entry.shortcut)})" if self.entry.shortcut else ""
        self.setText(title)
        self.setAccessibleName(f"{title} {self._badge}".strip())
        self.setToolTip(plain_tooltip(f"{title}{keys}") if self._collapsed or keys else "")


class Navigation(QWidget):
    """All entries. `chosen` is sent with the id of an area."""

    chosen = Signal(str)

    def __init__(self, kit: Kit, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        """Only areas that exist appear."""
        super().__init__(parent)
        self._kit, self._collapsed = kit, False
        self._group = QButtonGroup(self)
        self._buttons: dict[str, NavigationButton] = {}
        self._gaps: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._foot_widgets: list[QWidget] = []
        self._add([e for e in entries if not e.bottom])
        self._column.addStretch(1)
        self._add([e for e in entries if e.bottom])
        kit.bind(self, self.setAccessibleName, "ui.shell.navigation")
        kit.sized(self, self._fit)

    @property
    def collapsed(self) -> bool:
        """Whether only icons are shown."""
        return self._collapsed

    def set_collapsed(self, *, collapsed: bool) -> None:
        """Fold to icons or unfold."""
        self._collapsed = collapsed
        for button in self._buttons.values():
            button.set_collapsed(collapsed=collapsed)
        self._fit(self._kit.units)

    def set_current(self, page_id: str) -> None:
        """Mark an area; one that is not listed leaves none marked."""
        self._group.setExclusive(False)
        for key, button in self._buttons.items():
            button.setChecked(key == page_id)
        self._group.setExclusive(True)

    def set_badge(self, page_id: str, count: int, *, failure: bool = False) -> None:
        """Show how much needs action in an area."""
        if page_id in self._buttons:
            self._buttons[page_id].set_badge(count, failure=failure)

    def add_foot(self, widget: QWidget) -> None:
        """Something below the last entry, such as the profile, under a hairline."""
        self._column.addSpacing(self._kit.u(6))
        self._column.addWidget(rule("h"))
        self._column.addSpacing(self._kit.u(6))
        self._column.addWidget(widget)

    def _add(self, entries: Sequence[Entry]) -> None:
        last: int | None = None
        for entry in entries:
            if last is not None and entry.group != last:
                gap = QWidget()
                self._gaps.append(gap)
                self._column.addWidget(gap)
            last = entry.group
            button = NavigationButton(self._kit, entry)
            button.clicked.connect(lambda _=False, key=entry.id: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[entry.id] = button
            self._column.addWidget(button)

    def _fit(self, units: Units) -> None:
        self.setFixedWidth(units(NAVIGATION_COLLAPSED if self._collapsed else NAVIGATION_WIDTH))
        margin = units(6 if self._collapsed else 8)
        self._column.setContentsMargins(margin, units(6), margin, units(8))
        for gap in self._gaps:
            gap.setFixedHeight(units(10))
        for button in self._buttons.values():
            button.setFixedHeight(units(32))
