"""Two desks and one portal: both work offline on the same customer, the conflict is seen, decided, and everybody agrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from brokerdesk.models.values.paging import ListQuery
from brokerdesk.services import exchange
from brokerdesk.ui.pages.sync.conflict import ConflictDialog
from tests.journeys.test_first_day import open_office, pair_in_the_settings
from tests.support.books import PASSPHRASE, folders_in
from tests.support.journey import Rig, make_book, press, words_in, workstation
from tests.support.portal import child_portal

pytestmark = [pytest.mark.gui, pytest.mark.slow]


def edit(rig: Rig, party_id: str, **values: str) -> None:
    """Type into the form of master data and save."""
    page = rig.open("customer", {"id": party_id, "section": "master"})
    page.edit()
    rig.settle()
    for name, value in values.items():
        page.deck.master.form[name].line.setText(value)
    page.deck.master.save()
    card = rig.desk.customers.card
    rig.until(lambda: all(getattr(card(party_id), k) == v for k, v in values.items()), "the edit is kept")
    rig.settle()


def facts(rig: Rig, party_id: str) -> tuple[str | None, str | None, str | None]:
    card = rig.desk.customers.card(party_id)
    return card.email, card.street, card.profession


def test_two_desks_agree(tmp_path: Path, qapp: QApplication) -> None:
    data = tmp_path / "portal"
    codes = open_office(data, desks=2)
    for home in ("anna", "bela"):
        make_book(folders_in(tmp_path / home), home, fill=lambda desk: desk.settings.set("sync_automatically", False))
    with (
        child_portal(data, "--mail-dir", str(tmp_path / "mails")) as portal,
        workstation(tmp_path / "anna", passphrase=PASSPHRASE) as anna,
        workstation(tmp_path / "bela", passphrase=PASSPHRASE) as bela,
    ):
        made = anna.desk.customers.create_short(name="Hanna Beispiel", email="hanna@kunde.example").value
        pair_in_the_settings(anna, portal, codes[0])
        pair_in_the_settings(bela, portal, codes[1])
        assert [r.id for r in bela.desk.customers.rows(bela.desk.customers.keys(ListQuery()))] == [made]
        edit(anna, made, email="anna.sagt@kunde.example", street="Lindenweg 3")
        edit(bela, made, email="bela.sagt@kunde.example", profession="Lotsin")
        assert anna.sync().conflicts == 0
        assert bela.sync().outbox == 0
        assert exchange.status(bela.desk.book).conflicts == 1
        assert facts(bela, made) == ("bela.sagt@kunde.example", "Lindenweg 3", "Lotsin")
        decide(bela)
        report = bela.sync()
        assert (report.conflicts, report.differences) == (0, ())
        report = anna.sync()
        assert (report.state.value, report.differences) == ("idle", ())
        wanted = ("bela.sagt@kunde.example", "Lindenweg 3", "Lotsin")
        assert facts(anna, made) == facts(bela, made) == wanted
        assert revisions(anna) == revisions(bela)


def decide(rig: Rig) -> None:
    """Open the conflict from the list, choose mine, save."""
    page = rig.open("sync")
    rig.until(lambda: page.conflicts.rowCount() == 1, "the conflict is listed")
    page.choice.chosen.emit("conflicts")
    press(page.solve)
    dialog = rig.shown(ConflictDialog)
    said = words_in(dialog)
    assert "anna.sagt@kunde.example" in said
    assert "bela.sagt@kunde.example" in said
    assert not dialog.save.isEnabled(), "nothing is decided unasked"
    (pair,) = dialog._choices.values()
    pair[0].setChecked(True)
    press(dialog.save)
    rig.until(lambda: not dialog.isVisible(), "the decision is kept")
    rig.settle()
    assert exchange.status(rig.desk.book).conflicts == 0


def revisions(rig: Rig) -> list[tuple[str, int]]:
    """Every synced customer with the portal's revision."""
    with rig.desk.book.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, server_rev FROM party ORDER BY id").all()
    return [(row[0], row[1]) for row in rows]
