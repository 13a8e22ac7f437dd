"""Structured logs without personal data.

Logging is by allow-list: an event name from our constants, plus ids, counts, codes and durations. As a second net a
filter on every handler blanks what looks like an address, a number or a secret (security.md 2.8).
"""

from __future__ import annotations

import logging
import logging.handlers
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, cast

import structlog

ALLOWED_KEYS = frozenset(
    "event level timestamp logger code kind record_id op_id device_id seq count total bytes duration_ms attempt status port"
    " state stage reason version schema path_hash request_id tenant_id route method page rows pid exit_code error".split()
)
_PATTERNS = (
    re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
    re.compile(r"\b[A-Z]{2}\d{2}[ ]?(?:[A-Z0-9]{4}[ ]?){2,7}[A-Z0-9]{0,4}\b"),
    re.compile(r"(?<![\w-])\+?\d[\d /()-]{8,}\d(?![\w-])"),
    re.compile(r"(?i)(token|key|pass(?:word|phrase)|code|authorization)\s*[=:]\s*\S+"),
)
_MASK = "[redacted]"


class Secret:
    """A value that never shows itself: `repr` and `str` are masked, `reveal()` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap `value`."""
        self._value = value

    def reveal(self) -> str:
        """The wrapped text."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


def redact(text: str) -> str:
    """`text` with everything that looks like an e-mail address, IBAN, phone number or secret masked."""
    for pattern in _PATTERNS:
        text = pattern.sub(_MASK, text)
    return text


def _allow_listed(_logger: object, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for key in list(event):
        if key not in ALLOWED_KEYS and not key.startswith("_"):
            event[key] = _MASK
    return event


class RedactingFilter(logging.Filter):
    """Second net on handlers: masks message, arguments and exception text of records from any library."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; always lets it pass."""
        if isinstance(record.msg, str):
            record.msg = redact(record.getMessage())
            record.args = ()
        if record.exc_info:
            kind = record.exc_info[0]
            record.exc_text = f"{kind.__name__ if kind else 'error'} {_MASK}"
            record.exc_info = None
        return True


_BEFORE: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _allow_listed,
]


def configure(folder: Path | None, *, level: int = logging.INFO) -> None:
    """Send the program's log as JSON lines into `folder` (five files of 1 MB), or nowhere when it is None."""
    structlog.configure(
        processors=[*_BEFORE, structlog.processors.JSONRenderer(sort_keys=True)],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger("brokerdesk")
    root.setLevel(level)
    root.propagate = folder is None
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = logging.handlers.RotatingFileHandler(
        folder / "brokerdesk.log", maxBytes=1_000_000, backupCount=4, encoding="utf-8", delay=True
    )
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(message)s"))
    root.addHandler(handler)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one module; pass `__name__`."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))
