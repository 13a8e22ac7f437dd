"""The window: security pages while locked, the frame with its pages while a book is open. Knows no services.

Keeps geometry, connects the frame's own commands, shows notices. What the pages are is decided by `ui/areas.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QByteArray, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from brokerdesk.core.errors import DeskError
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.shell.frame import ShellFrame
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.notices import InfoBar

SMALLEST = (1100, 680)
USUAL = (1366, 768)


class MainWindow(QMainWindow):
    """One window of the program."""

    closing = Signal()

    def __init__(self, kit: Kit, *, title: str = "BrokerDesk") -> None:
        """Empty until a page is shown."""
        super().__init__()
        self._kit = kit
        self._sentence: Callable[[DeskError], str] = lambda problem: problem.code
        self.frame: ShellFrame | None = None
        self.setWindowTitle(title)
        self.setMinimumSize(*SMALLEST)
        self.resize(*USUAL)
        self._center = QWidget()
        column = QVBoxLayout(self._center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._bars = QVBoxLayout()
        column.addLayout(self._bars)
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        self.setCentralWidget(self._center)

    def show_security(self, page: QWidget) -> None:
        """Show unlock page or assistant; what was open before is thrown away, texts and all."""
        self.clear_bars()
        self._replace(page)
        self._clear_above()
        self.frame = None

    def show_frame(self, frame: ShellFrame, *, sentence: Callable[[DeskError], str]) -> None:
        """Show the frame of an open book; `sentence` turns errors into words."""
        self._sentence = sentence
        self.frame = frame
        self.clear_bars()
        self._replace(frame)

    def _clear_above(self) -> None:
        """Dialogs, palette and scrims that stand on the window go with what they showed."""
        for child in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if child is not self._center:
                child.hide()
                child.deleteLater()

    def _replace(self, widget: QWidget) -> None:
        while self._stack.count():
            old = self._stack.currentWidget()
            if old is None:
                break
            self._stack.removeWidget(old)
            old.deleteLater()
        self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)

    # notices

    def toast(self, text: str, *, undo: Callable[[], object] | None = None) -> None:
        """A short notice at the lower edge."""
        if self.frame is not None:
            self.frame.tell(text, undo=undo)

    def problem(self, problem: DeskError) -> None:
        """A lasting bar: what happened to the data, what to do, the code."""
        self.bar(Status.ERROR, f"{self._sentence(problem)} ({problem.code})")

    def bar(
        self, status: Status, text: str, *, action: str = "", on_action: Callable[[], object] | None = None
    ) -> InfoBar:
        """A lasting notice above everything, closable."""
        while self._bars.count() > 1:
            self._drop_bar(0)
        bar = InfoBar(self._kit, status, text, action=action, on_action=on_action, closable=True)
        self._bars.addWidget(bar)
        return bar

    def clear_bars(self) -> None:
        """Take away all lasting notices."""
        while self._bars.count():
            self._drop_bar(0)

    def _drop_bar(self, index: int) -> None:
        item = self._bars.takeAt(index)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.deleteLater()

    # geometry

    def place(self) -> dict[str, Any]:
        """Where the window stands, for the settings."""
        return {
            "geometry": bytes(self.saveGeometry().toBase64().data()).decode("ascii"),
            "maximized": self.isMaximized(),
        }

    def restore_place(self, place: dict[str, Any]) -> None:
        """Stand there again; back on a screen when that one is gone."""
        if text := place.get("geometry"):
            self.restoreGeometry(QByteArray.fromBase64(str(text).encode("ascii")))
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if screens and not any(screen.intersects(self.frameGeometry()) for screen in screens):
            self.setGeometry(QRect(screens[0].topLeft(), self.size()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell the owner before the window goes."""
        self.closing.emit()
        super().closeEvent(event)
