"""Fields that only contracts have: insurer by name, yearly due date, insured objects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter

from brokerdesk.core.errors import KnownError
from brokerdesk.models.rows.contracts import InsurerRow
from brokerdesk.models.values.dates import DATE_INVALID
from brokerdesk.models.values.names import Language
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.text_fields import NoteField
from brokerdesk.ui.kit import Kit

_LEAP = 2024
_SIGN = {Language.DE: ".", Language.NL: "-", Language.EN: "/"}


class InsurerField(LineField):
    """An insurer by name; known ones are offered while typing, a new name is allowed. The value is the name."""

    def __init__(self, kit: Kit, label_key: str, **options: Any) -> None:
        """Offers nothing before `set_insurers()`."""
        super().__init__(kit, label_key, **options)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self.line)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        if (popup := completer.popup()) is not None:
            popup.setProperty("popup", True)
        self.line.setCompleter(completer)
        self._known: dict[str, str] = {}

    def set_insurers(self, insurers: Sequence[InsurerRow]) -> None:
        """Offer these; the first of two equal names counts."""
        self._known = {row.name.casefold(): row.id for row in reversed(insurers)}
        self._names.setStringList([row.name for row in insurers])

    def known_id(self) -> str | None:
        """The id of a known insurer of the entered name; None for a new name."""
        return self._known.get(" ".join(self.text().split()).casefold())


class DayMonthField(LineField):
    """A day of the year such as the main due date: `01.03.`; the value is `MM-DD`."""

    def parse(self, text: str) -> str:
        """Day before month, with any of the usual signs. Raises `KnownError(date-invalid)`."""
        found = re.fullmatch(r"(\d{1,2})[.\-/ ](\d{1,2})[.\-/]?", text)
        try:
            if found is None:
                raise ValueError("no day of the year")
            day = date(_LEAP, int(found[2]), int(found[1]))
        except ValueError as problem:
            raise KnownError(DATE_INVALID) from problem
        return f"{day:%m-%d}"

    def format(self, value: str) -> str:
        """Day first, with the sign of the language."""
        month, _, day = value.partition("-")
        sign = _SIGN[self.kit.texts.formats]
        return f"{day}{sign}{month}{'.' if sign == '.' else ''}"


class ObjectsField(NoteField):
    """Insured objects, one per line; the value is a list of objects that keep what is known beside their label."""

    def __init__(self, kit: Kit, label_key: str, **options: Any) -> None:
        """Two lines high."""
        self._given: list[dict[str, Any]] = []
        super().__init__(kit, label_key, lines=2, **options)

    def value(self) -> Any:
        """A list; an object keeps its other facts, also when its line was corrected. Those without a label stay."""
        lines = [line for text in (super().value() or "").splitlines() if (line := _one_line(text))]
        left = [v for v in self._given if _one_line(v.get("label"))]
        if lines == [_one_line(v["label"]) for v in left]:
            return list(self._given)
        corrected = len(lines) == len(left)
        found = [_taken(left, line) for line in lines]
        for index, line in enumerate(lines):
            if found[index] is None:
                former = left.pop(0) if corrected else {"kind": "other"}
                found[index] = former | {"label": line}
        return [*found, *(v for v in self._given if not _one_line(v.get("label")))]

    def set_value(self, value: Any) -> None:
        """One line per object with a label."""
        self._given = [dict(v) for v in value or () if isinstance(v, dict)]
        super().set_value("\n".join(filter(None, (_one_line(v.get("label")) for v in self._given))))

    def is_empty(self) -> bool:
        """No object."""
        return not self.value()


def _one_line(label: object) -> str:
    return " ".join(str(label or "").split())


def _taken(objects: list[dict[str, Any]], label: str) -> dict[str, Any] | None:
    """The first object with this label, taken out of the list."""
    for index, known in enumerate(objects):
        if _one_line(known["label"]) == label:
            return objects.pop(index)
    return None
