"""What lists show of imports: former runs and the changes one of them made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRunRow:
    """One completed import; `report` is its JSON as of docs/cli.md."""

    id: str
    at: datetime
    format: str
    sha256: str
    file: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedChange:
    """One contract that a delivery changed: `fields` are (field, old, new) as JSON values."""

    contract: str
    number: str
    party_id: str
    party: str
    fields: tuple[tuple[str, object, object], ...]
