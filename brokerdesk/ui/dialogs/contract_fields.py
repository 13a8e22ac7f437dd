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
        self._before: dict[str, dict[str, Any]] = {}
        super().__init__(kit, label_key, lines=2, **options)

    def value(self) -> Any:
        """A list; a line that was there before keeps its other facts."""
        lines = [line.strip() for line in (super().value() or "").splitlines() if line.strip()]
        return [self._before.get(line, {"kind": "other", "label": line}) for line in lines]

    def set_value(self, value: Any) -> None:
        """One line per object with a label."""
        found = [dict(v) for v in value or () if isinstance(v, dict) and v.get("label")]
        self._before = {str(v["label"]): v for v in found}
        super().set_value("\n".join(self._before))

    def is_empty(self) -> bool:
        """No object."""
        return not self.value()
