"""0500 → claims, 0400/0410 → commission lines of one contract. Sums are the file's, nothing is posted here."""

from __future__ import annotations

from typing import Any

from brokerdesk.formats.gdv.extract import Extractor
from brokerdesk.formats.gdv.fields import Value
from brokerdesk.formats.gdv.records import Claim, CommissionLine
from brokerdesk.models.values.findings import Finding, Severity

_CLAIM_FIELDS = frozenset(Claim.__dataclass_fields__)


class ClaimCollector:
    """Groups the 0500 of one contract by claim number; later bookings override the state, amounts are added up."""

    def __init__(self) -> None:
        self._claims: dict[str, dict[str, Any]] = {}
        self._last = ""

    def add(self, extractor: Extractor, part: str, text: str, number: int, findings: list[Finding]) -> None:
        """Takes one Teildatensatz; a TD2 without a claim number belongs to the booking before it."""
        found = extractor.read(text, number, findings)
        claim_number = str(found.pop("number", "") or (self._last if part == "2" else ""))
        if not claim_number:
            findings.append(Finding(severity=Severity.WARNING, code="claim-number-missing", record=number))
            return
        self._last = claim_number
        claim = self._claims.setdefault(
            claim_number, {"record": number, "bookings": 0, "paid_cents": 0, "handling_cents": 0}
        )
        if part == "1":
            claim["bookings"] += 1
        for key, value in found.items():
            if key in {"paid_cents", "handling_cents"}:
                claim[key] += value
            elif key in _CLAIM_FIELDS:
                claim[key] = value

    def finish(self) -> tuple[Claim, ...]:
        """The claims in the order of their first booking."""
        return tuple(Claim(number=number, **values) for number, values in self._claims.items())


class CommissionCollector:
    """Collects 0400 with the 0410 that follow each of them."""

    def __init__(self) -> None:
        self._lines: list[tuple[set[str], dict[str, Any], list[dict[str, Value]]]] = []

    def add(self, extractor: Extractor, part: str, text: str, number: int, findings: list[Finding]) -> None:
        """Takes one Teildatensatz of a 0400."""
        if not self._lines or part in self._lines[-1][0]:
            self._lines.append((set(), {"record": number}, []))
        seen, values, _ = self._lines[-1]
        seen.add(part)
        values.update(extractor.read(text, number, findings))

    def add_part(self, extractor: Extractor, text: str, number: int, findings: list[Finding]) -> None:
        """Takes one 0410; without a 0400 before it, it stands alone in a line of its own."""
        if not self._lines:
            self._lines.append(({"1"}, {"record": number}, []))
        self._lines[-1][2].append({"sparte": text[10:13], **extractor.read(text, number, findings)})

    def finish(self) -> tuple[CommissionLine, ...]:
        """The lines in their order."""
        return tuple(CommissionLine(**values, parts=tuple(parts)) for _, values, parts in self._lines)  # type: ignore[arg-type]
