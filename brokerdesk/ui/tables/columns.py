"""Columns are declared once: title, width, order, how a row becomes a cell, what a screen reader says.

A cell is a small frozen value made once per page of rows; models hand it out and the delegate paints it. No Qt widgets
here and no formatting at painting time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Generic, Literal, TypeVar

from PySide6.QtCore import Qt

from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.theme_tokens import Status

R = TypeVar("R")
Align = Literal["left", "right", "center"]

CELL_ROLE = Qt.ItemDataRole.UserRole + 1
ROW_ID_ROLE = Qt.ItemDataRole.UserRole + 2
ROW_KIND_ROLE = Qt.ItemDataRole.UserRole + 3


class Kind(StrEnum):
    """How the cells of a column are painted."""

    TEXT = "text"
    AVATAR = "avatar"
    STATUS = "status"
    AMOUNT = "amount"
    ICONS = "icons"
    CHECK = "check"
    MENU = "menu"


class RowKind(Enum):
    """What a row of a small table is."""

    NORMAL = 0
    GROUP = 1
    SUM = 2


@dataclass(frozen=True, slots=True)
class IconItem:
    """One icon of a row of icons with its name in words; `status` colours it."""

    icon: str
    name: str
    status: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in one cell.

    `text` is read and copied, `rest` follows in grey („6 von 7"), `second` is a grey line below. A `status` colours icon
    and text. `action` turns the cell into a button while the row is current or under the pointer; `action_id` is what
    the view then reports. `spoken` and `copied` replace the text for screen readers and the clipboard.
    """

    text: str = ""
    rest: str = ""
    second: str = ""
    icon: str = ""
    icon_status: Status | None = None
    status: Status | None = None
    muted: bool = False
    strong: bool = False
    seed: str = ""
    letters: str = ""
    square: bool = False
    icons: tuple[IconItem, ...] = ()
    action: str = ""
    action_id: str = ""
    action_icon: str = ""
    spoken: str = ""
    copied: str | None = None

    def words(self) -> str:
        """The cell in words, for screen readers."""
        if self.spoken:
            return self.spoken
        named = [item.name for item in self.icons]
        return " ".join(part for part in (self.text, self.rest, self.second, *named) if part)

    def for_clipboard(self) -> str:
        """The cell as one piece of text without line breaks and tabs."""
        raw = self.words() if self.copied is None else self.copied
        return " ".join(raw.split())


EMPTY = Cell()
WAITING = Cell(text="…", muted=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[R]):
    """One column of a table of rows `R`. Widths in units; exactly one column of a table has `stretch`.

    `sort` is the column of the `SortKey`, empty when it cannot be sorted. `fixed` columns are neither hidden nor moved.
    `inset` is the room kept free at the right, `lead` at the left (-1: 14 in a first column, otherwise none).
    """

    key: str
    title_key: str = ""
    width: int = 96
    kind: Kind = Kind.TEXT
    cell: Callable[[R, Translator], Cell] | None = None
    sort: str = ""
    align: Align = "left"
    stretch: bool = False
    hidden: bool = False
    fixed: bool = False
    minimum: int = 48
    lead: int = -1
    inset: int = 12

    def title(self, texts: Translator) -> str:
        """The title in the language in force."""
        return texts(self.title_key) if self.title_key else ""

    def flag(self) -> Qt.AlignmentFlag:
        """The alignment of its cells and its title."""
        found = {"left": Qt.AlignmentFlag.AlignLeft, "right": Qt.AlignmentFlag.AlignRight}
        return found.get(self.align, Qt.AlignmentFlag.AlignHCenter)

    def make(self, row: R, texts: Translator) -> Cell:
        """The cell of a row."""
        return self.cell(row, texts) if self.cell is not None else EMPTY


def check_column() -> Column[object]:
    """The tick boxes at the left edge."""
    return Column(key="check", title_key="ui.table.check", width=40, kind=Kind.CHECK, fixed=True, minimum=40, lead=14)


def menu_column() -> Column[object]:
    """The ⋯ of the current row at the right edge."""
    return Column(key="menu", title_key="ui.table.menu", width=32, kind=Kind.MENU, fixed=True, minimum=32)
