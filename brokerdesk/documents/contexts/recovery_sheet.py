"""Contents of the printed recovery code (security.md 2.1, key slots)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from brokerdesk.core.logs import Secret
from brokerdesk.models.values.names import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySheet:
    """The sheet of one profile. `code` may hold blanks and hyphens; they are left out and set anew."""

    profile_name: str
    code: Secret
    created_on: date
    language: Language = Language.DE
    with_qr: bool = True
