"""The order of a long list, kept so that each search only picks its hits out of it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import compress

_FEW = 8
"""A search that finds less than an eighth of a list sorts what it found; one that finds more marks it in the list."""


@dataclass(frozen=True)
class ListOrder:
    """All keys of a list in its order, as of one version of the book."""

    version: int
    keys: array[int]

    @cached_property
    def places(self) -> array[int]:
        """Key → its place in the order, -1 for keys that the list does not show."""
        places = array("i", [-1]) * (max(self.keys, default=0) + 1)
        for place, key in enumerate(self.keys):
            places[key] = place
        return places

    def only(self, found: Collection[int]) -> array[int]:
        """The found keys in this order, each once; keys that the list does not show are left out."""
        places = self.places
        if max(found, default=0) >= len(places):
            found = [key for key in found if key < len(places)]
        if len(found) * _FEW < len(self.keys):
            few = sorted(set(map(places.__getitem__, found)))
            return array("q", map(self.keys.__getitem__, few[bisect_left(few, 0) :]))
        if len(found) >= len(self.keys) and self._all_in(found):
            return self.keys
        marks = bytearray(len(self.keys) + 1)  # the last one is where -1 leads
        for place in map(places.__getitem__, found):
            marks[place] = 1
        return array("q", compress(self.keys, marks))

    @cached_property
    def _listed(self) -> int:
        """One byte per key, 1 for those of the list, as one large number."""
        return _marked(self.keys, len(self.places))

    def _all_in(self, found: Collection[int]) -> bool:
        """Whether every key of the list was found: `5` where all postcodes begin with it."""
        return _marked(found, len(self.places)) & self._listed == self._listed


def _marked(keys: Collection[int], size: int) -> int:
    marks = bytearray(size)
    for key in keys:
        marks[key] = 1
    return int.from_bytes(marks, "little")
