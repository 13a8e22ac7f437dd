"""Every declared setting has its texts, stands on the settings page, and is read by the program."""

from __future__ import annotations

from pathlib import Path

from brokerdesk.core.texts import Texts
from brokerdesk.services.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]


def test_every_shown_setting_has_texts() -> None:
    texts = Texts("de")
    missing = []
    for spec in SETTINGS.values():
        if spec.section == "hidden":
            continue
        keys = [f"settings.{spec.name}", f"settings.section.{spec.section}"]
        keys += [f"settings.choice.{spec.name}.{choice}" for choice in spec.choices]
        missing += [key for key in keys if not texts.has(key)]
    assert not missing, missing


def test_every_setting_is_used_somewhere() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "brokerdesk").rglob("*.py")
        if path.name != "settings.py" and "portal" not in path.parts
    ]
    unused = [name for name in SETTINGS if not any(f'"{name}"' in source for source in sources)]
    assert not unused, unused


def test_defaults_are_allowed_values() -> None:
    assert all(spec.accepts(spec.default) for spec in SETTINGS.values())
