"""Small read-only projections of people: a party's name, his adviser, his preferences. Works in any transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, select

from brokerdesk.models.values.names import AddressForm, Language, PartyKind, PartyName, Salutation
from brokerdesk.portal.store.tables import record


def record_data(connection: Connection, tenant_id: str, kind: str, record_id: str | None) -> dict[str, Any] | None:
    """The data of one live record, or None."""
    if not record_id:
        return None
    query = select(record.c.data).where(
        record.c.tenant_id == tenant_id, record.c.kind == kind, record.c.id == record_id, record.c.deleted.is_(False)
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else dict(from_json(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Adviser:
    """The person in charge of a customer, as he is shown to him."""

    name: str
    phone: str = ""
    email: str = ""

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = self.name.split()
        return "".join(w[0] for w in (words[0], words[-1]))[: min(2, len(words))].upper() if words else ""


def party_name(data: Mapping[str, Any] | None) -> PartyName:
    """The name group of a party's data; empty for None."""
    group = (data or {}).get("name") or {}
    salutation = group.get("salutation")
    texts = {
        n: str(group.get(n) or "")
        for n in (
            "title", "first_name", "name_prefix", "last_name", "name_suffix", "company_name", "company_addition",
        )
    }  # fmt: skip
    kind = (data or {}).get("kind")
    return PartyName(
        kind=PartyKind(kind) if kind in set(PartyKind) else PartyKind.PERSON,
        salutation=Salutation(salutation) if salutation in set(Salutation) else None,
        **texts,
    )


def customer_type(data: Mapping[str, Any] | None) -> str | None:
    """Private or company, for the product's name."""
    return ((data or {}).get("customer") or {}).get("customer_type")


def adviser_of(connection: Connection, tenant_id: str, party: Mapping[str, Any] | None) -> Adviser | None:
    """The party's adviser, or None when nobody is named."""
    data = record_data(connection, tenant_id, "adviser", (party or {}).get("adviser_id"))
    if not data or not data.get("name"):
        return None
    return Adviser(name=str(data["name"]), phone=str(data.get("phone") or ""), email=str(data.get("email") or ""))


def form_of(value: object) -> AddressForm:
    """Du or Sie; anything else is Sie."""
    return AddressForm.DU if value == AddressForm.DU else AddressForm.SIE


def language_of(value: object, fallback: str = "de") -> Language:
    """A language we speak, else the fallback."""
    for wanted in (value, fallback):
        if wanted in set(Language):
            return Language(str(wanted))
    return Language.DE
