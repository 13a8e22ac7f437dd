"""Rows on the clipboard: text with tabs for spreadsheets and a plain table for mail programs."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from brokerdesk.ui.tables.columns import Kind

if TYPE_CHECKING:
    from brokerdesk.ui.tables.view import TableView


def copy_rows(view: TableView, *, headers: bool) -> None:
    """Copy the ticked rows in the order of the list, or the current row; shown columns only."""
    lines = table_lines(view, headers=headers)
    if not lines:
        return
    data = QMimeData()
    data.setText("\n".join("\t".join(line) for line in lines))
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(part)}</td>" for part in line) + "</tr>" for line in lines)
    data.setHtml(f"<table>{rows}</table>")
    QGuiApplication.clipboard().setMimeData(data)


def shown_columns(view: TableView) -> list[int]:
    """Logical positions of the shown columns with content, from left to right."""
    header, columns = view.horizontalHeader(), view.cells.columns
    order = (header.logicalIndex(i) for i in range(len(columns)))
    return [i for i in order if not header.isSectionHidden(i) and columns[i].kind not in {Kind.CHECK, Kind.MENU}]


def table_lines(view: TableView, *, headers: bool) -> list[list[str]]:
    """What `copy_rows` copies, as lists of texts."""
    model, columns = view.cells, shown_columns(view)
    ticked = model.checked.ids()
    ids = [row_id for row_id in model.all_ids() if row_id in ticked]
    if not ids and view.current_id() >= 0:
        ids = [view.current_id()]
    lines = [[cells[c].for_clipboard() for c in columns] for cells in model.cells_of(ids)]
    if headers and lines:
        lines.insert(0, [model.columns[c].title(model.kit.texts) for c in columns])
    return lines
