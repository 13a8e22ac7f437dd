"""What deliveries tell of a contract reads like German, Dutch or English, never like a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokerdesk.core.paths import resource
from brokerdesk.core.texts import LANGUAGES, catalogue
from brokerdesk.services.gdv_import import codes
from brokerdesk.services.lines import Lines
from brokerdesk.ui.dialogs.contract_words import delivered_facts, part_words, person_words
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.pages.customer.contact_words import KINDS, contact_of, contact_words
from brokerdesk.ui.pages.customer.master_form import MARITAL
from tests.support.gdv_files import every_line, gdv_file
from tests.support.imports import Importing, importing

pytestmark = pytest.mark.gui
LINES = Lines()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Importing]:
    with importing(tmp_path) as made:
        made.deliver(gdv_file(every_line()))
        yield made


@pytest.fixture(params=LANGUAGES)
def texts(request: pytest.FixtureRequest) -> Translator:
    return Translator(language=request.param)


def test_every_group_and_field_of_a_delivery_has_a_name(desk: Importing, texts: Translator) -> None:
    rough = re.compile(r"[a-z]+_[a-z_\d]+")
    seen = set()
    for row in desk.rows("SELECT id FROM contract"):
        card = desk.desk.contracts.card(row["id"])
        for facts in delivered_facts(card, LINES, texts):
            seen.add(facts.title)
            for label, value in facts.rows:
                assert not rough.search(label) and label != "–", (facts.title, label)
                assert not rough.search(value) and value, (facts.title, label, value)
        for part in card.parts:
            assert part_words(part, LINES, texts)[0] != part["code"]
    assert len(seen) > 25


def test_every_field_the_reader_knows_has_a_text() -> None:
    import tomllib

    elsewhere = {"header", "trailer", "party", "general", "commission", "commission_part", "claim"}
    found = set()
    for layout in tomllib.loads(resource("gdv/mapping.toml").read_text(encoding="utf-8")).values():
        group = layout.get("group")
        if group in elsewhere:
            continue
        for byte, spec in layout.items():
            if byte[0].isdigit():
                base = re.sub(r"_(cents|on|percent)$", "", re.split(r"[:*]", str(spec))[0])
                found.add("gdv.field." + re.sub(r"_\d+(?=_|$)", "", base))
    assert not found - set(catalogue())


def test_amounts_dates_codes_and_parts_are_written_out(desk: Importing) -> None:
    german = Translator(language="de")
    told = {}
    for row in desk.rows("SELECT id, gdv_sparte FROM contract"):
        card = desk.desk.contracts.card(row["id"])
        for facts in delivered_facts(card, LINES, german):
            told[row["gdv_sparte"], facts.title] = dict(facts.rows)
    assert told["010", "Leistung Leben 1"]["Todesfallsumme"] == "25.000,00\u00a0€"
    assert told["010", "Leistung Leben 1"]["Wagnisart"] == "Kapitalversicherung"
    assert told["010", "Leistung Leben 1"]["Rückkaufswert"] == "06.2026"
    assert told["050", "Fahrzeug · HH-XY 1234"]["Erstzulassung"] == "14.05.2019"
    assert told["050", "Deckung Kfz 1"]["GDV-Sparte"].startswith("051 · ")
    assert told["030", "Beiträge Unfall"]["Beitrag 1"] == "12,34\u00a0€"
    assert told["030", "Unfallversicherung"]["Beitragsrückgewähr"] == "nein"
    assert told["030", "Leistungen Unfall 2"]["Progression"] == "350 %"


def test_persons_are_named_with_their_role(desk: Importing) -> None:
    german = Translator(language="de")
    by_sparte = {r["gdv_sparte"]: r["id"] for r in desk.rows("SELECT id, gdv_sparte FROM contract")}
    persons = [person_words(p, german) for p in desk.desk.contracts.card(by_sparte["010"]).persons]
    assert ("Voß, Käthe", "versichert · geb. 14.03.1981") in persons
    roles = {role for _, role in persons}
    assert "Beitragszahler" in roles
    assert all(name != "–" for name, _ in persons)


def test_what_an_import_can_bring_can_be_chosen_and_read(texts: Translator) -> None:
    assert set(codes.MARITAL_STATUS.values()) <= set(MARITAL)
    assert all(texts.has(f"customer.marital.{code}") for code in MARITAL)
    brought = {*codes.PHONES.values(), *codes.MOBILES.values(), *codes.FAXES.values(), *codes.MAILS.values()}
    assert brought | set(codes.SITES.values()) | {"bank_account", "other"} <= set(KINDS)


def test_a_contact_point_survives_the_form(texts: Translator) -> None:
    for kind in (*KINDS, "", "Fax Ferienhaus"):
        for value in ("+49401234", "https://beispiel.example/a", "532013000 / 37040044"):
            assert contact_of(contact_words(kind, value, texts)) == {"kind": kind, "value": value}


def test_a_known_kind_needs_no_blank() -> None:
    assert contact_of("fax:123") == {"kind": "fax", "value": "123"}
