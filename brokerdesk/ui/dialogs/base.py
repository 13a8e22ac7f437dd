"""The frame of every dialog: title bar 54, body, foot 58, round corners, the window dimmed behind it.

Enter runs the primary button, Escape closes. One primary button, at the right. A dialog with steps adds a `StepBar`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.shell.scrim import Scrim
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.labels import PlainLabel, rule

_SHADOW = 24


class Dialog(QDialog):
    """Fill `body`; put buttons into the foot with `set_buttons()`, a remark with `set_remark()`."""

    def __init__(
        self, kit: Kit, title: str, *, parent: QWidget | None = None, width: int = 560, height: int = 0
    ) -> None:
        """`width` and `height` (0: as needed) in units."""
        super().__init__(parent)
        self.kit, self._size = kit, (width, height)
        self.setWindowFlags(Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._title = PlainLabel(kit, title, type=Type.SECTION, strong=True)
        self._subtitle = PlainLabel(kit, tone="muted")
        self._remark = PlainLabel(kit, type=Type.HINT, tone="muted", wrap=True)
        self._primary: Button | None = None
        self._grip: QPoint | None = None
        self._scrim: Scrim | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setSpacing(0)
        self._head = self._make_head()
        self._outer.addWidget(self._head)
        self.middle = QVBoxLayout()
        self.middle.setSpacing(0)
        self._outer.addLayout(self.middle)
        self.body = QVBoxLayout()
        self._outer.addLayout(self.body, 1)
        self._foot_line = rule("h")
        self._outer.addWidget(self._foot_line)
        self._foot = self._make_foot()
        self._outer.addWidget(self._foot)
        self.set_title(title)
        kit.sized(self, self._fit)

    def set_title(self, title: str, subtitle: str = "") -> None:
        """Title, and a grey remark beside it."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self.setWindowTitle(title)
        self.setAccessibleName(title)

    def set_remark(self, words: str) -> None:
        """A grey sentence at the left of the foot."""
        self._remark.setText(words)

    def set_buttons(self, primary: Button | None, *others: Button) -> None:
        """Buttons of the foot; the primary one stands last and runs on Enter."""
        self._primary = primary
        for button in (*others, *((primary,) if primary is not None else ())):
            self._foot_row.addWidget(button)
        self._foot.setVisible(True)
        self._foot_line.setVisible(True)

    def showEvent(self, event: QShowEvent) -> None:
        """Dim the window behind and stand in its middle."""
        super().showEvent(event)
        parent = self.parentWidget()
        if parent is None:
            return
        window = parent.window()
        if self._scrim is None:
            self._scrim = Scrim(self.kit, window)
        self._scrim.cover()
        centre = window.mapToGlobal(window.rect().center())
        self.move(centre - QPoint(self.width() // 2, self.height() // 2))
        self._enter_body()

    def done(self, result: int) -> None:
        """Close and light the window up again."""
        if self._scrim is not None:
            self._scrim.hide()
            self._scrim.deleteLater()
            self._scrim = None
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is the primary button wherever the focus is, except in notes and on other buttons."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._primary is not None:
            if self._primary.isEnabled():
                self._primary.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shadow and ground."""
        kit, painter = self.kit, QPainter(self)
        margin = kit.u(_SHADOW)
        box = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        painting.shadow(painter, box, kit.units.exact(10), kit.u(18), kit.u(6), kit.colour("shadow"))
        painting.frame(painter, box, kit.units.exact(10), fill=kit.colour("base"), line=kit.colour("line"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The title bar moves the dialog."""
        if event.position().y() < self._head.geometry().bottom():
            self._grip = event.globalPosition().toPoint() - self.pos()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self._grip is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.move(event.globalPosition().toPoint() - self._grip)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay here."""
        self._grip = None

    def _enter_body(self) -> None:
        """The keyboard starts at the first field, else at the primary button; not at the cross."""
        if self.focusWidget() not in {None, self._cross}:
            return
        for widget in self.findChildren(QWidget):
            foreign = self._head.isAncestorOf(widget) or self._foot.isAncestorOf(widget) or widget.focusProxy()
            if (
                not foreign
                and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
                and widget.isVisible()
                and widget.isEnabled()
            ):
                widget.setFocus()
                return
        if self._primary is not None:
            self._primary.setFocus()

    def _make_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setSpacing(self.kit.u(10))
        row.addWidget(self._title)
        row.addWidget(self._subtitle)
        row.addStretch(1)
        self._cross = Button(self.kit, icon="x", look=Look.QUIET)
        self.kit.bind(self, self._cross.set_name, "ui.close")
        self._cross.clicked.connect(self.reject)
        row.addWidget(self._cross)
        return head

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        self._foot_row = QHBoxLayout(foot)
        self._foot_row.setSpacing(2)
        self._foot_row.addWidget(self._remark, 1)
        foot.hide()
        self._foot_line.hide()
        return foot

    def _fit(self, units: Units) -> None:
        margin = units(_SHADOW)
        self._outer.setContentsMargins(margin + 1, margin + 1, margin + 1, margin + 1)
        self._head.setFixedHeight(units(54))
        self._head.layout().setContentsMargins(units(24), 0, units(16), 0)  # type: ignore[union-attr]
        self.body.setContentsMargins(units(24), units(16), units(24), units(16))
        self.body.setSpacing(units(12))
        self._foot.setFixedHeight(units(58))
        self._foot_row.setContentsMargins(units(24), 0, units(21), 0)
        width, height = (units(side) + 2 * margin for side in self._size)
        if not self._size[1]:
            self.setMinimumWidth(width)
            return
        wanted, parent = QSize(width, height), self.parentWidget()
        if parent is not None:  # its shadow may hang over the window, its buttons may not
            wanted = wanted.boundedTo(parent.window().size() + QSize(2 * margin, 2 * margin))
        self.setFixedSize(wanted)


class StepBar(QWidget):
    """The steps of a dialog: done with a tick, the present one filled."""

    def __init__(self, kit: Kit, steps: Sequence[str], *, parent: QWidget | None = None) -> None:
        """`steps` are the texts in order."""
        super().__init__(parent)
        self._kit, self._steps, self._current = kit, tuple(steps), 0
        kit.sized(self, lambda units: self.setFixedHeight(units(44)))
        self.set_current(0)

    def set_current(self, number: int) -> None:
        """Show step `number`, counted from 0."""
        self._current = number
        self.setAccessibleName(
            self._kit.texts("ui.dialog.step", number=number + 1, total=len(self._steps), name=self._steps[number])
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Discs, texts, lines between them."""
        kit, u, painter = self._kit, self._kit.units.exact, QPainter(self)
        painter.fillRect(self.rect(), kit.colour("alt"))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), kit.colour("line"))
        left = u(24)
        for number, words in enumerate(self._steps):
            disc = QRectF(left, painting.middle(0, self.height(), u(20)), u(20), u(20))
            self._paint_disc(painter, disc, number)
            here = number == self._current
            ink = kit.colour("text" if number <= self._current else "muted")
            area = QRectF(disc.right() + u(8), 0, self.width(), self.height())
            width = painting.text(painter, area, words, kit.units.font(strong=here), ink, elide=False)
            left = area.left() + width + u(12)
            if number < len(self._steps) - 1:
                painter.fillRect(QRectF(left, self.height() / 2, u(34), 1), kit.colour("line-strong"))
                left += u(34 + 12)

    def _paint_disc(self, painter: QPainter, disc: QRectF, number: int) -> None:
        kit, u = self._kit, self._kit.units.exact
        if number < self._current:
            painting.frame(painter, disc, disc.width() / 2, fill=kit.colour("accent-tint"))
            side = u(12)
            left, top = (
                painting.middle(disc.left(), disc.width(), side),
                painting.middle(disc.top(), disc.height(), side),
            )
            kit.icons.paint(painter, "check", left, top, side, kit.colour("accent"), stroke=3.0)
            return
        here = number == self._current
        ground = kit.colour("accent-fill" if here else "base")
        painting.frame(painter, disc, disc.width() / 2, fill=ground, line=None if here else kit.colour("line-strong"))
        ink = kit.colour("on-accent" if here else "muted")
        font = kit.units.font(Type.BADGE, strong=True)
        painting.text(painter, disc, str(number + 1), font, ink, align=Qt.AlignmentFlag.AlignHCenter, elide=False)


def confirm(kit: Kit, parent: QWidget, title: str, words: str, yes: str, *, danger: bool = False, no: str = "") -> bool:
    """Ask for a decision that cannot be taken back; waits. `yes` is the command in words, never just „OK"."""
    dialog = Dialog(kit, title, parent=parent, width=440)
    dialog.body.addWidget(PlainLabel(kit, words, wrap=True))
    agree = Button(kit, yes, look=Look.DANGER if danger else Look.PRIMARY)
    refuse = Button(kit, no or kit.texts("ui.dialog.cancel"))
    agree.clicked.connect(dialog.accept)
    refuse.clicked.connect(dialog.reject)
    dialog.set_buttons(agree, refuse)
    (refuse if danger else agree).setFocus()
    return dialog.exec() == QDialog.DialogCode.Accepted
