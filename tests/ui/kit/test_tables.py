"""Item models under Qt's own tester, a source of 100,000 rows with counted calls, keys, ticks, clipboard, columns."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from brokerdesk.models.values.paging import ListQuery, SortKey
from brokerdesk.ui.background.lanes import Background
from brokerdesk.ui.forms.choices import SearchField
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.tables.clipboard import table_lines
from brokerdesk.ui.tables.columns import Cell, Column, Kind, RowKind, check_column, menu_column
from brokerdesk.ui.tables.difference import difference
from brokerdesk.ui.tables.header_menu import open_chooser
from brokerdesk.ui.tables.paged_model import PAGE, PagedTableModel
from brokerdesk.ui.tables.panel import NothingYet, TablePanel
from brokerdesk.ui.tables.static_model import Group, StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.theme_tokens import Status

pytestmark = pytest.mark.gui
MANY = 100_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A row."""

    id: int
    name: str


def _name(row: Sample, texts: Translator) -> Cell:
    return Cell(text=row.name, seed=str(row.id), letters="AB")


def _state(row: Sample, texts: Translator) -> Cell:
    if row.id % 2:
        return Cell(text="Registriert", status=Status.OK)
    return Cell(text="Nicht eingeladen", status=Status.NEUTRAL, action="Freischalten", action_id="invite")


def _amount(row: Sample, texts: Translator) -> Cell:
    return Cell(text=texts.cents(row.id * 100))


COLUMNS: tuple[Column[Any], ...] = (
    check_column(),
    Column(key="name", title_key="gallery.name", kind=Kind.AVATAR, cell=_name, stretch=True, sort="name"),
    Column(key="state", title_key="gallery.status", kind=Kind.STATUS, cell=_state, width=160),
    Column(key="amount", title_key="gallery.amount", kind=Kind.AMOUNT, cell=_amount, align="right", sort="amount"),
    menu_column(),
)


@dataclass
class Source:
    """Rows made up from their ids; counts how often it is asked."""

    content: list[int] = field(default_factory=lambda: list(range(1, MANY + 1)))
    id_calls: int = 0
    row_calls: int = 0
    gone: set[int] = field(default_factory=set)
    broken: bool = False

    def ids(self, query: ListQuery) -> array[int]:
        self.id_calls += 1
        if self.broken:
            raise OSError("unreadable")
        found = [i for i in self.content if query.search in f"Name {i}"] if query.search else list(self.content)
        if query.sort and query.sort[0].descending:
            found.reverse()
        return array("q", found)

    def rows(self, ids: Sequence[int]) -> list[Sample | None]:
        self.row_calls += 1
        assert len(ids) <= PAGE
        return [None if i in self.gone else Sample(i, f"Name {i}") for i in ids]


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def model(kit: Kit, source: Source, background: Background, qtbot: QtBot) -> PagedTableModel[Sample]:
    made = PagedTableModel(kit, COLUMNS, source, background, record_id=lambda r: f"record-{r.id}")
    with qtbot.waitSignal(made.loaded):
        made.refresh()
    return made


@pytest.fixture
def view(kit: Kit, model: PagedTableModel[Sample], qtbot: QtBot) -> TableView:
    return _shown(TableView(kit, model, name_key="gallery.table"), qtbot)


def _shown(view: TableView, qtbot: QtBot) -> TableView:
    qtbot.addWidget(view)
    view.resize(800, 400)
    view.show()
    qtbot.waitExposed(view)
    return view


def _reload(model: PagedTableModel[Sample], qtbot: QtBot, ask: Callable[[], object] | None = None) -> None:
    with qtbot.waitSignal(model.loaded):
        (ask or model.refresh)()


def test_paged_model_passes_the_tester(kit: Kit, background: Background, qtbot: QtBot) -> None:
    source = Source(content=list(range(1, 501)))
    model = PagedTableModel(kit, COLUMNS, source, background)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for content in ([], [1, 2, 3], list(range(1, 400)), [5, 6, 900, 7, 901], [901, 5], list(range(900, 0, -1)), []):
        source.content = content
        _reload(model, qtbot)
        assert model.rowCount() == len(content)
    assert tester.model() is model


def test_static_model_passes_the_tester(kit: Kit) -> None:
    model: StaticTableModel[Sample] = StaticTableModel(kit, COLUMNS)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    groups = [
        Group(
            key=key, cells={"name": Cell(text=key), "amount": Cell(text="1")}, rows=[Sample(i, "x") for i in range(3)]
        )
        for key in ("a", "b")
    ]
    model.set_groups(groups, total={"name": Cell(text="Summe")})
    assert [model.kind_of(r) for r in (0, 1, 8)] == [RowKind.GROUP, RowKind.NORMAL, RowKind.SUM]
    assert (model.span_at(0), model.span_at(1), model.span_at(8)) == ((1, 2), (1, 1), (1, 4))
    model.toggle("a")
    assert (model.rowCount(), model.is_folded("a"), model.row_of(3)) == (6, True, 2)
    model.toggle("a")
    assert model.rowCount() == 9
    model.set_rows([])
    assert tester.model() is model


def test_calls_do_not_depend_on_the_number_of_rows(
    view: TableView, model: PagedTableModel[Sample], source: Source, qtbot: QtBot
) -> None:
    view.grab()
    assert source.row_calls <= 2
    view.go_to(MANY - 1)
    view.grab()
    assert source.row_calls <= 4
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    view.grab()
    assert source.row_calls <= 6
    before = source.row_calls
    _reload(model, qtbot, lambda: model.set_sort(SortKey("name", descending=True)))
    view.grab()
    assert source.row_calls - before <= 3
    before = source.row_calls
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    view.grab()
    assert len(model.checked) == MANY
    assert source.row_calls == before


def test_memory_holds_few_pages(view: TableView, model: PagedTableModel[Sample]) -> None:
    for page in range(60):
        model.row_at(page * PAGE)
    assert len(model._pages) <= 20


def test_outdated_answers_are_dropped(model: PagedTableModel[Sample], source: Source, qtbot: QtBot) -> None:
    counts: list[int] = []
    model.loaded.connect(counts.append)
    for words in ("1", "12", "123", "1234", "99999"):
        model.set_search(words)
    qtbot.waitUntil(lambda: bool(counts))
    qtbot.wait(20)
    assert counts == [1]
    assert model.id_at(0) == 99999


def test_another_question_begins_anew_and_a_change_of_data_moves_rows(
    model: PagedTableModel[Sample], source: Source, qtbot: QtBot
) -> None:
    told: list[str] = []
    model.modelReset.connect(lambda: told.append("anew"))
    model.rowsRemoved.connect(lambda: told.append("removed"))
    _reload(model, qtbot, lambda: model.set_search("Name 1"))
    assert told == ["anew"], "comparing a hundred thousand rows costs more than painting a page"
    source.content.remove(1)
    _reload(model, qtbot)
    assert told == ["anew", "removed"]


def test_painting_asks_for_whole_rows(
    view: TableView, model: PagedTableModel[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    line_at = model.line_at
    monkeypatch.setattr(model, "line_at", lambda row: (asked.append(row), line_at(row))[1])
    monkeypatch.setattr(model, "data", lambda *_: pytest.fail("a cell was asked for on its own"))
    view.grab()
    shown = view.rowAt(view.viewport().height() - 1) + 1
    assert asked == list(range(shown)), "every visible row once, and no other"


def test_failure_is_told(model: PagedTableModel[Sample], source: Source, qtbot: QtBot) -> None:
    source.broken = True
    with qtbot.waitSignal(model.failed) as told:
        model.refresh()
    assert isinstance(told.args[0], OSError)
    assert model.rowCount() == MANY


def test_a_vanished_row_is_shown_as_waiting(model: PagedTableModel[Sample], source: Source) -> None:
    source.gone = {3}
    model._pages.clear()
    assert model.cell_at(2, 1).text == "…"
    assert model.row_at(2) is None


@given(st.lists(st.integers(0, 60), unique=True), st.lists(st.integers(0, 60), unique=True))
def test_steps_turn_one_list_into_the_other(old: list[int], new: list[int]) -> None:
    steps = difference(array("q", old), array("q", new))
    if steps is None:
        kept = [i for i in old if i in new]
        assert not old or not new or kept != [i for i in new if i in old] or len(set(old) ^ set(new)) > 60
        return
    now = array("q", old)
    for step in steps:
        if step.inserted is None:
            del now[step.first : step.first + step.count]
        else:
            now[step.first : step.first] = step.inserted
    assert list(now) == new


def test_current_row_and_scroll_survive_changes(
    view: TableView, model: PagedTableModel[Sample], source: Source, qtbot: QtBot
) -> None:
    view.go_to(500)
    here = view.current_id()
    top = model.id_at(view.rowAt(0))
    source.content = [200_001, 200_002, *(i for i in source.content if i not in {10, 20, 600})]
    _reload(model, qtbot)
    assert view.current_id() == here
    assert model.id_at(view.rowAt(0)) == top
    source.content.reverse()
    _reload(model, qtbot)
    assert view.current_id() == here


def test_ticks_survive_sorting_and_forget_what_left(
    view: TableView, model: PagedTableModel[Sample], source: Source, qtbot: QtBot
) -> None:
    model.checked.replace([5, 6])
    _reload(model, qtbot, lambda: model.set_sort(SortKey("name", descending=True)))
    assert model.checked.ids() == {5, 6}
    source.content.remove(6)
    _reload(model, qtbot)
    assert model.checked.ids() == {5}


def test_only_named_records_are_read_again(model: PagedTableModel[Sample], source: Source) -> None:
    model.cell_at(0, 1)
    model.cell_at(250, 1)
    before = source.row_calls
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda a, b, _: changed.append((a.row(), b.row())))
    model.repaint_records({"record-251", "record-99000"})
    assert changed == [(250, 250)]
    model.cell_at(250, 1)
    assert source.row_calls == before + 1


def test_keys(view: TableView, model: PagedTableModel[Sample], qtbot: QtBot) -> None:
    told: dict[str, list[Any]] = {name: [] for name in ("opened", "previewed", "acted", "typed")}
    view.opened.connect(told["opened"].append)
    view.previewed.connect(told["previewed"].append)
    view.acted.connect(lambda *args: told["acted"].append(args))
    view.typed.connect(told["typed"].append)
    view.setFocus()
    view.go_to(0, 1)
    key = Qt.Key
    for press, row in ((key.Key_End, MANY - 1), (key.Key_Home, 0), (key.Key_Down, 1), (key.Key_Up, 0)):
        QTest.keyClick(view, press)
        assert view.currentIndex().row() == row
    QTest.keyClick(view, key.Key_PageDown)
    assert view.currentIndex().row() > 5
    view.go_to(1, 1)
    QTest.keyClick(view, key.Key_Return)
    QTest.keyClick(view, key.Key_Space)
    QTest.keyClick(view, key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert (told["opened"], told["previewed"], model.checked.ids()) == ([2], [2], {2})
    QTest.keyClick(view, key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert model.checked.ids() == {2, 3}
    QTest.keyClick(view, key.Key_Escape)
    assert not len(model.checked)
    QTest.keyClicks(view, "mu")
    assert told["typed"] == ["m", "u"]
    view.go_to(1, 1)
    QTest.keyClick(view, key.Key_Right)
    QTest.keyClick(view, key.Key_Return)
    assert told["acted"] == [(2, "invite")]
    assert told["opened"] == [2]


def test_mouse_ticks_acts_and_selects(view: TableView, model: PagedTableModel[Sample]) -> None:
    acted: list[tuple[int, str]] = []
    view.acted.connect(lambda *args: acted.append(args))

    def click(row: int, column: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        box = view.visualRect(model.index(row, column))
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, modifier, box.topLeft() + QPoint(20, box.height() // 2)
        )

    click(0, 0)
    click(2, 1, Qt.KeyboardModifier.ControlModifier)
    assert model.checked.ids() == {1, 3}
    click(4, 1)
    assert view.current_id() == 5
    click(7, 1, Qt.KeyboardModifier.ShiftModifier)
    assert model.checked.ids() == {1, 3, 5, 6, 7, 8}
    view.hovered_row = 5
    click(5, 2)
    assert acted == [(6, "invite")]
    click(6, 2)
    assert acted == [(6, "invite")]
    assert view.current_id() == 7


def test_screen_readers_hear_column_and_value(view: TableView, model: PagedTableModel[Sample]) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(0, 2).data(role) == "KundenApp: Registriert"
    assert model.index(0, 0).data(role) == "nicht ausgewählt"
    model.checked.toggle(1)
    assert model.index(0, 0).data(role) == "ausgewählt"
    assert view.accessibleName() == "Kunden"


def test_copy_takes_shown_columns_in_their_order(view: TableView, model: PagedTableModel[Sample]) -> None:
    view.go_to(1, 1)
    assert table_lines(view, headers=False) == [["Name 2", "Nicht eingeladen", "2,00"]]
    model.checked.replace([9, 3])
    view.columns.set_hidden("state", hidden=True)
    header = view.horizontalHeader()
    header.moveSection(header.visualIndex(3), 1)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "Beitrag\tKunde\n3,00\tName 3\n9,00\tName 9"
    assert "<td>Name 9</td>" in data.html()


def test_column_state_is_kept_by_key(kit: Kit, view: TableView, model: PagedTableModel[Sample], qtbot: QtBot) -> None:
    header = view.horizontalHeader()
    header.moveSection(header.visualIndex(3), 1)
    header.resizeSection(3, 140)
    view.columns.set_hidden("state", hidden=True)
    _reload(
        model, qtbot, lambda: view.restore_state({**view.save_state(), "sort": {"column": "name", "descending": True}})
    )
    state = view.save_state()
    other = _shown(TableView(kit, model, name_key="gallery.table"), qtbot)
    other.restore_state({**state, "order": ["unknown", *state["order"]], "widths": {**state["widths"], "unknown": 3}})
    assert other.save_state() == state
    assert state["order"] == ["check", "amount", "name", "state", "menu"]
    assert (state["hidden"], state["widths"]["amount"]) == (["state"], 140)
    kit.theme.set_percent(150)
    assert other.horizontalHeader().sectionSize(3) == 210
    kit.theme.set_percent(100)
    header.moveSection(0, 3)
    assert view.save_state()["order"][0] == "check"


def test_header_sorts_and_ticks_all(view: TableView, model: PagedTableModel[Sample], qtbot: QtBot) -> None:
    header = view.horizontalHeader()

    def click(column: int) -> None:
        at = QPoint(header.sectionViewportPosition(column) + 20, 10)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)

    _reload(model, qtbot, lambda: click(1))
    assert model.sorted_by() == SortKey("name", descending=False)
    _reload(model, qtbot, lambda: click(1))
    assert model.sorted_by() == SortKey("name", descending=True)
    click(2)
    assert model.sorted_by() == SortKey("name", descending=True)
    click(0)
    assert len(model.checked) == MANY
    click(0)
    assert not len(model.checked)


def test_chooser_hides_and_resets(view: TableView, qtbot: QtBot) -> None:
    open_chooser(view)
    chooser = view.popup
    assert chooser is not None
    box = chooser._boxes["state"]
    assert set(chooser._boxes) == {"name", "state", "amount"}
    box.setChecked(False)
    assert view.save_state()["hidden"] == ["state"]
    chooser._reset()
    assert view.save_state()["hidden"] == []
    assert box.isChecked()
    chooser.close()


def test_panel_shows_the_right_empty_state(kit: Kit, background: Background, qtbot: QtBot) -> None:
    source = Source(content=[])
    model = PagedTableModel(kit, COLUMNS, source, background)
    view, search = TableView(kit, model, name_key="gallery.table"), SearchField(kit, "gallery.search")
    nothing = NothingYet(title_key="ui.list.nothing-title", words_key="ui.list.no-match", icon="users")
    panel = TablePanel(kit, view, model, nothing=nothing, search=search)
    qtbot.addWidget(search)
    qtbot.addWidget(panel)
    panel.resize(800, 500)
    panel.show()
    search.show()
    _reload(model, qtbot)
    assert not view.isVisible()
    source.content = [1, 2, 3]
    _reload(model, qtbot)
    assert view.isVisible()
    view.keyboardSearch("9")
    qtbot.waitUntil(lambda: model.rowCount() == 0)
    assert not view.isVisible()
    assert search.text() == "9"
    search.clear()
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    model.checked.replace([1, 2])
    assert panel.bar.isVisible()
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() == 56)
    source.broken = True
    with qtbot.waitSignal(model.failed):
        model.refresh()
    assert not view.isVisible()


def test_language_changes_cells_and_titles(kit: Kit, view: TableView, model: PagedTableModel[Sample]) -> None:
    assert model.cell_at(122, 3).text == "123,00"
    kit.texts.set_language("en")
    assert model.cell_at(122, 3).text == "123.00"
    kit.texts.set_language("de")
