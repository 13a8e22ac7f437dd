"""The byte tables: which field stands where. Reads `resources/gdv/*.tsv` once; decides nothing about records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from brokerdesk.core.paths import resource

RECORD_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Field:
    """One field: first byte (1-based), length, type (AN, N, Fn, D, D6), byte of its sign (0 = none), key, German name."""

    start: int
    length: int
    type: str
    sign: int
    key: str
    name: str

    @property
    def cut(self) -> slice:
        """The characters of the field in a record."""
        return slice(self.start - 1, self.start - 1 + self.length)

    @property
    def decimals(self) -> int:
        """Implied decimals of Fn; 0 for everything else."""
        return int(self.type[1:]) if self.type[0] == "F" else 0


@dataclass(frozen=True, slots=True)
class Layout:
    """One Teildatensatz, e.g. `0210.050.2`. `part_byte` 0 = the record carries no number."""

    record: str
    part_byte: int
    part: str
    release: str
    fields: tuple[Field, ...]

    @property
    def satzart(self) -> str:
        """The first four characters of the record."""
        return self.record[:4]

    def at(self, start: int) -> Field:
        """The field that begins at byte `start`; head fields (section 2) included. Raises `KeyError`."""
        for field in (*self.fields, *HEAD):
            if field.start == start:
                return field
        raise KeyError(f"{self.record} has no field at byte {start}")

    def named(self, key: str) -> Field:
        """The field with this key. Raises `KeyError`."""
        for field in (*self.fields, *HEAD):
            if field.key == key:
                return field
        raise KeyError(f"{self.record} has no field {key}")


HEAD = (
    Field(1, 4, "N", 0, "satzart", "Satzart"),
    Field(5, 5, "AN", 0, "vu_nummer", "VU-Nummer"),
    Field(10, 1, "AN", 0, "buendelung", "Bündelungskennzeichen"),
    Field(11, 3, "N", 0, "sparte", "Sparte"),
    Field(14, 17, "AN", 0, "versicherungsschein_nummer", "Versicherungsschein-Nummer"),
    Field(31, 2, "N", 0, "folgenummer", "Folgenummer"),
    Field(33, 10, "AN", 0, "vermittler", "Geschäftsstelle / Vermittler"),
)
"""The common head of every record except 0001 and 9999."""


def _rows(name: str) -> list[list[str]]:
    lines = resource(f"gdv/{name}").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@cache
def layouts() -> Mapping[str, Layout]:
    """All layouts by `SATZART[.SPARTE[.KIND]].TEILDATENSATZ`."""
    heads: list[list[str]] = []
    fields: list[list[Field]] = []
    for row in _rows("layouts.tsv"):
        if row[0] == "@":
            heads.append(row)
            fields.append([])
        else:
            start, length, kind, sign, key, name = row
            fields[-1].append(Field(int(start), int(length), kind, int(sign or 0), key, name))
    return {
        record: Layout(record, int(byte or 0), part or "1", release, tuple(own))
        for (_, record, byte, part, release), own in zip(heads, fields, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Sparte:
    """One entry of table A1; `layout` is the Sparte whose 0210/0220 layout it uses, empty for none."""

    code: str
    layout: str
    name: str


@cache
def sparten() -> Mapping[str, Sparte]:
    """Table A1 by its three-digit code."""
    return {code: Sparte(code, layout, name) for code, layout, name in _rows("sparten.tsv")}


def sparte_name(code: str) -> str:
    """The German name of a Sparte of three digits, empty when it is unknown or a bundle."""
    found = sparten().get(code)
    return found.name if found and code != "000" else ""
