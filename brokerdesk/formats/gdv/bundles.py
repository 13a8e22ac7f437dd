"""The records of one policy number → contract bundles. No file handling, no totals, no matching with the book."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brokerdesk.formats.gdv.bookings import ClaimCollector, CommissionCollector
from brokerdesk.formats.gdv.extract import Extractor
from brokerdesk.formats.gdv.fields import read_date
from brokerdesk.formats.gdv.parties import PartyCollector, looks_like_first
from brokerdesk.formats.gdv.parts import BLANK, Kind, kind_of
from brokerdesk.formats.gdv.records import ContractBundle, ContractKey, GeneralPart, PartialDate, RawRecord
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.models.values.line_facts import Fact, LineFacts

DETAIL_RECORDS = frozenset({"0210", "0211", "0220", "0221", "0230"})
_FOLD = {
    **dict.fromkeys(("051", "052", "053", "054", "055", "059"), "050"),
    **dict.fromkeys(("081", "082", "083", "089"), "080"),
    **dict.fromkeys(("210", "231"), "230"),
    "099": "090",
    "109": "100",
}
"""Sub-lines below the line of their 0200, used to tell several 0200 of one policy number apart."""
_FIRST_BY_NATURE = frozenset({"0400", "0500"})
"""Satzarten that come many times per contract: without a number each is a first part."""


class _Entry:
    """One detail entry in the making: which Teildatensaetze it has, and its values."""

    __slots__ = ("seen", "values")

    def __init__(self, sparte: str) -> None:
        self.seen: set[str] = set()
        self.values: dict[str, Any] = {"sparte": sparte} if sparte else {}


class _Draft:
    """One contract in the making."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.general: dict[str, Any] = {}
        self.parties = PartyCollector()
        self.claims = ClaimCollector()
        self.commissions = CommissionCollector()
        self.details: dict[str, list[_Entry]] = {}
        self.facts: dict[str, list[Fact]] = {}
        self.sparten: dict[str, None] = {}
        self.texts: list[str] = []
        self.product = ""
        self.bases: set[str] = set()
        self._open: dict[tuple[str, str, str], list[_Entry]] = {}

    def add(self, number: int, text: str) -> None:
        """Takes one record."""
        satzart, sparte = text[:4], text[10:13]
        if satzart in DETAIL_RECORDS:
            self.sparten[sparte] = None
        kind = kind_of(satzart, sparte)
        if kind is None:
            return
        part = kind.part(text)
        if not part.isdigit() and not (part := self._missing_part(kind, part, number, text)):
            return
        self.bases.add(kind.base)
        extractor = kind.extractor(text, part)
        if extractor is None:
            if satzart in DETAIL_RECORDS:
                self._fact(None, satzart, part, text, number)
            return
        self._take(extractor, satzart, part, text, number)

    def _missing_part(self, kind: Kind, part: str, number: int, text: str) -> str:
        """1 where a blank number means the first part; else ``""``: the record is kept raw. Both are findings."""
        first = kind.base not in self.bases or kind.base in _FIRST_BY_NATURE
        if part == BLANK and (first or (kind.base == "0100" and looks_like_first(text))):
            severity, code, found = Severity.INFO, "part-number-missing", "1"
        else:
            severity, code, found = Severity.WARNING, "part-number-unknown", ""
        place = (("place", kind.base),)
        self.findings.append(Finding(severity=severity, code=code, record=number, parameters=place))
        return found

    def _take(self, extractor: Extractor, satzart: str, part: str, text: str, number: int) -> None:
        if extractor.product or extractor.texts:
            self._texts(extractor, text)
        group = extractor.group
        if group == "party":
            self.parties.add(extractor, part, text, number, self.findings)
        elif group == "general":
            self.general.update(extractor.read(text, number, self.findings))
            self.general.setdefault("record", number)
        elif group == "claim":
            self.claims.add(extractor, part, text, number, self.findings)
        elif group == "commission":
            self.commissions.add(extractor, part, text, number, self.findings)
        elif group == "commission_part":
            self.commissions.add_part(extractor, text, number, self.findings)
        else:
            self._detail(extractor, satzart, part, text, number)

    def _texts(self, extractor: Extractor, text: str) -> None:
        if extractor.product and (name := text[extractor.product].strip()):
            self.product = self.product or name
            self.texts.append(name)
        self.texts.extend(found for cut in extractor.texts if (found := text[cut].strip()))

    def _detail(self, extractor: Extractor, satzart: str, part: str, text: str, number: int) -> None:
        if satzart in DETAIL_RECORDS:
            self._fact(extractor, satzart, part, text, number)
        group = extractor.group
        place = (group, text[10:13] + satzart, text[extractor.join])
        entries = self._open.setdefault(place, [])
        if not entries or part in entries[-1].seen:
            entry = _Entry(text[10:13].strip())
            entries.append(entry)
            self.details.setdefault(group, []).append(entry)
        entry = entries[-1]
        entry.seen.add(part)
        entry.values.update(extractor.read(text, number, self.findings))

    def _fact(self, extractor: Extractor | None, satzart: str, part: str, text: str, number: int) -> None:
        sparte = text[10:13]
        fact: dict[str, str | int | None] = {"sparte": sparte, "td": part, "ref": "", "until": None, "record": number}
        if extractor is not None:
            for key, cut in extractor.facts:
                fact[key] = text[cut].strip()
            if extractor.reference is not None:
                fact["ref"] = text[extractor.reference].strip()
            if extractor.until is not None and isinstance(until := read_date(text[extractor.until]), PartialDate):
                fact["until"] = until.iso if until.day else None
        name = f"{satzart}.{sparte}.{part}"
        if name in self.facts:
            self.facts[name].append(fact)
        else:
            self.facts[name] = [fact]


def bundles_of(records: list[RawRecord], vu: str, policy: str, sequence: str) -> Iterator[ContractBundle]:
    """One bundle per 0200 of the policy number; without any 0200 one orphan with everything that came."""
    heads: dict[str, None] = {text[10:13]: None for _, text in records if text.startswith("0200")}
    if len(heads) <= 1:
        sparte = next(iter(heads)) if heads else records[0].text[10:13]
        yield _bundle(ContractKey(vu, sparte, policy, sequence), records, [], orphan=not heads)
        return
    own, shared = _distribute(records, list(heads))
    for index, sparte in enumerate(heads):
        others = [] if index == 0 else shared
        yield _bundle(ContractKey(vu, sparte, policy, sequence), own[sparte], others, orphan=False)


def _distribute(records: list[RawRecord], heads: list[str]) -> tuple[dict[str, list[RawRecord]], list[RawRecord]]:
    """Records by 0200: same Sparte, else same family, else the 0200 before them.

    Party blocks that fit no 0200 stand for all of them: raw with the first, as partners with the others too.
    """
    by_family = {_FOLD.get(sparte, sparte): sparte for sparte in reversed(heads)}
    own: dict[str, list[RawRecord]] = {sparte: [] for sparte in heads}
    shared: list[RawRecord] = []
    current = heads[0]
    for record in records:
        sparte = record.text[10:13]
        target = sparte if sparte in own else by_family.get(_FOLD.get(sparte, sparte), "")
        if record.text.startswith("0200"):
            current = sparte
        if not target and record.text.startswith("0100"):
            shared.append(record)
            target = heads[0]
        own[target or current].append(record)
    return own, shared


def _bundle(key: ContractKey, records: list[RawRecord], shared: list[RawRecord], *, orphan: bool) -> ContractBundle:
    draft = _Draft()
    for number, text in shared:
        draft.add(number, text)
    del draft.findings[:]
    for number, text in records:
        draft.add(number, text)
    findings = draft.findings
    parties = draft.parties.finish(findings)
    holders = [p for p in parties if p.is_policyholder]
    first = records[0] if records else shared[0]
    if orphan:
        findings.append(_about("contract-without-general", first, key))
    elif not holders:
        findings.append(_about("contract-without-policyholder", first, key))
    lead = next((r.text for r in records if r.text.startswith("0200")), first.text)
    bundled = lead[9] == "1"
    return ContractBundle(
        key=key,
        bundled=bundled,
        broker_number=lead[32:42].strip(),
        general=None if orphan else _general(draft.general),
        parties=parties,
        product=draft.product,
        facts=LineFacts(
            sparte=key.sparte,
            bundled=bundled,
            details=tuple(draft.sparten),
            customer_is_organisation=bool(holders) and holders[0].is_organisation,
            product_texts=tuple(dict.fromkeys(draft.texts)),
            facts={name: tuple(found) for name, found in draft.facts.items()},
        ),
        details={group: tuple(e.values for e in entries) for group, entries in draft.details.items()},
        claims=draft.claims.finish(),
        commissions=draft.commissions.finish(),
        raw=tuple(records),
        findings=tuple(findings),
    )


def _general(values: dict[str, Any]) -> GeneralPart:
    reasons = str(values.pop("change_reasons", ""))
    codes = (reasons[i : i + 2] for i in range(0, len(reasons), 2))
    values["change_reasons"] = tuple(dict.fromkeys(code for code in codes if code not in {"00", ""}))
    if values.get("leaving_reason") == "00":
        del values["leaving_reason"]
    if values.get("net_cents") and values.get("gross_cents") == 0:
        del values["gross_cents"]
    return GeneralPart(**values)


def _about(code: str, record: RawRecord, key: ContractKey) -> Finding:
    return Finding(severity=Severity.WARNING, code=code, record=record.number, parameters=(("policy", key.policy),))
