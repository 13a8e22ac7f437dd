"""Mapped classes of the book. Rules as methods, no queries."""

from brokerdesk.models.entities.app_access import Access, Employee, Entitlement, Invitation, Office, Tracking
from brokerdesk.models.entities.base import Base, Synced
from brokerdesk.models.entities.contract import Claim, CommissionLine, Contract
from brokerdesk.models.entities.exchange import (
    ChangeLog,
    Conflict,
    JournalEntry,
    OutboxItem,
    OutboxState,
    Quarantined,
    SyncMeta,
)
from brokerdesk.models.entities.local import (
    BookInfo,
    Draft,
    DuplicateProposal,
    ImportKey,
    ImportRun,
    RawRecords,
    Setting,
)
from brokerdesk.models.entities.party import Adviser, Household, HouseholdMember, Party

SYNCED: dict[str, type[Synced]] = {
    c.__kind__: c
    for c in (
        Office,
        Employee,
        Entitlement,
        Adviser,
        Party,
        Household,
        HouseholdMember,
        Contract,
        Claim,
        Invitation,
        Access,
        Tracking,
    )
}
"""Kind → mapped class of every synced record, parents before children."""

__all__ = [
    "SYNCED",
    "Access",
    "Adviser",
    "Base",
    "BookInfo",
    "ChangeLog",
    "Claim",
    "CommissionLine",
    "Conflict",
    "Contract",
    "Draft",
    "DuplicateProposal",
    "Employee",
    "Entitlement",
    "Household",
    "HouseholdMember",
    "ImportKey",
    "ImportRun",
    "Invitation",
    "JournalEntry",
    "Office",
    "OutboxItem",
    "OutboxState",
    "Party",
    "Quarantined",
    "RawRecords",
    "Setting",
    "SyncMeta",
    "Synced",
    "Tracking",
]
