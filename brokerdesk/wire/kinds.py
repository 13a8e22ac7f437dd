"""The field table: kind → field → merge class, data class, type, since which minor (protocol.md § 5 and § 8).

One table drives validation, merging, encoding of edits, redaction and the digest. A new plain kind is an entry here.
A *group* (merge class G) is one field on the wire whose value is an object of its `members`; in the book each member is a
column of its own.
"""

from __future__ import annotations

from brokerdesk.wire.fields import (
    CONSENT_RANK,
    LIMITS,
    MAX_JSON_DEPTH,
    MAX_JSON_ITEMS,
    SHAPES,
    DataClass,
    Field,
    Kind,
    Merge,
    Type,
    Writer,
    accepts,
)

__all__ = [
    "CONSENT_RANK",
    "KINDS",
    "LIMITS",
    "MAX_JSON_DEPTH",
    "MAX_JSON_ITEMS",
    "REFERENCES",
    "SHAPES",
    "DataClass",
    "Field",
    "Kind",
    "Merge",
    "Type",
    "Writer",
    "accepts",
]


def _f(name: str, type: Type = Type.TEXT, data: DataClass = DataClass.INTERNAL, merge: Merge = Merge.SCALAR) -> Field:
    return Field(name=name, type=type, data=data, merge=merge)


def _p(name: str, type: Type = Type.TEXT, merge: Merge = Merge.SCALAR) -> Field:
    return Field(name=name, type=type, data=DataClass.PERSONAL, merge=merge)


def _g(name: str, *members: Field) -> Field:
    return Field(name=name, type=Type.JSON, merge=Merge.GROUP, data=DataClass.PERSONAL, members=members)


PARTY = Kind(
    name="party",
    fields=(
        _f("kind", Type.CODE),
        _g(
            "name",
            _f("salutation", Type.CODE),
            _p("title"),
            _p("first_name"),
            _p("name_prefix"),
            _p("last_name"),
            _p("name_suffix"),
            _p("company_name"),
            _p("company_addition"),
        ),
        _p("birth_date", Type.DATE),
        _p("deceased_on", Type.DATE),
        _p("email"),
        _p("phone"),
        _p("mobile"),
        _p("contacts", Type.JSON),
        _g("address", _p("street"), _p("zip"), _p("city"), _p("country", Type.CODE), _p("po_box")),
        _g("bank", _p("iban"), _p("bic"), _p("bank_holder")),
        _f("language", Type.CODE),
        _f("address_form", Type.CODE),
        _p("marital_status", Type.CODE),
        _p("nationality", Type.CODE),
        _p("profession"),
        _p("tax_id"),
        _f("legal_form"),
        _f("roles", Type.CODES, merge=Merge.SET),
        _g(
            "customer",
            _f("customer_number"),
            _f("customer_type", Type.CODE),
            _f("customer_status", Type.CODE),
            _f("customer_since", Type.DATE),
        ),
        _f("adviser_id", Type.ID),
        _p("insurer_numbers", Type.CODES, merge=Merge.SET),
        _f("vu_number"),
        _f("tags", Type.CODES, merge=Merge.SET),
        _p("consent_email", Type.CODE, merge=Merge.CONSENT),
        _p("notes", Type.LONG_TEXT, merge=Merge.TEXT),
        _f("archived", Type.BOOL),
    ),
)
HOUSEHOLD = Kind(
    name="household",
    fields=(
        _p("name"),
        _f("calc_for", Type.CODE),
        _f("advice_partner_id", Type.ID),
        _p("notes", Type.LONG_TEXT, merge=Merge.TEXT),
        _f("archived", Type.BOOL),
    ),
)
HOUSEHOLD_MEMBER = Kind(
    name="household_member",
    fields=(
        _f("household_id", Type.ID),
        _f("party_id", Type.ID),
        _p("relation", Type.CODE),
        _p("since", Type.DATE),
        _p("until", Type.DATE),
        _f("archived", Type.BOOL),
    ),
)
ADVISER = Kind(
    name="adviser",
    fields=(
        _f("code"),
        _f("name"),
        _f("email"),
        _f("phone"),
        _f("insurer_numbers", Type.CODES, merge=Merge.SET),
        _f("end_date", Type.DATE),
    ),
)
CONTRACT = Kind(
    name="contract",
    fields=(
        _f("party_id", Type.ID),
        _f("adviser_id", Type.ID),
        _f("insurer_id", Type.ID),
        _f("origin", Type.CODE),
        _p("number"),
        _f("sequence"),
        _f("line", Type.CODE),
        _f("line_basis", Type.CODE),
        _f("gdv_sparte"),
        _f("product"),
        _f("status", Type.CODE),
        Field(
            name="premium",
            type=Type.JSON,
            merge=Merge.GROUP,
            data=DataClass.PERSONAL,
            members=(
                _p("premium_net_cents", Type.CENTS),
                _p("premium_gross_cents", Type.CENTS),
                _p("frequency", Type.CODE),
                _p("currency"),
            ),
        ),
        _p("start", Type.DATE),
        _p("end", Type.DATE),
        _f("main_due", Type.MONTH_DAY),
        _p("parts", Type.JSON),
        _p("features", Type.JSON),
        _p("risks", Type.JSON),
        _p("persons", Type.JSON),
        Field(name="details", type=Type.JSON, data=DataClass.SPECIAL),
        _f("released", Type.BOOL),
        _p("notes", Type.LONG_TEXT, merge=Merge.TEXT),
        _f("archived", Type.BOOL),
    ),
)
CLAIM = Kind(
    name="claim",
    fields=(
        _f("contract_id", Type.ID),
        _f("party_id", Type.ID),
        _p("number"),
        _p("occurred_on", Type.DATE),
        _p("reported_on", Type.DATE),
        _p("status", Type.CODE),
        _p("paid_cents", Type.CENTS),
        _p("reserve_cents", Type.CENTS),
        _p("description", Type.LONG_TEXT, merge=Merge.TEXT),
        Field(name="details", type=Type.JSON, data=DataClass.SPECIAL),
        _f("archived", Type.BOOL),
    ),
)
OFFICE = Kind(
    name="office",
    admin_only=True,
    fields=(
        _f("name"),
        _f("street"),
        _f("zip"),
        _f("city"),
        _f("country", Type.CODE),
        _f("phone"),
        _f("email"),
        _f("website"),
        _f("register_number"),
        _f("product_private"),
        _f("product_company"),
        _f("language", Type.CODE),
        _f("time_zone"),
        _f("send_hour", Type.NUMBER),
    ),
)
INVITATION = Kind(
    name="invitation",
    writer=Writer.PORTAL,
    fields=(
        _f("party_id", Type.ID),
        _f("state", Type.CODE, merge=Merge.STATE),
        _f("attempt", Type.NUMBER),
        _f("copies", Type.NUMBER),
        _f("channel", Type.CODE),
        _f("address_form", Type.CODE),
        _f("language", Type.CODE),
        _p("email"),
        _f("reminders", Type.BOOL),
        _f("requested_at", Type.TIME),
        _f("invited_at", Type.TIME),
        _f("first_invited_at", Type.TIME),
        _f("expires_at", Type.TIME),
        _f("stop_by"),
        _f("stopped_at", Type.TIME),
        _f("registered_at", Type.TIME),
        _f("revoked_at", Type.TIME),
        _f("link_generation", Type.NUMBER),
        _f("mail_outcome", Type.CODE),
        _f("mail_code"),
        _f("possibly_twice", Type.BOOL),
    ),
)
ACCESS = Kind(
    name="access",
    writer=Writer.PORTAL,
    fields=(
        _p("email"),
        _f("party_ids", Type.CODES, merge=Merge.SET),
        _f("state", Type.CODE, merge=Merge.STATE),
        _f("origin", Type.CODE),
        _f("registered_at", Type.TIME),
        _f("deactivated_at", Type.TIME),
        _f("removed_at", Type.TIME),
        _f("last_seen", Type.TIME, merge=Merge.MAXIMUM),
    ),
)
TRACKING = Kind(
    name="tracking",
    writer=Writer.PORTAL,
    fields=(
        _f("party_id", Type.ID, merge=Merge.APPEND),
        _f("event", Type.CODE, merge=Merge.APPEND),
        _f("at", Type.TIME, merge=Merge.APPEND),
        _p("parameters", Type.JSON, merge=Merge.APPEND),
    ),
)
EMPLOYEE = Kind(
    name="employee",
    writer=Writer.PORTAL,
    fields=(
        _f("name"),
        _f("email"),
        _f("role", Type.CODE),
        _f("rights", Type.CODES),
        _f("scope", Type.CODE),
        _f("adviser_id", Type.ID),
    ),
)
ENTITLEMENT = Kind(
    name="entitlement",
    writer=Writer.PORTAL,
    fields=(_f("kundenapp", Type.BOOL), _f("investment", Type.BOOL), _f("broker_code"), _f("portal_url")),
)

KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        OFFICE,
        EMPLOYEE,
        ENTITLEMENT,
        ADVISER,
        PARTY,
        HOUSEHOLD,
        HOUSEHOLD_MEMBER,
        CONTRACT,
        CLAIM,
        INVITATION,
        ACCESS,
        TRACKING,
    )
}
"""All synced kinds, parents before children."""

REFERENCES: dict[str, dict[str, str]] = {
    "party": {"adviser_id": "adviser"},
    "household": {"advice_partner_id": "party"},
    "household_member": {"household_id": "household", "party_id": "party"},
    "contract": {"party_id": "party", "adviser_id": "adviser", "insurer_id": "party"},
    "claim": {"contract_id": "contract", "party_id": "party"},
    "invitation": {"party_id": "party"},
    "tracking": {"party_id": "party"},
}
"""Kind → field → kind of the record it refers to; a missing parent gets a stub row (protocol.md § 7.2)."""
