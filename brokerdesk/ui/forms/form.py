"""A form: named fields, one check on saving with a summary of all problems, and whether anything was changed.

Holds no business rule; a page reads `values()`, calls its service and hands refusals back through `set_problem()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from brokerdesk.core.errors import KnownError
from brokerdesk.ui.forms.field import Field
from brokerdesk.ui.icons import STATUS
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type, Units
from brokerdesk.ui.widgets import painting
from brokerdesk.ui.widgets.labels import Link, PlainLabel
from brokerdesk.ui.widgets.notices import announce


class ProblemSummary(QFrame):
    """The list of problems above a form; each is a link to its field."""

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Hidden while there is none."""
        super().__init__(parent)
        self._kit = kit
        self._column = QVBoxLayout(self)
        self._title = PlainLabel(kit, strong=True)
        self._column.addWidget(self._title)
        self._links: list[Link] = []
        kit.sized(self, self._fit)
        self.hide()

    def show_problems(self, problems: list[tuple[Field, str]]) -> None:
        """Name them all, or hide when there is none."""
        for link in self._links:
            self._column.removeWidget(link)
            link.deleteLater()
        self._links = []
        for field, words in problems:
            link = Link(self._kit, words, type=Type.HINT)
            link.setWordWrap(True)  # a long sentence must not widen the form beyond its page
            link.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            link.clicked.connect(lambda field=field: field.setFocus(Qt.FocusReason.OtherFocusReason))
            self._column.addWidget(link)
            self._links.append(link)
        count = len(problems)
        self._title.setText(self._kit.texts("ui.form.problems", n=count) if count else "")
        self.setVisible(bool(problems))
        if problems:
            announce(self, self._title.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Error tint and icon."""
        kit, u, box, painter = self._kit, self._kit.units.exact, QRectF(self.rect()), QPainter(self)
        colours = kit.theme.status(Status.ERROR)
        painting.frame(painter, box, u(6), fill=colours.tint, line=colours.line)
        kit.icons.paint(painter, colours.icon, u(13), u(11), u(16), colours.text, stroke=STATUS)

    def _fit(self, units: Units) -> None:
        self._column.setContentsMargins(units(37), units(9), units(12), units(9))
        self._column.setSpacing(units(4))


class Form(QWidget):
    """Fields under names. `changed` is sent on every edit by the user (for drafts)."""

    changed = Signal()

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """Add fields with `add_row()`; `summary` may be moved elsewhere."""
        super().__init__(parent)
        self.kit = kit
        self.summary = ProblemSummary(kit)
        self._fields: dict[str, Field] = {}
        self._saved: dict[str, str] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self.summary)
        kit.sized(self, lambda units: self.column.setSpacing(units(12)))

    def add_row(self, **fields: Field) -> None:
        """Fields side by side, each under the name of its value, sharing the width equally."""
        row = QHBoxLayout()
        row.setSpacing(self.kit.u(12))
        for name, field in fields.items():
            self.register(name, field)
            row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(row)

    def register(self, name: str, field: Field) -> None:
        """Make a field that stands elsewhere part of the form. Raises `ValueError` for a name that is taken."""
        if name in self._fields:
            raise ValueError(f"field {name} stands twice")
        self._fields[name] = field
        field.edited.connect(self._on_edited)

    def add_stretch(self) -> None:
        """Keep the fields together at the top."""
        self.column.addStretch(1)

    def __getitem__(self, name: str) -> Field:
        return self._fields[name]

    def values(self) -> dict[str, Any]:
        """All values by name. Raises `KnownError` when one is wrong: `check()` first."""
        return {name: field.value() for name, field in self._fields.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values by name; names without a field are left out. What is shown then counts as saved."""
        for name, value in values.items():
            if name in self._fields:
                self._fields[name].set_value(value)
        self.mark_saved()

    def mark_saved(self) -> None:
        """From now on `is_dirty()` compares with what is shown now."""
        self._saved = {name: self._raw(field) for name, field in self._fields.items()}

    def is_dirty(self) -> bool:
        """Whether something differs from what was shown last."""
        return self._saved != {name: self._raw(field) for name, field in self._fields.items()}

    def check(self) -> bool:
        """Check every field, list all problems, go to the first. True when there is none."""
        problems = [(field, field.problem()) for field in self._fields.values() if not field.check()]
        self.summary.show_problems(problems)
        if problems:
            problems[0][0].setFocus(Qt.FocusReason.OtherFocusReason)
        return not problems

    def set_problem(self, name: str, error: KnownError) -> None:
        """Show at a field what a service refused."""
        words = self.kit.texts(f"error.{error.code}", **error.parameters)
        self._fields[name].set_problem(words)
        self.summary.show_problems([(self._fields[name], words)])

    def _on_edited(self) -> None:
        self.changed.emit()

    @staticmethod
    def _raw(field: Field) -> str:
        text = getattr(field, "text", None)
        return str(text() if text is not None else field.value())
