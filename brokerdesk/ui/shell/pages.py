"""Pages of the window and the way back through them.

A page is a widget made when it is first opened. It may offer `place()` and `go_to(place)` so that back and forward find
the same row again, and `entered()` to freshen up when it is shown. A page that has to read before it can show a place
has a signal `ready`: until then the page before stays painted, for a moment, instead of what the new one showed last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit

MOST_STEPS = 50
PATIENCE_MS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpec:
    """One page. A page with a `group` stands in the navigation (`group` orders and separates); -1 hides it there."""

    id: str
    title_key: str
    icon: str
    factory: Callable[[], QWidget]
    group: int = 0
    bottom: bool = False
    shortcut: str = ""
    parent_page: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of the history: a page and the place on it, in the page's own words."""

    page: str
    place: Any = None


class History:
    """Back and forward through steps; opening something new forgets what was ahead."""

    def __init__(self) -> None:
        """Empty."""
        self._steps: list[Step] = []
        self._at = -1

    @property
    def current(self) -> Step | None:
        """Where we are."""
        return self._steps[self._at] if self._at >= 0 else None

    @property
    def can_go_back(self) -> bool:
        """Whether there is a step behind."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a step ahead."""
        return self._at < len(self._steps) - 1

    def visit(self, step: Step) -> None:
        """Go somewhere new; the same step again adds nothing."""
        if step == self.current:
            return
        self._steps = [*self._steps[: self._at + 1], step][-MOST_STEPS:]
        self._at = len(self._steps) - 1

    def note(self, place: Any) -> None:
        """Remember the present place of the current step before leaving it."""
        if self._at >= 0:
            self._steps[self._at] = Step(self._steps[self._at].page, place)

    def move(self, by: int) -> Step | None:
        """Go back (-1) or forward (1); None when there is nothing."""
        target = self._at + by
        if not 0 <= target < len(self._steps):
            return None
        self._at = target
        return self._steps[target]


class Sheet(QWidget):
    """The white sheet with round corners at its left side that holds the pages."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Put the page stack into `layout()`."""
        super().__init__(parent)
        self._kit = kit
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 0, 1)
        column.setSpacing(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and hairline; the right side runs out of the window."""
        kit, painter = self._kit, QPainter(self)
        radius = kit.units.exact(8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(0.5, 0.5, self.width() + 2 * radius, self.height() - 1), radius, radius)
        painter.setPen(QPen(kit.colour("line"), 1))
        painter.setBrush(kit.colour("base"))
        painter.drawPath(path)


class PageStack(QStackedWidget):
    """Makes pages when needed and walks through the history. `shown` is sent with the id of the page."""

    shown = Signal(str)

    def __init__(self, specs: Sequence[PageSpec], parent: QWidget | None = None) -> None:
        """Nothing is made before `open()`."""
        super().__init__(parent)
        self._specs = {spec.id: spec for spec in specs}
        self._pages: dict[str, QWidget] = {}
        self.history = History()
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._release)

    def page(self, page_id: str) -> QWidget:
        """The page of an id, made now if need be. Raises `KeyError` for an unknown id."""
        if page_id not in self._pages:
            made = self._specs[page_id].factory()
            self._pages[page_id] = made
            self.addWidget(made)
            if (ready := getattr(made, "ready", None)) is not None:
                ready.connect(self._release)
        return self._pages[page_id]

    def spec(self, page_id: str) -> PageSpec:
        """The declaration of a page."""
        return self._specs[page_id]

    def open(self, page_id: str, place: Any = None) -> None:
        """Show a page, at a place if given, as a new step of the history."""
        self.page(page_id)
        self._leave()
        self.history.visit(Step(page_id, place))
        self._show(Step(page_id, place))

    def back(self) -> bool:
        """One step back; False when there is none."""
        return self._walk(-1)

    def forward(self) -> bool:
        """One step forward; False when there is none."""
        return self._walk(1)

    def current_id(self) -> str:
        """Id of the page shown, or an empty text."""
        step = self.history.current
        return step.page if step is not None else ""

    def _walk(self, by: int) -> bool:
        self._leave()
        step = self.history.move(by)
        if step is None:
            return False
        self._show(step)
        return True

    def _leave(self) -> None:
        step = self.history.current
        if step is None:
            return
        tell = getattr(self._pages.get(step.page), "place", None)
        if tell is not None:
            self.history.note(tell())

    def _show(self, step: Step) -> None:
        page = self.page(step.page)
        go = getattr(page, "go_to", None)
        self._release()
        if go is not None and step.place is not None and hasattr(page, "ready") and page is not self.currentWidget():
            self.setUpdatesEnabled(False)
            self._patience.start()
        self.setCurrentWidget(page)
        if go is not None and step.place is not None:
            go(step.place)
        entered = getattr(page, "entered", None)
        if entered is not None:
            entered()
        self.shown.emit(step.page)

    def _release(self) -> None:
        """Paint the page shown, ready or not."""
        self._patience.stop()
        if not self.updatesEnabled():
            self.setUpdatesEnabled(True)
