"""Heights and spans of group and sum rows of small tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brokerdesk.ui.tables.columns import RowKind
from brokerdesk.ui.tables.static_model import StaticTableModel

if TYPE_CHECKING:
    from brokerdesk.ui.tables.view import TableView


def arrange_headings(view: TableView) -> None:
    """Set them anew; call after rows came or went. Does nothing for paged tables."""
    model, kit = view.cells, view.kit
    if not isinstance(model, StaticTableModel):
        return
    view.clearSpans()
    for row in range(model.rowCount()):
        heights = {RowKind.GROUP: kit.u(28), RowKind.SUM: kit.u(38)}
        view.setRowHeight(row, heights.get(model.kind_of(row), view.row_height()))
        start, span = model.span_at(row)
        if span > 1:
            view.setSpan(row, start, 1, span)
