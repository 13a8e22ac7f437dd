"""Shipped views of the customer list and the filters that chips can hold. Data; applies nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from brokerdesk.core.errors import KnownError
from brokerdesk.models.values.dates import parse_cents
from brokerdesk.models.values.paging import Filter
from brokerdesk.models.values.states import CustomerType
from brokerdesk.services.desk import Desk
from brokerdesk.ui.i18n.translator import Translator


@dataclass(frozen=True, slots=True)
class View:
    """A named list with its fixed filters; its text is `customers.view.<key>`."""

    key: str
    filters: tuple[Filter, ...] = ()
    group: int = 0


VIEWS: tuple[View, ...] = (
    View("all"),
    View("private", (Filter("type", "is", CustomerType.PRIVATE.value),), 1),
    View("company", (Filter("type", "is", CustomerType.COMPANY.value),), 1),
    View("not_invited", (Filter("app_group", "is", "not_invited"),), 2),
    View("invited", (Filter("app_group", "is", "invited"),), 2),
    View("registered", (Filter("app_group", "is", "registered"),), 2),
)

Choices = Callable[[Desk, Translator], list[tuple[str, str]]]


def _advisers(desk: Desk, texts: Translator) -> list[tuple[str, str]]:
    return [(a.id, a.name or a.code) for a in desk.office.advisers()]


def _groups(desk: Desk, texts: Translator) -> list[tuple[str, str]]:
    return [(key, texts(f"customers.view.{key}")) for key in ("not_invited", "invited", "registered")]


def _lines(desk: Desk, texts: Translator) -> list[tuple[str, str]]:
    return desk.lines.choices(texts.formats)


def _types(desk: Desk, texts: Translator) -> list[tuple[str, str]]:
    return [(kind.value, texts(f"customers.type.{kind.value}")) for kind in CustomerType]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterSpec:
    """One filter a chip can hold. Texts: `customers.filter.<key>` (menu) and `customers.chip.<key>` (words before the value).

    With `choices` the value is chosen, otherwise typed; `money` values are kept as cents.
    """

    key: str
    operator: str
    choices: Choices | None = None
    money: bool = False

    def stored(self, typed: str, texts: Translator) -> str:
        """The value of the condition from what was typed. Raises `KnownError(amount-invalid)`."""
        return str(parse_cents(typed, texts.formats)) if self.money else typed.strip()

    def shown(self, value: str, desk: Desk, texts: Translator) -> str:
        """How the chip says the value."""
        if self.money:
            return texts.cents(int(value), unit=True)
        if self.choices is None:
            return value
        return dict(self.choices(desk, texts)).get(value, value)

    def accepts(self, typed: str, texts: Translator) -> bool:
        """Whether something was typed that can be a value."""
        try:
            return bool(self.stored(typed, texts))
        except KnownError:
            return False


FILTERS: dict[str, FilterSpec] = {
    spec.key: spec
    for spec in (
        FilterSpec(key="city", operator="starts"),
        FilterSpec(key="zip", operator="starts"),
        FilterSpec(key="adviser", operator="is", choices=_advisers),
        FilterSpec(key="app_group", operator="is", choices=_groups),
        FilterSpec(key="line", operator="is", choices=_lines),
        FilterSpec(key="type", operator="is", choices=_types),
        FilterSpec(key="premium", operator="at_least", money=True),
    )
}
