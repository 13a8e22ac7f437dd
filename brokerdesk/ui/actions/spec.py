"""What a command is: one declaration per command, and the checks every catalogue of them must pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from PySide6.QtGui import QKeySequence

from brokerdesk.core.paths import resource
from brokerdesk.core.texts import LANGUAGES, UnknownTextError, catalogue

WINDOW = "window"
_UNFIT_KEYS = ("[", "]", "{", "}", "/", "\\", "`", "~")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionContext:
    """What is shown and selected now: the page, how many rows, and facts such as `online` or the open record's id."""

    page: str = ""
    selected: int = 0
    record: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


Condition = Callable[[ActionContext], str]
"""Gives the key of the reason why a command is not possible, or an empty text when it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One command. `text_key` ends in „…“ in all languages only if a dialog follows.

    `menu` is the menu it stands in, `group` separates blocks inside; `context_menus` names the kinds of rows whose
    context menu offers it; `scope` limits its shortcut to a page; a command that is not in a menu is in the palette.
    """

    id: str
    text_key: str
    icon: str = ""
    shortcut: str = ""
    menu: str = ""
    group: int = 0
    scope: str = WINDOW
    keywords_key: str = ""
    when: Condition | None = None
    context_menus: tuple[str, ...] = ()
    palette: bool = True
    checkable: bool = False
    role: str = ""

    def reason(self, context: ActionContext) -> str:
        """Key of the reason why it is not possible now, or an empty text."""
        return self.when(context) if self.when is not None else ""


@dataclass(frozen=True, slots=True)
class MenuSpec:
    """One menu of the menu bar."""

    id: str
    text_key: str


def on_pages(*pages: str, reason_key: str) -> Condition:
    """Possible on these pages."""
    return lambda context: "" if context.page in pages else reason_key


def needs_fact(name: str, reason_key: str) -> Condition:
    """Possible while a fact of the context is true."""
    return lambda context: "" if context.facts.get(name) else reason_key


def every(*conditions: Condition) -> Condition:
    """Possible when all conditions are; gives the first reason otherwise."""
    return lambda context: next((reason for c in conditions if (reason := c(context))), "")


def faults(specs: Iterable[ActionSpec], menus: Iterable[MenuSpec]) -> list[str]:
    """Everything wrong with a catalogue; empty when it is fit. For tests of the areas that add to it."""
    found: list[str] = []
    specs, known_menus = list(specs), {menu.id for menu in menus}
    seen: set[str] = set()
    for spec in specs:
        if spec.id in seen:
            found.append(f"{spec.id}: declared twice")
        seen.add(spec.id)
        found += [f"{spec.id}: {fault}" for fault in _faults_of(spec, known_menus)]
    return found + _conflicts(specs)


def _faults_of(spec: ActionSpec, menus: set[str]) -> list[str]:
    found = []
    for key in filter(None, (spec.text_key, spec.keywords_key)):
        try:
            forms = catalogue()[key]
        except (KeyError, UnknownTextError):
            found.append(f"no text {key}")
            continue
        found += [f"text {key} lacks {language}" for language in LANGUAGES if not forms.get(language)]
    if spec.menu and spec.menu not in menus:
        found.append(f"unknown menu {spec.menu}")
    if spec.context_menus and not (spec.menu or spec.palette):
        found.append("only in a context menu")
    if spec.icon:
        try:
            resource(f"icons/{spec.icon}.svg")
        except FileNotFoundError:
            found.append(f"no icon {spec.icon}")
    return found + _shortcut_faults(spec)


def _shortcut_faults(spec: ActionSpec) -> list[str]:
    if not spec.shortcut:
        return []
    keys = QKeySequence(spec.shortcut).toString(QKeySequence.SequenceFormat.PortableText)
    last = keys.split("+")[-1]
    found = [] if keys else [f"shortcut {spec.shortcut} is none"]
    if "Ctrl+Alt" in keys and len(last) == 1 and last.isalpha():
        found.append(f"shortcut {keys} is AltGr and a letter")
    if last in _UNFIT_KEYS:
        found.append(f"shortcut {keys} needs AltGr on German keyboards")
    return found


def _conflicts(specs: Iterable[ActionSpec]) -> list[str]:
    taken: dict[tuple[str, str], str] = {}
    found = []
    with_keys = [spec for spec in specs if spec.shortcut]
    for spec in sorted(with_keys, key=lambda s: s.scope != WINDOW):
        keys = QKeySequence(spec.shortcut).toString()
        holder = taken.get((WINDOW, keys)) or taken.get((spec.scope, keys))
        if holder:
            found.append(f"{spec.id}: shortcut {keys} belongs to {holder}")
        taken[spec.scope, keys] = spec.id
    return found
