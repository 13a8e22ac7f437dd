"""Text is cleaned before it is drawn, written out before it is markup, and checked before it is a link."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.platypus import Paragraph

from brokerdesk.documents.escape import allowed_link, markup, printable
from brokerdesk.documents.fonts import faces, fitted


@given(st.text(max_size=400))
def test_printable_text_has_no_control_characters_and_no_endless_words(text: str) -> None:
    clean = printable(text)
    assert all(unicodedata.category(c)[0] != "C" for c in clean)
    assert all(len(w) <= 200 for w in clean.split(" "))
    assert printable(clean) == clean


@given(st.text(max_size=60))
def test_fitted_text_can_always_be_drawn(text: str) -> None:
    fit, missing = fitted(printable(text))
    known = faces()["SourceSans3"].advances
    assert all(c in known for c in fit)
    assert bool(missing) == any(c not in known for c in printable(text))


def test_both_styles_have_the_same_letters() -> None:
    regular, semibold = (set(f.advances) for f in faces().values())
    assert regular == semibold


def test_traps_are_removed() -> None:
    assert printable("Haft\u00adpflicht") == "Haftpflicht"
    assert printable("a\u202eb\u200bc\ufeff\x00\x1b") == "abc"
    assert printable("eins\r\nzwei\u2028drei") == "eins  zwei drei"


@given(st.text(max_size=80))
def test_markup_stands_literally_in_a_paragraph(text: str) -> None:
    paragraph = Paragraph(markup(text) or "-")
    drawn = "".join(f.text for f in paragraph.frags)
    assert "".join(drawn.split()) == "".join(printable(text).split()) or not printable(text).strip()


@pytest.mark.parametrize(
    "address", ["https://portal.example/e/x", "mailto:a@b.example", "tel:+49221471010", "http://127.0.0.1:8080/e"]
)
def test_links_of_the_list_are_kept(address: str) -> None:
    assert allowed_link(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "file:///etc/passwd",
        "\\\\server\\share",
        "//server/share",
        "http://portal.example/",
        "data:text/html,x",
        "https:///x",
        "https://a.example/\nBcc: x",
        " https://a.example",
        "java\tscript:x",
        "https://[bad",
        "",
    ],
)
def test_other_links_are_refused(address: str) -> None:
    assert allowed_link(address) is None
