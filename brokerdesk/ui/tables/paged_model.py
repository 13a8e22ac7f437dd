"""The model of long lists: ordered ids of the view, rows in pages on demand, no proxy.

SQL filters and sorts. Ids are read on a worker; the answer to an outdated question is dropped. After a change of data
only inserted and removed ids are told to the view, so that the current row and the scroll position survive; another
question begins anew, because comparing its answer with the one before costs more than painting it.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from brokerdesk.core.logs import logger
from brokerdesk.models.values.paging import ListQuery, SortKey
from brokerdesk.ui.background.lanes import Background, Job, Lane
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.base_model import ROOT, CellTableModel, Index
from brokerdesk.ui.tables.columns import WAITING, Cell, Column
from brokerdesk.ui.tables.difference import Step, difference
from brokerdesk.ui.tables.source import RowSource

R = TypeVar("R")
PAGE, PAGES = 100, 20
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Page(Generic[R]):
    """Rows in memory; the cells of a row are formatted once, when it is first shown."""

    rows: Sequence[R | None]
    cells: list[tuple[Cell, ...] | None]


class PagedTableModel(CellTableModel, Generic[R]):
    """`loaded` is sent with the number of rows after every answer, `failed` with the problem, `asked` when a question starts."""

    loaded = Signal(int)
    failed = Signal(object)
    asked = Signal()

    def __init__(
        self, kit: Kit, columns: Sequence[Column[R]], source: RowSource[R], background: Background, *,
        record_id: Callable[[R], str] | None = None, query: ListQuery | None = None, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`record_id` names the record of a row, so that a change repaints only its row. Asks nothing before `refresh()`."""
        super().__init__(kit, columns, parent)
        self._source, self._background, self._record_id = source, background, record_id
        self._query = query or ListQuery()
        self._ids: array[int] = array("q")
        self._pages: OrderedDict[int, _Page[R]] = OrderedDict()
        self._question = 0
        self._answered: ListQuery | None = None
        self._job: Job | None = None

    @property
    def query(self) -> ListQuery:
        """What is shown."""
        return self._query

    def set_query(self, query: ListQuery) -> None:
        """Show something else."""
        if query != self._query:
            self._query = query
            self.refresh()

    def set_search(self, words: str) -> None:
        """Change the words searched."""
        self.set_query(replace(self._query, search=words))

    def sorted_by(self) -> SortKey | None:
        """The first sort key of the query."""
        return self._query.sort[0] if self._query.sort else None

    def set_sort(self, key: SortKey) -> None:
        """Ask for another order."""
        self.set_query(replace(self._query, sort=(key,)))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def refresh(self) -> None:
        """Ask for the ids again; the answer arrives later."""
        self._question += 1
        if self._job is not None:
            self._job.cancel()
        number, query, source = self._question, self._query, self._source
        self.asked.emit()
        self._job = self._background.run(
            Lane.READ, lambda _: source.ids(query), self, lambda ids: self._arrived(number, query, ids),
            failed=lambda problem: self._arrived(number, query, problem),
        )  # fmt: skip

    def repaint_records(self, record_ids: Collection[str]) -> None:
        """Read the rows of these records again if they are in memory, and repaint them."""
        if self._record_id is None:
            return
        wanted = set(record_ids)
        for page, rows in list(self._pages.items()):
            hits = [i for i, row in enumerate(rows.rows) if row is not None and self._record_id(row) in wanted]
            if hits:
                del self._pages[page]
                first, last = page * PAGE + hits[0], page * PAGE + hits[-1]
                self.dataChanged.emit(self.index(first, 0, ROOT), self.index(last, len(self.columns) - 1, ROOT))

    def row_at(self, row: int) -> R | None:
        """The row object of a position; None when it has vanished."""
        page, offset = self._entry(row)
        return page.rows[offset]

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many ids match."""
        return 0 if parent.isValid() else len(self._ids)

    def line_at(self, row: int) -> Sequence[Cell]:
        """All cells of a position; reads its page when it is not in memory."""
        page, offset = self._entry(row)
        cells = page.cells[offset]
        if cells is None:
            cells = page.cells[offset] = self._cells(page.rows[offset])
        return cells

    def id_at(self, row: int) -> int:
        """The id of a position."""
        return self._ids[row]

    def row_of(self, row_id: int) -> int:
        """The position of an id, or -1."""
        try:
            return self._ids.index(row_id)
        except ValueError:
            return -1

    def all_ids(self) -> Sequence[int]:
        """All ids in order."""
        return self._ids

    def cells_of(self, ids: Sequence[int]) -> list[tuple[Cell, ...]]:
        """Cells of some ids, read in pages and not kept."""
        found: list[tuple[Cell, ...]] = []
        for start in range(0, len(ids), PAGE):
            rows = self._source.rows(ids[start : start + PAGE])
            found += [self._cells(row) for row in rows if row is not None]
        return found

    def _entry(self, row: int) -> tuple[_Page[R], int]:
        page, offset = divmod(row, PAGE)
        found = self._pages.get(page)
        if found is None:
            rows = self._read(self._ids[page * PAGE : (page + 1) * PAGE])
            found = self._pages[page] = _Page(rows, [None] * len(rows))
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(page)
        return found, offset

    def _read(self, ids: array[int]) -> Sequence[R | None]:
        """Rows of a page. An exception must not reach Qt, which asks while painting: the rows wait, `failed` tells."""
        try:
            return self._source.rows(ids)
        except Exception as problem:  # noqa: BLE001 - whatever the source raises is told, not thrown into Qt
            _log.error("rows-unreadable", error=type(problem).__name__)
            QTimer.singleShot(0, self, partial(self.failed.emit, problem))
            return [None] * len(ids)

    def _cells(self, row: R | None) -> tuple[Cell, ...]:
        if row is None:
            return (WAITING,) * len(self.columns)
        return tuple(column.make(row, self.kit.texts) for column in self.columns)

    def _arrived(self, number: int, query: ListQuery, answer: array[int] | BaseException) -> None:
        """Ids, or what went wrong; the answer to an outdated question is dropped."""
        if number != self._question:
            return
        self._job = None
        if isinstance(answer, BaseException):
            self.failed.emit(answer)
            return
        self._apply(answer, difference(self._ids, answer) if query == self._answered else None)
        self._answered = query
        self.checked.retain(self._ids)
        self.loaded.emit(len(self._ids))

    def _apply(self, ids: array[int], steps: list[Step] | None) -> None:
        if steps is None:
            self.beginResetModel()
            self._ids = ids
            self._pages.clear()
            self.endResetModel()
            return
        for step in steps:
            self._take(step)
        self._pages.clear()
        if len(self._ids):
            last = self.index(len(self._ids) - 1, len(self.columns) - 1, ROOT)
            self.dataChanged.emit(self.index(0, 0, ROOT), last)

    def _take(self, step: Step) -> None:
        first, last = step.first, step.first + step.count - 1
        if step.inserted is None:
            self.beginRemoveRows(ROOT, first, last)
            del self._ids[first : last + 1]
            self._pages.clear()  # the view may have read while it was told
            self.endRemoveRows()
        else:
            self.beginInsertRows(ROOT, first, last)
            self._ids[first:first] = step.inserted
            self._pages.clear()
            self.endInsertRows()

    def _language_changed(self) -> None:
        self._pages.clear()
        super()._language_changed()
