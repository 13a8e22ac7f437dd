"""Name and group of a line of business for a customer, from the one vocabulary `resources/lines.toml`."""

from __future__ import annotations

from functools import cache

from brokerdesk.core.paths import resource
from brokerdesk.models.rules.lines import hidden_in_app
from brokerdesk.models.values.lines import Line, LineCatalogue
from brokerdesk.models.values.names import Language
from brokerdesk.models.values.tables import parse_lines
from brokerdesk.portal.web.wording import Wording


@cache
def _catalogue() -> LineCatalogue:
    return parse_lines(resource("lines.toml").read_bytes())


def _line(code: str) -> Line | None:
    return _catalogue().lines.get(code)


def group_of(code: str) -> str:
    """The group of a line; a code that this portal does not know belongs to `other`."""
    line = _line(code)
    return line.group if line else "other"


def is_hidden(code: str, *, investment_entitled: bool) -> bool:
    """Whether the line stays out of the app for want of the investment entitlement."""
    return hidden_in_app(code, catalogue=_catalogue(), investment_entitled=investment_entitled)


def line_name(code: str, words: Wording) -> str:
    """What the customer reads, or an empty text for an unknown code."""
    line = _line(code)
    return line.name(Language(words.language)) if line else ""
