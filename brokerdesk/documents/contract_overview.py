"""The contract overview (Vertragsspiegel, advice.md 6.1): one A4 document from a filled context, as in picture 11.

Adds up what it is given; which contracts belong in it is decided by the caller. No links, no scripts, no personal data in
the file's properties.
"""

from __future__ import annotations

from brokerdesk.core.texts import Texts
from brokerdesk.documents.contexts.contract_overview import ContractOverview, OverviewPerson
from brokerdesk.documents.escape import Printable
from brokerdesk.documents.fonts import SEMIBOLD
from brokerdesk.documents.overview_table import BOTTOM, LEFT, RIGHT, Table
from brokerdesk.documents.sheet import (
    ACCENT,
    HEIGHT,
    LINE,
    LINE_STRONG,
    MUTED,
    WHITE,
    Document,
    Sheet,
    Style,
    bold,
)
from brokerdesk.models.values.names import PartyKind, PartyName, Salutation

_COLUMNS = ("contract", "insurer", "number", "start", "end", "month", "year")
_TITLE = Style(22, face=SEMIBOLD, spacing=-0.28)
_SMALL = Style(7.8, MUTED)
_STRIP_TOP = 109.4
_STRIP_BOTTOM = 151.2
_CELLS = (LEFT, 201.0, 316.3, 432.2)
_CONTACT = 351.4


def render_contract_overview(context: ContractOverview) -> bytes:
    """The PDF of `context`; equal contexts give equal bytes."""
    return make_contract_overview(context).data


def make_contract_overview(context: ContractOverview) -> Document:
    """The PDF of `context` with its number of pages and the letters the typeface lacks.

    Raises `ValueError` when no person is named.
    """
    if not context.persons:
        raise ValueError("an overview is about somebody")
    texts = Texts(context.language.value)
    sheet = Sheet(context.language, texts("documents.overview.title"))
    for index, person in enumerate(context.persons):
        if index:
            sheet.new_page()
        _Person(sheet, context, texts, person).write()
    _foot(sheet, texts)
    return sheet.finish()


def _foot(sheet: Sheet, texts: Texts) -> None:
    disclaimer = sheet.ready(texts("documents.overview.disclaimer"))
    style = Style(7.5, MUTED)
    for number in range(len(sheet.pages)):
        sheet.current = number
        sheet.rule(LEFT, RIGHT, HEIGHT - 45.7, LINE)
        sheet.text(LEFT, HEIGHT - 32.6, disclaimer, style)
        page = texts("documents.page", page=number + 1, pages=len(sheet.pages))
        sheet.text(RIGHT, HEIGHT - 32.6, sheet.ready(page), style, align="right")


class _Person:
    """The pages of one person."""

    def __init__(self, sheet: Sheet, context: ContractOverview, texts: Texts, person: OverviewPerson) -> None:
        self.sheet = sheet
        self.context = context
        self.person = person
        self.table = Table(sheet, context, texts, 0.0, self._continued)
        self.say = self.table.say
        self.form = context.form.value

    def write(self) -> None:
        """Head, strip, table, notes, claims, mandate."""
        person, table = self.person, self.table
        self._title()
        self._office()
        self._strip()
        table.y = 177.4
        if person.groups:
            table.heads = _COLUMNS
            table.column_heads()
            for index, group in enumerate(g for g in person.groups if g.contracts):
                table.group(group, gap=16.2 if index == 0 else 22.8)
            if not self.context.without_premiums:
                table.total(person.contracts)
            table.heads = ()
            self._notes()
        else:
            self.sheet.text(LEFT, table.y, self.say("empty"), Style(9.4))
        if person.claims:
            table.claims(person.claims)
        if person.open_topics:
            self._topics()
        self._closing()

    def _subject(self) -> Printable:
        return self.say("for_family" if self.person.with_family else "for", name=self.person.name)

    def _title(self) -> None:
        sheet, person = self.sheet, self.person
        sheet.text(LEFT, 67.4, self.say("title"), _TITLE)
        style = Style(11, MUTED)
        sheet.text(LEFT, 85.9, sheet.wrap(self._subject(), style, 290, lines=1)[0], style)
        facts = []
        if person.customer_number:
            facts.append(self.say("customer_number", number=person.customer_number))
        if person.household:
            facts.append(self.say("household", names=", ".join(person.household)))
        if facts:
            line = sheet.wrap(sheet.ready(" · ".join(facts)), _SMALL, RIGHT - LEFT, lines=1)[0]
            sheet.text(LEFT, 99.4, line, _SMALL)

    def _office(self) -> None:
        sheet, office = self.sheet, self.context.office
        name = sheet.wrap(sheet.ready(office.name), bold(9.4), 200, lines=1)[0]
        width = sheet.text(RIGHT, 57.6, name, bold(9.4), align="right")
        initials = PartyName(kind=PartyKind.ORGANISATION, company_name=office.name).initials
        left = RIGHT - width - 18.2
        sheet.box(left, 47.8, (13.6, 13.6), ACCENT, radius=2.9)
        sheet.text(left + 6.8, 57.1, sheet.ready(initials), bold(6.6, WHITE), align="centre")
        ways = " · ".join(w for w in (office.phone, office.email or office.website) if w)
        style = Style(8.2, MUTED)
        for baseline, text in ((69.6, office.address), (81.3, ways)):
            line = sheet.wrap(sheet.ready(text), style, 230, lines=1)[0]
            sheet.text(RIGHT, baseline, line, style, align="right")

    def _strip(self) -> None:
        sheet, person = self.sheet, self.person
        own = [c for c in person.contracts if not c.third_party]
        big, body = bold(11), bold(9.4)
        cells = [
            ("address", sheet.ready(person.address or "–"), body),
            ("own_contracts", sheet.ready(str(len(own))), big),
            ("monthly", self.table.money(sum(c.month_cents or 0 for c in own)), big),
            ("as_of", self.table.day(self.context.as_of), big),
        ]
        if self.context.without_premiums:
            del cells[2]
        for y in (_STRIP_TOP, _STRIP_BOTTOM):
            sheet.rule(LEFT, RIGHT, y, LINE_STRONG, width=0.6)
        for index, (key, value, style) in enumerate(cells):
            x = _CELLS[index] + (10.6 if index else 0)
            if index:
                sheet.upright(_CELLS[index], _STRIP_TOP, _STRIP_BOTTOM, LINE)
            sheet.text(x, 125.2, self.say(f"strip.{key}"), _SMALL)
            room = (_CELLS[index + 1] if index < 3 else RIGHT) - x - 4
            lines = sheet.wrap(value, style, room, lines=2)
            for number, line in enumerate(lines):
                sheet.text(x, 138.8 + 10 * number - 2 * (len(lines) - 1), line, style)

    def _continued(self) -> float:
        sheet = self.sheet
        name = sheet.wrap(self._subject(), _SMALL, 300, lines=1)[0]
        width = sheet.text(LEFT, 64.0, self.say("title"), bold(7.8))
        sheet.text(LEFT + width + 4, 64.0, name, _SMALL)
        office = sheet.wrap(sheet.ready(self.context.office.name), _SMALL, 150, lines=1)[0]
        sheet.text(RIGHT, 64.0, office, _SMALL, align="right")
        sheet.rule(LEFT, RIGHT, 71.0, LINE)
        return 88.0

    def _notes(self) -> None:
        contracts = self.person.contracts
        foreign = [c for c in contracts if c.third_party]
        notes: list[tuple[str, Printable]] = []
        if foreign:
            key = f"note.third_party.{self.form}" if not self.context.without_premiums else f"note.foreign.{self.form}"
            amounts = {
                "month": self.table.money(sum(c.month_cents or 0 for c in foreign)),
                "year": self.table.money(sum(c.year_cents or 0 for c in foreign)),
            }
            notes.append(("1", self.say(key, **({} if self.context.without_premiums else amounts))))
        if any(c.applied and not c.third_party for c in contracts):
            notes.append(("2", self.say("note.applied")))
        if not self.context.without_premiums and any(c.year_cents is None for c in contracts if not c.third_party):
            notes.append(("–", self.say("note.no_premium")))
        if not notes:
            return
        self.table.y += 13.8
        x = LEFT
        for sign, text in notes:
            width = _SMALL.width(text) + 5.5
            if x > LEFT and x + width > RIGHT:
                x, self.table.y = LEFT, self.table.y + 11.0
            self.table.need(12)
            raised = Style(6, MUTED)
            self.sheet.text(x, self.table.y - (3 if sign.isdigit() else 0), self.sheet.ready(sign), raised)
            for index, line in enumerate(self.sheet.wrap(text, _SMALL, RIGHT - x - 5.5)):
                self.table.y += 10.0 * bool(index)
                self.sheet.text(x + 5.5, self.table.y, line, _SMALL)
            x += width + 8

    def _topics(self) -> None:
        table, style = self.table, Style(9.4)
        table.need(60)
        table.heading(self.say("topics"), gap=24)
        for topic in self.person.open_topics:
            for line in self.sheet.wrap(self.sheet.ready(topic), style, RIGHT - LEFT):
                table.need(16)
                table.y += 14.0
                self.sheet.text(LEFT, table.y, line, style)

    def _closing(self) -> None:
        """Mandate note with its bar, and the person to turn to. Kept together."""
        table, style = self.table, Style(9.4)
        mandate = self._mandate()
        contact = self._contact()
        if not mandate and not contact:
            return
        lines = max(len(mandate), len(contact))
        height = 12.4 * lines + 4
        if table.y + 20 + height > BOTTOM:
            self.sheet.new_page()
            table.y = self._continued() - 6
        top = table.y + 20
        if mandate:
            self.sheet.box(LEFT, top, (1.5, 12.4 * len(mandate) + 4), ACCENT)
        for x, block in ((LEFT + 11.6, mandate), (_CONTACT if mandate else LEFT, contact)):
            for index, line in enumerate(block):
                self.sheet.text(x, top + 10 + 12.55 * index + 1.6 * bool(index), line, style if index else bold(9.4))
        table.y = top + height

    def _mandate(self) -> list[Printable]:
        if not self.person.has_mandate:
            return []
        since = self.person.mandate_since
        text = (
            self.say(f"mandate.dated.{self.form}", date=self.table.day(since))
            if since
            else self.say(f"mandate.undated.{self.form}")
        )
        return [self.say("mandate.title"), *self.sheet.wrap(text, Style(9.4), 262)]

    def _contact(self) -> list[Printable]:
        adviser = self.context.adviser
        if adviser is None:
            return []
        kind = {Salutation.MRS: "mrs", Salutation.MR: "mr"}.get(adviser.salutation or Salutation.NEUTRAL, "neutral")
        lines = [self.say(f"contact.{self.form}.{kind}")]
        for text in (adviser.name, adviser.phone, adviser.email):
            lines += self.sheet.wrap(self.sheet.ready(text), Style(9.4), 190) if text else []
        return lines
