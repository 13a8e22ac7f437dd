"""What the GDV reader hands out: a stream of frozen records, raw codes kept, nothing interpreted for the book.

The mapping to customers and contracts is not done here (services do), nor the choice of the line of business (rules do).
Order of the stream: `PacketStart`, then `ContractBundle` and `LooseRecord` in any order, then `PacketEnd`, for every packet
of the file; at the very end one `FileSummary`. Every record of the file that is not blank stands in exactly one `raw`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from brokerdesk.models.values.findings import Finding
from brokerdesk.models.values.line_facts import LineFacts


class RawRecord(NamedTuple):
    """One physical record as delivered: its 1-based number and its decoded characters without the separator."""

    number: int
    text: str


class PartialDate(NamedTuple):
    """A date of which day or month may be unknown (GDV writes 00)."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def exact(self) -> date | None:
        """The calendar date when all three parts are known."""
        return date(self.year, self.month, self.day) if self.month and self.day else None

    @property
    def iso(self) -> str:
        """`1981-03-14`, `1981-03` or `1981`."""
        return "-".join([f"{self.year:04d}", *(f"{p:02d}" for p in (self.month, self.day) if p)])


class ContractKey(NamedTuple):
    """Identity of a contract in deliveries: VU number (4 or 5 characters), Sparte of the 0200, policy number, Folgenummer."""

    vu: str
    sparte: str
    policy: str
    sequence: str


class Channel(NamedTuple):
    """A contact point as delivered; `kind` is the two-digit key of table A76 (texts `gdv.channel.<kind>`)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """One bank connection; `kind` 01 premium, 02 claims, 03 unspecified. Nothing is checked here."""

    iban: str = ""
    bic: str = ""
    account_number: str = ""
    bank_code: str = ""
    bank_name: str = ""
    holder: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SepaMandate:
    """The mandate of a 0100 Teildatensatz 5."""

    creditor_id: str = ""
    reference: str = ""
    issued: PartialDate | None = None
    account: str = ""
    recurrence: str = ""
    scheme: str = ""
    expires: PartialDate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyBlock:
    """One 0100 block: a person or organisation in one role of one contract. Codes are raw; role `?` = first part missing."""

    role: str = ""
    salutation: str = ""
    name1: str = ""
    name2: str = ""
    name3: str = ""
    title: str = ""
    country: str = ""
    zip: str = ""
    city: str = ""
    street: str = ""
    po_box: str = ""
    birth: PartialDate | None = None
    nationality: str = ""
    lien_reference: str = ""
    target_group: str = ""
    gender: str = ""
    insurer_number: str = ""
    broker_number: str = ""
    customer_group: str = ""
    payment_method: str = ""
    marital_status: str = ""
    legal_form: str = ""
    birth_name: str = ""
    birth_place: str = ""
    birth_country: str = ""
    tax_number: str = ""
    vat_id: str = ""
    channels: tuple[Channel, ...] = ()
    banks: tuple[BankAccount, ...] = ()
    mandate: SepaMandate | None = None
    record: int = 0

    @property
    def base_role(self) -> str:
        """The role without its kind of address: 31 and 61 → 01, D1 and G1 → A1 (table A7); blank → 01."""
        return base_role(self.role)

    @property
    def is_policyholder(self) -> bool:
        """01, 31, 61, or blank (which has its finding)."""
        return self.base_role == "01"

    @property
    def is_organisation(self) -> bool:
        """Anrede 3 or 6, Geschlecht 0, or a Rechtsform other than natural person (gdv.md section 7)."""
        return self.salutation in {"3", "6"} or self.gender == "0" or self.legal_form not in {"", "00", "01"}

    @property
    def is_couple(self) -> bool:
        """Anrede 4: two people in one block, one household."""
        return self.salutation == "4"


_LETTERS = {"D": "A", "G": "A", "E": "B", "H": "B", "Y": "X", "Z": "X"}


def base_role(role: str) -> str:
    """Role of table A7 reduced to its street-address form: `31` → `01`, `G4` → `A4`; blank → `01`, unknown as it is."""
    if not role:
        return "01"
    if role.isdigit() and 31 <= int(role) <= 86:
        return f"{int(role) - (30 if int(role) <= 56 else 60):02d}"
    return _LETTERS.get(role[0], role[0]) + role[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralPart:
    """The 0200 of a contract. Amounts per instalment in cents; None = not delivered or unreadable (with a finding).

    Health (020): the net amount is the monthly premium whatever `frequency` says. `gross_cents` is None when it is zero
    beside a net amount above zero (an initial value, not a fact).
    """

    collection: str = ""
    begin: PartialDate | None = None
    end: PartialDate | None = None
    main_due: PartialDate | None = None
    frequency: str = ""
    status: str = ""
    leaving_reason: str = ""
    left_on: PartialDate | None = None
    change_reasons: tuple[str, ...] = ()
    changed_on: PartialDate | None = None
    participation: str = ""
    share_percent: str = ""
    order_number: str = ""
    currency: str = ""
    net_cents: int | None = None
    gross_cents: int | None = None
    purpose: str = ""
    tax_free: str = ""
    insurer_number: str = ""
    broker_number: str = ""
    applied_on: PartialDate | None = None
    reference_policy: str = ""
    reference_kind: str = ""
    order_term: str = ""
    direction: str = ""
    termination_clause: str = ""
    broker_policy: str = ""
    product_form: str = ""
    printed_number: str = ""
    product_name: str = ""
    received_on: PartialDate | None = None
    issued_on: PartialDate | None = None
    connection_number: str = ""
    record: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """All 0500 of one claim number of a contract. `paid_cents` is the signed sum of all bookings, the rest the newest state."""

    number: str
    broker_number: str = ""
    occurred_on: PartialDate | None = None
    reported_on: PartialDate | None = None
    sparte: str = ""
    cause: str = ""
    settled: str = ""
    paid_cents: int = 0
    handling_cents: int = 0
    reserve_cents: int | None = None
    currency: str = ""
    text: str = ""
    bookings: int = 0
    record: int = 0

    @property
    def is_closed(self) -> bool:
        """Byte 184: 1 settled; everything else is open."""
        return self.settled == "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionLine:
    """One 0400: what was collected and what commission was booked, each signed. `parts` are its 0410."""

    booked_on: PartialDate | None = None
    period_from: PartialDate | None = None
    period_to: PartialDate | None = None
    entry_kind: str = ""
    frequency: str = ""
    currency: str = ""
    supplement: str = ""
    collective_number: str = ""
    net_cents: int | None = None
    tax_cents: int | None = None
    fee_cents: int | None = None
    gross_cents: int | None = None
    commission_cents: int | None = None
    return_reason: str = ""
    purpose: str = ""
    insurer_reference: str = ""
    broker_reference: str = ""
    settled_cents: int | None = None
    parts: tuple[Mapping[str, str | int], ...] = ()
    record: int = 0


Detail = Mapping[str, str | int]
"""Stable key → value. Keys ending in `_cents` are integer cents, in `_on` partial ISO dates, in `_percent` decimal text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractBundle:
    """One contract with everything that was delivered for it.

    `general` is None for an orphan: records whose 0200 is not in reach or has left the reader's window of open contracts.
    Attach orphans by `key` without its Sparte.
    `broker_number` is the adviser's number at the insurer (head, bytes 33–42). `details` groups the line's records:
    group name (`vehicle`, `cover`, `life`, …) → entries, see `resources/gdv/mapping.toml`. `net_per_year_cents` follows
    cli.md, "GDV figures"; None when the frequency has no number per year.
    """

    key: ContractKey
    bundled: bool = False
    broker_number: str = ""
    general: GeneralPart | None = None
    parties: tuple[PartyBlock, ...] = ()
    product: str = ""
    facts: LineFacts
    details: Mapping[str, tuple[Detail, ...]] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    commissions: tuple[CommissionLine, ...] = ()
    raw: tuple[RawRecord, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def shown_number(self) -> str:
        """The policy number to show: as printed (0200 TD2) when delivered, else the trimmed one."""
        return (self.general.printed_number if self.general else "") or self.key.policy

    @property
    def policyholders(self) -> tuple[PartyBlock, ...]:
        """The blocks that make a customer."""
        return tuple(p for p in self.parties if p.is_policyholder)

    @property
    def risks(self) -> tuple[Detail, ...]:
        """Insured objects, each with `kind` (vehicle, building, contents, premises, glass, legal, liability, general)."""
        return tuple(d | {"kind": RISK_GROUPS[g]} for g in RISK_GROUPS for d in map(dict, self.details.get(g, ())))

    @property
    def persons(self) -> tuple[Detail, ...]:
        """Insured persons of life, health and accident: `number`, `name`, `first_name`, `born_on`, `gender`, `profession`."""
        return self.details.get("person", ())

    @property
    def net_per_year_cents(self) -> int | None:
        """The net premium of a year, or None where the frequency gives no number per year."""
        if self.general is None or self.general.net_cents is None:
            return None
        times = 12 if self.key.sparte == "020" else PER_YEAR.get(self.general.frequency)
        return None if times is None else self.general.net_cents * times


PER_YEAR = {"1": 1, "2": 2, "4": 4, "8": 12}
"""Instalments per year of table A14; 5, 6, 9 and blank have none."""
RISK_GROUPS = {
    "vehicle": "vehicle",
    "building": "building",
    "contents": "contents",
    "premises": "premises",
    "glass": "glass",
    "legal_risk": "legal",
    "liability_risk": "liability",
    "service_vehicle": "vehicle",
    "general_risk": "general",
}
"""Detail group → kind of risk object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseRecord:
    """A record that belongs to no contract: unknown Satzart without a policy number, key tables, unreadable lines."""

    raw: RawRecord
    satzart: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketStart:
    """The 0001 of a packet; `present` False when data came without one. `releases` maps Satzart → release number."""

    index: int
    vu: str
    present: bool = True
    sender: str = ""
    receiver: str = ""
    period_from: PartialDate | None = None
    period_to: PartialDate | None = None
    broker_number: str = ""
    releases: Mapping[str, str] = field(default_factory=dict)
    raw: tuple[RawRecord, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Control totals in cents; as delivered in the 9999 (None = blank or unreadable) or as computed while reading."""

    records: int | None = None
    net_cents: int | None = None
    gross_cents: int | None = None
    commission_cents: int | None = None
    claims_cents: int | None = None
    handling_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketEnd:
    """End of a packet with the check of its trailer. A check is True as well when the trailer states nothing for it."""

    index: int
    vu: str
    present: bool
    records: int
    delivered: Totals
    computed: Totals
    count_ok: bool
    net_ok: bool
    gross_ok: bool
    commission_ok: bool
    claims_ok: bool
    raw: tuple[RawRecord, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """Figures of the whole file. `records` counts physical records by Satzart; `"?"` collects lines without one.

    `notes` are findings about the file as a whole; like all others they are counted in `findings`.
    """

    charset: str
    sha256: str
    separator: str
    packets: int
    records: Mapping[str, int]
    contracts: int
    net_as_delivered_cents: int
    net_per_year_cents: int
    findings: int
    findings_by_code: Mapping[str, int]
    notes: tuple[Finding, ...] = ()


Event = PacketStart | ContractBundle | LooseRecord | PacketEnd | FileSummary
