"""Customers: lists, cards, create, edit, archive, duplicates. Checks values with the types of `models.values`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from typing import Any

from brokerdesk.core.clock import local_date
from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.ids import new_id
from brokerdesk.models.entities import Party
from brokerdesk.models.rows.customers import CustomerCard, CustomerRow, DuplicateRow, SearchHit
from brokerdesk.models.values.contact import EmailAddress, Iban, PhoneNumber
from brokerdesk.models.values.names import PartyKind, PartyName, Salutation, split_person_name
from brokerdesk.models.values.paging import ListQuery
from brokerdesk.models.values.party_lists import checked_numbers, checked_tags
from brokerdesk.models.values.states import CustomerStatus, CustomerType, Role
from brokerdesk.services.context import Context, Outcome
from brokerdesk.services.list_order import ListOrder
from brokerdesk.store.queries import customers as queries
from brokerdesk.store.queries import finding, records, small_lists
from brokerdesk.store.unit_of_work import RECORD_GONE, UnitOfWork

NAME_MISSING = register("name-missing")
UNKNOWN_FIELD = register("unknown-field", "field")
CUSTOMER_AMBIGUOUS = register("customer-ambiguous", "count")
CUSTOMER_UNKNOWN = register("customer-unknown")

EDITABLE = frozenset(
    "salutation title first_name name_prefix last_name name_suffix company_name company_addition kind birth_date deceased_on email"
    " phone mobile contacts street zip city country po_box iban bic bank_holder language address_form marital_status nationality"
    " profession tax_id legal_form customer_number customer_type customer_status customer_since adviser_id consent_email notes"
    " insurer_numbers tags".split()
)
_LISTS = {"insurer_numbers": checked_numbers, "tags": checked_tags}
_NAME = frozenset(
    "salutation title first_name name_prefix last_name name_suffix company_name company_addition kind".split()
)


class Customers:
    """Use cases of the area "Kunden"."""

    def __init__(self, context: Context) -> None:
        """Keep the context; ordered keys are remembered per list until the book changes."""
        self._context = context
        self._orders: dict[ListQuery, ListOrder] = {}

    def keys(self, query: ListQuery) -> array[int]:
        """Keys of the customers a list shows, in its order. Safe to call from several threads."""
        words = query.search.strip()
        base = ListQuery(filters=query.filters, sort=query.sort)
        version = self._context.book.version
        known = self._orders.get(base)
        if known is not None and known.version == version and not words:
            return known.keys
        with self._context.book.read() as connection:
            if known is None or known.version != version:
                known = ListOrder(version, queries.ordered_keys(connection, base))
                self._orders = {**dict(list(self._orders.items())[-7:]), base: known}
            found = queries.found_keys(connection, words) if words else None
        return known.keys if found is None else known.only(found)

    def rows(self, keys: Sequence[int]) -> list[CustomerRow]:
        """The rows of one page."""
        with self._context.book.read() as connection:
            return queries.rows(connection, keys)

    def premium_sum(self, keys: Sequence[int]) -> int:
        """Yearly premium of these customers together, in cents."""
        with self._context.book.read() as connection:
            return queries.premium_sum(connection, keys)

    def card(self, record_id: str) -> CustomerCard:
        """Everything of one customer. Raises `KnownError(record-gone)`."""
        with self._context.book.read() as connection:
            card = records.customer_card(connection, record_id)
        if card is None:
            raise KnownError(RECORD_GONE, kind="party")
        return card

    def key_of(self, record_id: str) -> int | None:
        """The list key of a customer."""
        with self._context.book.read() as connection:
            return queries.key_of(connection, record_id)

    def one(self, wanted: str) -> str:
        """The id of the one customer that a person or script named by id, number, e-mail or listed name.

        Raises `KnownError(customer-unknown | customer-ambiguous)`.
        """
        with self._context.book.read() as connection:
            found = queries.resolve(connection, wanted)
        if not found:
            raise KnownError(CUSTOMER_UNKNOWN)
        if len(found) > 1:
            raise KnownError(CUSTOMER_AMBIGUOUS, count=len(found))
        return found[0]

    def search_everything(self, words: str, *, limit: int = 20) -> list[SearchHit]:
        """Customers and contracts for the palette: exact numbers first, then names that begin so, then the rest."""
        with self._context.book.read() as connection:
            return finding.everything(connection, words, limit=limit)

    def tags(self) -> list[str]:
        """Every tag that somebody in the book has, for offers while typing."""
        with self._context.book.read() as connection:
            return small_lists.tags(connection)

    def similar(self, *, name: PartyName, birth_date: date | None, zip_code: str, email: str) -> list[SearchHit]:
        """Existing customers that may be the one being typed (ux 36)."""
        with self._context.book.read() as connection:
            return finding.similar(connection, name=name, birth_date=birth_date, zip_code=zip_code, email=email)

    def duplicates(self) -> list[DuplicateRow]:
        """Pairs proposed by imports and not yet decided."""
        with self._context.book.read() as connection:
            return finding.duplicates(connection)

    def create_short(self, *, name: str, email: str, address_form: str = "sie") -> Outcome[str]:
        """The short form: a name and an e-mail address are enough (S1.34)."""
        parsed = split_person_name(name)
        return self.create(
            values={"first_name": parsed.first_name, "name_prefix": parsed.name_prefix, "last_name": parsed.last_name}
            | {"email": email, "address_form": address_form}
        )

    def create(self, *, values: dict[str, Any]) -> Outcome[str]:
        """A new customer from checked or typed values; returns the id.

        Raises `KnownError` naming the first value that cannot be taken (name-missing, email-invalid, …).
        """
        clean = self.checked(values)
        with self._context.book.work() as unit:
            party = Party(id=new_id(self._context.clock))
            _apply(party, clean)
            if party.name.is_empty:
                raise KnownError(NAME_MISSING)
            party.give_role(Role.CUSTOMER)
            organisation = party.kind == PartyKind.ORGANISATION
            party.customer_type = (
                party.customer_type or (CustomerType.COMPANY if organisation else CustomerType.PRIVATE).value
            )
            party.customer_status = party.customer_status or CustomerStatus.ACTIVE.value
            party.customer_since = party.customer_since or local_date(self._context.clock, self._context.time_zone)
            party.customer_number = party.customer_number or _next_number(unit)
            unit.add(party)
            changes = unit.commit()
        return Outcome(party.id, changes, unit.id)

    def edit(self, record_id: str, *, values: dict[str, Any]) -> Outcome[str]:
        """Change the given fields of a customer; fields that keep their value change nothing.

        Of `insurer_numbers` (`VU:number`, as GDV deliveries bring them) and `tags` the whole list is given; entries that
        the record has already are kept as they are. Raises `KnownError` naming the first value that cannot be taken.
        """
        clean = self.checked(values)
        with self._context.book.work() as unit:
            party = unit.get(Party, record_id)
            _apply(party, clean)
            if party.name.is_empty:
                raise KnownError(NAME_MISSING)
            changes = unit.commit()
        return Outcome(record_id, changes, unit.id)

    def give_customer_role(self, record_id: str) -> Outcome[str]:
        """Turn a person of a household or contract into a customer (ux 37)."""
        with self._context.book.work() as unit:
            party = unit.get(Party, record_id)
            party.give_role(Role.CUSTOMER)
            party.customer_status = party.customer_status or CustomerStatus.ACTIVE.value
            party.customer_type = party.customer_type or CustomerType.PRIVATE.value
            party.customer_number = party.customer_number or _next_number(unit)
            party.customer_since = party.customer_since or local_date(self._context.clock, self._context.time_zone)
            changes = unit.commit()
        return Outcome(record_id, changes, unit.id)

    def archive(self, record_id: str, *, archived: bool = True) -> Outcome[str]:
        """Take a customer out of the lists, or back; nothing is deleted."""
        with self._context.book.work() as unit:
            unit.get(Party, record_id).archived = archived
            changes = unit.commit()
        return Outcome(record_id, changes, unit.id)

    def checked(self, values: dict[str, Any]) -> dict[str, Any]:
        """The given values in stored spelling: e-mail, phone, IBAN checked, empty texts as None where the column allows.

        Raises `KnownError` with the code of the first problem.
        """
        clean: dict[str, Any] = {}
        for field, value in values.items():
            if field not in EDITABLE:
                raise KnownError(UNKNOWN_FIELD, field=field)
            clean[field] = _checked(field, value)
        return clean


def _checked(field: str, value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
    if field == "email":
        return EmailAddress.parse(value).value if value else None
    if field in {"phone", "mobile"}:
        return PhoneNumber.parse(value).value if value else None
    if field == "iban":
        return Iban.parse(value).value if value else None
    return value


def _apply(party: Party, values: dict[str, Any]) -> None:
    for field, value in values.items():
        if field in _LISTS:
            setattr(party, field, _LISTS[field](value or (), getattr(party, field) or ()))
            continue
        column = Party.__table__.c[field]
        setattr(party, field, value if value != "" or not column.nullable else None)
    if values.keys() & _NAME:
        if party.salutation == Salutation.COMPANY and not party.company_name:
            party.salutation = None
        party.derive_name()


def _next_number(unit: UnitOfWork) -> str:
    """The next free own number: one above the highest plain number in use."""
    highest = unit.connection.exec_driver_sql(
        "SELECT max(CAST(customer_number AS INTEGER)) FROM party WHERE customer_number GLOB '[0-9]*' AND length(customer_number) < 10"
    ).scalar()
    return str(max(int(highest or 0), 10_000) + 1)
