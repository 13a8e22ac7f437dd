"""Connects the commands of text size, colours and language to theme and translator."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from brokerdesk.core.texts import LANGUAGES
from brokerdesk.ui.actions.registry import ActionRegistry
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme import Mode

STEP = 10


def connect_view_actions(registry: ActionRegistry, kit: Kit, saved: Callable[[], object]) -> None:
    """`saved` is called after each change, so that the caller keeps the settings."""
    theme, texts = kit.theme, kit.texts

    def resize(percent: int) -> None:
        theme.set_percent(percent)
        saved()

    registry.on("view.larger", lambda: resize(theme.units.percent + STEP))
    registry.on("view.smaller", lambda: resize(theme.units.percent - STEP))
    registry.on("view.normal-size", lambda: resize(100))

    def paint(mode: Mode) -> None:
        theme.set_mode(mode)
        saved()
        tick()

    def speak(language: str) -> None:
        texts.set_language(language)
        saved()
        tick()

    def tick() -> None:
        for mode in Mode:
            registry.set_checked(f"view.{mode.value}", checked=theme.mode is mode)
        for language in LANGUAGES:
            registry.set_checked(f"language.{language}", checked=texts.language == language)

    for mode in Mode:
        registry.on(f"view.{mode.value}", partial(paint, mode))
    for language in LANGUAGES:
        registry.on(f"language.{language}", partial(speak, language))
    tick()
