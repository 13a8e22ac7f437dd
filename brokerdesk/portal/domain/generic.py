"""Create, patch and archive of plain kinds, driven by the field table alone. Knows no kind by name.

A create of a record that exists already is an edit on empty base values: two desks may make a derived record independently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brokerdesk.portal.domain import authorise, shapes
from brokerdesk.portal.domain.book import Origin, Record, RecordBook
from brokerdesk.portal.domain.merge import Do, Merged, merge_edit, merge_set
from brokerdesk.portal.domain.verdicts import Principal, Verdict, applied, conflict, rejected
from brokerdesk.portal.domain.visibility import WHOLE
from brokerdesk.wire.kinds import REFERENCES, Kind, Merge, accepts
from brokerdesk.wire.operations import ARCHIVE, CREATE
from brokerdesk.wire.push import Edit, Op, SetEdit

_ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Editor:
    """Applies generic operations on records of one kind in the name of one principal."""

    book: RecordBook
    principal: Principal
    kind: Kind
    origin: Origin

    def apply(self, verb: str, op: Op) -> Verdict:
        """The verdict on one operation; its effects are staged in the book."""
        book, principal = self.book, self.principal
        if not authorise.may_edit(principal, self.kind):
            return rejected("forbidden")
        record_id = op.get("id")
        if record_id is None or not _has_right_members(verb, op):
            return rejected("validation")
        found = book.get(self.kind.name, record_id)
        if principal.sight == WHOLE:
            return self._dispatch(verb, op, record_id, found)
        if found is not None and not authorise.sees(book, principal, found):
            return rejected("forbidden" if verb == CREATE else "unknown_entity")
        book.mark()
        verdict = self._dispatch(verb, op, record_id, found)
        after = book.live(self.kind.name, record_id)
        if after is not None and not authorise.sees(book, principal, after):
            book.rollback()
            return rejected("forbidden")
        book.release()
        return verdict

    def _dispatch(self, verb: str, op: Op, record_id: str, found: Record | None) -> Verdict:
        data = op.get("data") or {}
        if found is not None and found.deleted:
            return applied(found) if verb == ARCHIVE else rejected("deleted", record=found)
        if found is None:
            return self._create(record_id, data) if verb == CREATE else rejected("unknown_entity")
        if verb == CREATE:
            return self._edit(found, *_as_edits(self.kind, data))
        if verb == ARCHIVE:
            if _ARCHIVED not in self.kind.by_name:
                return rejected("unsupported_field", _ARCHIVED, record=found)
            return applied(self.book.change(found, {_ARCHIVED: True}, origin=self.origin))
        return self._edit(found, op.get("set") or {}, op.get("sets") or {})

    def _create(self, record_id: str, data: dict[str, Any]) -> Verdict:
        specs = self.kind.by_name
        if not shapes.surely_fits(self.kind, data):
            unknown = data.keys() - specs.keys()
            if unknown:
                return rejected("unsupported_field", *sorted(unknown))
            wrong = [n for n, v in data.items() if not accepts(specs[n], v)]
            if wrong:
                return rejected("validation", *sorted(wrong))
        missing = self._missing_parents(data)
        if missing:
            return rejected("unknown_entity", *missing)
        return applied(self.book.create(self.kind.name, record_id, data, origin=self.origin))

    def _edit(self, found: Record, edits: dict[str, Edit], sets: dict[str, SetEdit]) -> Verdict:
        unknown = (edits.keys() | sets.keys()) - self.kind.by_name.keys()
        if unknown:
            return rejected("unsupported_field", *sorted(unknown), record=found)
        outcome = _merge_all(self.kind, found, edits, sets)
        wrong = sorted({n for n, m in outcome.items() if m.do is Do.INVALID} | (edits.keys() & sets.keys()))
        if wrong:
            return rejected("validation", *wrong, record=found)
        writes = {n: m.value for n, m in outcome.items() if m.do is Do.WRITE}
        if found.data.get(_ARCHIVED) and writes.get(_ARCHIVED, True):
            blocked = sorted(n for n, m in outcome.items() if m.do is not Do.KEEP)
            return conflict(*blocked, record=found, code="deleted") if blocked else applied(found)
        missing = self._missing_parents(writes)
        if missing:
            return rejected("unknown_entity", *missing, record=found)
        clashes = sorted(n for n, m in outcome.items() if m.do is Do.CONFLICT)
        self.book.change(found, writes, origin=self.origin)
        return conflict(*clashes, record=found) if clashes else applied(found)

    def _missing_parents(self, values: dict[str, Any]) -> list[str]:
        references = REFERENCES.get(self.kind.name)
        if not references:
            return []
        named = [(name, target, values.get(name)) for name, target in references.items()]
        return [name for name, target, value in named if isinstance(value, str) and not self.book.live(target, value)]


def _has_right_members(verb: str, op: Op) -> bool:
    if op.get("payload") is not None or op.get("expect") is not None:
        return False
    edits = op.get("set") is not None or op.get("sets") is not None
    return not (edits and verb in (CREATE, ARCHIVE)) and not (op.get("data") is not None and verb != CREATE)


def _as_edits(kind: Kind, data: dict[str, Any]) -> tuple[dict[str, Edit], dict[str, SetEdit]]:
    edits: dict[str, Edit] = {}
    sets: dict[str, SetEdit] = {}
    for name, value in data.items():
        spec = kind.by_name.get(name)
        if value is None or value is False:
            continue
        if spec is not None and spec.merge is Merge.SET and accepts(spec, value):
            sets[name] = {"add": value, "remove": []}
        else:
            edits[name] = {"base": None, "new": value}
    return edits, sets


def _merge_all(kind: Kind, found: Record, edits: dict[str, Edit], sets: dict[str, SetEdit]) -> dict[str, Merged]:
    specs, data = kind.by_name, found.data
    outcome = {n: merge_edit(specs[n], data.get(n), e["base"], e["new"]) for n, e in edits.items()}
    return outcome | {n: merge_set(specs[n], data.get(n), e["add"], e["remove"]) for n, e in sets.items()}


def parents(kind: Kind, op: Op) -> list[tuple[str, str]]:
    """The records that an operation's new values refer to, as kind and id."""
    found = []
    data, edits = op.get("data"), op.get("set")
    for name, target in REFERENCES.get(kind.name, {}).items():
        value = data.get(name) if data else edits[name]["new"] if edits and name in edits else None
        if isinstance(value, str):
            found.append((target, value))
    return found
