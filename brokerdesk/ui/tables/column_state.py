"""Widths, order and visibility of columns, kept by column key so that new columns do not break old settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHeaderView

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.columns import Column


class ColumnState(QObject):
    """Applies and reads the state of a header; `changed` is sent when the user altered it."""

    changed = Signal()

    def __init__(self, kit: Kit, header: QHeaderView, columns: tuple[Column[Any], ...], parent: QObject) -> None:
        """Starts with what the columns declare."""
        super().__init__(parent)
        self._kit, self._header, self._columns = kit, header, columns
        self._widths = {c.key: float(c.width) for c in columns}
        self._applying = False
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(self._moved)
        kit.theme.changed.connect(self.apply_widths)
        self.reset()

    def as_dict(self) -> dict[str, Any]:
        """`order`, `hidden` and `widths` (units) by key, for a saved view."""
        order = [self._columns[self._header.logicalIndex(i)].key for i in range(len(self._columns))]
        hidden = [c.key for i, c in enumerate(self._columns) if self._header.isSectionHidden(i)]
        return {"order": order, "hidden": hidden, "widths": {k: round(w, 1) for k, w in self._widths.items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Apply a saved state; unknown keys are left out, new columns stay where they are declared."""
        known = {c.key: i for i, c in enumerate(self._columns)}
        self._applying = True
        wanted = [key for key in state.get("order", ()) if key in known and not self._columns[known[key]].fixed]
        places = sorted(self._header.visualIndex(known[key]) for key in wanted)
        for place, key in zip(places, wanted, strict=True):
            self._header.moveSection(self._header.visualIndex(known[key]), place)
        hidden = set(state.get("hidden", ()))
        for key, index in known.items():
            self._header.setSectionHidden(index, key in hidden and not self._columns[index].fixed)
        for key, width in dict(state.get("widths", {})).items():
            if key in known:
                self._widths[key] = max(float(width), float(self._columns[known[key]].minimum))
        self._applying = False
        self.apply_widths()

    def reset(self) -> None:
        """Back to what the columns declare."""
        hidden = [c.key for c in self._columns if c.hidden]
        self.restore(
            {
                "order": [c.key for c in self._columns],
                "hidden": hidden,
                "widths": {c.key: c.width for c in self._columns},
            }
        )

    def set_hidden(self, key: str, *, hidden: bool) -> None:
        """Hide or show one column; fixed ones stay."""
        index = next(i for i, c in enumerate(self._columns) if c.key == key)
        if not self._columns[index].fixed:
            self._header.setSectionHidden(index, hidden)
            self.changed.emit()

    def apply_widths(self) -> None:
        """Widths at the present text size; the stretching column takes what is left."""
        self._applying = True
        self._header.setMinimumSectionSize(self._kit.u(24))
        for index, column in enumerate(self._columns):
            mode = QHeaderView.ResizeMode.Interactive
            if column.stretch:
                mode = QHeaderView.ResizeMode.Stretch
            elif column.fixed:
                mode = QHeaderView.ResizeMode.Fixed
            self._header.setSectionResizeMode(index, mode)
            if not column.stretch:
                self._header.resizeSection(index, round(self._kit.units.exact(self._widths[column.key])))
        self._applying = False

    def _resized(self, index: int, _old: int, new: int) -> None:
        if self._applying or index >= len(self._columns) or self._columns[index].stretch or new == 0:
            return
        column = self._columns[index]
        if column.fixed:
            return
        self._widths[column.key] = new * 100 / self._kit.units.percent
        self.changed.emit()

    def _moved(self, logical: int, old: int, new: int) -> None:
        if self._applying:
            return
        neighbours = {self._header.logicalIndex(old), logical}
        if any(self._columns[i].fixed for i in neighbours) or self._passed_fixed(old, new):
            self._applying = True
            self._header.moveSection(new, old)
            self._applying = False
            return
        self.changed.emit()

    def _passed_fixed(self, old: int, new: int) -> bool:
        step = 1 if new > old else -1
        between = range(old, new, step)
        return any(self._columns[self._header.logicalIndex(i)].fixed for i in between)
