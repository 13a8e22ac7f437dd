"""Hostile names in the whole window: shown letter for letter, nothing is loaded, nothing is run (S-17)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from brokerdesk.services.desk import Desk
from tests.support.books import PASSPHRASE, folders_in
from tests.support.journey import Rig, every_dialog, every_page, furnish, make_book, words_in, workstation

pytestmark = [pytest.mark.gui, pytest.mark.slow]
MARK = "Kennzeichen"


def hostile(secret: Path) -> tuple[tuple[str, str], ...]:
    """First and last names that would do something where a text is read as markup or as a template."""
    return (
        ("<b>Fett</b>", f"<img src='{secret.as_uri()}'>{MARK}"),
        ("{{7*7}}", f"{{name}} %s {MARK}"),
        ("\u202eRückwärts", f"<a href='https://x.example'>{MARK}</a>"),
        ("&lt;i&gt;", f"<style>*{{color:red}}</style>{MARK}"),
        ("<script>alert(1)</script>", f"=cmd|' /C calc'!A0 {MARK}"),
        ("../../etc", f"<br><table><tr><td>{MARK}"),
    )


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")

    def fill(desk: Desk) -> None:
        furnish(desk, customers=6, names=hostile(secret))

    profile = make_book(folders_in(tmp_path), fill=fill)
    with workstation(tmp_path, profile=profile, passphrase=PASSPHRASE) as made:
        yield made


def test_hostile_names_are_shown_letter_for_letter(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(_socket: socket.socket, address: object) -> None:
        asked.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    secret = tmp_path / "secret.svg"
    before = secret.stat().st_atime_ns
    seen = ""
    for _name, _page in every_page(rig):
        rig.window.grab()
        seen += words_in(rig.window)
    customers = rig.window.frame.stack.page("customers").model
    shown = [customers.cell_at(n, 1).text for n in range(customers.rowCount())]
    assert any("<img src=" in text for text in shown), shown
    for party in rig.desk.customers.rows(list(customers.all_ids())):
        for _section in ("overview", "master"):
            page = rig.open("customer", {"id": party.id, "section": _section})
            rig.window.grab()
            seen += words_in(page)
    for _name, dialog in every_dialog(rig):
        dialog.grab()
        seen += words_in(dialog)
    assert "<b>Fett</b>" in seen
    assert "{{7*7}}" in seen
    assert not asked
    assert secret.stat().st_atime_ns == before


def test_rich_text_is_never_guessed(rig: Rig) -> None:
    """No label of the window leaves it to Qt whether a text is markup."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QLabel

    guessing = []
    for name, _page in every_page(rig):
        for label in rig.window.findChildren(QLabel):
            if label.textFormat() is not Qt.TextFormat.PlainText:
                guessing.append(f"{name}: {type(label).__name__} {label.text()}")
    assert not guessing, guessing
