"""The line of business of a contract and what follows from it: tags, needs, due, tax, release of documents.

Pure: facts, catalogue and date in, values out (product/lines.md sections 1–4). How single Sparten are read is in
`line_families`; nothing here knows files or records beyond that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from brokerdesk.models.rules.line_delivery import Delivery, Verdict, folded, hits, text_of, until_of
from brokerdesk.models.rules.line_families import FAMILIES
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.models.values.line_facts import Fact, LineFacts
from brokerdesk.models.values.lines import (
    Answer,
    Basis,
    Classification,
    Due,
    LineCatalogue,
    Part,
    TaxRate,
)
from brokerdesk.models.values.money import to_cents, to_euros
from brokerdesk.models.values.tables import valid_value

LINE_ASSUMED = "line-assumed"
LINE_UNKNOWN = "line-unknown"
TAX_DIFFERS = "tax-differs"
TAX_TOLERANCE = Decimal("0.02")
_BUNDLES = frozenset({"000", "630", "650"})
_GENERIC_TEXTS = frozenset({"fire", "accident", "various"})
_MOTOR_SUB_LINES = frozenset({"051", "052", "053", "054", "055", "059"})
_ORDER = {Basis.MANUAL: 0, Basis.FIELD: 1, Basis.SPARTE: 1, Basis.TEXT: 2, Basis.DEFAULT: 3}


def classify(
    facts: LineFacts,
    *,
    catalogue: LineCatalogue,
    today: date,
    manual: str | None = None,
    private_cover: bool = False,
) -> Classification:
    """The line of a delivered contract by the ordered steps of lines.md 3.1.

    `manual` is the line a user chose; it stays, and `delivered_line` tells what the delivery says instead. Parts and
    features always come from the delivery. `private_cover` is the person's own fact "private cover" (3.5 step 4).
    """
    delivery = Delivery(facts, catalogue, today, private_cover)
    found = _delivered(delivery)
    if manual is None:
        return found
    return Classification(
        line=manual,
        basis=Basis.MANUAL,
        parts=tuple(p for p in found.parts if p.code != manual),
        features=found.features,
        delivered_line=found.line if found.line != manual else None,
    )


def may_replace(old: Basis, new: Basis) -> bool:
    """Whether a later delivery may replace a line: by an equal or better basis, never a manual one."""
    return old is not Basis.MANUAL and _ORDER[new] <= _ORDER[old]


def _delivered(delivery: Delivery) -> Classification:
    sparte = delivery.facts.sparte
    if sparte in _MOTOR_SUB_LINES:
        sparte = "050"
    if sparte not in delivery.catalogue.homes:
        finding = Finding(severity=Severity.WARNING, code=LINE_UNKNOWN, parameters=(("sparte", delivery.facts.sparte),))
        return Classification(line="other", basis=Basis.DEFAULT, findings=(finding,))
    families = _families(delivery, sparte)
    if sparte in _BUNDLES or (delivery.facts.bundled and set(families) - {_head(delivery, sparte)}):
        return _bundle(delivery, sparte, families)
    return _single(delivery, sparte)


def _head(delivery: Delivery, sparte: str) -> str:
    """The head of a sub-line (3.1 step 3)."""
    for fold in delivery.catalogue.folds:
        if sparte in fold.sparten and fold.when in (None, delivery.facts.sparte):
            return fold.head
    return sparte


def _families(delivery: Delivery, sparte: str) -> list[str]:
    """The families among the detail records, in the order of delivery; 510 beside motor is a part."""
    counted = _counting_details(delivery)
    heads = list(dict.fromkeys(_head(delivery, d) for d in counted if d not in _BUNDLES))
    known = [h for h in heads if h in delivery.catalogue.homes]
    motor = "050" in known or sparte in ("050", "600")
    return [h for h in known if not (h == "510" and motor)]


def _counting_details(delivery: Delivery) -> list[str]:
    """Sparten of the details; excluded ones count only when nothing else is left (3.1 step 2)."""
    active = [d for d in delivery.facts.details if _has_active(delivery, d)]
    return active or list(delivery.facts.details)


def _has_active(delivery: Delivery, sparte: str) -> bool:
    found = _facts_of(delivery, sparte)
    dated = [f for f in found if until_of(f)]
    return not dated or any(delivery.is_active(f) for f in dated)


def _facts_of(delivery: Delivery, sparte: str) -> list[Fact]:
    return [f for key, facts in delivery.facts.facts.items() if key.split(".")[1] == sparte for f in facts]


def _bundle(delivery: Delivery, sparte: str, families: list[str]) -> Classification:
    if not families:
        return _named_bundle(delivery, sparte)
    history = _history(delivery, families)
    if len(families) == 1:
        only = _single(delivery, families[0])
        whole = Verdict(parts=list(only.parts))
        for former in history:
            if former.code != only.line:
                whole.add(former.code, former.until)
        return replace(only, parts=tuple(whole.parts))
    basis = Basis.SPARTE if sparte in _BUNDLES else Basis.FIELD
    whole = Verdict(parts=history)
    findings: list[Finding] = []
    for family in families:
        part = _single(delivery, family)
        whole.add(part.line)
        for inner in part.parts:
            whole.add(inner.code, inner.until)
        whole.features.update(part.features)
        findings += part.findings
    return Classification(
        line="bundle", basis=basis, parts=tuple(whole.parts), features=whole.features, findings=tuple(findings)
    )


def _history(delivery: Delivery, families: list[str]) -> list[Part]:
    """Families of a bundle that are excluded as a whole: parts with their exclusion date."""
    found = Verdict()
    for sparte in dict.fromkeys(delivery.facts.details):
        head = _head(delivery, sparte)
        if sparte in _BUNDLES or head in families or head not in delivery.catalogue.homes:
            continue
        if _has_active(delivery, sparte):
            continue
        dates = [until_of(f) for f in _facts_of(delivery, sparte)]
        found.add(_single(delivery, head).line, max((d for d in dates if d), default=None))
    return found.parts


def _named_bundle(delivery: Delivery, sparte: str) -> Classification:
    """A bundle without details: by the name of the line, else a bundle that is assumed."""
    name = folded(" ".join(text_of(f, "b49") for f in delivery.records("0210", sparte)))
    for words in delivery.catalogue.words:
        if words.line and hits(words, name) and not (words.persons and delivery.organisation):
            return Classification(line=words.line, basis=Basis.TEXT)
    return _finished(delivery, sparte, Verdict(line="bundle", basis=Basis.DEFAULT, missing="parts"))


def _single(delivery: Delivery, sparte: str) -> Classification:
    """Steps 5–8 for one family: field, text, assumption or home."""
    decide = FAMILIES.get(sparte)
    verdict = decide(delivery, sparte) if decide else Verdict()
    if verdict.line is None:
        verdict.line = _line_by_text(delivery, sparte)
        verdict.basis = Basis.TEXT
    if verdict.line is None:
        assumed = delivery.catalogue.assumption(sparte, organisation=delivery.organisation)
        if assumed:
            verdict.line, verdict.basis, verdict.missing = assumed.line, Basis.DEFAULT, assumed.missing
        else:
            verdict.line, verdict.basis = delivery.catalogue.homes[sparte], Basis.SPARTE
    return _finished(delivery, sparte, verdict)


def _line_by_text(delivery: Delivery, sparte: str) -> str | None:
    texts = [text_of(f, "b209") for f in delivery.records("0210", sparte)]
    texts += [text_of(f, "b50") for f in delivery.records("0220", sparte)]
    text = folded(" ".join([*delivery.facts.product_texts, *texts]))
    for words in delivery.catalogue.words:
        if words.family not in _GENERIC_TEXTS or sparte not in words.sparten:
            continue
        if not (words.persons and delivery.organisation) and hits(words, text):
            return words.line
    return None


def _finished(delivery: Delivery, sparte: str, verdict: Verdict) -> Classification:
    findings: tuple[Finding, ...] = ()
    line = verdict.line or "other"
    if verdict.missing:
        parameters = (("sparte", sparte), ("line", line), ("missing", verdict.missing))
        findings = (Finding(severity=Severity.WARNING, code=LINE_ASSUMED, parameters=parameters),)
    return Classification(
        line=line,
        basis=verdict.basis,
        parts=tuple(p for p in verdict.parts if p.code != line),
        features=verdict.features,
        findings=findings,
    )


def tags(
    line: str, parts: Iterable[Part], features: Mapping[str, Answer], *, catalogue: LineCatalogue, today: date
) -> frozenset[str]:
    """What the rules may ask of a contract: tags of its line and group, its active parts, its known features.

    An unknown feature gives no tag. An unknown line code (of a newer portal) has no tags of its own.
    """
    known = catalogue.lines.get(line)
    found = set(known.tags | catalogue.groups[known.group]) if known else set()
    for part in parts:
        if part.active(today):
            inner = catalogue.lines.get(part.code)
            found |= inner.tags | catalogue.groups[inner.group] if inner else catalogue.part_tags.get(part.code, set())
    for feature, stated in features.items():
        if stated is Answer.YES:
            found |= catalogue.feature_tags.get(feature, frozenset())
    return frozenset(found)


def topics(
    line: str,
    parts: Iterable[Part],
    features: Mapping[str, Answer],
    *,
    catalogue: LineCatalogue,
    today: date,
    known: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """The needs a contract meets (lines.md 2.2). `known` are facts beyond the contract: `earmarked`, `sum`, `medical`."""
    active = {p.code for p in parts if p.active(today)}
    holds = {f"part:{code}" for code in active} | {f"fact:{code}" for code in known}
    holds |= {f"yes:{code}" for code, stated in features.items() if stated is Answer.YES}
    found: set[str] = set()
    for code in (line, *active):
        entry = catalogue.lines.get(code)
        for topic in entry.topics if entry else ():
            unless = topic.condition.removeprefix("not:") if topic.condition.startswith("not:") else None
            if not topic.condition or topic.condition in holds or (unless and f"yes:{unless}" not in holds):
                found.add(topic.code)
    return frozenset(found)


def holds_health_data(line: str, parts: Iterable[Part], *, catalogue: LineCatalogue) -> bool:
    """Flag H: documents of this contract probably hold health data (line or any part)."""
    codes = (line, *(p.code for p in parts))
    return any(entry.health for code in codes if (entry := catalogue.lines.get(code)))


def hidden_in_app(line: str, *, catalogue: LineCatalogue, investment_entitled: bool) -> bool:
    """Flag I: investment contracts stay out of the app without the entitlement; an unknown line is shown."""
    entry = catalogue.lines.get(line)
    return bool(entry and entry.investment and not investment_entitled)


def due_kind(line: str, on: date, *, catalogue: LineCatalogue, country: str = "DE") -> Due:
    """How the due date of a line comes about on a day."""
    entry = catalogue.lines.get(line)
    return Due(valid_value(entry.due[country], on) or Due.NONE) if entry else Due.NONE


def notice_months(line: str, on: date, *, catalogue: LineCatalogue, country: str = "DE") -> int | None:
    """Months of notice to the due date, or None where there is no ordinary notice or the contract decides."""
    entry = catalogue.lines.get(line)
    found = valid_value(entry.notice[country], on) if entry else None
    return None if found is None else int(found)


def tax_rate(line: str, sparte: str, on_date: date, country: str = "DE", *, catalogue: LineCatalogue) -> TaxRate:
    """Insurance tax of a premium by the row valid on its due date (lines.md 2.3). The Sparte decides where it is listed."""
    entry = catalogue.lines.get(line)
    if entry is None or country not in entry.tax:
        return TaxRate(percent=None, key="none")
    key, unsure = entry.tax[country], country in entry.tax_unsure
    for rule in catalogue.tax_by_sparte:
        if rule.country == country and sparte in rule.sparten and line in rule.lines:
            key, unsure = rule.key, rule.unsure
    row = next((r for r in reversed(catalogue.taxes[country][key]) if r.valid_from <= on_date), None)
    return TaxRate(percent=row.percent if row else None, key=key, unsure=unsure)


def net_cents(gross: int, rate: TaxRate) -> int | None:
    """The net premium of a gross one in cents, or None where none can be derived."""
    if rate.percent is None:
        return None
    return to_cents(to_euros(gross) / (1 + rate.percent / 100))


def tax_finding(delivered_percent: Decimal, rate: TaxRate) -> Finding | None:
    """`tax-differs` when the delivered rate is more than 0.02 points from the table; never a correction."""
    if rate.percent is None or abs(delivered_percent - rate.percent) <= TAX_TOLERANCE:
        return None
    parameters = (("delivered_percent", str(delivered_percent)), ("table_percent", str(rate.percent)))
    return Finding(severity=Severity.WARNING, code=TAX_DIFFERS, parameters=parameters)


def releasable(category: str, *, catalogue: LineCatalogue) -> bool:
    """Whether a document of this category can get an eye at all; unknown ones count as `uncategorised`."""
    entry = catalogue.categories.get(category, catalogue.categories["uncategorised"])
    return not entry.never


def preselected(
    category: str,
    *,
    catalogue: LineCatalogue,
    parent_is_health: bool = False,
    parent_is_investment: bool = False,
    investment_entitled: bool = False,
    marked_health: bool = False,
    recommended: bool | None = None,
) -> bool:
    """Whether a document is ticked for release in option B (lines.md § 4).

    `parent_*` are the flags of its contract or claim, `marked_health` a document set to H by hand, `recommended` the
    office's own choice for the category.
    """
    entry = catalogue.categories.get(category, catalogue.categories["uncategorised"])
    wanted = entry.recommended if recommended is None else recommended
    blocked = entry.never or entry.health or marked_health
    blocked |= parent_is_health and entry.drop_in_health
    blocked |= parent_is_investment and not investment_entitled
    return wanted and not blocked
