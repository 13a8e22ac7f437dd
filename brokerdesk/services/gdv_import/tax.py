"""Compares the insurance tax a delivery implies with the table of rates (lines.md 2.3). A finding, never a correction."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal

from brokerdesk.formats.gdv.records import ContractBundle, GeneralPart
from brokerdesk.models.rules.lines import tax_finding, tax_rate
from brokerdesk.models.values.findings import Finding
from brokerdesk.models.values.lines import Classification, LineCatalogue

_HEALTH = "020"
_HUNDRED = Decimal(100)
_ROUNDING_CENTS = Decimal(1)


def tax_findings(
    bundle: ContractBundle, line: Classification, *, catalogue: LineCatalogue, today: date
) -> list[Finding]:
    """`tax-differs` when the delivered rate is not the table's; nothing where parts are taxed one by one.

    The delivered rate is the one of 0410, else zero by the flag of 0200, else gross to net; amounts that the table's rate
    explains to the cent are equal. A rate the table itself is unsure of proves nothing.
    """
    general = bundle.general
    if general is None:
        return []
    stated = _stated(bundle, general)
    net, gross = general.net_cents, general.gross_cents
    if stated is None and (not (net and gross and net > 0) or bundle.key.sparte == _HEALTH):
        return []  # health: net is per month and gross per instalment
    on = _due(general, today)
    rate = tax_rate(line.line, bundle.key.sparte, on, catalogue=catalogue)
    inner = [tax_rate(p.code, "", on, catalogue=catalogue) for p in line.parts if p.code in catalogue.lines]
    if rate.percent is None or rate.unsure or any(part.percent != rate.percent for part in inner):
        return []
    if stated is None:
        assert net is not None and gross is not None
        if abs(gross - net * (1 + rate.percent / _HUNDRED)) <= _ROUNDING_CENTS:
            return []
        stated = ((Decimal(gross) / net - 1) * _HUNDRED).quantize(Decimal("0.01"))
    found = tax_finding(stated, rate)
    return [found] if found else []


def _stated(bundle: ContractBundle, general: GeneralPart) -> Decimal | None:
    """The rate the delivery names, in percent; several different ones are none."""
    rates = {
        Decimal(str(part["tax_percent"]))
        for booking in bundle.commissions
        for part in booking.parts
        if part.get("tax_percent")
    } - {Decimal(0)}
    if len(rates) == 1:
        return rates.pop()
    return Decimal(0) if general.tax_free == "1" and not rates else None


def _due(general: GeneralPart, today: date) -> date:
    """The main due date that began the current period; without one the rate of today counts."""
    due = general.main_due
    if due is None or not due.month or not due.day:
        return today
    for year in (today.year, today.year - 1):
        with suppress(ValueError):
            if (found := date(year, due.month, due.day)) <= today:
                return found
    return today
