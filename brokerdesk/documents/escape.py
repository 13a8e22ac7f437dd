"""The one way text gets into a document. Strips what a printer must not obey; decides nothing about content.

Everything people or files supply passes `printable()` before it is drawn, `markup()` before it is handed to a ReportLab
paragraph, and `allowed_link()` before it becomes a link (security.md 2.4, S-21).
"""

from __future__ import annotations

import unicodedata
from typing import NewType
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

Printable = NewType("Printable", str)
"""Text that went through `printable()`: composed, one line, no control or direction characters, no endless words."""

WORD_LIMIT = 200
_SPACES = dict.fromkeys(map(ord, "\t\n\x0b\x0c\r\x85\u2028\u2029"), " ")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEMES = frozenset({"https", "mailto", "tel"})


def printable(text: str) -> Printable:
    """`text` as one line that is safe to draw.

    Removes control, direction, zero-width and private characters, surrogates and U+00AD (ReportLab would draw a soft
    hyphen as a hyphen), turns line ends into blanks and cuts words after 200 letters with an ellipsis.
    """
    if not (text.isprintable() and unicodedata.is_normalized("NFC", text)):
        composed = unicodedata.normalize("NFC", text.translate(_SPACES))
        text = "".join(c for c in composed if unicodedata.category(c)[0] != "C")
    if len(text) > WORD_LIMIT:
        text = " ".join(w if len(w) <= WORD_LIMIT else w[: WORD_LIMIT - 1] + "…" for w in text.split(" "))
    return Printable(text)


def markup(text: str) -> str:
    """`text` for a ReportLab paragraph: printable, with the signs of its markup language written out."""
    return escape(printable(text), {'"': "&quot;", "'": "&#39;"})


def allowed_link(address: str) -> str | None:
    """`address` when it may become a link, else None.

    Allowed are https, mailto and tel, and plain http to the own machine (demo and tests). Anything with a control or
    blank character is refused, because readers disagree about what it points to.
    """
    if any(unicodedata.category(c)[0] in "CZ" for c in address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme == "http" and host in _LOCAL_HOSTS:
        return address
    if parts.scheme not in _SCHEMES or (parts.scheme == "https" and not host):
        return None
    return address
