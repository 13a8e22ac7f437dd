"""Invented deliveries for tests of the lines of business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from brokerdesk.core.paths import resource
from brokerdesk.models.rules.lines import classify, tags, topics
from brokerdesk.models.values.line_facts import Fact, LineFacts
from brokerdesk.models.values.lines import Classification, LineCatalogue
from brokerdesk.models.values.tables import parse_lines

TODAY = date(2026, 11, 23)


@cache
def catalogue() -> LineCatalogue:
    """The shipped catalogue."""
    return parse_lines(resource("lines.toml").read_bytes())


def delivery(sparte: str, records: Mapping[str, Any] | None = None, **changes: Any) -> LineFacts:
    """Facts of one contract. `records` maps `0220.051.1` to a record or a list of them, each a dict of `b…` texts."""
    facts: dict[str, tuple[Fact, ...]] = {}
    details: dict[str, None] = {}
    for key, given in (records or {}).items():
        own = key.split(".")[1]
        details.setdefault(own)
        entries = given if isinstance(given, list) else [given]
        blank: Fact = {"sparte": own, "td": key.split(".")[2], "ref": "", "until": None, "record": 1}
        facts[key] = tuple({**blank, **entry} for entry in entries)
    values: dict[str, Any] = {"sparte": sparte, "details": tuple(details), "facts": facts}
    return LineFacts(**(values | changes))


def result(sparte: str, records: Mapping[str, Any] | None = None, **changes: Any) -> Classification:
    """The classification of such a delivery, today."""
    own = {k: changes.pop(k) for k in ("manual", "private_cover") if k in changes}
    return classify(delivery(sparte, records, **changes), catalogue=catalogue(), today=TODAY, **own)


def codes(found: Classification, *, active: bool = True) -> set[str]:
    """The part codes of a classification."""
    return {p.code for p in found.parts if p.active(TODAY) or not active}


def tags_of(found: Classification) -> frozenset[str]:
    """Its tags, today."""
    return tags(found.line, found.parts, found.features, catalogue=catalogue(), today=TODAY)


def topics_of(found: Classification) -> frozenset[str]:
    """The needs it meets, today."""
    return topics(found.line, found.parts, found.features, catalogue=catalogue(), today=TODAY)
