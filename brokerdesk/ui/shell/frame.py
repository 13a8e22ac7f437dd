"""The frame put together: top bar, navigation, sheet with pages, status bar, toast.

The main window puts this into itself, connects actions and gives pages; nothing here knows a business word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.shell.navigation import Entry, Navigation
from brokerdesk.ui.shell.pages import PageSpec, PageStack, Sheet
from brokerdesk.ui.shell.status_bar import StatusBar
from brokerdesk.ui.shell.top_bar import TopBar
from brokerdesk.ui.widgets.notices import Toast

HIDDEN = -1


class ShellFrame(QWidget):
    """The whole window content."""

    def __init__(self, kit: Kit, pages: Sequence[PageSpec], parent: QWidget | None = None) -> None:
        """Pages with a group appear in the navigation in the order given."""
        super().__init__(parent)
        self.setMinimumSize(0, 0)
        entries = [
            Entry(id=p.id, title_key=p.title_key, icon=p.icon, group=p.group, bottom=p.bottom, shortcut=p.shortcut)
            for p in pages
            if p.group != HIDDEN
        ]
        self.top_bar, self.navigation = TopBar(kit), Navigation(kit, entries)
        self.sheet, self.stack, self.status_bar = Sheet(kit), PageStack(pages), StatusBar(kit)
        inner = self.sheet.layout()
        if inner is not None:
            inner.addWidget(self.stack)
        self.toast = Toast(kit, self.sheet)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addWidget(self.sheet, 1)
        column.addLayout(row, 1)
        column.addWidget(self.status_bar)
        self.navigation.chosen.connect(self.open)
        self.stack.shown.connect(self._on_shown)
        self.top_bar.back.clicked.connect(self.back)
        self.top_bar.forward.clicked.connect(self.forward)

    def open(self, page_id: str, place: Any = None) -> None:
        """Show a page."""
        self.stack.open(page_id, place)

    def back(self) -> None:
        """One step back."""
        self.stack.back()

    def forward(self) -> None:
        """One step forward."""
        self.stack.forward()

    def tell(self, words: str, *, undo: Callable[[], object] | None = None) -> None:
        """A short notice, with undo if it can be taken back."""
        self.toast.show_words(words, undo=undo)

    def next_pane(self) -> None:
        """F6: navigation → page → status bar, and around."""
        panes: list[QWidget] = [self.navigation, self.stack, self.status_bar]
        focus = self.focusWidget()
        here = next((i for i, pane in enumerate(panes) if focus and pane.isAncestorOf(focus)), -1)
        for step in range(1, len(panes) + 1):
            if self._enter(panes[(here + step) % len(panes)]):
                return

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mouse buttons 4 and 5 go back and forward."""
        if event.button() is Qt.MouseButton.BackButton:
            self.back()
        elif event.button() is Qt.MouseButton.ForwardButton:
            self.forward()
        else:
            super().mousePressEvent(event)

    @staticmethod
    def _enter(pane: QWidget) -> bool:
        for widget in [pane, *pane.findChildren(QWidget)]:
            tabs = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if tabs and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None:
                widget.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def _on_shown(self, page_id: str) -> None:
        spec = self.stack.spec(page_id)
        self.navigation.set_current(spec.parent_page or page_id)
        history = self.stack.history
        self.top_bar.back.setEnabled(history.can_go_back)
        self.top_bar.forward.setEnabled(history.can_go_forward)
