"""0100 Teildatensaetze → party blocks. Recognises where a block ends; matching people is not done here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from brokerdesk.formats.gdv.extract import Extractor
from brokerdesk.formats.gdv.records import BankAccount, Channel, PartyBlock, SepaMandate, base_role
from brokerdesk.models.values.findings import Finding, Severity

BASE_ROLES = frozenset(
    [f"{number:02d}" for number in range(1, 27)]
    + [f"A{d}" for d in "1234567"]
    + [f"B{d}" for d in "12345678"]
    + [f"X{d}" for d in "0123456789AB"]
)
"""Table A7 reduced to street addresses."""
_CHANNELS = tuple((f"channel{slot}.kind", f"channel{slot}.value") for slot in range(1, 8))
_BANKS = tuple(tuple((f.name, f"bank{slot}.{f.name}") for f in fields(BankAccount)) for slot in (1, 2))
_MANDATE = tuple((f.name, f"mandate.{f.name}") for f in fields(SepaMandate))


def looks_like_first(text: str) -> bool:
    """Whether a 0100 without a number is a Teildatensatz 1: a known role and a possible birth date in their places."""
    role, birth = text[236:238].strip(), text[225:233]
    return bool(role) and base_role(role) in BASE_ROLES and (birth.isspace() or birth.isdigit())


class PartyCollector:
    """Collects the 0100 of one contract. A block ends where Teildatensatz 1, or any number twice, begins a new one."""

    def __init__(self) -> None:
        self._blocks: list[tuple[set[str], dict[str, Any]]] = []

    def add(self, extractor: Extractor, part: str, text: str, number: int, findings: list[Finding]) -> None:
        """Takes one Teildatensatz."""
        if not self._blocks or part in self._blocks[-1][0]:
            self._blocks.append((set(), {"record": number}))
        seen, values = self._blocks[-1]
        seen.add(part)
        values.update(extractor.read(text, number, findings))

    def finish(self, findings: list[Finding]) -> tuple[PartyBlock, ...]:
        """The blocks in their order; a block without its first part, without a role or with an unknown one is reported."""
        blocks = []
        for seen, values in self._blocks:
            place, role = values["record"], values.get("role", "")
            if "1" not in seen:
                findings.append(Finding(severity=Severity.WARNING, code="party-incomplete", record=place))
            elif not role:
                findings.append(Finding(severity=Severity.WARNING, code="role-missing", record=place))
            elif base_role(role) not in BASE_ROLES:
                findings.append(
                    Finding(severity=Severity.WARNING, code="role-unknown", record=place, parameters=(("role", role),))
                )
            blocks.append(
                PartyBlock(**values) if len(seen) == 1 and "1" in seen else _block(values, complete="1" in seen)
            )
        return tuple(blocks)


def _block(values: Mapping[str, Any], *, complete: bool) -> PartyBlock:
    own: dict[str, Any] = {key: value for key, value in values.items() if "." not in key}
    if not complete:
        own["role"] = "?"
    banks = [{name: values[key] for name, key in names if key in values} for names in _BANKS]
    mandate = {name: values[key] for name, key in _MANDATE if key in values}
    return PartyBlock(
        **own,
        channels=tuple(Channel(values.get(kind, ""), values[key]) for kind, key in _CHANNELS if key in values),
        banks=tuple(BankAccount(**bank) for bank in banks if bank.keys() - {"kind"}),
        mandate=SepaMandate(**mandate) if mandate.keys() & {"reference", "creditor_id", "issued"} else None,
    )
