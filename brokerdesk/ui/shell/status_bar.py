"""The foot of the window: state of the exchange, what waits, work in the background, a text at the right."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from brokerdesk.ui.background.lanes import Background
from brokerdesk.ui.icons import STATUS as STATUS_STROKE
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.labels import ElidingLabel, PlainLabel
from brokerdesk.ui.widgets.notices import announce
from brokerdesk.ui.widgets.status import Progress


class StatusItem(QAbstractButton):
    """Icon and words in the status bar; a click opens what is behind."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Hidden until it has words."""
        super().__init__(parent)
        self._kit, self._icon, self._status = kit, "", Status.NEUTRAL
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_words(self, status: Status, words: str, *, icon: str = "") -> None:
        """Show a state; an empty text hides it."""
        self._status, self._icon = status, icon or self._kit.theme.status(status).icon
        self.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Icon 14, gap 5, words."""
        u = self._kit.u
        return QSize(
            u(14 + 5 + 10) + QFontMetrics(self._kit.units.font(Type.HINT)).horizontalAdvance(self.text()), u(22)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon and words in the colour of the status."""
        kit, u, painter, box = self._kit, self._kit.units.exact, QPainter(self), QRectF(self.rect())
        colour = kit.theme.status(self._status).text
        if self.underMouse() or self.hasFocus():
            painting.frame(painter, box, u(5), fill=kit.colour("pressed"))
        if self.hasFocus():
            painting.focus_ring(painter, kit, box, u(5))
        top = painting.middle(0, box.height(), u(14))
        kit.icons.paint(painter, self._icon, u(4), top, u(14), colour, stroke=STATUS_STROKE)
        words = box.adjusted(u(4 + 14 + 5), 0, 0, 0)
        painting.text(painter, words, self.text(), kit.units.font(Type.HINT), colour, elide=False)


class StatusBar(QWidget):
    """26 high. `jobs_clicked` asks for the list of work in the background."""

    jobs_clicked = Signal()

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """`sync` and `outbox` are set by the window; jobs follow the background once given."""
        super().__init__(parent)
        self._kit = kit
        self._background: Background | None = None
        self._before = (Status.NEUTRAL, "")
        self.sync, self.outbox, self.jobs = StatusItem(kit), StatusItem(kit), StatusItem(kit)
        self.jobs.clicked.connect(self.jobs_clicked)
        self.bar = Progress(kit, "", width=55)
        self.bar.hide()
        self._share = PlainLabel(kit, type=Type.HINT, tone="muted")
        self._right = ElidingLabel(kit, type=Type.HINT, tone="muted")
        self._right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sum = PlainLabel(kit, type=Type.HINT, strong=True)
        row = QHBoxLayout(self)
        row.setSpacing(kit.u(8))
        for widget in (self.sync, self.outbox, self.jobs, self.bar, self._share):
            row.addWidget(widget)
        row.addWidget(self._right, 1)
        row.addWidget(self._sum)
        kit.sized(self, self._fit)
        kit.on_language(self, self._show_jobs)

    def set_sync(self, status: Status, words: str, *, icon: str = "") -> None:
        """State of the exchange; a new error is announced."""
        self.sync.set_words(status, words, icon=icon)
        if (status, words) != self._before and status in {Status.ERROR, Status.WARNING}:
            announce(self, words)
        self._before = (status, words)

    def set_outbox(self, count: int) -> None:
        """How many intentions wait to leave; nothing for 0."""
        words = self._kit.texts("ui.shell.waiting", n=count) if count else ""
        self.outbox.set_words(Status.NEUTRAL, words, icon="upload")

    def set_right(self, words: str, strong: str = "") -> None:
        """A text at the right, such as counts, and a sum in bold."""
        self._right.setText(words)
        self._sum.setText(strong)

    def follow(self, background: Background) -> None:
        """Show the named jobs of these lanes."""
        self._background = background
        background.changed.connect(self._show_jobs)
        self._show_jobs()

    def _show_jobs(self) -> None:
        jobs = self._background.jobs() if self._background is not None else []
        words = self._kit.texts("ui.shell.background", n=len(jobs)) if jobs else ""
        self.jobs.set_words(Status.NEUTRAL, words, icon="activity")
        steps = [step for _, step in jobs if step is not None and step.total]
        share = steps[0].done / steps[0].total if steps else 0.0
        self.bar.setVisible(bool(steps))
        self.bar.set_share(share)
        self._share.setText(f"{round(share * 100)} %" if steps else "")

    def _fit(self, units: Units) -> None:
        self.setFixedHeight(units(26))
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(units(10), 0, units(14), 0)
