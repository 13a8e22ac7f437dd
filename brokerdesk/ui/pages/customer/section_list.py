"""Which sections the page has for a customer, with their counts; only what exists."""

from __future__ import annotations

from brokerdesk.models.values.states import AppState
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.pages.customer.record import CustomerRecord
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.cards import Section

ICON = {
    "overview": "layout-dashboard",
    "master": "user",
    "household": "users-group",
    "contracts": "file-text",
    "claims": "flame",
    "app": "activity",
    "history": "history",
}
SECTIONS = tuple(ICON)
_NO_ACCESS = frozenset({AppState.NOT_INVITED, AppState.DATA_MISSING})


def sections_of(record: CustomerRecord, texts: Translator) -> tuple[Section, ...]:
    """The entries of the list. The area of the app appears once there is something about it (S1.22)."""
    conflicts, claims = record.card.open_conflicts, record.open_claims
    counts: dict[str, tuple[str, Status | None]] = {
        "master": (texts("customer.conflicts.count", n=conflicts), Status.WARNING) if conflicts else ("", None),
        "household": (str(len(record.people) or ""), None),
        "contracts": (str(len(record.live) or ""), None),
        "claims": (texts("customer.claims.open", n=claims), Status.WARNING)
        if claims
        else (str(len(record.claims) or ""), None),
    }
    shown = [key for key in SECTIONS if _exists(key, record)]
    return tuple(
        Section(key=key, text=texts(f"customer.section.{key}"), icon=ICON[key], count=count, status=status)
        for key in shown
        for count, status in [counts.get(key, ("", None))]
    )


def _exists(key: str, record: CustomerRecord) -> bool:
    if key == "household":
        return not record.is_organisation or bool(record.card.household)
    if key == "app":
        return bool(record.trackings) or record.block.state not in _NO_ACCESS
    return True
