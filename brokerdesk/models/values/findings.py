"""A finding: what a reader or a check noticed, in words of codes; never silent, never personal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding with its place in the file.

    `record` is the 1-based number of the physical record, `field` the field's name, `parameters` the values of the
    sentence (`count`, `expected`, raw codes), as pairs so that a finding stays hashable.
    """

    severity: Severity
    code: str
    record: int | None = None
    field: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
