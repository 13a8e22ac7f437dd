"""The first day with the program, end to end: assistant, import, pairing, invitation, mail, browser, list, overview."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from brokerdesk.core.paths import resource
from brokerdesk.models.values.dates import format_cents
from brokerdesk.models.values.names import Language
from brokerdesk.models.values.paging import ListQuery
from brokerdesk.models.values.states import AppState
from brokerdesk.ui.dialogs.invite import InviteDialog
from brokerdesk.ui.dialogs.overview_preview import OverviewPreview
from brokerdesk.ui.pages.settings.portal import PortalSection
from brokerdesk.ui.widgets.labels import PlainLabel
from tests.support.journey import Rig, first_run, press, words_in, workstation
from tests.support.mailserver import Inbox, mail_server, plain_text
from tests.support.portal import Child, child_portal, command

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.gui, pytest.mark.slow]
EMAIL = "erste.kundin@kunde.example"
PASSWORD = "Kaffee am Fluss 7"
NBSP = "\u00a0"


@pytest.mark.feature("S1.02", "S1.03", "S1.05", "S1.12", "S1.16", "S1.27", "S2.29")
def test_the_first_day(tmp_path: Path, qapp: QApplication, chromium: Browser) -> None:
    data = tmp_path / "portal"
    (code,) = open_office(data)
    with (
        mail_server() as inbox,
        child_portal(data, "--smtp", inbox.url) as portal,
        workstation(tmp_path / "desk") as rig,
    ):
        assert len(first_run(rig).replace("-", "").replace(" ", "")) >= 32
        import_the_sample(rig)
        party_id = give_an_address(rig)
        pair_in_the_settings(rig, portal, code)
        invite_from_the_list(rig, party_id)
        link = mailed_link(rig, inbox, portal, party_id)
        page = register(chromium, link)
        assert rig.sync().state.value == "idle"
        assert_registered(rig, party_id)
        overview = overview_pdf(rig, party_id, tmp_path / "Übersicht.pdf")
        assert_same_contracts(rig, party_id, page, overview)
        page.context.close()


def open_office(data: Path, *, desks: int = 1) -> list[str]:
    """What the operator of the portal does; the pairing codes he hands out."""
    tenant = command("create-tenant", "Maklerbüro Beispielhain", "--data", str(data))["code"]
    command("entitle", tenant, "--kundenapp", "on", "--data", str(data))
    command("create-employee", tenant, "Alina Weberling", "--role", "admin", "--data", str(data))
    asked = ("pairing-code", tenant, "--employee", "Alina Weberling", "--data", str(data))
    return [str(command(*asked)["code"]) for _ in range(desks)]


def import_the_sample(rig: Rig) -> None:
    page = rig.open("import")
    page.open_file(resource("gdv/igor_110120.txt"))
    rig.settle()
    said = words_in(page)
    assert f"1.191,70{NBSP}€" in said
    rows = [page.model.row_at(n) for n in range(page.model.rowCount())]
    trailer = [row["text"] for row in rows if row["code"].startswith("trailer")]
    assert trailer
    assert all(row["severity"] in {"info", "warning"} for row in rows)
    assert not len(rig.desk.customers.keys(ListQuery())), "a dry run writes nothing"
    press(page.start)
    rig.settle()
    assert figures(page) == ["4", "5", "0", f"1.191,70{NBSP}€"]
    customers = rig.open("customers")
    assert customers.model.rowCount() == 4
    assert len(rig.desk.contracts.all()) == 5


def figures(page: Any) -> list[str]:
    """The values of the figures on a page, left to right."""
    labels = [label.text() for label in page.figures.findChildren(PlainLabel)]
    return labels[1::3]


def give_an_address(rig: Rig) -> str:
    """Type an e-mail address into the form of the customer with two contracts."""
    list_page = rig.open("customers")
    rows = [list_page.model.row_at(n) for n in range(4)]
    chosen = next(row for row in rows if row.contracts_own == 2)
    assert cell(rig, chosen.id, "app") == "E-Mail fehlt"
    page = rig.open("customer", {"id": chosen.id, "section": "master"})
    page.edit("email")
    rig.settle()
    page.deck.master.form["email"].line.setText(EMAIL)
    page.deck.master.save()
    rig.until(lambda: rig.desk.customers.card(chosen.id).email == EMAIL, "the address is kept")
    rig.settle()
    return str(chosen.id)


def pair_in_the_settings(rig: Rig, portal: Child, code: str) -> None:
    page = rig.open("settings")
    page.show_section("exchange")
    rig.settle()
    section = rig.shown(PortalSection)
    section.form["url"].line.setText(portal.url)
    section.form["code"].line.setText(code)
    press(section.pair)
    rig.until(lambda: not section.form.isVisible() or section.problem.isVisible(), "the pairing")
    assert not section.problem.isVisible(), words_in(section.problem)
    rig.settle()
    assert "Maklerbüro Beispielhain" in words_in(section)
    report = rig.sync()
    assert (report.outbox, report.refused, report.conflicts) == (0, 0, 0)


def cell(rig: Rig, party_id: str, column: str) -> str:
    """What a cell of the customer list says."""
    model = rig.window.frame.stack.page("customers").model
    number = [c.key for c in model.columns].index(column)
    row = next(n for n in range(model.rowCount()) if model.row_at(n).id == party_id)
    return str(model.cell_at(row, number).text)


def invite_from_the_list(rig: Rig, party_id: str) -> None:
    """Enter on the status cell, and the dialog when something needs a look."""
    page = rig.open("customers")
    model, table = page.model, page.table
    rig.until(lambda: cell(rig, party_id, "app") == "Nicht eingeladen", "the address counts")
    row = next(n for n in range(model.rowCount()) if model.row_at(n).id == party_id)
    rig.window.activateWindow()
    table.setFocus()
    rig.until(table.hasFocus, "the keyboard is in the list")
    table.go_to(row, [c.key for c in model.columns].index("app"))
    QTest.keyClick(table, Qt.Key.Key_Return)
    rig.settle()
    dialogs = [d for d in rig.window.findChildren(InviteDialog) if d.isVisible()]
    for dialog in dialogs:
        rig.until(lambda: dialog.primary is not None and dialog.primary.isEnabled(), "the dialog")  # noqa: B023
        assert dialog.primary is not None
        press(dialog.primary)
    rig.until(
        lambda: "Vorgemerkt" in cell(rig, party_id, "app") or not rig.desk.invitations.block(party_id).invite.enabled
    )
    assert rig.sync().outbox == 0
    assert rig.window.frame.status_bar.outbox.isVisible() is False


def mailed_link(rig: Rig, inbox: Inbox, portal: Child, party_id: str) -> str:
    inbox.wait(1, meanwhile=QApplication.processEvents)
    assert inbox.recipients == [EMAIL]
    text = plain_text(inbox.mails[0])
    found = re.search(re.escape(portal.url) + r"/[ir]/[A-Za-z0-9_-]+", text)
    assert found is not None, text
    rig.until(lambda: told_of_the_mail(rig, party_id), "the desk knows of the mail")
    return found[0]


def told_of_the_mail(rig: Rig, party_id: str) -> bool:
    """The portal notes the mail after the server has taken it: ask again until it has."""
    rig.sync()
    return rig.desk.invitations.block(party_id).state is AppState.INVITED


def register(chromium: Browser, link: str) -> Page:
    """A customer with a phone opens the link and chooses a password."""
    page = chromium.new_context(viewport={"width": 390, "height": 844}, locale="de-DE").new_page()
    page.goto(link)
    page.get_by_label("Neues Passwort").fill(PASSWORD)
    page.get_by_label("Ich habe die Datenschutzhinweise gelesen.").check()
    page.get_by_role("button", name="Zugang einrichten").click()
    page.wait_for_url("**/contracts")
    return page


def assert_registered(rig: Rig, party_id: str) -> None:
    today = datetime.now(ZoneInfo("Europe/Berlin")).strftime("%d.%m.%Y")
    rig.open("customers")
    rig.until(lambda: cell(rig, party_id, "app") == f"Registriert am {today}", cell(rig, party_id, "app"))
    page = rig.open("trackings")
    rows = [page.model.row_at(n) for n in range(page.model.rowCount())]
    assert "registered" in [row.event for row in rows]
    assert {row.party_id for row in rows} == {party_id}
    words = [page.model.cell_at(n, 2).text for n in range(page.model.rowCount())]
    assert any("registriert" in text.lower() for text in words), words
    detail = rig.open("customer", {"id": party_id, "section": "app"})
    assert today in words_in(detail)


def overview_pdf(rig: Rig, party_id: str, path: Path) -> str:
    """The text of the contract overview, saved from the preview of the window."""
    from pypdf import PdfReader

    page = rig.open("customer", {"id": party_id, "section": "overview"})
    page.commands.overview()
    preview = rig.shown(OverviewPreview)
    rig.until(lambda: preview.pages() > 0, "the preview")
    preview.write_to(path)
    rig.until(path.exists, "the file")
    rig.settle()
    preview.reject()
    reader = PdfReader(BytesIO(path.read_bytes()))
    return "\n".join(p.extract_text() for p in reader.pages)


def assert_same_contracts(rig: Rig, party_id: str, page: Page, overview: str) -> None:
    """Book, printed overview and the customer's browser show the same contracts with the same premiums."""
    contracts = rig.desk.contracts.of_customer(party_id)
    assert [c.released for c in contracts] == [True, True]
    printed = "".join(overview.split())  # long numbers are broken over two lines
    for contract in contracts:
        assert contract.number in printed, overview
        assert format_cents(contract.premium_year_cents, Language.DE) in overview
    assert "active" not in overview
    page.reload()
    links = page.locator(".list a")
    assert links.count() == len(contracts)
    numbers = set()
    for link in [links.nth(n).get_attribute("href") for n in range(links.count())]:
        page.goto(f"{page.url.split('/t/')[0]}{link}")
        numbers |= {c.number for c in contracts if c.number in page.content()}
    assert numbers == {c.number for c in contracts}
