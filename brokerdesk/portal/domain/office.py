"""What mails and customer pages need to know of a brokerage: name, product terms, language, send times, contact.

Read from the office record that the desks maintain, with the tenant's own row behind it. Writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Row, select

from brokerdesk.models.rules.reminders import SendTimes
from brokerdesk.models.values.states import CustomerType
from brokerdesk.portal.store.tables import record, tenant
from brokerdesk.wire.codes import BROKER_LENGTH, normalise

DEFAULT_PRODUCTS = {
    "de": ("Kunden-App", "Kundenportal"),
    "nl": ("klanten-app", "klantenportaal"),
    "en": ("client app", "client portal"),
}
"""Language → product name for private customers and for companies, unless the office chose its own (S2.33)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One brokerage as its customers see it."""

    tenant_id: str
    code: str
    name: str
    language: str = "de"
    times: SendTimes = field(default_factory=SendTimes)
    product_private: str = ""
    product_company: str = ""
    street: str = ""
    zip: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    register_number: str = ""
    entitled: bool = True

    def product(self, customer_type: str | None) -> str:
        """The name of the customers' access for this type of customer, as the office calls it."""
        is_company = customer_type == CustomerType.COMPANY
        return (self.product_company if is_company else self.product_private) or DEFAULT_PRODUCTS["de"][is_company]

    def product_in(self, customer_type: str | None, language: str) -> str:
        """The same in the customer's language; a name of the office's own is not translated."""
        own = self.product(customer_type)
        if own in DEFAULT_PRODUCTS["de"]:
            return DEFAULT_PRODUCTS.get(language, DEFAULT_PRODUCTS["de"])[DEFAULT_PRODUCTS["de"].index(own)]
        return own


def office_by_code(connection: Connection, code: str) -> Office | None:
    """The brokerage with this Makler-ID (any case, blanks and dashes allowed), or None."""
    wanted = normalise(code, BROKER_LENGTH)
    row = connection.execute(select(tenant).where(tenant.c.code == wanted)).first() if wanted else None
    return _office(connection, row) if row else None


def office_of(connection: Connection, tenant_id: str) -> Office:
    """The brokerage of a tenant id that is known to exist."""
    return _office(connection, connection.execute(select(tenant).where(tenant.c.id == tenant_id)).one())


def _office(connection: Connection, row: Row[Any]) -> Office:
    query = select(record.c.data).where(
        record.c.tenant_id == row.id, record.c.kind == "office", record.c.deleted.is_(False)
    )
    found = connection.execute(query.order_by(record.c.id)).scalars().first()
    data: dict[str, Any] = from_json(found) if found else {}
    text = {name: str(data.get(name) or "") for name in _TEXTS}
    hour = data.get("send_hour")
    return Office(
        tenant_id=row.id,
        code=row.code,
        name=text.pop("name") or row.name,
        language=text.pop("language") or row.language,
        times=SendTimes.of_office(
            str(data.get("time_zone") or row.time_zone), int(hour if hour is not None else row.send_hour)
        ),
        entitled=bool(row.kundenapp),
        **text,
    )


_TEXTS = (
    "name", "language", "product_private", "product_company", "street", "zip", "city", "phone", "email", "website", "register_number",
)  # fmt: skip
