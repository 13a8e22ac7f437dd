"""Values → one record of 256 characters. The inverse of `extract`; whole files are put together by `writer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from brokerdesk.formats.gdv.extract import extractors
from brokerdesk.formats.gdv.fields import split_key
from brokerdesk.formats.gdv.layouts import RECORD_LENGTH, Field, Layout, layouts
from brokerdesk.formats.gdv.records import PartialDate
from brokerdesk.models.values.findings import Finding, Severity

_RIGHT = ("versicherungsschein_nummer", "personen_kundennummer", "schadennummer", "auftrags_nr")
"""Keys of AN fields that are right aligned."""
_RISK_KINDS = {
    "0220.010.0.1": "0",
    "0220.010.2.1": "2",
    "0220.010.2.2": "2",
    "0220.010.13.1": "1",
    "0220.010.48.1": "4",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The common head of a record (bytes 5–42)."""

    vu: str
    sparte: str = "000"
    policy: str = ""
    sequence: str = "01"
    broker: str = ""
    bundled: bool = False


class Composer:
    """Writes records and lists what did not fit. `findings` are about the record number given to `record`."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def record(self, name: str, head: Head | None, values: Mapping[str, Any], *, number: int = 0) -> str:
        """One record of layout `name` (e.g. `0200.1`); fields without a value keep their initial value.

        Keys of `values`: stable keys of mapping.toml, keys of layouts.tsv, or `b<first byte>`. A value too long for its
        field is cut and listed. Raises `KeyError` for a key that the layout does not have.
        """
        layout = layouts()[name]
        line = [" "] * RECORD_LENGTH
        for field in layout.fields:
            self._put(line, field, _initial(layout, field), number)
            if field.sign:
                line[field.sign - 1] = "+"
        line[:4] = layout.satzart
        if head is not None:
            self._head(line, head, number)
        specs = _specs(name)
        for key, value in values.items():
            if value is not None and value != "":
                field, spec = specs[key]
                self._put(line, field, _characters(field, spec, value), number)
                if field.sign and _is_negative(value):
                    line[field.sign - 1] = "-"
        return "".join(line)

    def _head(self, line: list[str], head: Head, number: int) -> None:
        line[4:9] = head.vu[:5].ljust(5)
        line[9] = "1" if head.bundled else " "
        line[10:13] = head.sparte[:3].rjust(3)
        line[13:30] = head.policy[:17].rjust(17)
        line[30:32] = head.sequence[:2].zfill(2)
        line[32:42] = head.broker[:10].ljust(10)
        if len(head.policy) > 17:
            self._listed("Versicherungsschein-Nummer", number)

    def _put(self, line: list[str], field: Field, text: str, number: int) -> None:
        if len(text) > field.length:
            self._listed(field.name, number)
            text = text[: field.length] if field.type == "AN" else "9" * field.length
        aligned = text.rjust(field.length) if field.key.startswith(_RIGHT) else text.ljust(field.length)
        line[field.cut] = aligned

    def _listed(self, name: str, number: int) -> None:
        self.findings.append(Finding(severity=Severity.WARNING, code="value-cut", record=number or None, field=name))


def _specs(name: str) -> Mapping[str, tuple[Field, str]]:
    layout = layouts()[name]
    found = {field.key: (field, "") for field in layout.fields}
    found |= {f"b{field.start}": (field, "") for field in layout.fields}
    if name in extractors():
        found |= {split_key(spec)[0]: (layout.at(byte), spec) for byte, spec in extractors()[name].specs}
    return found


def _initial(layout: Layout, field: Field) -> str:
    if field.start == layout.part_byte or field.key.startswith("satznummer"):
        return layout.part
    if field.key == "zusaetzliche_satzkennung":
        return "X"
    if field.key == "wagnisart" and layout.record in _RISK_KINDS:
        return _RISK_KINDS[layout.record]
    return "" if field.type == "AN" else "0" * field.length


def _is_negative(value: Any) -> bool:
    return isinstance(value, int) and value < 0


def _characters(field: Field, spec: str, value: Any) -> str:
    """The value in the characters of its field, not yet aligned for AN."""
    if field.type[0] == "D":
        return _date(value, field.length)
    key, mode, times = split_key(spec)
    if mode == "text" or field.type == "AN":
        text = str(value)
        return text if field.type == "AN" else text.zfill(field.length)
    if key.endswith("_cents"):
        amount = Decimal(abs(int(value))) / times / 100
    else:
        amount = abs(Decimal(str(value)))
        if not spec and isinstance(value, int):
            return str(abs(value)).zfill(field.length)
    return str(int(amount.scaleb(field.decimals))).zfill(field.length)


def _date(value: Any, length: int) -> str:
    if isinstance(value, str):
        parts = [int(p) for p in value.split("-")]
        value = PartialDate(*parts)
    if isinstance(value, date):
        value = PartialDate(value.year, value.month, value.day)
    text = f"{value.day or 0:02d}{value.month or 0:02d}{value.year:04d}"
    return text[2:] if length == 6 else text
