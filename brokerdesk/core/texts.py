"""The one catalogue of texts: `resources/texts/*.toml`, one table per key with all languages side by side.

    [customers.count]
    de = "{n} Kunden"
    de_one = "1 Kunde"
    nl = "{n} klanten"
    …

`<language>_one` is the form for `n == 1`. A missing key or language is a fault of the program and raises; there is no
silent fallback. The pseudo language stretches the German text by half and marks it, so that tests can find what was not
translated. Which language is spoken is decided by the caller: window, command line, letter or page.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from brokerdesk.core.paths import resource

LANGUAGES = ("de", "nl", "en")
PSEUDO = "xx"
_LINE = re.compile(r'\[([\w.-]+)\]|(\w+) *= *"([^"\\\x00-\x1f]*)"|#.*|\s*')


class UnknownTextError(LookupError):
    """A key that no catalogue has: a fault of the program, found by the catalogue test."""


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every key with its forms (`de`, `de_one`, …), from all files of `resources/texts`. Raises on a repeated key."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(resource("texts").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        entries = plain_entries(text)
        for key, forms in entries.items() if entries is not None else _entries(tomllib.loads(text), ()):
            if key in found:
                raise ValueError(f"text {key} stands twice")
            found[key] = forms
    return found


def plain_entries(text: str) -> dict[str, dict[str, str]] | None:
    """The entries of a file of headings and one-line texts without escapes; None when it has anything else.

    Every start of the program reads all texts, and a whole TOML parser takes ten times as long.
    """
    found: dict[str, dict[str, str]] = {}
    forms: dict[str, str] | None = None
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        heading, name, words = match.groups()
        if heading is not None:
            if heading in found:
                return None
            forms = found[heading] = {}
        elif name is not None:
            if forms is None or name in forms:
                return None
            forms[name] = words
    return {key: forms for key, forms in found.items() if "de" in forms}


def _entries(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, str]]]:
    if "de" in table and isinstance(table["de"], str):
        yield ".".join(path), table
        return
    for name, inner in table.items():
        if isinstance(inner, dict):
            yield from _entries(inner, (*path, name))


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    language: str
    _forms: Mapping[str, Mapping[str, str]] = field(default_factory=catalogue, repr=False)

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` with `{name}` filled from `values`; `n=1` picks the singular.

        Raises `UnknownTextError` for a key that is not in the catalogue.
        """
        forms = self._forms.get(key)
        if forms is None:
            raise UnknownTextError(key)
        language = "de" if self.language == PSEUDO else self.language
        text = forms.get(f"{language}_one") if values.get("n") == 1 else None
        text = text or forms[language]
        filled = text.format_map({k: _shown(v) for k, v in values.items()}) if values else text
        return pseudo(filled) if self.language == PSEUDO else filled

    def has(self, key: str) -> bool:
        """Whether the catalogue has `key`; for codes of newer portals, which are shown raw."""
        return key in self._forms


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def pseudo(text: str) -> str:
    """`text` marked and half as long again, with letters that need the whole font."""
    return f"⟦{text.translate(str.maketrans('aeiou', 'åéîøü'))}{'·' * (len(text) // 2)}⟧"
