"""The colour tables of the window, and nothing but data: every literal colour of `ui` stands here.

Source: the table of the target pictures (light | dark). `theme.py` turns names into `QColor`s; the contrast test walks
the pairs. A third pair of tables raises the contrast for people who ask their system for it.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What a status means; each has a colour, an icon and, in the caller's hands, a word."""

    OK = "ok"
    INFO = "info"
    WAITING = "waiting"
    WARNING = "warning"
    ERROR = "error"
    NEUTRAL = "neutral"
    ENDED = "ended"


COLOURS: dict[str, tuple[str, str]] = {
    "window": ("#f4f5f7", "#16191e"),
    "base": ("#ffffff", "#1d2127"),
    "alt": ("#f8f9fb", "#22262d"),
    "sunken": ("#f1f3f6", "#191c21"),
    "raised": ("#ffffff", "#262b33"),
    "text": ("#1b2027", "#e7eaef"),
    "muted": ("#57606a", "#a7afba"),
    "ph": ("#666f7a", "#98a1ad"),
    "line": ("#e2e5ea", "#2e333b"),
    "line-soft": ("#eef0f3", "#272c33"),
    "line-strong": ("#c8ced7", "#444b56"),
    "ctl": ("#727a85", "#8590a0"),
    "accent": ("#0b5cad", "#6cb2ff"),
    "accent-fill": ("#0b5cad", "#1f6ab8"),
    "on-accent": ("#ffffff", "#ffffff"),
    "accent-hover": ("#0a529a", "#1c60a6"),
    "accent-press": ("#084480", "#174f8a"),
    "accent-tint": ("#e6f0fa", "#16304a"),
    "accent-line": ("#b9d4ef", "#2b527a"),
    "sel": ("#e1edfa", "#1c3651"),
    "sel-inactive": ("#e9ecf0", "#2b3038"),
    "hover": ("#f2f4f7", "#252a32"),
    "pressed": ("#e6e9ee", "#2f353e"),
    "inv": ("#20262e", "#343b46"),
    "on-inv": ("#ffffff", "#ffffff"),
    "inv-muted": ("#b6bec9", "#bcc4cf"),
    "inv-line": ("#3b434e", "#4a525e"),
    "scrim": ("#6b1b2027", "#99080a0d"),
    "shadow": ("#33000000", "#8c000000"),
    "shadow-small": ("#2e000000", "#73000000"),
    "filler": ("#b9c2cd", "#5a6472"),
    "on-series": ("#ffffff", "#10151b"),
    "inv-button": ("#ffffff", "#ffffff"),
    "on-inv-button": ("#1b2027", "#1b2027"),
}
"""Token → (light, dark). `scrim` and the shadows carry their opacity as `#aarrggbb`."""

STATUS: dict[Status, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    Status.OK: (("#136c2e", "#57c777"), ("#e6f4ea", "#17321f"), ("#b5dcc1", "#285a38")),
    Status.INFO: (("#0b5cad", "#6cb2ff"), ("#e6f0fa", "#16304a"), ("#b9d4ef", "#2b527a")),
    Status.WAITING: (("#6b3fa0", "#c3a6ff"), ("#f1eafb", "#2d2344"), ("#d7c6ef", "#503c7c")),
    Status.WARNING: (("#835500", "#e3b341"), ("#fdf3d8", "#3a2f12"), ("#ecd595", "#66531f")),
    Status.ERROR: (("#b91c24", "#ff8a82"), ("#fdeaea", "#421e1e"), ("#f2bcbc", "#763434")),
    Status.NEUTRAL: (("#57606a", "#a7afba"), ("#eceff3", "#2b3038"), ("#e2e5ea", "#2e333b")),
    Status.ENDED: (("#57606a", "#a7afba"), ("#eceff3", "#2b3038"), ("#e2e5ea", "#2e333b")),
}
"""Status → text, tint, tint border, each (light, dark)."""

STATUS_ICON: dict[Status, str] = {
    Status.OK: "circle-check-filled",
    Status.INFO: "circle-arrow-right",
    Status.WAITING: "clock",
    Status.WARNING: "alert-triangle",
    Status.ERROR: "alert-octagon",
    Status.NEUTRAL: "circle",
    Status.ENDED: "archive",
}

AVATARS: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = (
    (("#dceafb", "#0b4a8c"), ("#1d3a5c", "#a9d0ff")),
    (("#d3efec", "#0c5450"), ("#143f3c", "#8fdcd4")),
    (("#def0df", "#1c5e2a"), ("#1d3f25", "#9adba8")),
    (("#fbeccb", "#6b4700"), ("#453611", "#f0cf7a")),
    (("#fbe0e4", "#8e1d33"), ("#4a1f2a", "#ffb3bf")),
    (("#eae2f8", "#55308a"), ("#372a55", "#d3bfff")),
    (("#e4e8ee", "#3c4654"), ("#343b46", "#c3cbd6")),
    (("#fce4d8", "#83380f"), ("#4a2b19", "#ffbf9c")),
)
"""(light ground, light initials), (dark ground, dark initials); blue, teal, green, amber, rose, violet, slate, clay."""

SERIES: tuple[tuple[str, str], ...] = (
    ("#0b5cad", "#5aa2ee"),
    ("#2f8f8a", "#4fb3ad"),
    ("#b07710", "#dfa83f"),
    ("#8a63c9", "#a987e6"),
    ("#c0465a", "#e2788a"),
)
"""Chart series (light, dark)."""

HIGH_CONTRAST: dict[str, tuple[str, str]] = {
    "text": ("#000000", "#ffffff"),
    "muted": ("#30363d", "#dfe4ea"),
    "ph": ("#3a414a", "#ced5de"),
    "line": ("#727a85", "#8590a0"),
    "line-soft": ("#a9b1bc", "#5d6673"),
    "line-strong": ("#4b535d", "#b4bdc9"),
    "ctl": ("#30363d", "#dfe4ea"),
    "accent": ("#003e7e", "#a9d0ff"),
    "accent-fill": ("#003e7e", "#0f4f96"),
    "accent-line": ("#003e7e", "#a9d0ff"),
}
"""What changes in high contrast; everything else stays."""

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("text", "muted") for ground in ("base", "alt", "window", "hover", "sel", "sel-inactive")),
    *(("accent", ground) for ground in ("base", "alt", "window", "hover", "sel", "accent-tint")),
    *(("ph", ground) for ground in ("base", "sunken", "alt")),
    ("text", "raised"), ("text", "pressed"), ("text", "accent-tint"), ("text", "sunken"), ("muted", "raised"),
    ("on-accent", "accent-fill"), ("on-accent", "accent-hover"), ("on-accent", "accent-press"),
    ("on-inv", "inv"), ("inv-muted", "inv"), ("on-inv-button", "inv-button"),
)  # fmt: skip
"""(text, ground) pairs that occur in the window; each reaches 4.5 : 1."""

SHAPE_PAIRS: tuple[tuple[str, str], ...] = (
    ("ctl", "base"), ("ctl", "window"), ("accent", "base"), ("accent", "window"), ("accent", "sel"), ("accent", "alt"),
)  # fmt: skip
"""(shape, ground) pairs that carry meaning; each reaches 3 : 1."""
