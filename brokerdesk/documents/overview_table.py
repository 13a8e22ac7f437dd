"""The table of the contract overview: groups, rows, sub-totals and the total, over as many pages as it needs.

Knows rows and columns; the head, the strip and the notes of the page are in `contract_overview`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from brokerdesk.core.texts import Texts
from brokerdesk.documents.contexts.contract_overview import (
    ContractOverview,
    OpenClaim,
    OverviewContract,
    OverviewGroup,
)
from brokerdesk.documents.escape import Printable
from brokerdesk.documents.sheet import ACCENT, HEIGHT, LINE, MM, MUTED, TEXT, WIDTH, Sheet, Style, bold
from brokerdesk.models.values.dates import format_cents, format_date
from brokerdesk.models.values.names import Language
from brokerdesk.models.values.states import Frequency

LEFT = 20 * MM
RIGHT = WIDTH - 17 * MM
BOTTOM = HEIGHT - 58
MONTH_RIGHT = 490.6
_MONTH_LEFT = 436.0
_GAP = 6.0
_WITH_PREMIUMS = (LEFT, 187.0, 269.8, 333.1, 386.7, _MONTH_LEFT)
_WITHOUT_PREMIUMS = (LEFT, 215.0, 320.0, 425.0, 490.6, RIGHT + _GAP)
_DAY = {Language.DE: "{1}.{0}.", Language.NL: "{1}-{0}", Language.EN: "{1}/{0}"}
_HEADING = bold(10, ACCENT)
_COLUMN = Style(7.8, MUTED)
_DETAIL = Style(7.8, MUTED)
_BODY = 9.4
_LEADING = 11.6
_DETAIL_LEADING = 9.8
_SEPARATOR = "\u00a0· "
_AMOUNT_WIDTH = 53.0


@dataclass(frozen=True, slots=True)
class _Row:
    """One measured row: its cells in lines, its details in lines."""

    cells: tuple[tuple[Printable, ...], ...]
    details: tuple[Printable, ...]
    amounts: tuple[Printable, ...]
    note: str
    grey: bool

    @property
    def height(self) -> float:
        lines = max(len(c) for c in self.cells)
        return (
            14.4
            + (lines - 1) * _LEADING
            + (11.2 + (len(self.details) - 1) * _DETAIL_LEADING) * bool(self.details)
            + 7.05
        )


@dataclass(slots=True)
class Table:
    """Writes the blocks of one person downwards; `y` is where the last thing ended, `on_new_page` draws the page's head."""

    sheet: Sheet
    context: ContractOverview
    texts: Texts
    y: float
    on_new_page: Callable[[], float]
    heads: tuple[str, ...] = ()

    @property
    def _columns(self) -> tuple[float, ...]:
        return _WITHOUT_PREMIUMS if self.context.without_premiums else _WITH_PREMIUMS

    def say(self, key: str, **values: object) -> Printable:
        """A text of this document, ready to draw."""
        return self.sheet.ready(self.texts(f"documents.overview.{key}", **values))

    def money(self, cents: int | None) -> Printable:
        """An amount with its sign, or an en dash."""
        return self.sheet.ready("–" if cents is None else format_cents(cents, self.context.language, unit=True))

    def day(self, value: date | None) -> Printable:
        """A date, or an en dash."""
        return self.sheet.ready("–" if value is None else format_date(value, self.context.language))

    def need(self, height: float) -> None:
        """Go to the next page unless `height` points are left on this one."""
        if self.y + height > BOTTOM:
            self.sheet.new_page()
            self.y = self.on_new_page()
            self.column_heads()

    def column_heads(self) -> None:
        """The heads of the columns of the block that is being written; `y` is their baseline."""
        keys = self.heads
        for x, key in zip(self._columns[:5], keys, strict=False):
            self.sheet.text(x, self.y, self.say(f"column.{key}"), _COLUMN)
        if not self.context.without_premiums and len(keys) > 5:
            self.sheet.text(MONTH_RIGHT, self.y, self.say(f"column.{keys[5]}"), _COLUMN, align="right")
            self.sheet.text(RIGHT, self.y, self.say(f"column.{keys[6]}"), _COLUMN, align="right")

    def heading(self, text: Printable, *, gap: float) -> None:
        """A heading in accent with its rule, `gap` points below; `y` becomes the rule."""
        lines = self.sheet.wrap(text, _HEADING, RIGHT - LEFT, lines=2)
        self.y += gap
        for index, line in enumerate(lines):
            self.y += 13.0 * bool(index)
            self.sheet.text(LEFT, self.y, line, _HEADING)
        self.y += 7.6
        self.sheet.rule(LEFT, RIGHT, self.y, ACCENT, width=1)

    def group(self, group: OverviewGroup, *, gap: float) -> None:
        """A group: heading, rows, sub-total. The heading keeps its first row, the sub-total keeps the last row."""
        rows = [self._row(c) for c in group.contracts]
        own = [c for c in group.contracts if not c.third_party]
        total = 21.0 if own and not self.context.without_premiums else 0.0
        heading = self.sheet.ready(group.heading)
        self.need(gap + 20 + rows[0].height + (total if len(rows) == 1 else 0))
        self.heading(heading, gap=13.0 if self._fresh else gap)
        for index, row in enumerate(rows):
            pages = len(self.sheet.pages)
            self.need(row.height + (total if index == len(rows) - 1 else 0))
            if len(self.sheet.pages) > pages:
                self.heading(self.say("continued", group=group.heading), gap=13.0)
            self._draw(row)
        if total:
            self.y += 13.6
            self.sheet.text(LEFT, self.y, self._one_line(self.say("subtotal", group=group.heading)), bold(_BODY))
            self._sums(own, bold(_BODY))
            self.y += 3.0

    def claims(self, claims: Sequence[OpenClaim]) -> None:
        """The block of open claims with its own column heads."""
        rows = [self._claim_row(c) for c in claims]
        self.heads = ()
        self.need(50 + rows[0].height)
        self.heading(self.say("claims"), gap=24)
        self.y += 12.4
        self.heads = ("contract", "insurer", "claim_number", "occurred", "reported")
        self.column_heads()
        for row in rows:
            self.need(row.height)
            self._draw(row)
        self.heads = ()

    def _sums(self, contracts: Sequence[OverviewContract], style: Style) -> None:
        month = sum(c.month_cents or 0 for c in contracts)
        year = sum(c.year_cents or 0 for c in contracts)
        self._amount(MONTH_RIGHT, self.y, self.money(month), style)
        self._amount(RIGHT, self.y, self.money(year), style)

    def _amount(self, right: float, y: float, amount: Printable, style: Style) -> None:
        """An amount in its column; one of many digits is set smaller rather than over its neighbour."""
        width = style.width(amount)
        if width > _AMOUNT_WIDTH:
            style = replace(style, size=style.size * _AMOUNT_WIDTH / width)
        self.sheet.text(right, y, amount, style, align="right")

    def total(self, contracts: Sequence[OverviewContract]) -> None:
        """The total between two dark rules; `y` becomes the lower one."""
        own = [c for c in contracts if not c.third_party]
        foreign = len(contracts) - len(own)
        self.need(31 + 16)
        self.y += 12.9
        self.sheet.rule(LEFT, RIGHT, self.y, TEXT, width=1)
        self.y += 17.6
        width = self.sheet.text(LEFT, self.y, self.say("total"), bold(11))
        if foreign:
            self.sheet.text(LEFT + width + 3, self.y, self.say("total_without", n=foreign), Style(_BODY, MUTED))
        self._sums(own, bold(11))
        self.y += 11.6
        self.sheet.rule(LEFT, RIGHT, self.y, TEXT, width=0.7)

    @property
    def _fresh(self) -> bool:
        return self.y < 200 and self.sheet.current > 0

    def _one_line(self, text: Printable) -> Printable:
        return self.sheet.wrap(text, bold(_BODY), _MONTH_LEFT - LEFT, lines=1)[0]

    def _row(self, contract: OverviewContract) -> _Row:
        style = bold(_BODY)
        body = Style(_BODY)
        columns = self._columns
        values = (
            self.sheet.ready(contract.insurer),
            self.sheet.ready(contract.number),
            self.day(contract.start),
            self.day(contract.end),
        )
        name_width = columns[1] - columns[0] - _GAP - 4
        cells = [tuple(self.sheet.wrap(self.sheet.ready(contract.name), style, name_width, lines=6))]
        for index, value in enumerate(values, start=1):
            width = columns[index + 1] - columns[index] - (_GAP if index < 3 else 0)
            cells.append(tuple(self.sheet.wrap(value, body, width, lines=6)))
        wide = (RIGHT if self.context.without_premiums else _MONTH_LEFT) - LEFT
        joined = self.sheet.ready(_SEPARATOR.join(self._details(contract)))
        details = tuple(self.sheet.wrap(joined, _DETAIL, wide, lines=6)) if joined else ()
        amounts = (
            () if self.context.without_premiums else (self.money(contract.month_cents), self.money(contract.year_cents))
        )
        note = "1" if contract.third_party else "2" if contract.applied else ""
        return _Row(tuple(cells), details, amounts, note, contract.third_party)

    def _details(self, contract: OverviewContract) -> list[str]:
        say = self.texts
        found = [d for d in contract.details if d]
        if contract.third_party:
            found.append(say("documents.overview.detail.third_party"))
        if contract.applied:
            found.append(say("documents.overview.detail.applied"))
        if contract.status:
            found.append(contract.status)
        if contract.main_due:
            day = _DAY[self.context.language].format(*contract.main_due.split("-"))
            found.append(say("documents.overview.detail.main_due", day=day))
        if contract.cancel_by:
            found.append(say("documents.overview.detail.cancel_by", date=self.day(contract.cancel_by)))
        frequency = contract.frequency
        shown = not self.context.without_premiums and contract.instalment_cents is not None
        if shown and frequency not in (None, Frequency.MONTHLY):
            key = f"documents.overview.frequency.{frequency}"
            found.append(say(key, amount=self.money(contract.instalment_cents)))
        if contract.bank_last4:
            found.append(say("documents.overview.detail.account", digits=contract.bank_last4[-4:]))
        return found

    def _claim_row(self, claim: OpenClaim) -> _Row:
        columns = self._columns
        values = (
            self.sheet.ready(claim.contract),
            self.sheet.ready(claim.insurer),
            self.sheet.ready(claim.number),
            self.day(claim.occurred_on),
            self.day(claim.reported_on),
        )
        cells = []
        for index, value in enumerate(values):
            style = Style(_BODY) if index else bold(_BODY)
            width = columns[index + 1] - columns[index] - (_GAP if index < 3 else 0)
            cells.append(tuple(self.sheet.wrap(value, style, width, lines=6)))
        status = self.sheet.ready(claim.status)
        details = tuple(self.sheet.wrap(status, _DETAIL, _MONTH_LEFT - LEFT, lines=2)) if status else ()
        return _Row(tuple(cells), details, (), "", grey=False)

    def _draw(self, row: _Row) -> None:
        colour = MUTED if row.grey else TEXT
        top = self.y + 14.4
        for index, (x, lines) in enumerate(zip(self._columns[:5], row.cells, strict=True)):
            style = Style(_BODY, colour) if index else bold(_BODY, colour)
            for number, line in enumerate(lines):
                width = self.sheet.text(x, top + number * _LEADING, line, style)
            if row.note and not index:
                end = top + (len(lines) - 1) * _LEADING
                self.sheet.text(x + width + 1.2, end - 3.2, self.sheet.ready(row.note), Style(6, colour))
        for right, amount in zip((MONTH_RIGHT, RIGHT), row.amounts, strict=False):
            self._amount(right, top, amount, Style(_BODY, colour))
        below = top + (max(len(c) for c in row.cells) - 1) * _LEADING + 11.2
        for number, line in enumerate(row.details):
            self.sheet.text(LEFT, below + number * _DETAIL_LEADING, line, _DETAIL)
        self.y += row.height
        self.sheet.rule(LEFT, RIGHT, self.y, LINE)
