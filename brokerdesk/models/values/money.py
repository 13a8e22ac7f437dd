"""Money as integer cents, and the exact roundings and splits of the rules (decisions.md, "Numbers").

Inside rules amounts are `Decimal` euros and are rounded only by `r2`; at every border they are integer cents.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

PRECISION = Context(prec=28, rounding=ROUND_HALF_UP)
Cents = int


def r2(value: Decimal) -> Decimal:
    """`value` rounded to two places, half away from zero."""
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def r4(value: Decimal) -> Decimal:
    """`value` rounded to four places, half away from zero."""
    return value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def to_cents(euros: Decimal) -> Cents:
    """Decimal euros as integer cents, rounded by `r2`."""
    return int(r2(euros) * 100)


def to_euros(cents: Cents) -> Decimal:
    """Integer cents as decimal euros with two places."""
    return Decimal(cents).scaleb(-2)


def allocate(total: Cents, weights: Sequence[Decimal]) -> list[Cents]:
    """Split `total` by `weights` so that the parts add up to it exactly (largest remainder, ties to the earlier part).

    Raises `ValueError` for negative weights or when all are zero.
    """
    if any(w < 0 for w in weights) or not (whole := sum(weights, Decimal(0))):
        raise ValueError("weights must be non-negative and not all zero")
    with localcontext(PRECISION):
        exact = [Decimal(abs(total)) * w / whole for w in weights]
        parts = [int(e) for e in exact]
        order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
        for i in order[: abs(total) - sum(parts)]:
            parts[i] += 1
    return parts if total >= 0 else [-p for p in parts]


def spread(total: Cents, periods: int) -> list[Cents]:
    """Split `total` evenly over `periods` by cumulative difference, so that every prefix is as even as possible."""
    if periods <= 0:
        raise ValueError("at least one period")
    cumulative = [to_cents(to_euros(total) * i / periods) for i in range(periods + 1)]
    return [b - a for a, b in itertools.pairwise(cumulative)]
