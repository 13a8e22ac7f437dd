"""Puts contracts into groups with subtotals: by line of business, by person of the household, by insurer. Pure.

What a contract costs in a month is a twelfth of its year, and the sums are sums of what is shown, as in the printed
overview: third-party contracts are left out of every sum, ended ones as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from brokerdesk.models.rows.contracts import ContractRow
from brokerdesk.models.values.line_blocks import BLOCK_OF_GROUP, BLOCKS
from brokerdesk.models.values.money import spread
from brokerdesk.models.values.states import ContractStatus, Origin
from brokerdesk.services.lines import Lines

GROUPINGS = ("line", "person", "insurer")
BLOCK_ICON = {"motor": "car", "home": "home-heart", "provision": "heartbeat", "further": "folder"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractGroup:
    """Contracts under one heading; `title` is a block's key, a person's or an insurer's name."""

    key: str
    title: str
    icon: str
    rows: tuple[ContractRow, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """Premiums of several contracts, in cents per month and per year."""

    month_cents: int
    year_cents: int


def month_cents(row: ContractRow) -> int | None:
    """A twelfth of the yearly premium; None where a year has no fixed sum."""
    return None if row.premium_year_cents is None else spread(row.premium_year_cents, 12)[0]


def counts(row: ContractRow) -> bool:
    """Whether a contract is part of the sums."""
    return row.origin != Origin.THIRD_PARTY and row.status != ContractStatus.ENDED and not row.archived


def sums(rows: Iterable[ContractRow]) -> Sums:
    """What the contracts that count cost together."""
    own = [row for row in rows if counts(row)]
    return Sums(sum(month_cents(r) or 0 for r in own), sum(r.premium_year_cents or 0 for r in own))


def by_line(rows: Sequence[ContractRow], lines: Lines) -> list[ContractGroup]:
    """Under the few blocks that people know, in their fixed order."""
    found: dict[str, list[ContractRow]] = {}
    for row in rows:
        found.setdefault(BLOCK_OF_GROUP.get(lines.group(row.line), "further"), []).append(row)
    return [
        ContractGroup(key=block, title=block, icon=BLOCK_ICON[block], rows=tuple(found[block]))
        for block in BLOCKS
        if block in found
    ]


def by_insurer(rows: Sequence[ContractRow]) -> list[ContractGroup]:
    """Under the insurers, by name."""
    names = sorted({row.insurer for row in rows}, key=str.casefold)
    return [
        ContractGroup(key=f"i-{n}", title=n, icon="building", rows=tuple(r for r in rows if r.insurer == n))
        for n in names
    ]


def by_person(people: Sequence[tuple[str, str, Sequence[ContractRow]]]) -> list[ContractGroup]:
    """Under (id, name, contracts) of the household's people; those without contracts are left out."""
    return [
        ContractGroup(key=party_id, title=name, icon="user", rows=tuple(rows))
        for party_id, name, rows in people
        if rows
    ]


def next_due(main_due: str | None, today: date) -> date | None:
    """The next day of a yearly due date `MM-DD`; 29 February becomes 1 March in other years."""
    if not main_due:
        return None
    month, _, day = main_due.partition("-")
    for year in (today.year, today.year + 1):
        try:
            due = date(year, int(month), int(day))
        except ValueError:
            if not (month.isdigit() and day.isdigit() and (int(month), int(day)) == (2, 29)):
                return None
            due = date(year, 3, 1)
        if due >= today:
            return due
    return None
