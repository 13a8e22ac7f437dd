"""What an import did: figures, findings and changes of one file, and its JSON (product/cli.md, "Shapes of the JSON")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from brokerdesk.core.texts import Texts
from brokerdesk.formats.gdv.records import FileSummary, PacketEnd
from brokerdesk.models.values.dates import format_cents
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.models.values.names import Language
from brokerdesk.services.lines import Lines

SHOWN_FINDINGS = 500
SHOWN_CHANGES = 500
_lines = Lines()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Records of one kind in a delivery: not in the book before, changed by it, or the same."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def as_json(self) -> dict[str, int]:
        """The three numbers."""
        return {"new": self.new, "changed": self.changed, "same": self.same}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChange:
    """One contract that the delivery changed: `fields` are (field, old, new) as JSON values."""

    contract: str
    number: str
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """The result of one file. `run` is the id under which the changes are found later, None after a dry run.

    `findings` and `changes` are cut after 500 each; their numbers are in `findings_by_code` and `contracts.changed`.
    """

    file: str
    sha256: str
    charset: str
    dry_run: bool
    run: str | None
    packets: tuple[PacketEnd, ...]
    records: Mapping[str, int]
    customers: Counts
    partners: Counts
    contracts: Counts
    claims: Counts
    commission_lines: int
    unassigned: int
    net_as_delivered_cents: int
    net_per_year_cents: int
    duplicates_proposed: int
    findings: tuple[Finding, ...]
    findings_by_code: Mapping[str, int]
    by_severity: Mapping[str, int]
    changes: tuple[ContractChange, ...]
    lines_by_text: int = 0

    @property
    def importable(self) -> bool:
        """Whether the file held anything for the book; False is exit code 3 of the command line."""
        counts = (self.contracts, self.claims, self.customers)
        return any(c.new + c.changed + c.same for c in counts)

    @property
    def needs_attention(self) -> bool:
        """Whether a person should look at the findings; exit code 1 of the command line."""
        return bool(self.by_severity.get(Severity.WARNING, 0) or self.by_severity.get(Severity.ERROR, 0))

    def as_json(self, language: str = "de") -> dict[str, Any]:
        """The object of one file in `{"files": […]}`."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "charset": self.charset,
            "dry_run": self.dry_run,
            "packets": [_packet(p) for p in self.packets],
            "records": dict(self.records),
            "customers": self.customers.as_json(),
            "partners": self.partners.as_json(),
            "contracts": self.contracts.as_json(),
            "claims": self.claims.as_json(),
            "net_as_delivered_cents": self.net_as_delivered_cents,
            "net_per_year_cents": self.net_per_year_cents,
            "duplicates_proposed": self.duplicates_proposed,
            "findings": [finding_json(f, language) for f in self.findings],
            "findings_by_code": dict(self.findings_by_code),
            "changes": [
                {
                    "contract": c.contract,
                    "number": c.number,
                    "fields": [{"field": name, "old": old, "new": new} for name, old, new in c.fields],
                }
                for c in self.changes
            ],
            "commission_lines": self.commission_lines,
            "unassigned": self.unassigned,
            "lines_by_text": self.lines_by_text,
            "run": self.run,
        }


def _packet(packet: PacketEnd) -> dict[str, Any]:
    return {
        "vu": packet.vu,
        "records": packet.records,
        "trailer": {"present": packet.present, "count_ok": packet.count_ok, "net_ok": packet.net_ok},
    }


def finding_json(finding: Finding, language: str) -> dict[str, Any]:
    """One finding with its sentence."""
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "record": finding.record,
        "field": finding.field,
        "text": finding_text(finding, language),
        "parameters": dict(finding.parameters),
    }


def finding_text(finding: Finding, language: str) -> str:
    """The sentence of a finding; a code of a newer reader is shown raw. Amounts and names of lines are written out."""
    texts, key = Texts(language), f"finding.{finding.code}"
    if not texts.has(key):
        return finding.code
    values = {name: _written(name, value, texts, language) for name, value in finding.parameters}
    return texts(key, **values, record=finding.record, field=finding.field)


def _written(name: str, value: str, texts: Texts, language: str) -> str:
    spoken = Language(language) if language in set(Language) else Language.DE
    if name.endswith("_cents") and value.lstrip("-").isdecimal():
        return format_cents(int(value), spoken, unit=True)
    if name.endswith("_percent") and spoken is not Language.EN:
        return value.replace(".", ",")
    if name == "line":
        return _lines.name(value, spoken)
    if name == "missing" and texts.has(f"lines.missing.{value}"):
        return texts(f"lines.missing.{value}")
    return value


@dataclass(slots=True)
class Tally:
    """Collects what a run finds and does, in bounded memory; `report` closes it."""

    packets: list[PacketEnd] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    changes: list[ContractChange] = field(default_factory=list)
    contracts: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    commission_lines: int = 0
    unassigned: int = 0
    lines_by_text: int = 0

    def find(self, findings: Iterable[Finding]) -> None:
        """Count findings; the first of them are kept, warnings before hints."""
        for finding in findings:
            self.codes[finding.code] += 1
            self.severities[finding.severity.value] += 1
            if len(self.findings) < SHOWN_FINDINGS:
                self.findings.append(finding)
            elif finding.severity is not Severity.INFO:
                self._make_room(finding)

    def _make_room(self, finding: Finding) -> None:
        for index in range(len(self.findings) - 1, -1, -1):
            if self.findings[index].severity is Severity.INFO:
                del self.findings[index]
                self.findings.append(finding)
                return

    def change(self, contract: str, number: str, fields: Iterable[tuple[str, Any, Any]]) -> None:
        """Remember what changed on one contract."""
        if len(self.changes) < SHOWN_CHANGES:
            self.changes.append(ContractChange(contract=contract, number=number, fields=tuple(fields)))

    def report(
        self,
        summary: FileSummary,
        *,
        file: str,
        dry_run: bool,
        run: str | None,
        customers: Mapping[str, int],
        partners: Mapping[str, int],
        proposed: int,
    ) -> ImportReport:
        """The finished report."""
        return ImportReport(
            file=file,
            sha256=summary.sha256,
            charset=summary.charset,
            dry_run=dry_run,
            run=run,
            packets=tuple(self.packets),
            records=summary.records,
            customers=Counts(**customers),
            partners=Counts(**partners),
            contracts=Counts(**self.contracts),
            claims=Counts(**self.claims),
            commission_lines=self.commission_lines,
            unassigned=self.unassigned,
            net_as_delivered_cents=summary.net_as_delivered_cents,
            net_per_year_cents=summary.net_per_year_cents,
            duplicates_proposed=proposed,
            findings=tuple(self.findings),
            findings_by_code=dict(sorted(self.codes.items())),
            by_severity=dict(self.severities),
            changes=tuple(self.changes),
            lines_by_text=self.lines_by_text,
        )
