"""What the palette shows and where it comes from: hits, providers, the provider of commands, matching."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from brokerdesk.models.values.folding import fold, fold_expanded
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.kit import Kit

COMMANDS, PEOPLE, NUMBERS = ">", "@", "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line of the palette. `reason` makes it unavailable and says why; `seed` shows an avatar instead of an icon."""

    title: str
    run: Callable[[], object]
    group: str
    remark: str = ""
    icon: str = ""
    seed: str = ""
    letters: str = ""
    square: bool = False
    keys: tuple[str, ...] = ()
    reason: str = ""
    score: float = 0.0


class Provider(Protocol):
    """Finds hits. `prefixes` are those it answers besides none; slow ones use the background and call back."""

    prefixes: str

    def find(self, words: str, show: Callable[[Sequence[Hit]], None]) -> None:
        """Call `show` with the hits for `words`, at once or later on the GUI thread. Empty words ask for recent ones."""
        ...


def matches(words: str, text: str) -> list[tuple[int, int]] | None:
    """Where the words stand in `text` as (start, length), preferably at the start of a word; None when one is missing.

    Umlauts and accents count as in the search of records: `grün`, `gruen` and `grun` find Grün. A match that only the
    longer spelling has is not marked.
    """
    plain, places = _folded(text)
    expanded = fold_expanded(text)
    found: list[tuple[int, int]] = []
    for word in words.split():
        at = _word_start(plain, fold(word))
        if at < 0 and _word_start(expanded, fold_expanded(word)) < 0:
            return None
        if at >= 0:
            start, end = places[at], places[at + len(fold(word)) - 1] + 1
            found.append((start, end - start))
    return sorted(found)


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its letters, the place in `text` it came from."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for part in fold(letter):
            letters.append(part)
            places.append(place)
    return "".join(letters), places


def _word_start(text: str, needle: str) -> int:
    """First place of `needle` at the start of a word; inside words only from three letters on."""
    at, inside = text.find(needle), -1
    while at >= 0:
        if at == 0 or not text[at - 1].isalnum():
            return at
        inside = at if inside < 0 else inside
        at = text.find(needle, at + 1)
    return inside if len(needle) >= 3 else -1


class CommandProvider:
    """Commands of a registry, with their shortcuts, synonyms and, when impossible, their reasons."""

    prefixes = COMMANDS

    def __init__(self, kit: Kit, registry: ActionRegistry) -> None:
        """Recently used commands come first; they are forgotten with the window."""
        self._kit, self._registry = kit, registry
        self._recent: list[str] = []

    def find(self, words: str, show: Callable[[Sequence[Hit]], None]) -> None:
        """At once."""
        hits: list[Hit] = []
        for spec in self._registry.specs():
            if not spec.palette:
                continue
            title = self._kit.texts(spec.text_key)
            synonyms = self._kit.texts(spec.keywords_key) if spec.keywords_key else ""
            if words and matches(words, title) is None and matches(words, f"{title} {synonyms}") is None:
                continue
            if not words and spec.id not in self._recent and len(hits) >= 8:
                continue
            hits.append(self._hit(spec.id, title, spec.icon, spec.shortcut, words))
        show(sorted(hits, key=lambda hit: -hit.score))

    def _hit(self, action_id: str, title: str, icon: str, shortcut: str, words: str) -> Hit:
        texts = self._kit.texts
        reason = self._registry.reason(action_id)
        score = 50.0 if words and fold_expanded(title).startswith(fold_expanded(words)) else 0.0
        if action_id in self._recent:
            score += 20 - self._recent.index(action_id)
        return Hit(
            title=title, run=lambda: self._run(action_id), icon=icon or "terminal-2", reason=reason, score=score,
            group=texts("ui.palette.unavailable" if reason else "ui.palette.commands"),
            keys=tuple(texts.shortcut_keys(shortcut)) if shortcut else (),
        )  # fmt: skip

    def _run(self, action_id: str) -> None:
        self._recent = [action_id, *(a for a in self._recent if a != action_id)][:10]
        self._registry.trigger(action_id)
