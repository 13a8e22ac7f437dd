"""How states, eyes and dates of contracts and claims look: one table for the page and its dialogs."""

from __future__ import annotations

from datetime import date, timedelta

from brokerdesk.models.rows.contracts import ContractRow
from brokerdesk.models.values.states import ClaimStatus, ContractStatus, Origin
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.pages.customer.contract_groups import next_due
from brokerdesk.ui.tables.columns import Cell, IconItem
from brokerdesk.ui.theme_tokens import Status

SOON = timedelta(days=30)
CONTRACT_LOOK: dict[str, tuple[Status, str]] = {
    ContractStatus.ACTIVE: (Status.OK, ""),
    ContractStatus.RESTING: (Status.NEUTRAL, "player-pause"),
    ContractStatus.PAID_UP: (Status.NEUTRAL, "check"),
    ContractStatus.APPLIED: (Status.WAITING, ""),
    ContractStatus.ENDED: (Status.ENDED, ""),
}
CLAIM_LOOK: dict[str, tuple[Status, str]] = {
    ClaimStatus.REPORTED: (Status.INFO, ""),
    ClaimStatus.OPEN: (Status.WARNING, ""),
    ClaimStatus.CLOSED: (Status.OK, ""),
}


def contract_words(row: ContractRow, texts: Translator) -> str:
    """The state of a contract in a word; a running third-party contract says that it is one."""
    if row.origin == Origin.THIRD_PARTY and row.status == ContractStatus.ACTIVE:
        return texts("contract.origin.third_party")
    key = f"contract.status.{row.status}"
    return texts(key) if texts.has(key) else row.status


def status_cell(row: ContractRow, texts: Translator) -> Cell:
    """The state of a contract as a cell."""
    status, icon = CONTRACT_LOOK.get(row.status, (Status.NEUTRAL, ""))
    if row.origin == Origin.THIRD_PARTY and row.status == ContractStatus.ACTIVE:
        status, icon = Status.NEUTRAL, ""
    return Cell(text=contract_words(row, texts), status=status, icon=icon)


def eye(row: ContractRow) -> tuple[str, Status | None, str]:
    """Icon, colour and text key of what the customer sees of a contract: released, hidden, or not delivered yet (S2.54)."""
    if row.release_pending:
        return "clock", Status.WAITING, "contract.eye.pending-shown" if row.released else "contract.eye.pending-hidden"
    if row.released:
        return "eye", Status.OK, "contract.eye.shown"
    return "eye-off", None, "contract.eye.hidden"


def eye_cell(row: ContractRow, texts: Translator) -> Cell:
    """The eye as a cell."""
    icon, status, key = eye(row)
    return Cell(icons=(IconItem(icon, texts(key), status),))


def due_cell(row: ContractRow, texts: Translator, today: date) -> Cell:
    """The next main due date, dark and bold within 30 days; the end of a contract that has one first."""
    if row.status == ContractStatus.ENDED:
        return Cell(text=texts.date(row.end), muted=True)
    due = next_due(row.main_due, today)
    if due is None or row.origin == Origin.THIRD_PARTY:
        return Cell(text="–", muted=True)
    soon, words = due - today <= SOON, texts.date(due)
    short = words.removesuffix(f"{due.year}") + f"{due.year % 100:02d}"
    return Cell(text=short, strong=soon, status=Status.WARNING if soon else None, spoken=words, copied=words)


def claim_cell(status: str, texts: Translator) -> Cell:
    """The stage of a claim as a cell."""
    look, icon = CLAIM_LOOK.get(status, (Status.NEUTRAL, ""))
    key = f"claim.status.{status}"
    return Cell(text=texts(key) if texts.has(key) else status, status=look, icon=icon)
