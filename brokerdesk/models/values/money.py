"""Money as integer cents, and the exact roundings and splits of the rules (decisions.md, "Numbers").

Inside rules amounts are `Decimal` euros and are rounded only by `r2`; at every border they are integer cents.
"""

from __future__ import annotations

import itertools
from decimal import ROUND_HALF_UP, Context, Decimal

PRECISION = Context(prec=28, rounding=ROUND_HALF_UP)
Cents = int


def r2(value: Decimal) -> Decimal:
    """`value` rounded to two places, half away from zero."""
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def to_cents(euros: Decimal) -> Cents:
    """Decimal euros as integer cents, rounded by `r2`."""
    return int(r2(euros) * 100)


def to_euros(cents: Cents) -> Decimal:
    """Integer cents as decimal euros with two places."""
    return Decimal(cents).scaleb(-2)


def spread(total: Cents, periods: int) -> list[Cents]:
    """Split `total` evenly over `periods` by cumulative difference, so that every prefix is as even as possible."""
    if periods <= 0:
        raise ValueError("at least one period")
    cumulative = [to_cents(to_euros(total) * i / periods) for i in range(periods + 1)]
    return [b - a for a, b in itertools.pairwise(cumulative)]
