"""Blocks of a page: card, section heading, strip of figures, empty state, section list, text view without loading.

Cards are for one self-contained fact block; everything else is a heading, space and hairlines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from brokerdesk.ui.icons import STATUS as STATUS_STROKE
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.labels import PlainLabel, rule
from brokerdesk.ui.widgets.status import IconDisc


class Card(QFrame):
    """A hairline with corners of 8 around one fact block; `body` is its layout."""

    def __init__(self, kit: Kit, *, padding: int = 12, parent: QWidget | None = None) -> None:
        """`padding` in units."""
        super().__init__(parent)
        self._kit, self._padding = kit, padding
        self.setProperty("surface", "card")
        self.body = QVBoxLayout(self)
        kit.sized(self, self._fit)

    def _fit(self, units: Units) -> None:
        self.body.setContentsMargins(*(units(self._padding),) * 4)
        self.body.setSpacing(units(6))


class Heading(QWidget):
    """The heading of a section, an optional grey remark beside it and something at the right edge."""

    def __init__(
        self, kit: Kit, text: str, *, remark: str = "", trailing: QWidget | None = None, small: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`small` is the grey heading of a group, otherwise 13/600."""
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(kit.u(6))
        self.label = PlainLabel(
            kit, text, type=Type.HINT if small else Type.BODY, strong=True, tone="muted" if small else "text"
        )
        self.remark = PlainLabel(kit, remark, tone="muted")
        row.addWidget(self.label)
        row.addWidget(self.remark)
        row.addStretch(1)
        if trailing is not None:
            row.addWidget(trailing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a strip: small label, large value, small remark."""

    label: str
    value: str
    remark: str = ""
    status: Status | None = None


class FigureStrip(Card):
    """Equal cells with dividers: the figures of a page in one card."""

    def __init__(self, kit: Kit, figures: tuple[Figure, ...] = (), *, parent: QWidget | None = None) -> None:
        """Shows `figures` from left to right."""
        super().__init__(kit, padding=0, parent=parent)
        self._row = QHBoxLayout()
        self._row.setSpacing(0)
        self.body.addLayout(self._row)
        self.set_figures(figures)

    def set_figures(self, figures: tuple[Figure, ...]) -> None:
        """Replace all figures."""
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for number, figure in enumerate(figures):
            if number:
                self._row.addWidget(rule("v"))
            self._row.addWidget(self._cell(figure), 1)

    def _cell(self, figure: Figure) -> QWidget:
        cell, kit = QWidget(), self._kit
        column = QVBoxLayout(cell)
        column.setContentsMargins(kit.u(14), kit.u(10), kit.u(14), kit.u(10))
        column.setSpacing(kit.u(2))
        column.addWidget(PlainLabel(kit, figure.label, type=Type.HINT, tone="muted", wrap=True))
        tone = figure.status.value if figure.status in {Status.OK, Status.WARNING, Status.ERROR} else "text"
        column.addWidget(PlainLabel(kit, figure.value, type=Type.SECTION, strong=True, tone=tone))  # type: ignore[arg-type]
        if figure.remark:
            column.addWidget(PlainLabel(kit, figure.remark, type=Type.HINT, tone="muted", wrap=True))
        return cell


class Emptiness(StrEnum):
    """Why a list shows nothing."""

    NOTHING_YET = "nothing-yet"
    NO_MATCH = "no-match"
    UNAVAILABLE = "unavailable"


_EMPTY_ICON = {Emptiness.NO_MATCH: "filter", Emptiness.UNAVAILABLE: "cloud-off"}


class EmptyState(QWidget):
    """In place of an empty list: disc, heading, at most two lines, one primary and one secondary button."""

    def __init__(
        self, kit: Kit, kind: Emptiness, *, title: str, words: str, icon: str = "inbox", action: str = "", action_icon: str = "",
        on_action: Callable[[], object] | None = None, second: str = "", on_second: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`action` and `second` are the texts of the two buttons. Filter and offline bring their own icon."""
        super().__init__(parent)
        self._kit = kit
        column = QVBoxLayout(self)
        column.addStretch(2)
        disc = IconDisc(kit, _EMPTY_ICON.get(kind, icon), size=52)
        column.addWidget(disc, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(kit.u(8))
        self._heading = PlainLabel(kit, title, type=Type.SECTION, strong=True)
        column.addWidget(self._heading, 0, Qt.AlignmentFlag.AlignHCenter)
        self._action: Button | None = None
        self._words = PlainLabel(kit, words, tone="muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        middle = QHBoxLayout()  # an aligned item would get the height of unwrapped words
        middle.addStretch(1)
        middle.addWidget(self._words)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addSpacing(kit.u(8))
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addStretch(1)
        look = Look.PRIMARY if kind is Emptiness.NOTHING_YET else Look.NORMAL
        for text, shape, call, mark in ((action, look, on_action, action_icon), (second, Look.NORMAL, on_second, "")):
            if text:
                button = Button(kit, text, look=shape, icon=mark)
                if call is not None:
                    button.clicked.connect(lambda _=False, call=call: call())
                self._action = self._action or button
                row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)
        kit.sized(self, lambda units: self._words.setFixedWidth(units(360)))

    def set_words(self, title: str, words: str, action: str = "") -> None:
        """Say it in other words: another language, another reason."""
        self._heading.setText(title)
        self._words.setText(words)
        if self._action is not None and action:
            self._action.setText(action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One entry of a section list; `count` is grey unless it has a status. A `heading` starts a group above it."""

    key: str
    text: str
    icon: str = ""
    count: str = ""
    status: Status | None = None
    heading: str = ""


class _SectionButton(QAbstractButton):
    def __init__(self, kit: Kit, section: Section) -> None:
        super().__init__()
        self._kit, self._section = kit, section
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_section(section)

    def show_section(self, section: Section) -> None:
        self._section = section
        self.setText(section.text)
        self.setAccessibleName(f"{section.text} {section.count}".strip())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._kit.u(160), self._kit.u(30))

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Enter, QEvent.Type.Leave}:
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        kit, u, painter = self._kit, self._kit.units.exact, QPainter(self)
        box, on = QRectF(self.rect()), self.isChecked()
        if on or self.underMouse():
            painting.frame(painter, box, u(6), fill=kit.colour("sel" if on else "hover"))
        if on:
            bar = QRectF(0, painting.middle(0, box.height(), u(18)), u(3), u(18))
            painting.frame(painter, bar, u(1.5), fill=kit.colour("accent"))
        if self.hasFocus():
            painting.focus_ring(painter, kit, box, u(6))
        left = u(12)
        if self._section.icon:
            mark = kit.colour("accent" if on else "muted")
            kit.icons.paint(painter, self._section.icon, left, painting.middle(0, box.height(), u(17)), u(17), mark)
            left += u(17 + 9)
        status = self._section.status
        hint = kit.units.font(Type.HINT, strong=status is not None)
        right = box.adjusted(0, 0, -u(8), 0)
        ink = kit.theme.status(status).text if status else kit.colour("muted")
        width = painting.text(painter, right, self._section.count, hint, ink, align=Qt.AlignmentFlag.AlignRight)
        words = QRectF(left, 0, box.width() - left - u(8) - width - u(6), box.height())
        painting.text(painter, words, self.text(), kit.units.font(strong=on), kit.colour("accent" if on else "text"))


class SectionList(QWidget):
    """The vertical list of sections of a detail, instead of tabs. Up and Down move, `chosen` tells."""

    chosen = Signal(str)

    def __init__(self, kit: Kit, sections: tuple[Section, ...], *, name: str, parent: QWidget | None = None) -> None:
        """`name` is the accessible name."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _SectionButton] = {}
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.setContentsMargins(0, 0, 0, 0)
        for section in sections:
            if section.heading:
                heading = PlainLabel(kit, section.heading, type=Type.HINT, strong=True, tone="muted")
                heading.setContentsMargins(kit.u(10), kit.u(10), 0, kit.u(4))
                column.addWidget(heading)
            button = _SectionButton(kit, section)
            button.clicked.connect(lambda _=False, key=section.key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[section.key] = button
            column.addWidget(button)
        column.addStretch(1)
        if sections:
            self.set_current(sections[0].key)

    def current(self) -> str:
        """Key of the section shown."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def set_current(self, key: str) -> None:
        """Mark a section without a signal. Raises `KeyError` for an unknown key."""
        self._buttons[key].setChecked(True)

    def keys(self) -> tuple[str, ...]:
        """The sections from top to bottom."""
        return tuple(self._buttons)

    def set_section(self, section: Section) -> None:
        """Change text or count of a section."""
        self._buttons[section.key].show_section(section)

    def step(self, by: int) -> None:
        """Choose the next or previous section, around the ends (Ctrl+Tab)."""
        keys = list(self._buttons)
        key = keys[(keys.index(self.current()) + by) % len(keys)]
        self._buttons[key].click()


class IconBullet(QWidget):
    """An icon, a line and a grey line below: consequences, next steps, events."""

    def __init__(
        self,
        kit: Kit,
        icon: str,
        text: str,
        remark: str = "",
        *,
        status: Status | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`status` colours the icon only."""
        super().__init__(parent)
        self._kit, self._icon, self._status = kit, icon, status
        column = QVBoxLayout(self)
        column.setSpacing(kit.u(1))
        column.setContentsMargins(kit.u(26), kit.u(2), 0, kit.u(2))
        column.addWidget(PlainLabel(kit, text, wrap=True))
        if remark:
            column.addWidget(PlainLabel(kit, remark, type=Type.HINT, tone="muted", wrap=True))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon at the first line."""
        kit = self._kit
        colour = kit.theme.status(self._status).text if self._status else kit.colour("muted")
        stroke = STATUS_STROKE if self._status else 1.75
        kit.icons.paint(QPainter(self), self._icon, 0, kit.u(3), kit.units.exact(16), colour, stroke=stroke)
