"""The contract overview: everything of the context stands in the PDF, and nothing else gets in."""

from __future__ import annotations

import io
import re
from dataclasses import fields
from typing import Any

import pytest
from pypdf import PdfReader

from brokerdesk.documents.contexts.contract_overview import ContractOverview, OverviewContract, OverviewGroup
from brokerdesk.documents.contract_overview import make_contract_overview, render_contract_overview
from brokerdesk.models.values.dates import format_cents, format_date
from brokerdesk.models.values.names import AddressForm, Language
from tests.support.overviews import contract, groups, overview, person


def _reader(context: ContractOverview) -> PdfReader:
    return PdfReader(io.BytesIO(render_contract_overview(context)))


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _text(context: ContractOverview) -> str:
    return _flat("\n".join(page.extract_text() for page in _reader(context).pages))


def _many(count: int) -> OverviewGroup:
    return OverviewGroup(heading="Wohnen", contracts=tuple(contract(number=f"HR-{i:04d}") for i in range(count)))


def test_every_contract_stands_in_the_text() -> None:
    text = _text(overview())
    for group in groups():
        assert group.heading in text
        for item in group.contracts:
            assert item.start is not None and item.month_cents is not None and item.year_cents is not None
            for part in (item.name, item.insurer, item.number, format_date(item.start, Language.DE)):
                assert part in text
            assert f"{format_cents(item.month_cents, Language.DE)} €" in text
            assert f"{format_cents(item.year_cents, Language.DE)} €" in text


def test_totals_leave_the_third_party_contract_out() -> None:
    text = _text(overview())
    assert "Gesamtbeitrag ohne Fremdvertrag" in text.replace("Gesamtbeitragohne", "Gesamtbeitrag ohne")
    assert "214,65 €" in text and "2.575,80 €" in text
    assert "118,00 €" in text and "1.416,00 €" in text
    assert "nach deinen Angaben aufgenommen" in text and "(im Monat 18,60 €, im Jahr 223,20 €)" in text
    assert "Eigene Verträge" in text and re.search(r"Eigene Verträge\s*7\b", text)


def test_facts_of_the_checklist_stand_in_the_detail_line() -> None:
    text = _text(overview())
    for part in ("Hauptfälligkeit 01.01.", "kündbar bis 30.11.2026", "jährlich 748,80 €", "Konto … 3000"):
        assert part in text
    for part in ("Kundennummer 10017", "Offene Schäden", "S-88", "in Prüfung", "02.01.2025", "23.11.2026"):
        assert part in text
    for part in ("Alina Weberling", "Maklerbüro Beispielhain", "ersetzt keinen Versicherungsschein", "Seite 2 von 2"):
        assert part in text


def test_only_the_last_four_digits_of_an_account_are_printed() -> None:
    text = _text(
        overview(person(groups=(OverviewGroup(heading="A", contracts=(contract(bank_last4="DE8937040044"),)),)))
    )
    assert "0044" in text and "8937" not in text


def test_eight_contracts_fit_on_one_page() -> None:
    document = make_contract_overview(overview(person(claims=())))
    assert document.pages == 1


def test_without_premiums_no_amount_is_left() -> None:
    text = _text(overview(without_premiums=True))
    assert "748,80" not in text and "Gesamtbeitrag" not in text and "Beitrag im Monat" not in text
    assert "KF-77120-4" in text


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", list(AddressForm))
def test_language_and_form_reach_every_text(language: Language, form: AddressForm) -> None:
    context = overview(language=language, form=form)
    reader = _reader(context)
    text = _text(context)
    assert str(reader.trailer["/Root"]["/Lang"])[:2] == language.value  # type: ignore[index]
    assert "{" not in text and "documents." not in text
    assert format_date(context.as_of, language) in text
    if language is Language.DE:
        wrong = (
            r"\b(Ihr|Ihre|Ihres|Ihrem|Ihren|Sie)\b"
            if form is AddressForm.DU
            else r"\b[Dd](u|ein|eine|eines|einen|ir)\b"
        )
        assert not re.search(wrong, text)


def test_each_person_of_the_household_starts_on_an_own_page() -> None:
    context = overview(
        person(name="Łukasz Grünewald", claims=()), person(name="Mira Yılmaz", with_family=False, groups=())
    )
    pages = [_flat(p.extract_text()) for p in _reader(context).pages]
    assert "Łukasz Grünewald" in pages[0] and "Mira" not in pages[0].replace("Haushalt: Łukasz, Mira, Jonte", "")
    assert "für Mira Yılmaz" in pages[1] and "keine Verträge erfasst" in pages[1]
    assert "Seite 2 von 2" in pages[1]


def test_column_heads_repeat_on_each_page_and_no_group_head_stands_alone() -> None:
    context = overview(person(groups=tuple(_many(25) for _ in range(8)), claims=()))
    document = make_contract_overview(context)
    pages = [p.extract_text() for p in PdfReader(io.BytesIO(document.data)).pages]
    assert document.pages == len(pages) > 5
    numbers: list[str] = []
    for index, page in enumerate(pages):
        flat = _flat(page)
        found = re.findall(r"HR-\d{4}", flat)
        numbers += found
        if found:
            assert "Gesellschaft" in flat and "im Jahr" in flat
        assert f"Seite {index + 1} von {len(pages)}" in flat
        last_heading = max(flat.rfind("Wohnen Hausrat"), flat.rfind("(Fortsetzung) Hausrat"))
        assert flat.count("Wohnen") == 0 or "HR-" in flat[last_heading:]
    assert len(numbers) == 200


@pytest.mark.parametrize("count", range(8, 26))
def test_a_heading_is_followed_by_a_row_on_the_same_page(count: int) -> None:
    second = OverviewGroup(heading="Vorsorge", contracts=(contract(number="BU-1"), contract(number="BU-2")))
    pages = [_flat(p.extract_text()) for p in _reader(overview(person(groups=(_many(count), second)))).pages]
    holder = next(p for p in pages if re.search(r"Vorsorge(?! \(F)", p))
    assert "BU-1" in holder
    assert "BU-2" in next(p for p in pages if "Summe Vorsorge" in p), "a sub-total keeps its last row"


def test_all_fonts_are_embedded_and_nothing_links_out() -> None:
    reader = _reader(overview())
    for page in reader.pages:
        found: Any = page["/Resources"]["/Font"]  # type: ignore[index]
        assert found
        for font in found.values():
            name = str(font.get_object()["/BaseFont"])
            assert "SourceSans3" in name
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]
        assert "/Annots" not in page
    assert "Helvetica" not in render_contract_overview(overview()).decode("latin-1")


def test_equal_contexts_give_equal_bytes_and_no_personal_properties() -> None:
    first = render_contract_overview(overview())
    render_contract_overview(overview(person(name="Someone Else")))
    assert render_contract_overview(overview()) == first
    info = PdfReader(io.BytesIO(first)).metadata
    assert info is not None
    assert info.title == "Vertragsübersicht" and not info.author
    assert "Grünewald" not in str(info) and "Beispielhain" not in str(info)


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Grünewald-Yılmaz",
        "Şeyma Őri",
        "Groß GROẞ",
        "Bjørn Ærø",
        "Țepeș Ștefan",
        "Ngũyễn Đặng",
        "Þórður",
        "Dvořák",
    ],
)
def test_names_in_latin_script_are_right(name: str) -> None:
    document = make_contract_overview(overview(person(name=name, household=())))
    assert document.missing_glyphs == ()
    assert name in _flat(PdfReader(io.BytesIO(document.data)).pages[0].extract_text())


def test_composed_and_combining_spelling_look_the_same() -> None:
    assert render_contract_overview(overview(person(name="Jose\u0301"))) == render_contract_overview(
        overview(person(name="José"))
    )


def test_letters_the_typeface_lacks_are_reported_and_replaced() -> None:
    document = make_contract_overview(overview(person(name="李 ｗide 😀", household=())))
    assert document.missing_glyphs == ("ｗ", "李", "😀") or set(document.missing_glyphs) == {"ｗ", "李", "😀"}
    text = _flat(PdfReader(io.BytesIO(document.data)).pages[0].extract_text())
    assert "U+674E wide" in text and "□" not in text


PAYLOADS = (
    "<b>fett</b>",
    "</para><img src='/etc/hostname' width='10'/>",
    '<img src="file:///etc/passwd"/>',
    '<a href="javascript:alert(1)">x</a>',
    "<font color=\"[[[getattr(pow,Word('__globals__'))['os'].system('touch pwned')]]]\">x</font>",
    "a < b & c > d",
    "{{7*7}} %s {name} ${x}",
    "'; drop table party; --",
    "<<<<&&&&",
    "\\\\server\\share (a) \\) Tj",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_appear_literally_in_every_place(payload: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-21: text stays text, no file is opened, no annotation is made."""
    monkeypatch.chdir(tmp_path)
    texts = {f.name: payload for f in fields(OverviewContract) if f.name in {"name", "insurer", "number", "status"}}
    hostile = person(
        name=payload, address=payload, groups=(OverviewGroup(heading=payload, contracts=(contract(**texts),)),)
    )
    opened: list[str] = []
    real = open

    def watched(file: Any, *args: Any, **kwargs: Any) -> Any:
        opened.append(str(file))
        return real(file, *args, **kwargs)

    render_contract_overview(overview())
    monkeypatch.setattr("builtins.open", watched)
    data = render_contract_overview(overview(hostile))
    monkeypatch.undo()
    reader = PdfReader(io.BytesIO(data))
    text = re.sub(r"\s", "", "".join(p.extract_text() for p in reader.pages))
    assert text.count(re.sub(r"\s", "", payload)) >= 2
    assert not opened and not list(tmp_path.iterdir())
    assert all("/Annots" not in p for p in reader.pages)


def test_a_word_of_two_hundred_thousand_letters_is_cut() -> None:
    document = make_contract_overview(overview(person(name="x" * 200_000, claims=())))
    assert document.pages == 1


def test_amounts_of_many_digits_do_not_run_into_each_other() -> None:
    rich = contract(month_cents=98_765_432_10, year_cents=1_185_185_185_20)
    text = _text(overview(person(groups=(OverviewGroup(heading="A", contracts=(rich,)),))))
    assert "98.765.432,10 €" in text and "1.185.185.185,20 €" in text


def test_a_contract_without_premium_is_explained() -> None:
    text = _text(
        overview(person(groups=(OverviewGroup(heading="A", contracts=(contract(month_cents=None, year_cents=None),)),)))
    )
    assert "nicht in den Summen enthalten" in text


def test_nobody_gives_no_overview() -> None:
    with pytest.raises(ValueError, match="somebody"):
        make_contract_overview(ContractOverview(office=overview().office, persons=(), as_of=overview().as_of))
