"""The difference of two ordered lists of ids as removals and insertions, for models that keep the view in place."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

MOST_STEPS = 64


@dataclass(frozen=True, slots=True)
class Step:
    """`count` rows from `first` on are removed, or `inserted` there."""

    first: int
    count: int
    inserted: array[int] | None = None


def difference(old: array[int], new: array[int]) -> list[Step] | None:
    """Steps that turn `old` into `new`, each valid after the one before; None when starting anew is cheaper.

    Anew means: what stays changes its order, or more than 64 runs come and go.
    """
    if old == new:
        return []
    if not old or not new:
        return None
    before, after = set(old), set(new)
    if [i for i in old if i in after] != [i for i in new if i in before]:
        return None
    gone = _runs(old, after)
    come = _runs(new, before)
    if len(gone) + len(come) > MOST_STEPS:
        return None
    steps = [Step(first, count) for first, count in reversed(gone)]
    return steps + [Step(first, count, new[first : first + count]) for first, count in come]


def _runs(ids: array[int], known: set[int]) -> list[tuple[int, int]]:
    """Runs (first, count) of ids that are not in `known`."""
    runs: list[tuple[int, int]] = []
    for position, row_id in enumerate(ids):
        if row_id in known:
            continue
        if runs and runs[-1][0] + runs[-1][1] == position:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((position, 1))
    return runs
