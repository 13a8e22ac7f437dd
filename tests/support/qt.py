"""Qt in tests: a kit on the test font, the accessibility walk, pictures of widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget

from brokerdesk.core.texts import LANGUAGES, Texts, catalogue
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme import Mode, Theme

FONT = "DejaVu Sans"


def make_kit(
    *, mode: Mode = Mode.LIGHT, percent: int = 100, language: str = "de", words: Mapping[str, str] | None = None
) -> Kit:
    """A kit on the font of the pictures; needs the application of pytest-qt.

    `words` are further texts (key → text, the same in all languages) for windows that exist in tests only.
    """
    QLocale.setDefault(QLocale("de_DE"))
    more = {key: {language: text for language in LANGUAGES} for key, text in (words or {}).items()}
    forms = {**catalogue(), **more}
    theme = Theme(mode=mode, percent=percent, family=FONT)
    return Kit.of(theme, Translator(language, texts=lambda name: Texts(name, forms)))


def let_go() -> None:
    """Delete what asked to be deleted; outside an event loop Qt would keep it and every later test would restyle it."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def focusable(root: QWidget) -> Iterator[QWidget]:
    """Every visible widget below `root` that takes the keyboard focus."""
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled():
            yield widget


def unnamed(root: QWidget) -> list[str]:
    """The focusable widgets below `root` without an accessible name, by class and object name; should be empty."""
    missing = []
    for widget in focusable(root):
        if isinstance(widget, QScrollBar) or widget.focusProxy() is not None:
            continue
        face = QAccessible.queryAccessibleInterface(widget)
        if face is None or not face.text(QAccessible.Text.Name).strip():
            missing.append(f"{type(widget).__name__} {widget.objectName()}".strip())
    return missing


def tab_walk(root: QWidget, limit: int = 500) -> list[QWidget]:
    """The widgets that Tab visits below `root`, in order, once around."""
    stops: list[QWidget] = []
    widget: QWidget | None = root.nextInFocusChain()
    while widget is not None and widget is not root and len(stops) < limit:
        stop = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
        if stop and root.isAncestorOf(widget) and widget.focusProxy() is None:
            stops.append(widget)
        widget = widget.nextInFocusChain()
    return stops


def untranslated(root: QWidget) -> list[str]:
    """Shown texts below `root` that do not carry the marks of the pseudo language."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisible():
            continue
        for name in ("text", "placeholderText", "title", "accessibleName", "toolTip"):
            getter: Callable[[], object] | None = getattr(widget, name, None)
            words = getter() if getter is not None else ""
            if isinstance(words, str) and any(c.isalpha() for c in words) and "⟦" not in words:
                found.append(f"{type(widget).__name__}.{name}: {words}")
    return found


def picture(widget: QWidget, path: Path, *, width: int = 1366, height: int = 768) -> None:
    """Save how `widget` looks at that size."""
    widget.resize(width, height)
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()
    widget.grab().save(str(path))
