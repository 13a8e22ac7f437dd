"""Numbers at insurers and tags in the form: lines and back, offers while typing, wrong lines, drafts, undo."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from brokerdesk.core.errors import KnownError
from brokerdesk.models.entities import Party
from brokerdesk.models.rows.contracts import InsurerRow
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.models.values.party_lists import number_parts, vu_of
from brokerdesk.ui.forms.lines_field import LinesField
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.pages.customer.list_fields import InsurerNumbersField, TagsField
from brokerdesk.ui.pages.customer.number_words import NumberWords
from tests.support.customer_pages import CustomerRoom, everyone
from tests.support.qt import unnamed

pytestmark = pytest.mark.gui
INSURERS = (
    InsurerRow("a", "Alte Weser", "5555"),
    InsurerRow("b", "Nordlicht: Sach", "6666"),
    InsurerRow("c", "Zwilling", "7777"),
    InsurerRow("d", "Zwilling", "8888"),
    InsurerRow("e", "5555", "9998"),
)
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=10)
ENTRIES = st.lists(
    st.one_of(
        TEXT,
        st.builds("{}:{}".format, st.sampled_from(["5555", "6666", "7777", "8888", "9998", "1a", "0000", ""]), TEXT),
    ),
    max_size=5,
)
KEEP_KIT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


def numbers(kit: Kit) -> InsurerNumbersField:
    field = InsurerNumbersField(kit, "customer.field.insurer_numbers")
    field.set_insurers(INSURERS)
    return field


def last_line(field: LinesField, line: str) -> None:
    """A line typed below the others."""
    field.area.setPlainText(f"{field.text()}\n{line}")


@given(ENTRIES)
@KEEP_KIT
def test_what_was_delivered_survives_the_fields(kit: Kit, entries: list[str]) -> None:
    for field, typed, new in (
        (numbers(kit), "alte weser:K 1", "5555:K 1"),
        (TagsField(kit, "customer.field.tags"), "Neu", "Neu"),
    ):
        field.set_value(entries)
        assert field.value() == entries and field.problem() == "", "untouched"
        last_line(field, typed)
        assert sorted(field.value()) == sorted([*entries, new]), "one line more"
        field.deleteLater()


@given(st.sampled_from(INSURERS[:4]), TEXT.filter(str.strip))
def test_a_line_with_a_name_reads_as_the_entry_it_shows(insurer: InsurerRow, number: str) -> None:
    words, entry = NumberWords(INSURERS), f"{insurer.vu_number}:{' '.join(number.split())}"
    assert words.entry(words.line(entry), 1) == entry


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("Alte Weser: 4711", "5555:4711"),
        ("alte weser :47:11", "5555:47:11"),
        ("Nordlicht: Sach: K 9", "6666:K 9"),
        ("Zwilling (VU 8888): 1", "8888:1"),
        ("VU 5555: 1", "5555:1"),
        ("vu 1a2:1", "1A2:1"),
    ],
)
def test_names_and_numbers_of_insurers_are_understood(line: str, entry: str) -> None:
    assert NumberWords(INSURERS).entry(line, 1) == entry
    assert vu_of(number_parts(entry)[0])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("4711", "insurer-number-incomplete"),
        ("Alte Weser:", "insurer-number-incomplete"),
        ("Unbekannte Hilfe: 4711", "insurer-number-unknown"),
        ("Zwilling: 4711", "insurer-number-unknown"),
        (": 4711", "insurer-number-unknown"),
        ("Alte Weser: " + "1" * 61, "insurer-number-too-long"),
    ],
)
def test_a_wrong_line_is_named(kit: Kit, line: str, code: str) -> None:
    field = numbers(kit)
    field.set_value(["5555:1"])
    last_line(field, line)
    with pytest.raises(KnownError) as problem:
        field.value()
    assert (problem.value.code, problem.value.parameters["line"]) == (code, 2)
    assert not field.check() and field.message.text().startswith("Zeile 2:")


def test_tags_are_separated_by_lines_and_commas(kit: Kit) -> None:
    field = TagsField(kit, "customer.field.tags")
    field.set_value(["Bau, Steine, Erden", "VIP"])
    field.area.setPlainText("Bau, Steine, Erden\nVIP, Verein ,,\n\n Jäger")
    assert field.value() == ["Bau, Steine, Erden", "VIP", "Verein", "Jäger"]


def test_known_words_are_offered_and_taken_by_the_keyboard(kit: Kit, room: CustomerRoom) -> None:
    room.desk.customers.edit(everyone(room.desk)[-1].id, values={"tags": ["Vereinsmitglied", "Jäger"]})
    form = room.begin()
    area = form["tags"].area
    area.setFocus()
    QTest.keyClicks(area, "Verein")
    popup = area.completer.popup()
    assert popup.isVisible() and popup.accessibleName() == "Schlagwörter"
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible() and area.toPlainText() == "Verein"
    QTest.keyClicks(area, "smitglied, j")
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert form["tags"].value() == ["Vereinsmitglied", "Jäger"]
    QTest.keyClick(area, Qt.Key.Key_Return)
    QTest.keyClicks(area, "xyz")
    assert not popup.isVisible() and form["tags"].value() == ["Vereinsmitglied", "Jäger", "xyz"]
    assert unnamed(form) == []


def test_numbers_and_tags_are_shown_edited_kept_as_draft_and_undone(room: CustomerRoom) -> None:
    insurer = room.desk.contracts.insurers(numbered=True)[0]
    party_id = room.card().id
    room.desk.customers.edit(party_id, values={"insurer_numbers": [f"{insurer.vu_number}:4711003", "9999:A7"]})
    room.show(party_id, section="master")
    before = room.card()
    words = {label.text() for label in room.page.deck.master.view.findChildren(QLabel)}
    assert f"{insurer.name}: 4711003\nVU 9999: A7" in words
    form = room.begin()
    area = form["insurer_numbers"].area
    assert form.changed_values() == {}
    area.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(area, Qt.Key.Key_Return)
    QTest.keyClicks(area, insurer.name[:4])
    QTest.keyClick(area.completer.popup(), Qt.Key.Key_Down)
    QTest.keyClick(area.completer.popup(), Qt.Key.Key_Return)
    room.page.deck.master.keep_draft()
    room.page.deck.master.save()
    room.settle()
    assert room.card() == before and form.summary.isVisible() and "Zeile 3" in form["insurer_numbers"].message.text()
    assert room.desk.drafts.find(f"party:{party_id}") is not None, "a wrong line can be kept as a draft"
    QTest.keyClicks(area, "K-1")
    form["tags"].area.setPlainText("Verein, Jäger, verein")
    assert set(form.changed_values()) == {"insurer_numbers", "tags"}
    room.page.deck.master.save()
    room.settle()
    card = room.card()
    assert card.insurer_numbers == (*before.insurer_numbers, (insurer.vu_number, "K-1"))
    assert card.tags == ("Verein", "Jäger")
    assert "Verein\nJäger" in {label.text() for label in room.page.deck.master.view.findChildren(QLabel)}
    undo = room.office.notices.undo
    assert undo is not None
    undo()
    room.settle()
    assert room.card() == before


def test_a_draft_with_a_wrong_line_comes_back(room: CustomerRoom) -> None:
    party_id = room.card().id
    with room.desk.book.work(origin=ChangeOrigin.FEED) as unit:
        party = unit.get(Party, party_id)
        party.insurer_numbers, party.tags = ["odd"], ["alt"]
        unit.commit()
    room.show(party_id, section="master")
    form = room.begin()
    last_line(form["insurer_numbers"], "halb")
    form["tags"].area.setPlainText("alt\nneu")
    other = next(r for r in everyone(room.desk) if r.id != party_id)
    room.show(other.id)
    room.show(party_id)
    room.page.show_section("master")
    room.settle()
    restored = room.page.deck.master.form
    assert restored is not None
    assert restored["insurer_numbers"].text() == "odd\nhalb" and restored["tags"].value() == ["alt", "neu"]
    restored["insurer_numbers"].set_text("odd\nVU 5: 1")
    assert restored.changed_values() == {"insurer_numbers": ["odd", "5:1"], "tags": ["alt", "neu"]}


def test_a_tag_that_is_too_long_is_refused_at_its_field(room: CustomerRoom) -> None:
    form = room.begin()
    form["tags"].area.setPlainText("x" * 61)
    room.page.deck.master.save()
    room.settle()
    assert "60 Zeichen" in form["tags"].message.text() and room.card().tags == ()
    QApplication.processEvents()
    assert form.minimumSizeHint().width() <= room.page.deck.master.viewport().width(), (
        "a long sentence does not widen the form"
    )
