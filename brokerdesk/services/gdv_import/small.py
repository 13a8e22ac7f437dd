"""The few records that many contracts share: insurers by VU number, advisers by their number at the insurer."""

from __future__ import annotations

import json
import re

from brokerdesk.core.ids import derived_id
from brokerdesk.models.entities import Adviser, Party
from brokerdesk.models.values.names import PartyKind
from brokerdesk.models.values.states import Role
from brokerdesk.services.households import adviser_id
from brokerdesk.store.bulk import BulkWriter
from brokerdesk.store.queries import imports
from brokerdesk.store.unit_of_work import UnitOfWork

_NAME = re.compile(r"[A-Za-zÀ-ÿ]{3}")
_ANONYMISED = re.compile(r"[xX*\-. ]*")


def sender_name(sender: str) -> str:
    """The sender of a packet when it can be a name, else ""."""
    clean = " ".join(sender.split())
    return clean if _NAME.search(clean) and not _ANONYMISED.fullmatch(clean) else ""


class Insurers:
    """VU number → party with the role insurer; made when the book has none. Named after the sender of its packet."""

    def __init__(self, unit: UnitOfWork, writer: BulkWriter) -> None:
        self._unit, self._writer = unit, writer
        self._ids: dict[str, str] = {}
        self._senders: dict[str, str] = {}

    def announce(self, vu: str, sender: str) -> None:
        """A packet of this VU begins."""
        name = sender_name(sender)
        if name:
            self._senders.setdefault(vu, name)

    def id_of(self, vu: str) -> str | None:
        """The insurer of a contract; None without a VU number."""
        if not vu:
            return None
        if vu not in self._ids:
            self._ids[vu] = self._found(vu) or self._made(vu)
        return self._ids[vu]

    def _found(self, vu: str) -> str | None:
        known = imports.insurer_with_number(self._unit.connection, vu)
        if known is None:
            return None
        record_id, name = known
        if name == _number_name(vu) and vu in self._senders:
            self._unit.get(Party, record_id).company_name = self._senders[vu]
            self._unit.session.flush()
        return record_id

    def _made(self, vu: str) -> str:
        record_id = derived_id("insurer", vu)
        values = {
            "kind": PartyKind.ORGANISATION.value,
            "company_name": self._senders.get(vu) or _number_name(vu),
            "roles": [Role.INSURER.value],
            "vu_number": vu,
        }
        stub = self._unit.find(Party, record_id)
        if stub is None:
            self._writer.insert(Party, [{"id": record_id, **values}])
            return record_id
        for name, value in values.items():
            if name != "company_name" or not stub.company_name:
                setattr(stub, name, value)
        stub.stub = False
        self._unit.session.flush()
        return record_id


def _number_name(vu: str) -> str:
    return f"VU {vu}"


class Advisers:
    """Broker number at an insurer → adviser; made when the book has none."""

    def __init__(self, unit: UnitOfWork, writer: BulkWriter) -> None:
        self._unit, self._writer = unit, writer
        self._ids: dict[tuple[str, str], str] = {}
        self._known: dict[str, list[str]] = {}
        rows = unit.connection.exec_driver_sql("SELECT id, insurer_numbers FROM adviser WHERE NOT stub")
        for record_id, numbers in rows:
            self._known[record_id] = json.loads(numbers) if numbers else []
            for entry in self._known[record_id]:
                vu, _, code = str(entry).partition(":")
                self._ids.setdefault((vu, code), record_id)

    def id_of(self, vu: str, code: str) -> str | None:
        """The adviser of a contract; None without a number."""
        if not code:
            return None
        found = self._ids.get((vu, code))
        if found is None:
            found = self._ids[(vu, code)] = self._make_or_extend(vu, code)
        return found

    def _make_or_extend(self, vu: str, code: str) -> str:
        record_id, entry = adviser_id(code), f"{vu}:{code}"
        if record_id in self._known:
            adviser = self._unit.get(Adviser, record_id)
            adviser.insurer_numbers = sorted([*(adviser.insurer_numbers or []), entry])
            self._unit.session.flush()
            return record_id
        self._known[record_id] = [entry]
        stub = self._unit.find(Adviser, record_id)
        if stub is None:
            self._writer.insert(Adviser, [{"id": record_id, "code": code, "insurer_numbers": [entry]}])
        else:
            stub.stub, stub.code, stub.insurer_numbers = False, code, [entry]
            self._unit.session.flush()
        return record_id
