"""Which Teildatensatz a physical record is (gdv.md section 3), and which layout its Sparte uses. Takes no values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from brokerdesk.formats.gdv.extract import Extractor, extractors
from brokerdesk.formats.gdv.layouts import layouts, sparten

BY_SPARTE = frozenset({"0210", "0211", "0212", "0220", "0221", "0225", "0230"})
"""Satzarten whose layout depends on the Sparte."""
KNOWN = BY_SPARTE | frozenset(
    "0001 0052 0100 0102 0200 0202 0222 0250 0251 0260 0300 0342 0350 0352 0362 0372 0382 0390 0392 0400 0410 0420 0430"
    " 0450 0500 0550 0600 9950 9951 9952 9999".split()
)
"""Satzarten of the standard (gdv.md section 1); all others are the insurer's own."""
_PLACES = {
    43: "0210.170 0210.560 0210.570 0210.580 0220.560 0220.570 0220.580 0211.000 0211.080 0211.170 0211.190"
    " 0211.550 0211.560 0211.570 0211.580",
    47: "0221.000",
    49: "0221.080 0221.190",
    50: "0220.170 0221.170",
    51: "0221.040 0221.140 0250 0251 0450",
    53: "0221.070",
    0: "0211.130 0221.130 0260 0410 0420 0430",
}
_LIFE = {
    "0": "0",
    "1": "13",
    "2": "2",
    "3": "13",
    "4": "48",
    "5": "5679",
    "6": "5679",
    "7": "5679",
    "8": "48",
    "9": "5679",
}
BLANK = " "


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its id without Teildatensatz, the byte of the number, and the extractors by number."""

    base: str
    byte: int
    parts: Mapping[str, Extractor]
    single: bool

    def part(self, text: str) -> str:
        """The number of the Teildatensatz; `" "` when the byte is blank although the kind has several."""
        found = text[self.byte - 1] if self.byte else "1"
        return "1" if self.single and found == BLANK else found

    def extractor(self, text: str, part: str) -> Extractor | None:
        """What takes the values out, or None when the layout is not documented (the raw record stays)."""
        del text
        return self.parts.get(part)


class LifeKind(Kind):
    """0220.010: the layout is chosen by the Wagnisart at byte 60, then by the number at 256."""

    __slots__ = ()

    def part(self, text: str) -> str:
        """The number at 256; blank counts as 1, because every Wagnisart begins with it."""
        return "1" if text[255] == BLANK else text[255]

    def extractor(self, text: str, part: str) -> Extractor | None:
        """The layout of the Wagnisart."""
        return self.parts.get(f"{_LIFE.get(text[59], '')}.{part}")


class AccidentKind(Kind):
    """0220.030: five variants with the number in four places."""

    __slots__ = ()

    def part(self, text: str) -> str:
        """Repeated numbers first, then the order of section 3 for files without the repeats."""
        at49, repeat = text[48], text[249]
        if at49 in "14" and at49 in (repeat, text[248] if at49 == "4" else repeat):
            return at49
        if at49 == "2" and text[255] == "X":
            return "2"
        if repeat in "93" and text[59 if repeat == "9" else 42] == repeat:
            return repeat
        if at49 in "124" and BLANK == repeat == text[255]:
            return at49
        if text[59] == "9":
            return "9"
        return "3" if text[42] == "3" else at49


class ClaimKind(Kind):
    """0500: TD1 carries its number at 66 (since 2013 also at 256), TD2 at 256."""

    __slots__ = ()

    def part(self, text: str) -> str:
        """2 only with a 2 at byte 256; blank is a TD1 of release 1.5 or older."""
        return "1" if text[255] == BLANK else text[255]


_SPECIAL: Mapping[str, type[Kind]] = {"0220.010": LifeKind, "0220.030": AccidentKind, "0500": ClaimKind}


@cache
def kind_of(satzart: str, sparte: str) -> Kind | None:
    """The kind of a record, or None when satzart or Sparte is unknown or has no layout at all."""
    base = satzart
    if satzart in BY_SPARTE:
        entry = sparten().get(sparte)
        if entry is None or not entry.layout:
            return None
        base = f"{satzart}.{entry.layout}"
    if satzart not in KNOWN:
        return None
    known = [layout for record, layout in layouts().items() if record.startswith(base + ".")]
    found = extractors()
    parts = {layout.record[len(base) + 1 :]: found[layout.record] for layout in known if layout.record in found}
    listed = [byte for byte, names in _PLACES.items() if base in names.split()]
    byte = known[0].part_byte if known else (listed or [256])[0]
    return _SPECIAL.get(base, Kind)(base, byte, parts, len(known) <= 1)
